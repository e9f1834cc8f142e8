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
        Some(values) => format!("{} {} {values}", padded(&line.place, places), padded(&line.event, events)),
        None => format!("{} {}", padded(&line.place, places), line.event),
    };
    trace.iter().map(written).collect()
}

/// A text with blanks behind it, up to a width in characters; `format!` refuses widths above 65,535.
#[must_use]
pub fn padded(text: &str, width: usize) -> String {
    text.to_owned() + &" ".repeat(width.saturating_sub(text.chars().count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_stands_in_them() {
        let line =
            |event: &str| TraceLine { place: "a:1".to_owned(), event: event.to_owned(), values: Some("{}".to_owned()) };
        let lines = lines(&[line(&"x".repeat(70_000)), line("y")]);
        assert_eq!(lines.iter().map(String::len).collect::<Vec<_>>(), [70_015, 70_015]);
    }
}
