//! The versions of the language that the evaluator tells apart.

/// The version a module is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Before OPA 1.0.
    V0,
    /// What is valid both before and since OPA 1.0.
    V0V1,
    /// Since OPA 1.0.
    V1,
}
