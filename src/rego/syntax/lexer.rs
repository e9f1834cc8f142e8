//! Text into tokens, as OPA's scanner cuts it.
//!
//! The scanner reads one character ahead, and what is wrong with that character is told of the token before it. So a bad
//! byte is the fault of the token it follows, and the text of a token that is followed by a character of several bytes
//! reaches into that character.

use super::options::Keywords;
use super::token::Token;

/// One token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    /// The first byte; the length of the text at its end.
    pub(super) start: u32,
    /// The first byte after it.
    pub(super) end: u32,
    /// Where its literal begins: in template strings the sign before the first character.
    pub(super) literal_start: u32,
    /// Where its literal ends, bytes of the next character included.
    pub(super) literal_end: u32,
}

/// A text being cut.
pub(super) struct Lexer<'text> {
    pub(super) text: &'text [u8],
    /// The text where it is UTF-8.
    pub(super) valid: Option<&'text str>,
    /// Whether the text is UTF-8 without NUL and without byte-order marks inside: then no character has a fault.
    pub(super) clean: bool,
    /// Whether no character takes several bytes.
    ascii: bool,
    /// What was wrong with the last token: the place of the character ahead, and the message.
    pub(super) faults: Vec<(u32, &'static str)>,
}

/// The longest text that is read: places are told in 32 bits.
pub(super) const LIMIT: usize = i32::MAX as usize;

const MARK: char = '\u{feff}';

/// The width of the character at the front, and the character; none for a byte that begins no character.
pub(super) fn decode(bytes: &[u8]) -> (usize, Option<char>) {
    match bytes.first() {
        None => (0, None),
        Some(byte) if byte.is_ascii() => (1, Some(char::from(*byte))),
        Some(_) => (2..=4)
            .find_map(|width| {
                let character = std::str::from_utf8(bytes.get(..width)?).ok()?.chars().next()?;
                Some((width, Some(character)))
            })
            .unwrap_or((1, None)),
    }
}

/// A text with each byte that is no UTF-8 replaced, as Go writes it.
pub(super) fn replaced(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

impl<'text> Lexer<'text> {
    pub(super) fn new(text: &'text [u8]) -> Self {
        let valid = std::str::from_utf8(text).ok();
        let ascii = text.is_ascii();
        let clean = valid.is_some_and(|valid| {
            let rest = valid.strip_prefix(MARK).unwrap_or(valid);
            !text.contains(&0) && (ascii || !rest.contains(MARK))
        });
        Self { text, valid, clean, ascii, faults: Vec::new() }
    }

    /// Where the first token is looked for: behind a byte-order mark.
    pub(super) fn first(&self) -> u32 {
        if self.text.starts_with(MARK.encode_utf8(&mut [0; 3]).as_bytes()) { 3 } else { 0 }
    }

    pub(super) fn byte(&self, place: u32) -> Option<u8> {
        self.text.get(place as usize).copied()
    }

    pub(super) fn length(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// The bytes from one place up to another.
    pub(super) fn slice(&self, start: u32, end: u32) -> &'text [u8] {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The place behind the character at a place.
    pub(super) fn after(&self, place: u32) -> u32 {
        match self.byte(place) {
            None => self.length(),
            Some(byte) if byte.is_ascii() => place + 1,
            Some(_) => {
                let end = (place as usize + 4).min(self.text.len());
                let (width, _) = decode(self.text.get(place as usize..end).unwrap_or_default());
                place + u32::try_from(width).unwrap_or(1)
            }
        }
    }

    pub(super) fn fault(&mut self, place: u32, message: &'static str) {
        self.faults.push((place, message));
    }

    /// The token at a place.
    #[inline]
    pub(super) fn next(&mut self, place: u32, active: Keywords) -> Lexeme {
        let Some(byte) = self.byte(place) else {
            return self.finish(Token::End, place, place, place);
        };
        let next = place + 1;
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let end = self.identifier(next);
                let mut lexeme = self.finish(Token::Identifier, place, place, end);
                lexeme.token = Token::of_word(self.slice(place, lexeme.literal_end), active);
                lexeme
            }
            b'0'..=b'9' => {
                let end = self.number(next);
                self.finish(Token::Number, place, place, end)
            }
            b'"' => {
                let end = self.string(next);
                self.finish(Token::String, place, place, end)
            }
            b'`' => {
                let end = self.raw_string(next);
                self.finish(Token::String, place, place, end)
            }
            b'$' => self.dollar(place),
            _ => {
                let (token, end) = match Token::of_byte(byte) {
                    Some(token) => (token, next),
                    None => self.sign(byte, place),
                };
                // Signs have no literal, even where `&` and `|` pass for words.
                Lexeme { literal_end: place, ..self.finish(token, place, place, end) }
            }
        }
    }

    /// A sign that is more than its first byte, or may be.
    fn sign(&mut self, byte: u8, place: u32) -> (Token, u32) {
        let next = place + 1;
        let equals = self.byte(next) == Some(b'=');
        let pair = |double, single| if equals { (double, next + 1) } else { (single, next) };
        match byte {
            b':' => pair(Token::Assign, Token::Colon),
            b'=' => pair(Token::Equal, Token::Unify),
            b'>' => pair(Token::GreaterEqual, Token::Greater),
            b'<' => pair(Token::LessEqual, Token::Less),
            b'!' if equals => (Token::NotEqual, next + 1),
            b'!' => {
                self.fault(next, "illegal ! character");
                (Token::Illegal, next)
            }
            _ => {
                let end = self.after(place);
                if self.slice(place, end) == "\u{a0}".as_bytes() {
                    self.fault(end, "illegal non-breaking space character, use a regular space instead");
                }
                (Token::Illegal, end)
            }
        }
    }

    #[inline]
    pub(super) fn finish(&mut self, token: Token, start: u32, literal_start: u32, end: u32) -> Lexeme {
        let mut literal_end = end;
        if !self.ascii && self.byte(end).is_some_and(|byte| !byte.is_ascii()) {
            literal_end = self.after(end) - 1;
        }
        if !self.clean {
            self.check_characters(start, end);
        }
        let token = if self.faults.is_empty() { token } else { Token::Illegal };
        Lexeme { token, start, end, literal_start, literal_end }
    }

    /// Tells the faults of the characters read for a token: those behind its first one, the one ahead included.
    pub(super) fn check_characters(&mut self, start: u32, end: u32) {
        let first = self.first();
        let (mut place, mut told) = if start <= first { (0, true) } else { (start, false) };
        let mut bad = Vec::new();
        while place <= end && place < self.length() {
            let rest_end = (place as usize + 4).min(self.text.len());
            let (width, character) = decode(self.text.get(place as usize..rest_end).unwrap_or_default());
            if told {
                match character {
                    Some('\0') => bad.push((place, "illegal null character")),
                    None => bad.push((place, "illegal utf-8 character")),
                    Some('\u{feff}') if place > 0 => bad.push((place, "illegal byte-order mark")),
                    _ => {}
                }
            }
            told = true;
            place += u32::try_from(width).unwrap_or(1).max(1);
        }
        if !bad.is_empty() {
            bad.append(&mut self.faults);
            bad.sort_by_key(|(place, _)| *place);
            self.faults = bad;
        }
    }
}
