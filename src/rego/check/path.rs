//! The steps of paths through documents.

use super::names::{Names, Symbol};
use crate::rego::syntax::{Nodes, TermId, TermKind, compare_numbers};
use std::cmp::Ordering;

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A number, by its text.
    Number(Symbol),
    /// A string.
    Name(Symbol),
}

impl Key {
    /// The order of OPA's values.
    pub(super) fn order(self, other: Self, names: &Names) -> Ordering {
        let rank = |key: Self| match key {
            Self::Null => 0,
            Self::Boolean(_) => 1,
            Self::Number(_) => 2,
            Self::Name(_) => 3,
        };
        match (self, other) {
            (Self::Boolean(left), Self::Boolean(right)) => left.cmp(&right),
            (Self::Number(left), Self::Number(right)) => compare_numbers(names.text(left), names.text(right)),
            (Self::Name(left), Self::Name(right)) => names.text(left).cmp(names.text(right)),
            (left, right) => rank(left).cmp(&rank(right)),
        }
    }
}

/// What a part of a ref behind its head says about the step it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It takes one step.
    Key(Key),
    /// It is a constant no path has a step for.
    Composite,
    /// What it takes shows when it is evaluated.
    Dynamic,
}

impl Step {
    /// The step of a part.
    #[must_use]
    pub fn of(nodes: &Nodes<Symbol>, part: TermId) -> Self {
        match nodes.term(part).kind {
            TermKind::Null => Self::Key(Key::Null),
            TermKind::Boolean(value) => Self::Key(Key::Boolean(value)),
            TermKind::Number(text) => Self::Key(Key::Number(text)),
            TermKind::String { value, .. } => Self::Key(Key::Name(value)),
            _ if is_constant(nodes, part) => Self::Composite,
            _ => Self::Dynamic,
        }
    }
}

/// Whether a term has the same value always: no variable, ref, call or comprehension is in it.
#[must_use]
pub fn is_constant(nodes: &Nodes<Symbol>, term: TermId) -> bool {
    let members = match nodes.term(term).kind {
        TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. } => return true,
        TermKind::Array(members) | TermKind::Set(members) | TermKind::Object(members) => members,
        _ => return false,
    };
    let mut due = nodes.terms(members).to_vec();
    while let Some(term) = due.pop() {
        match nodes.term(term).kind {
            TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. } => {}
            TermKind::Array(members) | TermKind::Set(members) | TermKind::Object(members) => {
                due.extend(nodes.terms(members));
            }
            _ => return false,
        }
    }
    true
}
