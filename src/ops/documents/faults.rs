//! What is said of files that cannot be asked.

use crate::eval::Fault;
use crate::rego::syntax::ParseError;

/// An error that has a message and no place.
pub(super) fn plain(message: impl Into<String>) -> Fault {
    Fault { message: message.into(), ..Fault::default() }
}

/// An error of a parser.
#[must_use]
pub fn of_parser(file: &str, error: ParseError) -> Fault {
    let details = error.details.map(|details| serde_json::json!({ "line": details.line, "idx": details.index }));
    Fault {
        code: ParseError::CODE.to_owned(),
        message: error.message,
        file: file.to_owned(),
        row: error.row,
        column: error.column,
        is_placed: error.placed,
        lines: details.as_ref().map(caret).unwrap_or_default(),
        details,
        ..Fault::default()
    }
}

/// The line a parser stopped at without the tabs it begins with, and a mark below the place.
pub(in crate::ops) fn caret(details: &serde_json::Value) -> Vec<String> {
    let whole = details.get("line").and_then(serde_json::Value::as_str).unwrap_or_default();
    let index = details.get("idx").and_then(serde_json::Value::as_u64).unwrap_or_default();
    let line = whole.trim_start_matches('\t');
    let blanks = usize::try_from(index).unwrap_or_default().saturating_sub(whole.len() - line.len());
    vec![line.to_owned(), format!("{}^", " ".repeat(blanks))]
}
