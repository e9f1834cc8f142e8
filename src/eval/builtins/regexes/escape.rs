//! Escaped characters.

use super::syntax::{Parser, Wrong};

impl Parser<'_> {
    /// Reads an escaped character.
    pub(super) fn escape(&mut self) -> Result<u32, Wrong> {
        let begin = self.rest();
        self.skip(1);
        let Some(first) = self.next() else {
            return Err(Wrong::new("trailing backslash at end of expression", ""));
        };
        let code = match first {
            '0'..='7' => self.octal(first),
            'x' => self.hexadecimal(),
            'a' => Some(7),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            'v' => Some(11),
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => Some(other.into()),
            _ => None,
        };
        code.ok_or_else(|| {
            let place = begin.get(..begin.len() - self.rest().len()).unwrap_or_default();
            Wrong::new("invalid escape sequence", place)
        })
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.skip(next.len_utf8());
        Some(next)
    }

    /// A number of up to three digits; one digit alone is none but 0.
    fn octal(&mut self, first: char) -> Option<u32> {
        let digit = |one: char| one.to_digit(8);
        let is_more = self.rest().chars().next().is_some_and(|next| digit(next).is_some());
        if first != '0' && !is_more {
            return None;
        }
        let mut code = digit(first)?;
        for _ in 0..2 {
            let Some(next) = self.rest().chars().next().and_then(digit) else { break };
            self.skip(1);
            code = code * 8 + next;
        }
        Some(code)
    }

    fn hexadecimal(&mut self) -> Option<u32> {
        let first = self.next()?;
        if first != '{' {
            let second = self.next()?;
            return Some(first.to_digit(16)? * 16 + second.to_digit(16)?);
        }
        let (mut code, mut is_empty) = (0, true);
        loop {
            match self.next()? {
                '}' => return (!is_empty).then_some(code),
                digit => code = code * 16 + digit.to_digit(16)?,
            }
            is_empty = false;
            if code > 0x0010_ffff {
                return None;
            }
        }
    }
}
