//! What a query gives.

use crate::eval::Value;

/// One way to satisfy a query.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultRow {
    /// Its expressions, in the order in which they are evaluated.
    pub expressions: Vec<ExpressionValue>,
    /// Its variables and what they are, by name.
    pub bindings: Vec<(String, Value)>,
}

/// An expression of a query and what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpressionValue {
    /// What it is; `true` where it only holds.
    pub value: Value,
    /// Its text.
    pub text: String,
    /// Its row, from 1.
    pub row: u32,
    /// Its column, from 1.
    pub column: u32,
}
