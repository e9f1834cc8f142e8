//! Events of an evaluation in columns.

use crate::eval::TraceLine;

/// How far columns are apart, besides a blank.
const GAP: usize = 4;

/// Events, each on a line without its end: the place, what happened, and values where they are told.
#[must_use]
pub fn lines(trace: &[TraceLine]) -> Vec<String> {
    let width = |column: fn(&TraceLine) -> &str| {
        trace.iter().map(|line| column(line).chars().count()).max().unwrap_or_default() + GAP
    };
    let (places, events) = (width(|line| &line.place), width(|line| &line.event));
    let written = |line: &TraceLine| match &line.values {
        Some(values) => format!("{:<places$} {:<events$} {values}", line.place, line.event),
        None => format!("{:<places$} {}", line.place, line.event),
    };
    trace.iter().map(written).collect()
}
