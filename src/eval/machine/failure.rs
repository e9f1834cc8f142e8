//! Why an evaluation ends without an answer.

use super::Machine;
use crate::rego::syntax::Location;

/// A place in one of the files of a plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::eval) struct Place {
    pub(in crate::eval) file: usize,
    pub(in crate::eval) location: Location,
}

impl Default for Place {
    fn default() -> Self {
        Self { file: usize::MAX, location: Location::NONE }
    }
}

/// An error of OPA's evaluator.
#[derive(Debug, Clone)]
pub(in crate::eval) struct Failure {
    pub(in crate::eval) code: &'static str,
    pub(in crate::eval) message: String,
    pub(in crate::eval) place: Place,
}

impl Machine<'_> {
    /// An error at the expression that is evaluated.
    pub(super) fn failure(&self, code: &'static str, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into(), place: self.place }
    }

    /// An error at another place.
    pub(super) fn failure_at(&self, code: &'static str, message: impl Into<String>, place: Place) -> Failure {
        Failure { code, message: message.into(), place }
    }
}
