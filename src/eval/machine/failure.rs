//! Why an evaluation ends without an answer.

use super::Machine;

pub(in crate::eval) use crate::eval::plan::Place;

/// An error of OPA's evaluator.
#[derive(Debug, Clone)]
pub(in crate::eval) struct Failure {
    pub(in crate::eval) code: &'static str,
    pub(in crate::eval) message: String,
    pub(in crate::eval) place: Place,
    /// The queries that were evaluated, the innermost first; none where nobody asks for them.
    pub(in crate::eval) frames: Vec<Frame>,
}

/// One of the queries that were evaluated when something failed.
#[derive(Debug, Clone)]
pub(in crate::eval) struct Frame {
    pub(in crate::eval) query: u64,
    pub(in crate::eval) place: Place,
    /// The text of its expression, with values in the places of variables.
    pub(in crate::eval) text: String,
}

impl Machine<'_> {
    /// An error at the expression that is evaluated.
    pub(super) fn failure(&self, code: &'static str, message: impl Into<String>) -> Failure {
        self.failure_at(code, message, self.place())
    }

    /// An error at another place.
    pub(super) fn failure_at(&self, code: &'static str, message: impl Into<String>, place: Place) -> Failure {
        let frames = if self.setting.traces { self.frames() } else { Vec::new() };
        Failure { code, message: message.into(), place, frames }
    }
}
