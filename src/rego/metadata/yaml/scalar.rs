//! The scalars of YAML: plain, quoted, and blocks of text.

use super::cursor::{Mark, is_break};
use super::failure::Outcome;
use super::scanner::Scanner;
use super::token::TokenKind;

/// What becomes of the line breaks at the end of a block of text.
#[derive(Clone, Copy, PartialEq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

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
        self.breaks.clear();
        self.blanks.clear();
    }
}

impl Scanner {
    pub(super) fn plain_scalar(&mut self) -> Outcome<()> {
        let start = self.cursor.mark;
        let mut end = start;
        let least = usize::try_from(self.indent + 1).unwrap_or(0);
        let (mut value, mut gap) = (String::new(), Gap::default());
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
        let mut value = String::new();
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
            let mut gap = Gap::default();
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

    pub(super) fn block_scalar(&mut self, literal: bool) -> Outcome<()> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let (chomping, increment) = self.block_header(start)?;
        self.cursor.skip_blanks();
        if self.cursor.character() == '#' {
            self.cursor.skip_to_line_end();
        }
        if !self.cursor.is_line_end() {
            return self.error(start, "did not find expected comment or line break");
        }
        self.cursor.take_break();
        let outer = usize::try_from(self.indent).unwrap_or(0);
        let mut indent = if increment > 0 { outer + increment } else { 0 };
        let (mut value, mut breaks, mut last_break) = (String::new(), String::new(), None);
        let mut end = self.block_breaks(&mut indent, &mut breaks, start)?;
        let mut was_blank = false;
        while self.cursor.mark.column == indent && !self.cursor.is_at_end() {
            let blank = self.cursor.is_blank();
            let folds = !literal && !was_blank && !blank;
            match last_break.take() {
                Some('\n') if folds && breaks.is_empty() => value.push(' '),
                Some('\n') if folds => {}
                Some(line_break) => value.push(line_break),
                None => {}
            }
            value.push_str(&breaks);
            breaks.clear();
            was_blank = blank;
            while !self.cursor.is_line_end() {
                value.push(self.cursor.take());
            }
            last_break = self.cursor.take_break();
            end = self.block_breaks(&mut indent, &mut breaks, start)?;
        }
        if chomping != Chomping::Strip {
            value.extend(last_break);
        }
        if chomping == Chomping::Keep {
            value.push_str(&breaks);
        }
        self.finish_before(TokenKind::Scalar { value, plain: false }, start, end);
        Ok(())
    }

    /// `+`, `-` and a digit behind `|` or `>`, in any order.
    fn block_header(&mut self, start: Mark) -> Outcome<(Chomping, usize)> {
        let (mut chomping, mut increment) = (None, None);
        loop {
            match self.cursor.character() {
                sign @ ('+' | '-') if chomping.is_none() => {
                    chomping = Some(if sign == '+' { Chomping::Keep } else { Chomping::Strip });
                }
                '0' if increment.is_none() => {
                    return self.error(start, "found an indentation indicator equal to 0");
                }
                digit @ '1'..='9' if increment.is_none() => increment = digit.to_digit(10),
                _ => {
                    let increment = increment.and_then(|digit| usize::try_from(digit).ok());
                    return Ok((chomping.unwrap_or(Chomping::Clip), increment.unwrap_or(0)));
                }
            }
            self.cursor.skip();
        }
    }

    /// Goes over indentation and empty lines; finds the indentation where it is not known yet.
    fn block_breaks(&mut self, indent: &mut usize, breaks: &mut String, start: Mark) -> Outcome<Mark> {
        let (mut end, mut deepest) = (self.cursor.mark, 0);
        loop {
            while (*indent == 0 || self.cursor.mark.column < *indent) && self.cursor.character() == ' ' {
                self.cursor.skip();
            }
            deepest = deepest.max(self.cursor.mark.column);
            if (*indent == 0 || self.cursor.mark.column < *indent) && self.cursor.character() == '\t' {
                return self.error(start, "found a tab character where an indentation space is expected");
            }
            let Some(line_break) = self.cursor.take_break() else { break };
            breaks.push(line_break);
            end = self.cursor.mark;
        }
        if *indent == 0 {
            *indent = deepest.max(usize::try_from(self.indent + 1).unwrap_or(0)).max(1);
        }
        Ok(end)
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
            Content::Scalar(value) => value.clone(),
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
