//! Where words, numbers and strings end.

use super::digits::is_decimal_digit;
use super::lexer::{Lexeme, Lexer, decode};
use super::token::Token;

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// Which bytes a word goes on with.
const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        #[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, below the length")]
        {
            table[byte] = byte == b'_' as usize || (byte as u8).is_ascii_alphanumeric();
        }
        byte += 1;
    }
    table
};

impl Lexer<'_> {
    #[inline]
    pub(super) fn identifier(&self, mut place: u32) -> u32 {
        loop {
            while let Some(byte) = self.byte(place)
                && WORD.get(usize::from(byte)).is_some_and(|goes_on| *goes_on)
            {
                place += 1;
            }
            if self.byte(place).is_none_or(|byte| byte.is_ascii()) {
                return place;
            }
            match self.foreign_digit(place) {
                Some(behind) => place = behind,
                None => return place,
            }
        }
    }

    /// The place behind a decimal digit that is not one of ASCII.
    fn foreign_digit(&self, place: u32) -> Option<u32> {
        let rest = self.text.get(place as usize..)?;
        let (width, character) = decode(rest.get(..4).unwrap_or(rest));
        is_decimal_digit(character?).then(|| place + u32::try_from(width).unwrap_or(1))
    }

    fn digits(&self, mut place: u32) -> u32 {
        while self.byte(place).is_some_and(|byte| byte.is_ascii_digit()) {
            place += 1;
        }
        place
    }

    pub(super) fn number(&mut self, place: u32) -> u32 {
        let mut place = self.digits(place);
        if self.byte(place) == Some(b'.') {
            let end = self.digits(place + 1);
            if end == place + 1 {
                self.fault(end, "expected fraction");
            }
            place = end;
        }
        if matches!(self.byte(place), Some(b'e' | b'E')) {
            place += 1;
            if matches!(self.byte(place), Some(b'+' | b'-')) {
                place += 1;
            }
            let end = self.digits(place);
            if end == place {
                self.fault(end, "expected exponent");
            }
            place = end;
        }
        if self.byte(place).is_some_and(is_letter) {
            self.fault(place, "illegal number format");
            place = self.identifier(place);
        }
        place
    }

    /// What an escape takes: `place` is behind the backslash.
    fn escape(&mut self, place: u32, template: bool) -> u32 {
        match self.byte(place) {
            Some(b'\\' | b'"' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => place + 1,
            Some(b'{') if template => place + 1,
            Some(b'u') => (0..4).fold(place, |place, _| self.after(place)),
            _ => {
                self.fault(place, "illegal escape sequence");
                place
            }
        }
    }

    /// The place of the first byte from a place on that is one of those looked for; the end of the text if none is, or a
    /// place that is behind it.
    fn find(&self, place: u32, is_it: impl Fn(u8) -> bool) -> u32 {
        let rest = self.text.get(place as usize..).unwrap_or_default();
        let length = rest.iter().position(|byte| is_it(*byte)).unwrap_or(rest.len());
        place.saturating_add(u32::try_from(length).unwrap_or(u32::MAX))
    }

    pub(super) fn string(&mut self, mut place: u32) -> u32 {
        loop {
            place = self.find(place, |byte| matches!(byte, b'"' | b'\\' | b'\n'));
            match self.byte(place) {
                Some(b'"') => return place + 1,
                Some(b'\\') => place = self.escape(place + 1, false),
                _ => {
                    self.fault(place, "non-terminated string");
                    return place.min(self.length());
                }
            }
        }
    }

    pub(super) fn raw_string(&mut self, mut place: u32) -> u32 {
        place = self.find(place, |byte| byte == b'`');
        if self.byte(place).is_some() {
            return place + 1;
        }
        self.fault(place, "non-terminated string");
        place.min(self.length())
    }

    pub(super) fn dollar(&mut self, place: u32) -> Lexeme {
        match self.byte(place + 1) {
            Some(b'"') => self.template(place, place + 1, false),
            Some(b'`') => self.template(place, place + 1, true),
            _ => {
                self.fault(place + 1, "illegal $ character");
                self.finish(Token::Illegal, place, place, place + 1)
            }
        }
    }

    /// A template string goes on behind the brace that ended an expression.
    pub(super) fn template_again(&mut self, place: u32, raw: bool) -> Lexeme {
        self.template(place, place.saturating_sub(1), raw)
    }

    /// A part of a template string, whose first character stands behind the byte `opening`.
    fn template(&mut self, start: u32, opening: u32, raw: bool) -> Lexeme {
        let (part, last, quote) = if raw {
            (Token::RawTemplatePart, Token::RawTemplateEnd, b'`')
        } else {
            (Token::TemplatePart, Token::TemplateEnd, b'"')
        };
        let mut token = part;
        let mut place = opening + 1;
        loop {
            match self.byte(place) {
                Some(byte) if byte == quote => {
                    token = last;
                    place += 1;
                    break;
                }
                Some(b'{') => {
                    place += 1;
                    break;
                }
                Some(b'\\') if !raw => place = self.escape(place + 1, true),
                Some(b'\\') if self.byte(place + 1) == Some(b'{') => place += 2,
                Some(b'\n') if !raw => {
                    self.fault(place, "non-terminated string");
                    break;
                }
                None => {
                    self.fault(place, "non-terminated string");
                    break;
                }
                Some(_) => place += 1,
            }
        }
        self.finish(token, start, opening, place.min(self.length()))
    }
}
