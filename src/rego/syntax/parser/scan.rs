//! From token to token.

use super::Parser;
use crate::rego::syntax::lexer::Lexeme;
use crate::rego::syntax::location::{Location, Span, first_newline};
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::Comment;

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

impl Parser<'_> {
    /// The tokens from here to the end.
    pub(in super::super) fn count_tokens(mut self) -> usize {
        let mut count = 0;
        loop {
            self.scan();
            if self.is(Token::End) {
                return count;
            }
            count += 1;
        }
    }

    /// Goes on to the next token that is no white space.
    pub(super) fn scan(&mut self) {
        self.advance(true);
    }

    /// Goes on to the next token, white space included.
    pub(super) fn scan_whitespace(&mut self) {
        self.advance(false);
    }

    /// Goes on to the next token that is no white space; whether it touches this one.
    pub(super) fn scan_touching(&mut self) -> bool {
        let touches = !self.lexer.byte(self.state.end).is_some_and(|byte| is_blank(byte) || byte == b'#');
        self.advance(true);
        touches
    }

    fn advance(&mut self, skip: bool) {
        if self.state.token != Token::Whitespace {
            self.state.last_end = self.state.end;
            self.state.newline = false;
        }
        loop {
            if skip && self.lexer.clean {
                self.skip_blanks();
            }
            let place = self.state.end;
            match self.lexer.byte(place) {
                Some(byte) if is_blank(byte) => {
                    if self.blank(place, byte) || !skip {
                        return;
                    }
                }
                Some(b'#') => {
                    if self.comment(place) {
                        return;
                    }
                }
                _ => {
                    let lexeme = self.lexer.next(place, self.state.active);
                    self.take(lexeme);
                    self.tell_faults();
                    return;
                }
            }
        }
    }

    /// Passes white space in a text whose characters have no faults.
    fn skip_blanks(&mut self) {
        let rest = self.lexer.text.get(self.state.end as usize..).unwrap_or_default();
        let mut length = 0;
        for byte in rest {
            if !is_blank(*byte) {
                break;
            }
            self.state.newline |= *byte == b'\n';
            length += 1;
        }
        self.state.end += length;
    }

    /// Takes one character of white space; whether it is faulty.
    fn blank(&mut self, place: u32, byte: u8) -> bool {
        let end = place + 1;
        self.take(Lexeme { token: Token::Whitespace, start: place, end, literal_start: place, literal_end: end });
        if !self.lexer.clean {
            self.lexer.check_characters(place, end);
            if self.tell_faults() {
                return true;
            }
        }
        self.state.newline |= byte == b'\n';
        false
    }

    /// Goes on with the template string whose expression ended.
    pub(super) fn scan_template(&mut self, raw: bool) {
        if self.state.token != Token::Whitespace {
            self.state.last_end = self.state.end;
            self.state.newline = false;
        }
        let lexeme = self.lexer.template_again(self.state.end, raw);
        self.take(lexeme);
        self.tell_faults();
    }

    pub(super) fn take(&mut self, lexeme: Lexeme) {
        self.state.token = lexeme.token;
        self.state.start = lexeme.start;
        self.state.end = lexeme.end;
        self.state.literal_start = lexeme.literal_start;
        self.state.literal_end = lexeme.literal_end;
    }

    /// Reports what the lexer found wrong with the token; whether it found anything.
    #[inline]
    pub(super) fn tell_faults(&mut self) -> bool {
        !self.lexer.faults.is_empty() && self.report_faults()
    }

    fn report_faults(&mut self) -> bool {
        for (_, message) in std::mem::take(&mut self.lexer.faults) {
            self.error_here(message);
        }
        self.state.token = Token::Illegal;
        true
    }

    /// Passes a comment; whether it is faulty.
    pub(super) fn comment(&mut self, place: u32) -> bool {
        let rest = self.lexer.text.get(place as usize..).unwrap_or_default();
        let length = first_newline(rest).unwrap_or(rest.len());
        let end = place.saturating_add(u32::try_from(length).unwrap_or(u32::MAX));
        self.take(Lexeme { token: Token::Illegal, start: place, end, literal_start: place, literal_end: end });
        if !self.lexer.clean {
            self.lexer.check_characters(place, end);
            if self.tell_faults() {
                return true;
            }
        }
        let mut text = self.lexer.slice(place + 1, end);
        if text == b"\r" {
            text = b"";
        }
        while text.len() > 1
            && let Some(shorter) = text.strip_suffix(b"\r")
        {
            text = shorter;
        }
        let span = Span { offset: place + 1, length: u32::try_from(text.len()).unwrap_or(0) };
        let count = self.state.comments as usize;
        if self.comments.get(count).is_none_or(|known| known.location.at != place) {
            self.comments.truncate(count);
            let location = Location { at: place, text: Span::between(place, end) };
            self.comments.push(Comment { text: span, location });
        }
        self.state.comments += 1;
        false
    }
}
