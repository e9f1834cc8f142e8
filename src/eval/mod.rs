//! Answers questions to Rego policies.
//!
//! A program that `rego::check` has taken apart becomes a plan, which is evaluated as OPA's evaluator does it. Many
//! built-in functions are those of regorus, which is named nowhere else.

mod answers;
mod asked_path;
pub mod builtins;
mod coverage;
mod engine;
mod errors;
mod events;
mod failed;
mod library;
mod machine;
mod natives;
mod network;
mod operators;
mod plan;
mod query;
pub mod session;
mod short_paths;
pub mod testing;
mod times;
pub mod value;
mod watch;

#[cfg(test)]
mod tests;

pub use answers::{ExpressionValue, ResultRow};
pub use coverage::{Coverage, Covered, FileCoverage, Position, Range, Reason};
pub use engine::{Engine, EngineOptions, Prepared};
pub use errors::{EvalError, Fault, TraceFrame, counted, counted_of_loading};
pub use events::{Event, Kept, TraceLine, traced};
pub use failed::Failed;
pub use machine::{Operation, RecordedCase};
pub use network::{AllowedHosts, Network};
pub use query::Query;
pub use times::Times;
pub use value::Value;
