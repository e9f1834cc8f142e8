//! Answers questions to Rego policies. The evaluator is regorus, named nowhere else.

pub mod builtins;
mod depth;
mod dialect;
mod session;

pub use dialect::Dialect;
pub use session::{Answer, EvalError, Session};

use std::num::{NonZeroU32, NonZeroUsize};

/// The length limits of regorus, raised to what a bundle may hold.
fn lengths() -> Option<regorus::PolicyLengthConfig> {
    Some(regorus::PolicyLengthConfig {
        max_col: NonZeroU32::new(u32::MAX)?,
        max_file_bytes: NonZeroUsize::new(1 << 30)?,
        max_lines: NonZeroUsize::new(u32::MAX as usize)?,
    })
}
