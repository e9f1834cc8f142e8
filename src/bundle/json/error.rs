//! What can be wrong with a JSON text.

use std::fmt;

/// A JSON text that does not read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {fault}")]
pub struct JsonError {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub fault: JsonFault,
}

/// What is wrong at one place of a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonFault {
    /// There is no value at all.
    Empty,
    /// The text ends inside a value.
    CutOff,
    /// Something else stands where this was expected.
    Expected(&'static str),
    /// A second value, or anything else, follows the first.
    Trailing,
    /// The text starts with a byte order mark.
    ByteOrderMark,
    /// Objects and arrays are nested deeper than is allowed.
    TooDeep {
        /// How deep they may be.
        limit: usize,
    },
}

impl fmt::Display for JsonFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("no value"),
            Self::CutOff => formatter.write_str("the text ends inside a value"),
            Self::Expected(what) => write!(formatter, "expected {what}"),
            Self::Trailing => formatter.write_str("unexpected text after the value"),
            Self::ByteOrderMark => formatter.write_str("the text starts with a byte order mark"),
            Self::TooDeep { limit } => write!(formatter, "nested deeper than {limit} levels"),
        }
    }
}

impl JsonError {
    /// The error at a byte offset of `text`.
    pub(super) fn at(text: &[u8], offset: usize, fault: JsonFault) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let on_line = before.get(line_start..).unwrap_or_default();
        Self { line, column: String::from_utf8_lossy(on_line).chars().count() + 1, fault }
    }
}
