//! Values in quotes and brackets that end on their line.

use super::{DEPTH, Lines};
use crate::rego::metadata::yaml::node::Content;
use std::borrow::Cow;

impl<'text> Lines<'text> {
    /// A value in quotes or brackets; what is behind it on its line, without the blanks before that.
    pub(super) fn flow(&mut self, text: &'text str, depth: usize) -> Option<&'text str> {
        let rest = match text.bytes().next()? {
            b'"' => self.quoted(text, '"')?,
            b'\'' => self.quoted(text, '\'')?,
            b'[' => self.list(text, depth)?,
            b'{' => self.map(text, depth)?,
            _ => self.word(text)?,
        };
        Some(rest.trim_start_matches(' '))
    }

    /// A text in quotes, without an escape.
    fn quoted(&mut self, text: &'text str, quote: char) -> Option<&'text str> {
        let (value, rest) = text.strip_prefix(quote)?.split_once(quote)?;
        if value.contains('\\') || rest.starts_with(quote) {
            return None;
        }
        self.add(self.number, "!!str", Content::Scalar(Cow::Borrowed(value)));
        Some(rest)
    }

    /// A text without quotes, of characters that have no meaning between brackets.
    fn word(&mut self, text: &'text str) -> Option<&'text str> {
        let is_word =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'@' | b' ');
        let length = text.bytes().take_while(|byte| is_word(*byte)).count();
        let (word, rest) = text.split_at_checked(length)?;
        if !word.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_') {
            return None;
        }
        self.add_plain(self.number, Cow::Borrowed(word.trim_end_matches(' ')));
        Some(rest)
    }

    fn list(&mut self, text: &'text str, depth: usize) -> Option<&'text str> {
        let list = self.nodes.len();
        self.add(self.number, "!!seq", Content::Sequence(Vec::new()));
        let mut rest = text.strip_prefix('[')?.trim_start_matches(' ');
        if depth > DEPTH {
            return None;
        }
        if let Some(behind) = rest.strip_prefix(']') {
            return Some(behind);
        }
        loop {
            self.expect_item(list);
            rest = self.flow(rest, depth + 1)?;
            match rest.strip_prefix(',') {
                Some(behind) => rest = behind.trim_start_matches(' '),
                None => return rest.strip_prefix(']'),
            }
        }
    }

    fn map(&mut self, text: &'text str, depth: usize) -> Option<&'text str> {
        let map = self.nodes.len();
        self.add(self.number, "!!map", Content::Mapping(Vec::new()));
        let mut rest = text.strip_prefix('{')?.trim_start_matches(' ');
        if depth > DEPTH {
            return None;
        }
        if let Some(behind) = rest.strip_prefix('}') {
            return Some(behind);
        }
        loop {
            self.expect_pair(map);
            rest = match rest.bytes().next()? {
                b'"' => self.quoted(rest, '"')?,
                b'\'' => self.quoted(rest, '\'')?,
                _ => self.word(rest)?,
            };
            rest = self.flow(rest.strip_prefix(": ")?.trim_start_matches(' '), depth + 1)?;
            match rest.strip_prefix(',') {
                Some(behind) => rest = behind.trim_start_matches(' '),
                None => return rest.strip_prefix('}'),
            }
        }
    }
}
