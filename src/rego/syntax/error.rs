//! What is wrong with a text that is no module.

/// One error, field for field as OPA tells it.
///
/// Its code is always [`ParseError::CODE`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// OPA's text, with its hints in parentheses.
    pub message: String,
    /// The row, counted from 1; 0 where OPA names no place.
    pub row: u32,
    /// The column in code points, counted from 1; 0 right after the last newline, and where OPA names no place.
    pub column: u32,
    /// Where the token at fault begins, in bytes.
    pub offset: u32,
    /// How many bytes the token at fault takes; 0 where there is none.
    pub length: u32,
    /// Whether OPA tells a file, row and column at all.
    pub placed: bool,
    /// The line at fault; the checks of a whole module tell none.
    pub details: Option<Details>,
}

/// The line a parser stopped at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The line without its ending. Bytes that are no UTF-8 are replaced.
    pub line: String,
    /// The byte of the line the error stands at.
    pub index: usize,
}

impl ParseError {
    /// The code of every error of this kind.
    pub const CODE: &str = "rego_parse_error";
}
