//! Values behind a key or `-`: plain, in quotes, or lines of text below.

use super::Lines;
use crate::rego::metadata::yaml::node::Content;
use std::borrow::Cow;

impl<'text> Lines<'text> {
    /// A value that begins on the line that is read, in a block with this indentation. Goes to the line behind it.
    pub(super) fn value(&mut self, text: &'text str, indent: usize) -> Option<()> {
        match text.bytes().next()? {
            b'|' | b'>' => self.lines_of_text(text, indent)?,
            b'"' | b'\'' | b'[' | b'{' => {
                if !self.flow(text, 0)?.is_empty() {
                    return None;
                }
                self.advance()?;
            }
            _ => self.plain(text, indent)?,
        }
        (self.is_end || self.indent <= indent).then_some(())
    }

    /// A text without quotes, and the lines it goes on with.
    fn plain(&mut self, text: &'text str, indent: usize) -> Option<()> {
        if !begins_plain(text) || !is_plain(text) {
            return None;
        }
        let number = self.number;
        let mut value = Cow::Borrowed(text);
        self.advance()?;
        while !self.is_end && self.indent > indent {
            let text = self.content().trim_end_matches(' ');
            if text.starts_with('#') || !is_plain(text) {
                return None;
            }
            let value = value.to_mut();
            match self.empty {
                0 => value.push(' '),
                count => value.extend(std::iter::repeat_n('\n', count)),
            }
            value.push_str(text);
            self.advance()?;
        }
        self.add_plain(number, value);
        Some(())
    }

    /// The lines behind `|`, `|-`, `>` or `>-`.
    fn lines_of_text(&mut self, header: &str, indent: usize) -> Option<()> {
        let (folded, strip) = match header {
            "|" => (false, false),
            "|-" => (false, true),
            ">" => (true, false),
            ">-" => (true, true),
            _ => return None,
        };
        let number = self.number;
        self.advance()?;
        let least = self.indent;
        if self.is_end || least <= indent {
            return None;
        }
        let mut value = String::new();
        let (mut first, mut was_blank) = (true, false);
        while !self.is_end && self.indent >= least {
            let is_blank = self.indent > least;
            if first || (folded && !was_blank && !is_blank) {
                if !first && self.empty == 0 {
                    value.push(' ');
                }
            } else {
                value.push('\n');
            }
            value.extend(std::iter::repeat_n('\n', self.empty));
            value.push_str(self.line.get(least..)?);
            (first, was_blank) = (false, is_blank);
            self.advance()?;
        }
        if !strip {
            value.push('\n');
        }
        self.add(number, "!!str", Content::Scalar(Cow::Owned(value)));
        Some(())
    }
}

/// Whether the first character begins a text without quotes.
fn begins_plain(text: &str) -> bool {
    let mut bytes = text.bytes();
    match bytes.next() {
        Some(b'-') => bytes.next().is_some_and(|byte| byte != b' '),
        Some(byte) => byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"_/+.(<$^~=\\;".contains(&byte),
        None => false,
    }
}

/// Whether a line has no key and no comment in it.
fn is_plain(text: &str) -> bool {
    let mut before = b'\0';
    for byte in text.bytes() {
        if (byte == b'#' || before == b':') && (before == b' ' || byte == b' ') {
            return false;
        }
        before = byte;
    }
    before != b':'
}
