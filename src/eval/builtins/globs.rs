//! Whether two simple patterns can match one text.

use std::collections::HashMap;

use crate::eval::Value;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[builtin("regex.globs_match", 2, globs_match)];

fn globs_match(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let left = operand::string(operands, 1)?;
    let right = operand::string(operands, 2)?;
    let left = simplified(Reader::new(left).tokens()?);
    let right = simplified(Reader::new(right).tokens()?);
    let Some((left, right)) = trimmed(&left, &right) else { return Ok(false.into()) };
    Ok(Meeting { left, right, known: HashMap::new() }.ordinary(0, 0).into())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeat {
    Once,
    Plus,
    Star,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Class {
    Character(char),
    Any,
    /// Ranges of characters, in order and apart.
    Set(Vec<(char, char)>),
}

struct Token {
    class: Class,
    repeat: Repeat,
}

impl Token {
    fn meets(&self, other: &Self) -> bool {
        let has = |ranges: &[(char, char)], wanted| ranges.iter().any(|&(low, high)| low <= wanted && wanted <= high);
        match (&self.class, &other.class) {
            (Class::Any, _) | (_, Class::Any) => true,
            (Class::Character(left), Class::Character(right)) => left == right,
            (Class::Character(one), Class::Set(ranges)) | (Class::Set(ranges), Class::Character(one)) => {
                has(ranges, *one)
            }
            (Class::Set(left), Class::Set(right)) => left.iter().any(|&(low, high)| {
                right.iter().any(|&(other_low, other_high)| low <= other_high && other_low <= high)
            }),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    characters: Vec<char>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, characters: text.chars().collect(), at: 0 }
    }

    fn error(&self, message: &str) -> BuiltinError {
        failed(format!("input:{}, pos:{}, {message}: the input provided is invalid", self.text, self.at))
    }

    /// The next character, and whether a backslash stands before it.
    fn next(&mut self) -> Result<Option<(char, bool)>, BuiltinError> {
        match (self.characters.get(self.at), self.characters.get(self.at + 1)) {
            (None, _) => Ok(None),
            (Some('\\'), Some(&escaped)) => {
                self.at += 2;
                Ok(Some((escaped, true)))
            }
            (Some('\\'), None) => Err(self.error("input ends with a \\ (escape) character")),
            (Some(&character), _) => {
                self.at += 1;
                Ok(Some((character, false)))
            }
        }
    }

    fn tokens(mut self) -> Result<Vec<Token>, BuiltinError> {
        let mut tokens = Vec::new();
        while let Some(next) = self.next()? {
            let class = match next {
                ('.', false) => Class::Any,
                (']', false) => return Err(self.error("set-close ']' with no preceding '['")),
                ('[', false) => self.set()?,
                (flag @ ('+' | '*'), false) => {
                    return Err(self.error(&format!("flag '{flag}' must be preceded by a non-flag")));
                }
                (character, _) => Class::Character(character),
            };
            let repeat = self.repeat()?;
            tokens.push(Token { class, repeat });
        }
        Ok(tokens)
    }

    fn repeat(&mut self) -> Result<Repeat, BuiltinError> {
        let before = self.at;
        let repeat = match self.next()? {
            Some(('+', false)) => Repeat::Plus,
            Some(('*', false)) => Repeat::Star,
            _ => {
                self.at = before;
                Repeat::Once
            }
        };
        Ok(repeat)
    }

    fn set(&mut self) -> Result<Class, BuiltinError> {
        let mut ranges = Vec::new();
        let mut previous = None;
        while let Some(next) = self.next()? {
            match next {
                ('-', false) => {
                    let low = previous
                        .take()
                        .ok_or_else(|| self.error("range character '-' must be preceded by a Unicode character"))?;
                    if self.at + 1 >= self.characters.len() {
                        return Err(self.error("range character '-' must be followed by a Unicode character"));
                    }
                    let (high, escaped) = self.next()?.unwrap_or_default();
                    if !escaped && matches!(high, ']' | '-') {
                        return Err(self.error("range character '-' cannot be followed by a special symbol"));
                    }
                    if high < low {
                        return Err(
                            self.error(&format!("range is out of order: '{high}' comes before '{low}' in Unicode"))
                        );
                    }
                    ranges.push((low, high));
                }
                (']', false) => return Ok(Class::Set(apart(ranges))),
                (character, _) => {
                    ranges.push((character, character));
                    previous = Some(character);
                }
            }
        }
        Err(self.error("found [ without matching ]"))
    }
}

/// The same characters in ranges that are in order and do not touch.
fn apart(mut ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    ranges.sort_unstable();
    let mut joined: Vec<(char, char)> = Vec::new();
    for (low, high) in ranges {
        match joined.last_mut() {
            Some(last) if u32::from(low) <= u32::from(last.1) + 1 => last.1 = last.1.max(high),
            _ => joined.push((low, high)),
        }
    }
    joined
}

/// Neighbours that repeat the same class become one.
fn simplified(tokens: Vec<Token>) -> Vec<Token> {
    let mut simple: Vec<Token> = Vec::new();
    for token in tokens {
        match simple.last_mut() {
            Some(last) if last.repeat != Repeat::Once && token.repeat != Repeat::Once && last.class == token.class => {
                if token.repeat == Repeat::Plus {
                    last.repeat = Repeat::Plus;
                }
            }
            _ => simple.push(token),
        }
    }
    simple
}

/// What remains without the plain beginnings and ends, or nothing where these do not meet.
fn trimmed<'a>(left: &'a [Token], right: &'a [Token]) -> Option<(&'a [Token], &'a [Token])> {
    let plain = |(left, right): &(&Token, &Token)| left.repeat == Repeat::Once && right.repeat == Repeat::Once;
    let mut start = 0usize;
    for (left, right) in left.iter().zip(right).take_while(plain) {
        if !left.meets(right) {
            return None;
        }
        start += 1;
    }
    // One token stays on either side: an empty pattern meets only an empty one.
    let start = start.saturating_sub(1);
    let (left, right) = (left.get(start..)?, right.get(start..)?);
    let mut end = 0usize;
    for (left, right) in left.iter().rev().zip(right.iter().rev()).take_while(plain) {
        if !left.meets(right) {
            return None;
        }
        end += 1;
    }
    let end = end.saturating_sub(1);
    Some((left.get(..left.len() - end)?, right.get(..right.len() - end)?))
}

/// Two patterns that are walked together; what was found for two remainders is kept.
struct Meeting<'a> {
    left: &'a [Token],
    right: &'a [Token],
    known: HashMap<(usize, usize), bool>,
}

