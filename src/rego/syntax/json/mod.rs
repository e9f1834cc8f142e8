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

use super::module::Module;
use super::tree::RuleId;
use layout::Sink;
use std::collections::HashMap;
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

/// The annotations of a module, each as a compact JSON document.
#[derive(Debug, Clone, Default)]
pub struct Annotations {
    /// All of the module.
    pub all: Vec<String>,
    /// Those of each rule, by their places among all.
    pub rules: HashMap<RuleId, Vec<usize>>,
}

/// Writes a module as JSON, without a newline at the end.
///
/// Memory does not grow with the depth of the text printed, but with that of the tree.
///
/// # Errors
/// Those of `out`.
pub fn write_json(
    module: &Module,
    annotations: &Annotations,
    include: Include,
    layout: Layout,
    out: &mut impl Write,
) -> io::Result<()> {
    Walk::new(module, annotations, include, Sink::new(out, layout)).run()
}
