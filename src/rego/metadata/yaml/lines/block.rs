//! Blocks of keys and of items, each entry on a line of its own.

use super::{DEPTH, Lines, Open};
use crate::rego::metadata::yaml::node::Content;
use std::borrow::Cow;

impl<'text> Lines<'text> {
    /// Begins a block with the line that is read.
    pub(super) fn begin(&mut self) -> Option<()> {
        let is_list = self.content().starts_with("- ");
        if !is_list {
            key(self.content())?;
        }
        self.open(is_list, self.indent)
    }

    fn open(&mut self, is_list: bool, indent: usize) -> Option<()> {
        self.open.push(Open { node: self.nodes.len(), indent, is_list });
        match is_list {
            true => self.add(self.number, "!!seq", Content::Sequence(Vec::new())),
            false => self.add(self.number, "!!map", Content::Mapping(Vec::new())),
        }
        (self.open.len() <= DEPTH).then_some(())
    }

    /// Reads the line as an entry of the block it belongs to, and what follows it of its value.
    pub(super) fn entry(&mut self) -> Option<()> {
        let content = self.content();
        let item = content.strip_prefix("- ");
        // A list that is not indented ends with its map's next key.
        while self.open.last().is_some_and(|open| {
            open.indent > self.indent || (open.indent == self.indent && open.is_list && item.is_none())
        }) {
            self.open.pop();
        }
        let &Open { node, indent, is_list } = self.open.last()?;
        if indent != self.indent {
            return None;
        }
        if !is_list {
            let (key, rest) = key(content)?;
            return self.pair(node, key, rest, indent);
        }
        let text = item?.trim_matches(' ');
        self.expect_item(node);
        let Some((key, rest)) = key(text) else { return self.value(text, indent) };
        let before = content.len() - item?.trim_start_matches(' ').len();
        let map = self.nodes.len();
        self.open(false, indent + before)?;
        self.pair(map, key, rest, indent + before)
    }

    fn pair(&mut self, map: usize, key: &'text str, rest: &'text str, indent: usize) -> Option<()> {
        self.expect_pair(map);
        self.add_plain(self.number, Cow::Borrowed(key));
        let text = rest.trim_matches(' ');
        if !text.is_empty() {
            return self.value(text, indent);
        }
        let number = self.number;
        self.advance()?;
        let is_below = self.indent > indent || (self.indent == indent && self.content().starts_with("- "));
        if !self.is_end && is_below {
            return self.begin();
        }
        self.add_plain(number, Cow::Borrowed(""));
        Some(())
    }
}

/// A key at the front that is one word, and what is behind its colon.
fn key(text: &str) -> Option<(&str, &str)> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/');
    let length = text.bytes().take_while(|byte| is_word(*byte)).count();
    let (key, rest) = text.split_at_checked(length)?;
    let rest = rest.strip_prefix(':')?;
    let begins = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    (begins && (rest.is_empty() || rest.starts_with(' '))).then_some((key, rest))
}
