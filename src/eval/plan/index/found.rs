//! Something a rule wants to lie at a place.

use super::Want;
use crate::eval::Value;
use crate::eval::plan::{Slot, Term};

/// Something a rule wants to lie at a place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) place: usize,
    pub(super) wanted: Wanted,
    /// What a string there is split at before it is compared.
    pub(super) split_at: Option<String>,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    /// The value of a variable, which may be anything.
    Variable(Slot),
    Want(Want),
}

impl Found {
    /// Whether anything will do.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.wanted, Wanted::Variable(_) | Wanted::Want(Want::Anything))
    }

    pub(super) fn is_affix(&self) -> bool {
        matches!(self.wanted, Wanted::Want(Want::Prefix(_) | Want::Suffix(_)))
    }

    /// Whether it can be looked up as it is.
    pub(super) fn is_scalar(&self) -> bool {
        match &self.wanted {
            Wanted::Want(Want::Scalar(value) | Want::Member(value)) => is_scalar(value),
            Wanted::Want(Want::Prefix(_) | Want::Suffix(_)) => true,
            Wanted::Variable(_) | Wanted::Want(Want::Anything | Want::Array(_)) => false,
        }
    }

    pub(super) fn want(&self) -> Want {
        match &self.wanted {
            Wanted::Variable(_) => Want::Anything,
            // An object or a set cannot be looked up.
            Wanted::Want(Want::Scalar(value)) if !is_scalar(value) => match value {
                Value::Array(members) => {
                    Want::Array(members.iter().map(|member| Some(member.clone()).filter(is_scalar)).collect())
                }
                _ => Want::Anything,
            },
            Wanted::Want(want) => want.clone(),
        }
    }
}

pub(super) fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_))
}

/// What is wanted of something that is to be equal to a term, if that can be looked up.
pub(super) fn wanted(term: &Term) -> Option<Wanted> {
    let part = |term: &Term| match term {
        Term::Constant(value) if is_scalar(value) => Some(Some(value.clone())),
        Term::Variable(_) => Some(None),
        _ => None,
    };
    match term {
        Term::Variable(slot) => Some(Wanted::Variable(*slot)),
        Term::Constant(value @ Value::Array(members)) => {
            members.iter().all(is_scalar).then(|| Wanted::Want(Want::Scalar(value.clone())))
        }
        Term::Constant(value) => is_scalar(value).then(|| Wanted::Want(Want::Scalar(value.clone()))),
        Term::Array(members) => {
            members.iter().map(part).collect::<Option<Vec<_>>>().map(|parts| Wanted::Want(Want::Array(parts)))
        }
        _ => None,
    }
}
