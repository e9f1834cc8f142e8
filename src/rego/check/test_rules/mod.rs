//! Rules that are tests: those of whose names one begins with `test_` or `todo_test_`.
//!
//! After OPA 1.22.2: the name may be any part of the head's ref before its first variable, and what stands behind it are
//! keys of cases.

mod cases;
mod equalities;
mod find;
mod numbers;

pub use find::{TestRule, find};

pub(super) use cases::record;
pub(super) use equalities::name_sides;
pub(super) use numbers::number;

use crate::rego::syntax::{Nodes, TermId, TermKind, write_part};
use std::collections::HashMap;

/// What the names of tests begin with.
const TEST: &str = "test_";

/// What the names of tests begin with that are not run.
const TODO: &str = "todo_test_";

/// The place of the part of a head's ref that makes its rule a test.
fn name_place<'t, N: Copy>(nodes: &Nodes<N>, parts: &[TermId], text: impl Fn(N) -> &'t str) -> Option<usize> {
    for (place, part) in parts.iter().enumerate() {
        let name = match nodes.term(*part).kind {
            TermKind::Var(name) if place == 0 => name,
            TermKind::String { value, .. } => value,
            TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) => continue,
            _ => return None,
        };
        if text(name).starts_with(TEST) || text(name).starts_with(TODO) {
            return Some(place);
        }
    }
    None
}

/// Parts of a ref as OPA writes them behind its head.
fn write_parts<'t, N: Copy>(nodes: &Nodes<N>, parts: &[TermId], name: impl Fn(N) -> &'t str, text: &mut String) {
    for part in parts {
        match nodes.term(*part).kind {
            TermKind::Var(value) | TermKind::String { value, .. } => write_part(name(value), text),
            TermKind::Number(value) => text.push_str(&format!("[{}]", name(value))),
            TermKind::Boolean(value) => text.push_str(&format!("[{value}]")),
            _ => text.push_str("[null]"),
        }
    }
}

/// Tells tests of one name apart: the first keeps it, `#01`, `#02` … are put behind that of the others.
#[derive(Debug, Default)]
struct Numbers {
    met: HashMap<String, usize>,
}

impl Numbers {
    /// The name of one more test, if it gets another. `path` is its ref with the package's before it.
    fn next(&mut self, path: &str, name: &str) -> Option<String> {
        if !name.starts_with(TEST) {
            return None;
        }
        let before = self.met.entry(path.to_owned()).or_default();
        let number = *before;
        *before += 1;
        (number > 0).then(|| format!("{name}#{number:02}"))
    }
}
