//! What can be wrong with types, before it is put in words.

use super::references::OneOf;
use crate::rego::syntax::{Location, TermId};
use crate::rego::types::{Type, Types};

/// Something wrong, and where.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The number of the unit.
    pub(super) unit: u32,
    pub(super) location: Location,
    pub(super) fault: Fault,
}

/// What is wrong.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// Two sides can never be equal.
    Mismatch { left: Type, right: Type },
    /// A function is called with arguments it does not take, or replaced by one that takes others.
    Arguments { operator: TermId, message: &'static str, have: Vec<Type>, want: Vec<Type>, variadic: Type },
    /// A schema is none.
    Schema { message: String },
    /// What is called is no function.
    NoFunction { operator: TermId },
    /// What a ref leads to has no keys, or is a function.
    NotIndexable { reference: Vec<TermId>, position: usize, have: Type },
    /// A key of a ref cannot be one.
    WrongKey { reference: Vec<TermId>, position: usize, have: Type, want: Type, one_of: OneOf },
}

impl Fault {
    /// Whether it is about a type that could not be told.
    pub(super) fn is_of_unknown_type(&self, types: &Types) -> bool {
        match self {
            Self::Mismatch { left, right } => types.is_nil(*left) || types.is_nil(*right),
            Self::Arguments { have, .. } => have.iter().any(|of| types.is_nil(*of)),
            Self::Schema { .. } | Self::NoFunction { .. } | Self::NotIndexable { .. } | Self::WrongKey { .. } => false,
        }
    }
}
