//! What a check found: which errors are told, and in which order.

use super::stage::Stage;
use crate::rego::syntax::{Location, Module};
use serde_json::Value;
use std::cmp::Ordering;

/// The codes of OPA's compile errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Code {
    Compile,
    Type,
    UnsafeVariable,
    Recursion,
}

impl Code {
    /// As OPA writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Compile => "rego_compile_error",
            Self::Type => "rego_type_error",
            Self::UnsafeVariable => "rego_unsafe_var_error",
            Self::Recursion => "rego_recursion_error",
        }
    }
}

/// A place in one of the modules of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The number of the unit.
    pub unit: u32,
    /// The place in its module.
    pub location: Location,
}

/// What an error says besides its message.
#[derive(Debug, Clone, PartialEq)]
pub struct Details {
    /// As `opa check --format json` prints it.
    pub json: Value,
    /// As OPA prints it below the message.
    pub lines: Vec<String>,
}

/// A place that helps to understand an error.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// What is there.
    pub label: String,
    /// Where it is.
    pub place: Place,
}

/// One error, field for field as OPA tells it, and what people need besides.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckError {
    /// OPA's code.
    pub code: Code,
    /// OPA's text.
    pub message: String,
    /// The place, where OPA tells one.
    pub place: Option<Place>,
    /// Types, where the error is about types.
    pub details: Option<Details>,
    /// Other places of interest.
    pub related: Vec<Related>,
    /// The names there are, of which the author may have meant one; nearest first.
    pub suggestions: Vec<String>,
    /// Whether later stages run all the same, in a stage after whose errors they otherwise do not.
    recoverable: bool,
}

impl CheckError {
    /// An error with a message at a place.
    #[must_use]
    pub fn new(code: Code, place: Option<Place>, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            place,
            details: None,
            related: Vec::new(),
            suggestions: Vec::new(),
            recoverable: false,
        }
    }

    /// The same, but later stages run all the same.
    #[must_use]
    pub(super) fn recoverable(mut self) -> Self {
        self.recoverable = true;
        self
    }

    /// The same with details.
    #[must_use]
    pub fn with_details(mut self, details: Details) -> Self {
        self.details = Some(details);
        self
    }

    /// The same with another place of interest.
    #[must_use]
    pub fn with_related(mut self, label: impl Into<String>, place: Place) -> Self {
        self.related.push(Related { label: label.into(), place });
        self
    }

    /// The row and column OPA tells.
    #[must_use]
    pub fn row_and_column(&self, modules: &[&Module]) -> Option<(u32, u32)> {
        let place = self.place?;
        modules.get(place.unit as usize)?.row_and_column(place.location)
    }
}

/// Whether later stages run after a stage found something.
fn is_recoverable(stage: Stage, error: &CheckError) -> bool {
    match stage {
        Stage::UnusedImports
        | Stage::KeywordOverrides
        | Stage::DuplicateImports
        | Stage::Types
        | Stage::UnsafeBuiltins
        | Stage::DeprecatedBuiltins => true,
        _ => error.recoverable,
    }
}

/// The errors of all stages as they are recorded: stage by stage, and in each unit by unit.
#[derive(Debug)]
pub struct Record {
    limit: usize,
    recorded: Vec<CheckError>,
    ended: bool,
    limit_reached: bool,
}

impl Record {
    /// A record that ends when it holds as many errors as `limit` says; 0 is no limit.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { limit, recorded: Vec::new(), ended: false, limit_reached: false }
    }

    /// Takes what one stage found in all units, in their order; `false` if no later stage may run.
    pub fn stage(&mut self, stage: Stage, errors: impl IntoIterator<Item = CheckError>) -> bool {
        if self.ended {
            return false;
        }
        for error in errors {
            self.ended |= !is_recoverable(stage, &error);
            self.recorded.push(error);
            if self.limit > 0 && self.recorded.len() >= self.limit {
                self.limit_reached = true;
                self.ended = true;
                break;
            }
        }
        !self.ended
    }

    /// Whether no later stage may run.
    #[must_use]
    pub const fn ended(&self) -> bool {
        self.ended
    }

    /// The errors as OPA tells them: by file, row and column, those without a place last.
    #[must_use]
    pub fn sorted(mut self, modules: &[&Module]) -> Vec<CheckError> {
        let key = |error: &CheckError| {
            let file =
                error.place.and_then(|place| modules.get(place.unit as usize)).map(|module| module.file.as_str());
            (file, error.row_and_column(modules))
        };
        self.recorded.sort_by(|left, right| match (key(left), key(right)) {
            ((None, _), (None, _)) => text_order(left, right),
            ((None, _), _) => Ordering::Greater,
            (_, (None, _)) => Ordering::Less,
            (left_key, right_key) => left_key.cmp(&right_key).then_with(|| text_order(left, right)),
        });
        if self.limit_reached {
            self.recorded.push(CheckError::new(Code::Compile, None, "error limit reached"));
        }
        self.recorded
    }
}

/// The order of two errors of one place: that of the lines OPA prints of them.
pub(super) fn text_order(left: &CheckError, right: &CheckError) -> Ordering {
    let lines = |error: &CheckError| {
        let mut text = format!("{}: {}", error.code.as_str(), error.message);
        for line in error.details.iter().flat_map(|details| &details.lines) {
            text.push_str("\n\t");
            text.push_str(line);
        }
        text
    };
    lines(left).cmp(&lines(right))
}
