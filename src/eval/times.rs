//! How long the steps to an answer took.

use std::time::Duration;

/// How long the steps to an answer took, as far as they were taken.
#[derive(Debug, Clone, Copy, Default)]
pub struct Times {
    /// The check of modules.
    pub modules: Option<Duration>,
    /// The reading of the query.
    pub reading: Option<Duration>,
    /// The check of the query.
    pub query: Option<Duration>,
    /// The evaluation.
    pub evaluation: Option<Duration>,
}
