//! JSON text as Go's encoder lays it out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io::{self, Write};

/// How JSON is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// No white space at all.
    Compact,
    /// One member or item a line, two spaces a level.
    Indented,
}

/// Writes members, items and values one after the other; the separators come by themselves.
pub(super) struct Sink<'a, W: Write> {
    out: &'a mut W,
    layout: Layout,
    depth: usize,
    /// Whether the last thing written opened an array or object.
    fresh: bool,
    /// Whether a key was written and its value is due.
    due: bool,
}

impl<'a, W: Write> Sink<'a, W> {
    pub(super) fn new(out: &'a mut W, layout: Layout) -> Self {
        Self { out, layout, depth: 0, fresh: true, due: true }
    }

    fn line(&mut self) -> io::Result<()> {
        const SPACES: &[u8] = &[b' '; 256];
        if self.layout == Layout::Compact {
            return Ok(());
        }
        self.out.write_all(b"\n")?;
        let mut left = self.depth.saturating_mul(2);
        while left > 0 {
            let some = SPACES.get(..left).unwrap_or(SPACES);
            self.out.write_all(some)?;
            left -= some.len();
        }
        Ok(())
    }

    /// What stands before a key, an item, or a value behind its key.
    fn separate(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.due) {
            return Ok(());
        }
        if !std::mem::take(&mut self.fresh) {
            self.out.write_all(b",")?;
        }
        self.line()
    }

    pub(super) fn open(&mut self, bracket: &[u8]) -> io::Result<()> {
        self.separate()?;
        self.out.write_all(bracket)?;
        self.depth = self.depth.saturating_add(1);
        self.fresh = true;
        Ok(())
    }

    pub(super) fn close(&mut self, bracket: &[u8]) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        if !std::mem::take(&mut self.fresh) {
            self.line()?;
        }
        self.out.write_all(bracket)
    }

    pub(super) fn key(&mut self, name: &str) -> io::Result<()> {
        self.string(name)?;
        self.colon()
    }

    fn colon(&mut self) -> io::Result<()> {
        self.out.write_all(if self.layout == Layout::Compact { b":" } else { b": " })?;
        self.due = true;
        Ok(())
    }

    pub(super) fn boolean(&mut self, value: bool) -> io::Result<()> {
        self.literal(if value { "true" } else { "false" })
    }

    pub(super) fn number(&mut self, value: u32) -> io::Result<()> {
        self.separate()?;
        write!(self.out, "{value}")
    }

    /// A text that is JSON already and holds no white space.
    pub(super) fn literal(&mut self, value: &str) -> io::Result<()> {
        self.separate()?;
        self.out.write_all(value.as_bytes())
    }

    /// A string with the escapes of Go: `<`, `>`, `&` and the line separators of Unicode are escaped too.
    pub(super) fn string(&mut self, value: &str) -> io::Result<()> {
        self.separate()?;
        self.out.write_all(b"\"")?;
        let mut rest = value;
        while let Some(place) = rest.find(is_escaped) {
            let (plain, tail) = rest.split_at(place);
            self.out.write_all(plain.as_bytes())?;
            let mut characters = tail.chars();
            match characters.next() {
                Some('"') => self.out.write_all(b"\\\"")?,
                Some('\\') => self.out.write_all(b"\\\\")?,
                Some('\n') => self.out.write_all(b"\\n")?,
                Some('\r') => self.out.write_all(b"\\r")?,
                Some('\t') => self.out.write_all(b"\\t")?,
                Some('\u{8}') => self.out.write_all(b"\\b")?,
                Some('\u{c}') => self.out.write_all(b"\\f")?,
                Some(other) => write!(self.out, "\\u{:04x}", u32::from(other))?,
                None => {}
            }
            rest = characters.as_str();
        }
        self.out.write_all(rest.as_bytes())?;
        self.out.write_all(b"\"")
    }

    /// Bytes as Go writes them: in base64.
    pub(super) fn bytes(&mut self, value: &[u8]) -> io::Result<()> {
        self.separate()?;
        self.out.write_all(b"\"")?;
        // A multiple of three bytes, so that no block but the last is padded.
        for block in value.chunks(3 * 1024) {
            self.out.write_all(STANDARD.encode(block).as_bytes())?;
        }
        self.out.write_all(b"\"")
    }

    /// A compact JSON document, laid out as the rest.
    pub(super) fn document(&mut self, compact: &str) -> io::Result<()> {
        let mut rest = compact;
        while let Some(first) = rest.bytes().next() {
            let length = match first {
                b'{' | b'[' => {
                    self.open(if first == b'{' { b"{" } else { b"[" })?;
                    1
                }
                b'}' | b']' => {
                    self.close(if first == b'}' { b"}" } else { b"]" })?;
                    1
                }
                b',' => 1,
                b':' => {
                    self.colon()?;
                    1
                }
                b'"' => {
                    let length = quoted(rest);
                    self.literal(rest.get(..length).unwrap_or_default())?;
                    length
                }
                _ => {
                    let length = rest.find([',', '}', ']']).unwrap_or(rest.len());
                    self.literal(rest.get(..length).unwrap_or_default())?;
                    length
                }
            };
            rest = rest.get(length..).unwrap_or_default();
        }
        Ok(())
    }
}

fn is_escaped(character: char) -> bool {
    matches!(character, '\0'..='\u{1f}' | '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}')
}

/// How long the string is that a text begins with.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (place, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return place + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(layout: Layout, write: impl FnOnce(&mut Sink<'_, Vec<u8>>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut Sink::new(&mut out, layout)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_document_is_laid_out_as_go_does_it() {
        let compact = r#"{"a":[1,-2.5e3,"x\"],{\\"],"b":{},"c":[],"d":{"e":null}}"#;
        assert_eq!(written(Layout::Compact, |sink| sink.document(compact)), compact);
        let indented = "{\n  \"a\": [\n    1,\n    -2.5e3,\n    \"x\\\"],{\\\\\"\n  ],\n  \"b\": {},\n  \"c\": [],\n  \"d\": {\n    \"e\": null\n  }\n}";
        assert_eq!(written(Layout::Indented, |sink| sink.document(compact)), indented);
    }

    #[test]
    fn strings_are_escaped_as_go_does_it() {
        let text = "a<b>&\"\\\n\r\t\u{8}\u{c}\u{1}\u{7f}\u{2028}é";
        let wanted = r#""a\u003cb\u003e\u0026\"\\\n\r\t\b\f\u0001"#.to_owned() + "\u{7f}\\u2028é\"";
        assert_eq!(written(Layout::Compact, |sink| sink.string(text)), wanted);
    }

    #[test]
    fn bytes_longer_than_a_block_are_one_base64_text() {
        let bytes = [7_u8; 10_000];
        assert_eq!(written(Layout::Compact, |sink| sink.bytes(&bytes)), format!("\"{}\"", STANDARD.encode(bytes)));
    }
}
