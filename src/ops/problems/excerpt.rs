//! The lines of a module that people need to see of an error.

use std::ops::Range;

/// The most bytes a line may have to be shown whole.
const LINE_LIMIT: usize = 4096;

/// How many bytes of a longer line are shown on either side of the error.
const AROUND: usize = 30;

/// How far apart two marked lines may be for those between them to be shown.
const NEAR: u32 = 3;

/// Lines of one module, some of them marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// What messages call the module.
    pub file: String,
    /// The lines, in the order of the module.
    pub lines: Vec<Line>,
    /// What is marked in them.
    pub marks: Vec<Mark>,
}

/// A line of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, counted from 1.
    pub row: u32,
    /// The line without its ending.
    pub text: String,
}

/// A marked piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The line's number.
    pub row: u32,
    /// The bytes of the line.
    pub bytes: Range<usize>,
    /// What is there; none for the error itself.
    pub label: Option<String>,
}

/// A piece of a text that is to be marked.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// The first byte.
    pub at: usize,
    /// How many bytes, of which those on the first line are marked.
    pub length: usize,
    /// What is there; none for the error itself.
    pub label: Option<String>,
}

impl Excerpt {
    /// The lines of pieces of one text; none where one of them is too long to be shown. `row` gives the row of a byte.
    pub(super) fn of(file: &str, text: &[u8], pieces: &[Piece], row: impl Fn(usize) -> u32) -> Option<Self> {
        let mut excerpt = Self { file: file.to_owned(), lines: Vec::new(), marks: Vec::new() };
        let mut pieces: Vec<&Piece> = pieces.iter().collect();
        pieces.sort_by_key(|piece| piece.at);
        for piece in pieces {
            let (line, mark) = line_and_mark(text, piece, &row)?;
            if let Some(last) = excerpt.lines.last().map(|line| line.row).filter(|last| line.row > *last)
                && line.row - last <= NEAR
            {
                excerpt.between(text, last, line.row, line_start(text, piece.at));
            }
            excerpt.marks.push(mark);
            if excerpt.lines.last().is_none_or(|last| last.row != line.row) {
                excerpt.lines.push(line);
            }
        }
        Some(excerpt)
    }

    /// Adds the lines between two rows, the second of which begins at `start`.
    fn between(&mut self, text: &[u8], first: u32, second: u32, start: usize) {
        let mut found = Vec::new();
        let mut end = start;
        for row in (first + 1..second).rev() {
            let newline = end.saturating_sub(1);
            let from = line_start(text, newline);
            found.push(Line { row, text: line_text(text.get(from..newline).unwrap_or_default()) });
            end = from;
        }
        self.lines.extend(found.into_iter().rev());
    }
}

/// What of a line that is too long to be shown stands around an error, and below it a caret.
pub(super) fn glimpse(text: &[u8], at: usize) -> Option<[String; 2]> {
    let at = at.min(text.len());
    let (start, end) = (line_start(text, at), line_end(text, at));
    let (from, to) = (start.max(at.saturating_sub(AROUND)), end.min(at + AROUND));
    let before = String::from_utf8_lossy(text.get(from..at)?).replace('\t', " ");
    let after = String::from_utf8_lossy(text.get(at..to)?).replace('\t', " ");
    let (left, right) = (if from > start { "…" } else { "" }, if to < end { "…" } else { "" });
    let width = left.chars().count() + before.chars().count();
    Some([format!("{left}{before}{after}{right}"), format!("{}^", " ".repeat(width))])
}

fn line_and_mark(text: &[u8], piece: &Piece, row: &impl Fn(usize) -> u32) -> Option<(Line, Mark)> {
    let at = piece.at.min(text.len());
    let (start, end) = (line_start(text, at), line_end(text, at));
    if end - start > LINE_LIMIT {
        return None;
    }
    let before = String::from_utf8_lossy(text.get(start..at)?);
    let marked = text.get(at..end.min(at.saturating_add(piece.length)).max(at))?;
    let marked = String::from_utf8_lossy(marked.trim_ascii_end());
    let bytes = before.len()..before.len() + marked.len();
    let row = row(at);
    let line = Line { row, text: line_text(text.get(start..end)?) };
    Some((line, Mark { row, bytes, label: piece.label.clone() }))
}

fn line_text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).trim_end_matches('\r').to_owned()
}

fn line_start(text: &[u8], at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)
}

fn line_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
}

/// The row of a byte, counted.
pub(super) fn row_of(text: &[u8], at: usize) -> u32 {
    let newlines = text.iter().take(at).filter(|byte| **byte == b'\n').count();
    u32::try_from(newlines + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &str, pieces: &[(usize, usize)]) -> Excerpt {
        let pieces: Vec<Piece> =
            pieces.iter().map(|(at, length)| Piece { at: *at, length: *length, label: None }).collect();
        Excerpt::of("a.rego", text.as_bytes(), &pieces, |at| row_of(text.as_bytes(), at)).unwrap()
    }

    fn rows(excerpt: &Excerpt) -> Vec<(u32, &str)> {
        excerpt.lines.iter().map(|line| (line.row, line.text.as_str())).collect()
    }

    #[test]
    fn a_mark_ends_where_its_line_ends() {
        let excerpt = excerpt("a\np if {\r\n\tx\n}\n", &[(2, 12)]);
        assert_eq!(rows(&excerpt), [(2, "p if {")]);
        assert_eq!((excerpt.marks[0].row, excerpt.marks[0].bytes.clone()), (2, 0..6));
    }

    #[test]
    fn lines_between_near_marks_are_shown() {
        assert_eq!(rows(&excerpt("a\nb\nc\nd\n", &[(0, 1), (4, 1)])), [(1, "a"), (2, "b"), (3, "c")]);
        assert_eq!(rows(&excerpt("a\nb\nc\nd\n", &[(6, 1), (0, 1)])), [(1, "a"), (2, "b"), (3, "c"), (4, "d")]);
        assert_eq!(rows(&excerpt("a\nb\nc\nd\ne\n", &[(0, 1), (8, 1)])), [(1, "a"), (5, "e")]);
        assert_eq!(rows(&excerpt("a b\n", &[(0, 1), (2, 1)])), [(1, "a b")]);
    }

    #[test]
    fn the_end_of_a_text_is_a_place() {
        let excerpt = excerpt("a\n", &[(9, 1)]);
        assert_eq!((rows(&excerpt), excerpt.marks[0].bytes.clone()), (vec![(2, "")], 0..0));
    }

    #[test]
    fn of_a_long_line_there_is_a_glimpse() {
        let text = format!("x := [{}1 )\n", "1, ".repeat(100_000));
        let at = text.find(')').unwrap();
        assert!(Excerpt::of("a", text.as_bytes(), &[Piece { at, length: 1, label: None }], |_| 1).is_none());
        let [line, caret] = glimpse(text.as_bytes(), at).unwrap();
        assert_eq!(line, "… 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 )");
        assert_eq!(caret.chars().count(), line.chars().count());
    }
}
