//! Strings, and what escapes in them mean.

use super::Parser;
use crate::rego::syntax::lexer::replaced;
use crate::rego::syntax::location::Span;
use crate::rego::syntax::tree::{TermId, TermKind, Text};

impl Parser<'_> {
    /// The current token as a string.
    pub(super) fn string(&mut self) -> Option<TermId> {
        let here = self.here();
        let literal = self.literal();
        let inner = Span::between(self.state.literal_start.saturating_add(1), self.state.literal_end.saturating_sub(1));
        let raw = literal.first() == Some(&b'`');
        if literal.len() < 2 {
            return None;
        }
        let value = if raw || !literal.contains(&b'\\') {
            Text { span: inner, apart: false }
        } else {
            let inside = literal.get(1..literal.len() - 1).unwrap_or_default();
            let Some(decoded) = literal.ends_with(b"\"").then(|| self.decoded(inside)).flatten() else {
                self.error_here(format!("illegal string literal: {}", replaced(literal)));
                return None;
            };
            decoded
        };
        Some(self.new_term(TermKind::String { value, raw }, here))
    }

    /// What a JSON string of these characters between its quotes says, put apart from the source.
    // Out of the frames of what is nested.
    #[inline(never)]
    pub(super) fn decoded(&mut self, inside: &[u8]) -> Option<Text> {
        let start = self.apart.len();
        if decode(inside, &mut self.apart).is_none() {
            self.apart.truncate(start);
            return None;
        }
        let place = |place| u32::try_from(place).unwrap_or(u32::MAX);
        Some(Text { span: Span::between(place(start), place(self.apart.len())), apart: true })
    }
}

/// Writes what a JSON string of these characters between its quotes says; none for one that is no JSON string.
///
/// Lone surrogates and bytes that are no UTF-8 become U+FFFD.
fn decode(inside: &[u8], out: &mut String) -> Option<()> {
    let replaced_text;
    let text = match std::str::from_utf8(inside) {
        Ok(text) => text,
        Err(_) => {
            replaced_text = replaced(inside);
            &replaced_text
        }
    };
    out.reserve(text.len());
    let mut rest = text.as_bytes();
    loop {
        let plain = rest.iter().position(|byte| matches!(byte, b'\\' | b'"' | 0..=0x1f)).unwrap_or(rest.len());
        let start = text.len() - rest.len();
        out.push_str(text.get(start..start + plain).unwrap_or_default());
        let (_, more) = rest.split_at(plain);
        let [sign, more @ ..] = more else { return Some(()) };
        let (b'\\', [letter, more @ ..]) = (sign, more) else { return None };
        rest = more;
        out.push(match letter {
            b'"' | b'\\' | b'/' => char::from(*letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = hexadecimal(rest)?;
                let (character, after) = character(unit, rest.get(4..)?);
                rest = after;
                character
            }
            _ => return None,
        });
    }
}

/// The number of four hexadecimal digits.
fn hexadecimal(text: &[u8]) -> Option<u32> {
    text.get(..4)?.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}

/// The character of a UTF-16 unit, with the second unit of a pair that may follow; and what follows then.
fn character(unit: u32, rest: &[u8]) -> (char, &[u8]) {
    let pair = || {
        let low = hexadecimal(rest.strip_prefix(b"\\u")?).filter(|low| (0xDC00..0xE000).contains(low))?;
        let high = (0xD800..0xDC00).contains(&unit).then(|| unit - 0xD800)?;
        Some((char::from_u32(0x1_0000 + (high << 10) + (low - 0xDC00))?, rest.get(6..)?))
    };
    match char::from_u32(unit) {
        Some(character) => (character, rest),
        None => pair().unwrap_or((char::REPLACEMENT_CHARACTER, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_those_of_json() {
        let text = |inside: &str| {
            let mut text = String::new();
            decode(inside.as_bytes(), &mut text).map(|()| text)
        };
        assert_eq!(text(r#"a\n\t\\\"\/é"#).unwrap(), "a\n\t\\\"/é");
        assert_eq!(text(r"\u00e9\ud83d\ude00").unwrap(), "é😀");
        assert_eq!(text(r"\ud83dx\udc00\ud800\u0041").unwrap(), "\u{fffd}x\u{fffd}\u{fffd}A");
        assert_eq!((text(r"\u12g4"), text(r"\u12"), text("\\n\t"), text("\\")), (None, None, None, None));
    }
}
