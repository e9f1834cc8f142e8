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

    /// Why an evaluation ends that is to end; what it was at, where its time is over.
    pub(super) fn ended(&self, at: impl Into<String>) -> Failure {
        match self.setting.halt.told() {
            (code @ "eval_cancel_error", _) => self.failure(code, at),
            (code, message) => self.failure(code, message),
        }
    }

    /// Where the expression that is evaluated stands, as OPA tells it: its file and row, or its text where it has no file.
    pub(super) fn place_text(&self) -> String {
        let place = self.place();
        let (row, _) = self.plan.row_and_column(place);
        match self.plan.files.get(place.file) {
            Some(file) if !file.file.is_empty() => format!("{}:{row}", file.file),
            Some(file) => file.span(place.location.text).to_owned(),
            None => String::new(),
        }
    }

    /// An error at another place.
    pub(super) fn failure_at(&self, code: &'static str, message: impl Into<String>, place: Place) -> Failure {
        let frames = if self.setting.traces { self.frames() } else { Vec::new() };
        Failure { code, message: message.into(), place, frames }
    }
}