/// Which pattern repeats.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

impl<'a> Meeting<'a> {
    fn sides(&self, side: Side) -> (&'a [Token], &'a [Token]) {
        match side {
            Side::Left => (self.left, self.right),
            Side::Right => (self.right, self.left),
        }
    }

    fn ordinary_of(&mut self, side: Side, repeating: usize, other: usize) -> bool {
        match side {
            Side::Left => self.ordinary(repeating, other),
            Side::Right => self.ordinary(other, repeating),
        }
    }

    fn ordinary(&mut self, left: usize, right: usize) -> bool {
        if let Some(known) = self.known.get(&(left, right)) {
            return *known;
        }
        let found = self.find(left, right);
        self.known.insert((left, right), found);
        found
    }

    fn find(&mut self, mut left: usize, mut right: usize) -> bool {
        loop {
            let (Some(first), Some(second)) = (self.left.get(left), self.right.get(right)) else {
                return left >= self.left.len() && right >= self.right.len();
            };
            match (first.repeat, second.repeat) {
                (Repeat::Once, Repeat::Once) if first.meets(second) => {
                    left += 1;
                    right += 1;
                }
                (Repeat::Once, Repeat::Once) => return false,
                (Repeat::Plus, _) => return self.plus(Side::Left, left, right),
                (Repeat::Star, _) => return self.star(Side::Left, left, right),
                (_, Repeat::Plus) => return self.plus(Side::Right, right, left),
                (_, Repeat::Star) => return self.star(Side::Right, right, left),
            }
        }
    }

    fn plus(&mut self, side: Side, repeating: usize, other: usize) -> bool {
        let (own, others) = self.sides(side);
        let (Some(token), Some(against)) = (own.get(repeating), others.get(other)) else { return false };
        token.meets(against)
            && (self.star(side, repeating, other + 1)
                || against.repeat != Repeat::Once && self.ordinary_of(side, repeating + 1, other))
    }

    fn star(&mut self, side: Side, repeating: usize, other: usize) -> bool {
        let (own, others) = self.sides(side);
        let Some(token) = own.get(repeating) else { return false };
        let next = own.get(repeating + 1);
        for (index, against) in others.iter().enumerate().skip(other) {
            if next.is_some_and(|next| next.meets(against)) && self.ordinary_of(side, repeating + 1, index) {
                return true;
            }
            if !token.meets(against) {
                return false;
            }
        }
        next.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meet(left: &str, right: &str) -> Result<bool, String> {
        globs_match(&[left.into(), right.into()], &BuiltinOptions::default())
            .map(|value| value == Value::Bool(true))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn patterns_meet_in_a_text() {
        assert_eq!(meet("a.a.[0-9]+z", ".b.b2359825792*594823z"), Ok(true));
        assert_eq!(meet("[a-z]+", "[0-9]*"), Ok(false));
        assert_eq!(meet("", ""), Ok(true));
        assert_eq!(meet("", "a*"), Ok(false));
        assert_eq!(meet("a+b", "aab"), Ok(true));
    }

    #[test]
    fn a_bad_pattern_is_told_with_its_place() {
        let error = |message: &str| Err(format!("{message}: the input provided is invalid"));
        assert_eq!(meet("pqrs]", "a"), error("input:pqrs], pos:5, set-close ']' with no preceding '['"));
        assert_eq!(meet("+", "a"), error("input:+, pos:1, flag '+' must be preceded by a non-flag"));
        assert_eq!(
            meet("[z-a]", "a"),
            error("input:[z-a], pos:4, range is out of order: 'a' comes before 'z' in Unicode")
        );
        assert_eq!(meet("[ab", "a"), error("input:[ab, pos:3, found [ without matching ]"));
    }

    #[test]
    fn many_stars_take_no_time() {
        let stars = "a*b*".repeat(40);
        assert_eq!(meet(&format!("{stars}c"), &format!("{stars}d")), Ok(false));
    }
}
