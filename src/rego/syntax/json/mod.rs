//! The tree of a module as JSON, field for field as `opa parse --format json` prints it.
//!
//! Members of sets and keys of objects come in OPA's order. OPA's tree tells places of terms, rules, heads, expressions,
//! `with`, `some`, `every`, packages and imports, but none of `not`, `and`, `or`; a comment has one always. Numbers stand
//! as they are written, but that JSON wants a digit before the point: `.5` is `0.5` (OPA refuses to print it).

mod layout;
mod number;
mod order;
mod step;
mod walk;

pub use layout::Layout;
pub(in crate::rego) use number::compare as compare_numbers;
pub(super) use order::Sorted;

use super::module::Module;
use super::tree::{TermId, TermKind};
use crate::rego::metadata::{JsonError, Locations};
use layout::Sink;
use std::io::{self, Write};
use walk::Walk;

/// What to tell beside the tree itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Include {
    /// The place and text of every node.
    pub locations: bool,
    /// The comments.
    pub comments: bool,
}

/// OPA's name of a term's kind, and its value as compact JSON.
pub(super) fn kind_and_value(module: &Module, id: TermId) -> (&'static str, String) {
    let include = Include { locations: false, comments: false };
    let mut value = Vec::new();
    let mut sink = Sink::new(&mut value, Layout::Compact);
    let kind = module.term(id).kind;
    // A vector takes all that is written.
    let _ = match kind {
        TermKind::Var(text) | TermKind::String { value: text, .. } => sink.string(module.text(text)),
        _ => Walk::new(module, &[], include, sink).run_value(id),
    };
    (walk::name(&kind), String::from_utf8(value).unwrap_or_default())
}

/// Why a module was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The place it goes to failed.
    #[error(transparent)]
    Output(#[from] io::Error),
    /// An annotation holds what JSON has no place for.
    #[error(transparent)]
    Annotation(#[from] JsonError),
}

/// Writes a module as JSON, without a newline at the end.
///
/// Memory grows with the depth of the tree, but not with that of the text written.
///
/// # Errors
/// Those of `out`, and values in annotations that JSON has no place for; nothing is written then.
pub fn write_json(module: &Module, include: Include, layout: Layout, out: &mut impl Write) -> Result<(), WriteError> {
    let locations =
        if include.locations { Locations::All { file: &module.file, texts: true } } else { Locations::None };
    let mut annotations = Vec::new();
    for annotation in &module.annotations {
        let mut text = String::new();
        annotation.write_json(&mut text, locations)?;
        annotations.push(text);
    }
    Ok(Walk::new(module, &annotations, include, Sink::new(out, layout)).run()?)
}
