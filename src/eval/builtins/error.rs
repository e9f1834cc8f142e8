//! Why a built-in function has no answer.

/// The error of a call; it reads as OPA's message without the name of the function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuiltinError {
    /// An operand of the wrong type or shape.
    #[error("{0}")]
    Operand(String),
    /// Right operands that cannot be answered.
    #[error("{0}")]
    Failed(String),
    /// What the user has not allowed; it ends the evaluation even where other errors leave a call undefined.
    #[error("{0}")]
    Refused(&'static str),
}

impl BuiltinError {
    /// OPA's code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Operand(_) => "eval_type_error",
            Self::Failed(_) | Self::Refused(_) => "eval_builtin_error",
        }
    }
}

/// A failure in these words.
pub(super) fn failed(message: impl Into<String>) -> BuiltinError {
    BuiltinError::Failed(message.into())
}
