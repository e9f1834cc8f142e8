//! Why there is no answer, at the author's place.

use super::machine::{Failure, Frame};
use super::plan::Plan;
use crate::rego::check::CheckError;
use crate::rego::syntax::{Module, ParseError};

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EvalError {
    /// A text that is no module, or no query.
    #[error("{}", parse_message(file, errors))]
    Parse {
        /// The name of the file; empty for a query.
        file: String,
        /// All that is wrong with it.
        errors: Vec<ParseError>,
    },
    /// What OPA's compiler refuses in modules or a query.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Compile(Vec<Fault>),
    /// The data or the input is no JSON, or clashes.
    #[error("{0}")]
    Document(String),
    /// Evaluation failed.
    #[error("{0}")]
    Evaluation(Box<Fault>),
    /// The system gives no thread to evaluate on.
    #[error("{0}")]
    Refused(String),
    /// A built-in function failed as it must not.
    #[error("the evaluator failed on this query")]
    Internal,
}

/// Errors, a text each, as OPA lists them.
#[must_use]
pub fn counted(errors: &[String]) -> String {
    counted_in(errors, "occurred")
}

/// Errors of loading, a text each, as OPA lists them.
#[must_use]
pub fn counted_of_loading(errors: &[String]) -> String {
    counted_in(errors, "occurred during loading")
}

fn counted_in(errors: &[String], occurred: &str) -> String {
    match errors {
        [only] => format!("1 error {occurred}: {only}"),
        several => format!("{} errors {occurred}:\n{}", several.len(), several.join("\n")),
    }
}

/// An error as OPA tells it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fault {
    /// OPA's name of the kind of error, such as `eval_conflict_error`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// The name of the file; empty for the query.
    pub file: String,
    /// The row, from 1; 0 where there is no place.
    pub row: u32,
    /// The column, from 1; 0 where there is no place.
    pub column: u32,
    /// Whether OPA tells a file, row and column at all.
    pub is_placed: bool,
    /// The text that is meant.
    pub text: String,
    /// The queries that were evaluated when it happened, the innermost first; none where nobody asked for them.
    pub trace: Vec<TraceFrame>,
    /// More, as `opa check --format json` prints it.
    pub details: Option<serde_json::Value>,
    /// More, as OPA prints it below the message.
    pub lines: Vec<String>,
}

/// A query that was evaluated when something failed.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceFrame {
    /// Its number among the queries of the evaluation.
    pub query: u64,
    /// The name of the file; empty for the query of the user.
    pub file: String,
    /// The row of its expression, from 1; 0 where there is none.
    pub row: u32,
    /// The column of its expression, from 1; 0 where there is none.
    pub column: u32,
    /// The text of its expression, with values in the places of variables.
    pub text: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code, message, file, row, column, .. } = self;
        match (file.as_str(), row) {
            ("", 0) => {}
            ("", row) => write!(formatter, "{row}:{column}: ")?,
            (file, 0) => write!(formatter, "{file}: ")?,
            (file, row) => write!(formatter, "{file}:{row}: ")?,
        }
        write!(formatter, "{code}: {message}")?;
        self.lines.iter().try_for_each(|line| write!(formatter, "\n\t{line}"))
    }
}

fn parse_message(file: &str, errors: &[ParseError]) -> String {
    let line = |error: &ParseError| format!("{file}:{}: rego_parse_error: {}", error.row, error.message);
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl Fault {
    /// An error of a check of modules in this order.
    pub(super) fn of_check(error: CheckError, modules: &[&Module]) -> Self {
        let (row, column) = error.row_and_column(modules).unwrap_or_default();
        let module = error.place.and_then(|place| modules.get(place.unit as usize));
        let span = error.place.map(|place| place.location.text);
        Self {
            code: error.code.as_str().to_owned(),
            file: module.map(|module| module.file.clone()).unwrap_or_default(),
            text: module.zip(span).map(|(module, span)| module.span(span).to_owned()).unwrap_or_default(),
            row,
            column,
            is_placed: error.place.is_some(),
            trace: Vec::new(),
            message: error.message,
            lines: error.details.as_ref().map(|details| details.lines.clone()).unwrap_or_default(),
            details: error.details.map(|details| details.json),
        }
    }

    /// An error of an evaluation.
    pub(super) fn of_evaluation(failure: Failure, plan: &Plan) -> Self {
        let file = plan.files.get(failure.place.file);
        let (row, column) = plan.row_and_column(failure.place);
        let frame = |frame: Frame| {
            let (row, column) = plan.row_and_column(frame.place);
            let file = plan.files.get(frame.place.file).map(|file| file.file.clone()).unwrap_or_default();
            TraceFrame { query: frame.query, file, row, column, text: frame.text }
        };
        let trace = failure.frames.into_iter().map(frame).collect();
        Self {
            code: failure.code.to_owned(),
            message: failure.message,
            file: file.map(|file| file.file.clone()).unwrap_or_default(),
            row,
            column,
            is_placed: file.is_some() && failure.code != "eval_cancel_error",
            text: file.map(|file| file.span(failure.place.location.text).to_owned()).unwrap_or_default(),
            trace,
            details: None,
            lines: Vec::new(),
        }
    }
}
