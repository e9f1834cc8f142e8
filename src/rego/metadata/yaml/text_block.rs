//! Scalars that are blocks of text, behind `|` and `>`.

use super::cursor::Mark;
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

impl Scanner {
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
            let folds = !literal && !was_blank && !blank && last_break == Some('\n');
            if !folds {
                value.extend(last_break);
            } else if breaks.is_empty() {
                value.push(' ');
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
