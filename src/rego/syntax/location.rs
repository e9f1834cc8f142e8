//! Where a node stands in its file.

/// A run of bytes of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub offset: u32,
    /// How many bytes.
    pub length: u32,
}

impl Span {
    /// From the first byte up to, not including, the last.
    #[must_use]
    pub const fn between(start: u32, end: u32) -> Self {
        Self { offset: start, length: end.saturating_sub(start) }
    }

    /// The first byte after it.
    #[must_use]
    pub const fn end(self) -> u32 {
        self.offset.saturating_add(self.length)
    }
}

/// The place OPA gives a node: a row and a column, and a piece of text that mostly, but not always, begins there.
///
/// `(a + b)`, for one, is placed at `a` while its text begins at `(`; the text of `[1][x]` begins at `]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Location {
    /// The byte whose row and column the node has; [`Location::NONE`] has none.
    pub at: u32,
    /// The text of the node.
    pub text: Span,
}

impl Location {
    /// No place: OPA gives some generated nodes none.
    pub const NONE: Self = Self { at: u32::MAX, text: Span { offset: 0, length: 0 } };

    /// Whether there is a place.
    #[must_use]
    pub const fn is_some(self) -> bool {
        self.at != u32::MAX
    }
}

/// Rows and columns of a text.
#[derive(Debug, Clone, Default)]
pub struct LineTable {
    /// Where each row begins.
    starts: Vec<u32>,
    /// How many bytes before each block of [`BLOCK`] begin no code point; empty for a text of ASCII alone.
    continuations: Vec<u32>,
    /// Where texts begin whose rows are counted from 1 again.
    restarts: Vec<u32>,
}

/// The bytes between two counts of code points.
const BLOCK: usize = 256;

/// The bytes that are searched at a time.
const WORD: usize = 8;

/// A word with the highest bit of each byte set that is a newline, and no other.
const fn newlines(word: [u8; WORD]) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let others = u64::from_le_bytes(word) ^ 0x0a0a_0a0a_0a0a_0a0a;
    // Adding carries into the highest bit of each byte where one of the lower ones is set, and into no other byte.
    !(((others & LOW) + LOW) | others | LOW)
}

/// Where the first newline is.
pub(super) fn first_newline(text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks::<WORD>();
    for (start, word) in (0..).step_by(WORD).zip(words) {
        let newlines = newlines(*word);
        if newlines != 0 {
            return Some(start + (newlines.trailing_zeros() / u8::BITS) as usize);
        }
    }
    let place = rest.iter().position(|byte| *byte == b'\n')?;
    Some(words.len() * WORD + place)
}

fn continues(byte: &u8) -> bool {
    byte & 0xC0 == 0x80
}

impl LineTable {
    /// The table of a text.
    #[must_use]
    pub fn new(text: &[u8]) -> Self {
        let mut starts = Vec::with_capacity(text.len() / 24 + 1);
        starts.push(0);
        let (words, rest) = text.as_chunks::<WORD>();
        for (behind, word) in (1..).step_by(WORD).zip(words) {
            let mut newlines = newlines(*word);
            while newlines != 0 {
                starts.push(behind + newlines.trailing_zeros() / u8::BITS);
                newlines &= newlines - 1;
            }
        }
        let behind = u32::try_from(words.len() * WORD + 1).unwrap_or(u32::MAX);
        starts.extend((behind..).zip(rest).filter(|(_, byte)| **byte == b'\n').map(|(behind, _)| behind));
        let mut continuations = Vec::new();
        if !text.is_ascii() {
            let mut count = 0;
            for block in text.chunks(BLOCK) {
                continuations.push(count);
                count += u32::try_from(block.iter().filter(|byte| continues(byte)).count()).unwrap_or(0);
            }
            continuations.push(count);
        }
        Self { starts, continuations, restarts: Vec::new() }
    }

    /// The same where rows are counted from 1 again at these bytes, each the first of a row.
    #[must_use]
    pub fn restarting(self, restarts: Vec<u32>) -> Self {
        Self { restarts, ..self }
    }

    /// The row of a byte, counted from 1.
    #[must_use]
    pub fn row(&self, offset: u32) -> u32 {
        self.number_of(self.rows_to(offset), offset)
    }

    /// The row and column of a byte, both counted from 1, the column in code points.
    #[must_use]
    pub fn row_and_column(&self, text: &[u8], offset: u32) -> (u32, u32) {
        let row = self.rows_to(offset);
        let start = self.starts.get(row.saturating_sub(1)).copied().unwrap_or(0);
        let points = (offset - start) - (self.continued(text, offset) - self.continued(text, start));
        (self.number_of(row, offset), points + 1)
    }

    /// How many rows there are up to that of a byte.
    fn rows_to(&self, offset: u32) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// The number of the row a byte is in, so many rows from the first.
    fn number_of(&self, row: usize, offset: u32) -> u32 {
        let place = self.restarts.partition_point(|restart| *restart <= offset);
        let restart = place.checked_sub(1).and_then(|place| self.restarts.get(place));
        let before = restart.map_or(0, |restart| self.starts.partition_point(|start| start < restart));
        u32::try_from(row.saturating_sub(before)).unwrap_or(u32::MAX)
    }

    /// How many bytes before an offset begin no code point.
    fn continued(&self, text: &[u8], offset: u32) -> u32 {
        let offset = (offset as usize).min(text.len());
        let Some(before) = self.continuations.get(offset / BLOCK) else { return 0 };
        let rest = text.get(offset / BLOCK * BLOCK..offset).unwrap_or_default();
        before + u32::try_from(rest.iter().filter(|byte| continues(byte)).count()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_code_points_and_rows_newlines() {
        let text = "aé\n\n\tü§x".as_bytes();
        let table = LineTable::new(text);
        let place = |offset| table.row_and_column(text, offset);
        assert_eq!((place(0), place(1), place(3)), ((1, 1), (1, 2), (1, 3)));
        assert_eq!((place(4), place(5), place(10)), ((2, 1), (3, 1), (3, 4)));
    }

    #[test]
    fn rows_are_counted_anew_where_a_text_begins() {
        let text = b"a\nb\nc\nd\n";
        let table = LineTable::new(text).restarting(vec![2, 4]);
        assert_eq!([0, 2, 4, 6].map(|offset| table.row_and_column(text, offset).0), [1, 1, 1, 2]);
    }

    #[test]
    fn every_row_is_found() {
        for text in ["", "\n", "\n\n\n\n\n\n\n\n\n\n", "abc\n\u{8a}\u{b}\n\t\n\nfgh\u{a0a}\nk\n", "12345678\n2345678\n"]
        {
            assert_eq!(first_newline(text.as_bytes()), text.find('\n'));
            let ends = text.bytes().zip(1..).filter(|(byte, _)| *byte == b'\n').map(|(_, behind)| behind);
            assert_eq!(LineTable::new(text.as_bytes()).starts, [0].into_iter().chain(ends).collect::<Vec<u32>>());
        }
    }

    #[test]
    fn a_long_line_is_counted_as_a_short_one() {
        let text = "é".repeat(1000);
        let table = LineTable::new(text.as_bytes());
        assert_eq!(table.row_and_column(text.as_bytes(), 1998), (1, 1000));
        assert_eq!(table.row_and_column(text.as_bytes(), 2000), (1, 1001));
    }
}
