//! YAML read line by line, where it has the common shapes of METADATA blocks.
//!
//! These are blocks of keys and of items, and values that begin on the line of their entry. Whatever else a text holds
//! (comments, anchors, tags, escapes, tabs, anything wrong) is left to the reader by characters. What is read here gives
//! the same document there.

mod block;
mod flow;
mod scalar;

#[cfg(test)]
mod tests;

use super::node::{Content, Document, Node};
use super::resolve::plain_tag;
use std::borrow::Cow;

/// How long a line may be: on one of these no key is too far from its colon.
const LINE_LENGTH: usize = 1000;

/// How many blocks, and how many brackets, may stand in each other.
const DEPTH: usize = 50;

/// A text, and the line that is read.
struct Lines<'text> {
    /// What is behind the line.
    rest: &'text str,
    line: &'text str,
    /// The blanks before the line.
    indent: usize,
    /// Which line it is, counted from 1.
    number: usize,
    /// The empty lines before it.
    empty: usize,
    is_end: bool,
    nodes: Vec<Node<'text>>,
    /// The blocks around the line.
    open: Vec<Open>,
}

/// A block that may have more entries.
struct Open {
    node: usize,
    indent: usize,
    is_list: bool,
}

/// The document of a text that has these shapes alone.
pub(super) fn document(text: &str) -> Option<Document<'_>> {
    if !text.ends_with('\n') || !is_ordinary_text(text) {
        return None;
    }
    let mut lines = Lines {
        rest: text,
        line: "",
        indent: 0,
        number: 0,
        empty: 0,
        is_end: false,
        nodes: Vec::with_capacity(text.len() / 16 + 4),
        open: Vec::with_capacity(4),
    };
    lines.advance()?;
    lines.begin()?;
    while !lines.is_end {
        lines.entry()?;
    }
    Some(Document { nodes: lines.nodes, root: 0 })
}

fn is_ordinary_text(text: &str) -> bool {
    // Without a way out in the middle, many bytes are looked at at once.
    text.bytes().fold(true, |all, byte| all & matches!(byte, b'\n' | b' '..=b'~')) || text.chars().all(is_ordinary)
}

/// Whether a character is no control character, no break but a newline, and no blank but ` `.
fn is_ordinary(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a1}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{10000}'..)
}

impl<'text> Lines<'text> {
    /// Goes to the next line that is not empty.
    fn advance(&mut self) -> Option<()> {
        self.empty = 0;
        while let Some((line, rest)) = self.rest.split_once('\n') {
            self.number += 1;
            self.rest = rest;
            if line.is_empty() {
                self.empty += 1;
                continue;
            }
            self.line = line;
            self.indent = line.bytes().take_while(|byte| *byte == b' ').count();
            return (self.indent < line.len() && line.len() <= LINE_LENGTH).then_some(());
        }
        (self.line, self.indent, self.is_end) = ("", 0, true);
        Some(())
    }

    /// The line without the blanks before it.
    fn content(&self) -> &'text str {
        self.line.get(self.indent..).unwrap_or_default()
    }

    fn add(&mut self, line: usize, tag: &'static str, content: Content<'text>) {
        self.nodes.push(Node { line, tag: Cow::Borrowed(tag), content });
    }

    fn add_plain(&mut self, line: usize, value: Cow<'text, str>) {
        let tag = if value == "<<" { "!!merge" } else { plain_tag(&value) };
        self.add(line, tag, Content::Scalar(value));
    }

    /// Makes the next node to come an item of a list.
    fn expect_item(&mut self, list: usize) {
        let next = self.nodes.len();
        if let Some(Node { content: Content::Sequence(items), .. }) = self.nodes.get_mut(list) {
            items.push(next);
        }
    }

    /// Makes the next two nodes to come a key of a map and its value.
    fn expect_pair(&mut self, map: usize) {
        let next = self.nodes.len();
        if let Some(Node { content: Content::Mapping(pairs), .. }) = self.nodes.get_mut(map) {
            pairs.push((next, next + 1));
        }
    }
}
