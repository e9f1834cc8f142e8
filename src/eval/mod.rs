//! Answers questions to Rego policies. The evaluator is regorus, named nowhere else.

mod answers;
pub mod builtins;
mod engine;
mod errors;
mod functions;
mod lower;
mod natives;
mod paths;
mod scope;
pub mod testing;
mod values;

#[cfg(test)]
mod tests;

pub use answers::{ExpressionValue, ResultRow};
pub use engine::{Engine, EngineOptions, Query};
pub use errors::EvalError;
pub use regorus::Value;

use std::num::{NonZeroU32, NonZeroUsize};

/// The length limits of regorus, raised to what a bundle may hold.
fn lengths() -> Option<regorus::PolicyLengthConfig> {
    Some(regorus::PolicyLengthConfig {
        max_col: NonZeroU32::new(u32::MAX)?,
        max_file_bytes: NonZeroUsize::new(1 << 30)?,
        max_lines: NonZeroUsize::new(u32::MAX as usize)?,
    })
}
