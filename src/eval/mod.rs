//! Answers questions to Rego policies. The evaluator is regorus, named nowhere else.

mod depth;
mod session;
mod syntax;

pub use session::{Answer, EvalError, Session};
pub use syntax::{Dialect, SyntaxError, syntax_errors};

use std::num::{NonZeroU32, NonZeroUsize};

/// The length limits of regorus, raised to what a bundle may hold.
fn lengths() -> Option<regorus::PolicyLengthConfig> {
    Some(regorus::PolicyLengthConfig {
        max_col: NonZeroU32::new(u32::MAX)?,
        max_file_bytes: NonZeroUsize::new(1 << 30)?,
        max_lines: NonZeroUsize::new(u32::MAX as usize)?,
    })
}
