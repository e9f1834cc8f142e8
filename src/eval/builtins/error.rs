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
    /// The evaluation is to end; what is said of it where its time is over, with the name of the function where OPA tells it.
    #[error("{0}")]
    Ended(&'static str),
    /// An error that the policy wants as the answer of `http.send`.
    #[error("{0}")]
    Unraised(Box<BuiltinError>),
}

impl BuiltinError {
    /// OPA's code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Operand(_) => "eval_type_error",
            Self::Failed(_) | Self::Refused(_) => "eval_builtin_error",
            Self::Ended(_) => "eval_cancel_error",
            Self::Unraised(error) => error.code(),
        }
    }
}

/// A failure in these words.
pub(super) fn failed(message: impl Into<String>) -> BuiltinError {
    BuiltinError::Failed(message.into())
}
