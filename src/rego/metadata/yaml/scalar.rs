//! Scalars on lines: plain and in quotes.

use super::cursor::{Mark, is_break};
use super::failure::Outcome;
use super::scanner::Scanner;
use super::token::TokenKind;

/// The room a scalar gets at first.
const SCALAR: usize = 32;

/// Line breaks and blanks not yet known to stand inside a scalar.
#[derive(Default)]
struct Gap {
    blanks: String,
    first_break: Option<char>,
    breaks: String,
}

impl Gap {
    /// What a gap is read as: a single newline as a blank, more of them one less.
    fn fold(&mut self, value: &mut String) {
        match self.first_break.take() {
            Some('\n') if self.breaks.is_empty() => value.push(' '),
            Some('\n') => value.push_str(&self.breaks),
            Some(other) => {
                value.push(other);
                value.push_str(&self.breaks);
            }
            None => value.push_str(&self.blanks),
        }
        self.clear();
    }

    fn clear(&mut self) {
        self.first_break = None;
        self.breaks.clear();
        self.blanks.clear();
    }
}

impl Scanner {
    pub(super) fn plain_scalar(&mut self) -> Outcome<()> {
        let start = self.cursor.mark;
        let mut end = start;
        let least = usize::try_from(self.indent + 1).unwrap_or(0);
        let (mut value, mut gap) = (String::with_capacity(SCALAR), Gap::default());
        let mut broken = false;
        while !self.cursor.is_document_indicator() && self.cursor.character() != '#' {
            while !self.cursor.is_space_ahead(0) && !self.ends_plain() {
                if broken || !gap.blanks.is_empty() {
                    gap.fold(&mut value);
                    broken = false;
                }
                value.push(self.cursor.take());
                end = self.cursor.mark;
            }
            if !self.cursor.is_blank() && !self.cursor.is_break() {
                break;
            }
            loop {
                if self.cursor.is_blank() {
                    if broken && self.cursor.mark.column < least && self.cursor.character() == '\t' {
                        return self.error(start, "found a tab character that violates indentation");
                    }
                    let blank = self.cursor.take();
                    if !broken {
                        gap.blanks.push(blank);
                    }
                } else if let Some(line_break) = self.cursor.take_break() {
                    if broken {
                        gap.breaks.push(line_break);
                    } else {
                        gap.blanks.clear();
                        gap.first_break = Some(line_break);
                        broken = true;
                    }
                } else {
                    break;
                }
            }
            if self.flow_level == 0 && self.cursor.mark.column < least {
                break;
            }
        }
        self.finish_before(TokenKind::Scalar { value, plain: true }, start, end);
        if broken {
            self.key_allowed = true;
        }
        Ok(())
    }

    fn ends_plain(&self) -> bool {
        match self.cursor.character() {
            ':' => self.cursor.is_space_ahead(1),
            ',' | '?' | '[' | ']' | '{' | '}' => self.flow_level > 0,
            _ => false,
        }
    }

    pub(super) fn quoted_scalar(&mut self, quote: char) -> Outcome<()> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let (mut value, mut gap) = (String::with_capacity(SCALAR), Gap::default());
        loop {
            if self.cursor.is_document_indicator() {
                return self.error(start, "found unexpected document indicator");
            }
            if self.cursor.is_at_end() {
                return self.error(start, "found unexpected end of stream");
            }
            let mut broken = false;
            while !self.cursor.is_space_ahead(0) {
                let (character, next) = (self.cursor.character(), self.cursor.ahead(1));
                if character == '\'' && quote == '\'' && next == '\'' {
                    value.push('\'');
                    self.cursor.skip();
                    self.cursor.skip();
                } else if character == quote {
                    break;
                } else if quote == '"' && character == '\\' && is_break(next) {
                    self.cursor.skip();
                    self.cursor.take_break();
                    broken = true;
                    break;
                } else if quote == '"' && character == '\\' {
                    value.push(self.escape(start)?);
                } else {
                    value.push(self.cursor.take());
                }
            }
            if self.cursor.character() == quote {
                break;
            }
            let escaped = broken;
            loop {
                if self.cursor.is_blank() {
                    let blank = self.cursor.take();
                    if !broken {
                        gap.blanks.push(blank);
                    }
                } else if let Some(line_break) = self.cursor.take_break() {
                    if broken {
                        gap.breaks.push(line_break);
                    } else {
                        gap.first_break = Some(line_break);
                        broken = true;
                    }
                } else {
                    break;
                }
            }
            if escaped {
                value.push_str(&gap.breaks);
                gap.clear();
            } else {
                gap.fold(&mut value);
            }
        }
        self.cursor.skip();
        self.finish(TokenKind::Scalar { value, plain: false }, start);
        Ok(())
    }

    /// A backslash and what follows it.
    fn escape(&mut self, start: Mark) -> Outcome<char> {
        let length = match self.cursor.ahead(1) {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            name => {
                let Some(character) = escaped(name) else {
                    return self.error(start, "found unknown escape character");
                };
                self.cursor.skip();
                self.cursor.skip();
                return Ok(character);
            }
        };
        self.cursor.skip();
        self.cursor.skip();
        let mut code: u32 = 0;
        for places in 0..length {
            let Some(digit) = self.cursor.ahead(places).to_digit(16) else {
                return self.error(start, "did not find expected hexdecimal number");
            };
            code = (code << 4) | digit;
        }
        let Some(character) = char::from_u32(code) else {
            return self.error(start, "found invalid Unicode character escape code");
        };
        (0..length).for_each(|_| self.cursor.skip());
        Ok(character)
    }
}

fn escaped(name: char) -> Option<char> {
    Some(match name {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        ' ' | '"' | '\'' | '\\' => name,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::node::Content;
    use super::super::parse;

    fn scalar(text: &str) -> String {
        let document = parse(text).unwrap().unwrap();
        match &document.node(document.root).unwrap().content {
            Content::Scalar(value) => value.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lines_are_folded_as_their_style_says() {
        assert_eq!(scalar("a\n b\n\n c\n"), "a b\nc");
        assert_eq!(scalar("'a''b\n c'"), "a'b c");
        assert_eq!(scalar("\"a\\\n  b \\x41\\u00e9\\n\""), "ab A\u{e9}\n");
        assert_eq!(scalar("|\n a\n  b\n\n"), "a\n b\n");
        assert_eq!(scalar(">-\n a\n b\n\n c\n"), "a b\nc");
        assert_eq!(scalar("|2+\n   a\n\n"), " a\n\n");
    }
}
