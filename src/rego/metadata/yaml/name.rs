//! The names of YAML: anchors, aliases, tags and directives.

use super::cursor::{Mark, is_word};
use super::failure::Outcome;
use super::scanner::Scanner;
use super::token::TokenKind;

impl Scanner {
    /// `*alias` or `&anchor`.
    pub(super) fn anchor(&mut self, alias: bool) -> Outcome<()> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let name = self.word();
        let ends = self.cursor.is_space_ahead(0)
            || matches!(self.cursor.character(), '?' | ':' | ',' | ']' | '}' | '%' | '@' | '`');
        if name.is_empty() || !ends {
            return self.error(start, "did not find expected alphabetic or numeric character");
        }
        self.finish(if alias { TokenKind::Alias(name) } else { TokenKind::Anchor(name) }, start);
        Ok(())
    }

    /// `!`, `!suffix`, `!handle!suffix` or `!<uri>`.
    pub(super) fn tag(&mut self) -> Outcome<()> {
        let start = self.cursor.mark;
        let (mut handle, mut suffix) = (String::new(), String::new());
        if self.cursor.ahead(1) == '<' {
            self.cursor.skip();
            self.cursor.skip();
            suffix = self.uri("", start)?;
            if self.cursor.character() != '>' {
                return self.error(start, "did not find the expected '>'");
            }
            self.cursor.skip();
        } else {
            let head = self.tag_handle(false, start)?;
            if head.len() > 1 && head.ends_with('!') {
                suffix = self.uri("", start)?;
                handle = head;
            } else {
                suffix.push_str(&self.uri(&head, start)?);
                handle.push('!');
                if suffix.is_empty() {
                    std::mem::swap(&mut handle, &mut suffix);
                }
            }
        }
        if !self.cursor.is_space_ahead(0) {
            return self.error(start, "did not find expected whitespace or line break");
        }
        self.finish(TokenKind::Tag { handle, suffix }, start);
        Ok(())
    }

    /// `%YAML 1.1` or `%TAG !handle! prefix`.
    pub(super) fn directive(&mut self) -> Outcome<()> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let name = self.word();
        if name.is_empty() {
            return self.error(start, "could not find expected directive name");
        }
        if !self.cursor.is_space_ahead(0) {
            return self.error(start, "found unexpected non-alphabetical character");
        }
        let kind = match name.as_str() {
            "YAML" => self.version(start)?,
            "TAG" => self.tag_directive(start)?,
            _ => return self.error(start, "found unknown directive name"),
        };
        let end = self.cursor.mark;
        self.cursor.skip_blanks();
        if self.cursor.character() == '#' {
            self.cursor.skip_to_line_end();
        }
        if !self.cursor.is_line_end() {
            return self.error(start, "did not find expected comment or line break");
        }
        self.cursor.take_break();
        self.finish_before(kind, start, end);
        Ok(())
    }

    fn version(&mut self, start: Mark) -> Outcome<TokenKind> {
        self.cursor.skip_blanks();
        let major = self.version_number(start)?;
        if self.cursor.character() != '.' {
            return self.error(start, "did not find expected digit or '.' character");
        }
        self.cursor.skip();
        let minor = self.version_number(start)?;
        Ok(TokenKind::Version { major, minor })
    }

    fn version_number(&mut self, start: Mark) -> Outcome<u8> {
        let mut digits = String::new();
        while self.cursor.character().is_ascii_digit() {
            if digits.len() == 2 {
                return self.error(start, "found extremely long version number");
            }
            digits.push(self.cursor.take());
        }
        match digits.parse() {
            Ok(number) => Ok(number),
            Err(_) => self.error(start, "did not find expected version number"),
        }
    }

    fn tag_directive(&mut self, start: Mark) -> Outcome<TokenKind> {
        self.cursor.skip_blanks();
        let handle = self.tag_handle(true, start)?;
        if !self.cursor.is_blank() {
            return self.error(start, "did not find expected whitespace");
        }
        self.cursor.skip_blanks();
        let prefix = self.uri("", start)?;
        if !self.cursor.is_space_ahead(0) {
            return self.error(start, "did not find expected whitespace or line break");
        }
        Ok(TokenKind::TagDirective { handle, prefix })
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while is_word(self.cursor.character()) {
            word.push(self.cursor.take());
        }
        word
    }

    fn tag_handle(&mut self, directive: bool, start: Mark) -> Outcome<String> {
        let mut handle = String::new();
        if self.cursor.character() == '!' {
            handle.push(self.cursor.take());
            handle.push_str(&self.word());
            if self.cursor.character() == '!' {
                handle.push(self.cursor.take());
                return Ok(handle);
            }
            if !directive || handle == "!" {
                return Ok(handle);
            }
        }
        self.error(start, "did not find expected '!'")
    }

    /// The characters of a tag, behind the `!` of a head.
    fn uri(&mut self, head: &str, start: Mark) -> Outcome<String> {
        let mut bytes = head.strip_prefix('!').unwrap_or(head).as_bytes().to_vec();
        let mut any = !head.is_empty();
        loop {
            match self.cursor.character() {
                '%' => self.uri_escapes(&mut bytes, start)?,
                character if is_word(character) || ";/?:@&=+$,.!~*'()[]".contains(character) => {
                    bytes.extend_from_slice(self.cursor.take().encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ if any => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
                _ => return self.error(start, "did not find expected tag URI"),
            }
            any = true;
        }
    }

    /// The octets of one character, each behind a `%`.
    fn uri_escapes(&mut self, bytes: &mut Vec<u8>, start: Mark) -> Outcome<()> {
        let mut left = None;
        while left != Some(0) {
            let digits = (self.cursor.ahead(1).to_digit(16), self.cursor.ahead(2).to_digit(16));
            let ('%', (Some(high), Some(low))) = (self.cursor.character(), digits) else {
                return self.error(start, "did not find URI escaped octet");
            };
            let octet = u8::try_from(high << 4 | low).unwrap_or_default();
            let rest = match (left, octet) {
                (None, 0..=0x7f) => 0,
                (None, 0xc0..=0xdf) => 1,
                (None, 0xe0..=0xef) => 2,
                (None, 0xf0..=0xf7) => 3,
                (None, _) => return self.error(start, "found an incorrect leading UTF-8 octet"),
                (Some(count), 0x80..=0xbf) => count - 1,
                (Some(_), _) => return self.error(start, "found an incorrect trailing UTF-8 octet"),
            };
            left = Some(rest);
            bytes.push(octet);
            (0..3).for_each(|_| self.cursor.skip());
        }
        Ok(())
    }
}
