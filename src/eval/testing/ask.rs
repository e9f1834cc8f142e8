//! What tests need of an engine.

use crate::eval::Value;
use crate::eval::{Engine, EvalError, Event, Failed, Query, RecordedCase, ResultRow};

/// What was seen of a document while it was evaluated.
pub(super) struct Answer {
    /// The document; none where it is undefined.
    pub value: Result<Option<Value>, EvalError>,
    /// What `print` wrote, a line each.
    pub prints: Vec<String>,
    /// The cases that were recorded, in their order.
    pub cases: Vec<RecordedCase>,
    /// What happened, where that is kept.
    pub events: Vec<Event>,
    /// The expressions that failed, where that is kept.
    pub failed: Vec<Failed>,
}

/// Evaluates the document of a ref.
pub(super) fn ask(engine: &mut Engine, path: &str) -> Answer {
    let rows = engine.query(&Query { text: path, ..Query::default() });
    let first = |rows: Vec<ResultRow>| {
        rows.into_iter().next().and_then(|row| row.expressions.into_iter().next()).map(|part| part.value)
    };
    Answer {
        value: rows.map(first),
        prints: engine.take_prints(),
        cases: engine.take_cases(),
        events: engine.take_events(),
        failed: engine.take_failed(),
    }
}
