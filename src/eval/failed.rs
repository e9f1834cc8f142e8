//! An expression that failed and the values in it, as OPA 1.22.2 shows them.

use super::machine::FailedParts;
use super::plan::Plan;
use crate::eval::Value;
use crate::rego::syntax::{Location, Module, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many bytes of a value are shown.
const LONGEST: usize = 64;

/// An expression that failed, and the values in it.
#[derive(Debug, Clone)]
pub struct Failed {
    module: Arc<Module>,
    place: Location,
    /// The place of the author's expression.
    whole: Location,
    parts: Vec<(Location, Option<Value>)>,
}

/// A piece of text, where it stands, and its value.
struct Shown<'f> {
    text: &'f str,
    row: u32,
    column: u32,
    /// The columns of tabs before it.
    tabs: Vec<u32>,
    value: Option<&'f Value>,
}

impl Failed {
    pub(super) fn of(parts: FailedParts, plan: &Plan) -> Option<Self> {
        let module = plan.files.get(parts.place.file)?.clone();
        Some(Self { module, place: parts.place.location, whole: parts.whole, parts: parts.parts })
    }

    /// The file and the row of what failed.
    #[must_use]
    pub fn place(&self) -> (&str, u32) {
        (&self.module.file, self.module.row_and_column(self.place).unwrap_or_default().0)
    }

    /// The author's expression at its column, and below it what its parts have for values.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let whole = self.shown(self.whole, None);
        for column in 1..whole.column {
            text.push(if whole.tabs.contains(&column) { '\t' } else { ' ' });
        }
        text.push_str(whole.text);
        write_values(&self.distinct(), &mut text);
        text
    }

    fn shown<'f>(&'f self, location: Location, value: Option<&'f Value>) -> Shown<'f> {
        let (row, column) = self.module.row_and_column(location).unwrap_or_default();
        let before = self.module.span(Span::between(0, location.at));
        let line = before.rsplit('\n').next().unwrap_or_default();
        let tabs = (1..).zip(line.chars()).filter(|(_, character)| *character == '\t').map(|(place, _)| place);
        Shown { text: self.module.span(location.text), row, column, tabs: tabs.collect(), value }
    }

    /// The parts by their text; of those with the same the first that has a value.
    fn distinct(&self) -> Vec<Shown<'_>> {
        let mut distinct: BTreeMap<&str, Shown<'_>> = BTreeMap::new();
        for (location, value) in &self.parts {
            let shown = self.shown(*location, value.as_ref());
            if distinct.get(shown.text).is_none_or(|known| known.value.is_none()) {
                let _ = distinct.insert(shown.text, shown);
            }
        }
        distinct.into_values().collect()
    }
}

/// Values below the places of their texts; by name where places cannot be told.
fn write_values(by_name: &[Shown<'_>], text: &mut String) {
    let rows: BTreeSet<u32> = by_name.iter().map(|shown| shown.row).collect();
    if rows.len() > 1 && by_name.iter().any(|shown| !shown.tabs.is_empty()) {
        text.push_str("\n\nWhere:\n");
        text.extend(by_name.iter().map(|shown| format!("\n{}: {}", shown.text, shown.value())));
        return;
    }
    let mut by_column: Vec<&Shown<'_>> = by_name.iter().collect();
    by_column.sort_by(|left, right| left.column.cmp(&right.column).then(right.row.cmp(&left.row)));
    if by_column.is_empty() {
        return;
    }
    text.push('\n');
    write_line(&by_column, None, text);
    for place in (0..by_column.len()).rev() {
        text.push('\n');
        write_line(&by_column, Some(place), text);
    }
}

/// A bar below each text, or a value below the text at a place and bars below those before it.
fn write_line(all: &[&Shown<'_>], value_at: Option<usize>, text: &mut String) {
    let end = value_at.map_or(all.len(), |place| place + 1);
    let column_at = |place: Option<usize>| place.and_then(|place| all.get(place)).map(|shown| shown.column);
    let mut last_column = 0;
    for (place, shown) in all.iter().enumerate().take(end) {
        let is_last = place + 1 == end;
        let is_next = column_at(Some(place + 1)) == Some(shown.column);
        if !is_last && is_next {
            continue;
        }
        for column in last_column + 1..shown.column {
            text.push(if shown.tabs.contains(&column) { '\t' } else { ' ' });
        }
        if is_last && value_at.is_some() {
            if is_next || column_at(place.checked_sub(1)) == Some(shown.column) {
                text.push_str(&format!("{}: ", shown.text));
            }
            text.push_str(&shown.value());
        } else {
            text.push('|');
        }
        last_column = shown.column;
    }
}

impl Shown<'_> {
    fn value(&self) -> String {
        self.value.map_or_else(|| "undefined".to_owned(), |value| cut(value.to_string(), LONGEST))
    }
}

/// A text of at most so many bytes; one that is cut ends with dots.
pub(super) fn cut(mut text: String, longest: usize) -> String {
    if text.len() <= longest {
        return text;
    }
    text.truncate(text.floor_char_boundary(longest.saturating_sub(3)));
    text.push_str("...");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut("abcdef".to_owned(), 6), "abcdef");
        assert_eq!(cut("abcdefg".to_owned(), 6), "abc...");
        assert_eq!(cut("abüdefg".to_owned(), 6), "ab...");
    }
}
