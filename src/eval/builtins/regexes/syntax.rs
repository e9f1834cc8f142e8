//! The syntax of Go's patterns, written as that of the crate `regex`.
//!
//! Go's `\d`, `\s`, `\w` and `\b` are those of ASCII; it takes no flag `x`, no operations of sets in classes and no
//! repetition of a repetition, and tells each mistake in its own words.

use std::fmt;

use super::class;

/// The most that a repetition may count, nested ones multiplied.
const MOST_REPEATED: u64 = 1000;

/// The deepest that groups may nest.
const DEEPEST: usize = 1000;

/// What is wrong with a pattern, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    what: &'static str,
    place: String,
}

impl Wrong {
    pub(super) fn new(what: &'static str, place: &str) -> Self {
        Self { what, place: place.to_owned() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: `{}`", self.what, self.place)
    }
}

/// The pattern as the crate reads it.
pub(super) fn translated(pattern: &str) -> Result<String, String> {
    let mut parser = Parser { rest: pattern, written: String::new(), group: Group::default(), above: Vec::new() };
    parser.whole(pattern).map_err(|wrong| wrong.to_string())?;
    Ok(parser.written)
}

/// What has been read of a group.
#[derive(Default)]
struct Group {
    /// How often the last item is repeated at most, nested repetitions multiplied; nothing where there is no item yet.
    last: Option<u64>,
    /// The most of all items.
    most: u64,
    /// Where the last item ends in what is written.
    end: usize,
}

/// Reads a pattern.
pub(super) struct Parser<'p> {
    rest: &'p str,
    written: String,
    group: Group,
    /// The groups that it stands in.
    above: Vec<Group>,
}

impl<'p> Parser<'p> {
    /// What is left to read.
    pub(super) fn rest(&self) -> &'p str {
        self.rest
    }

    /// Goes over some bytes.
    pub(super) fn skip(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    fn whole(&mut self, pattern: &str) -> Result<(), Wrong> {
        let mut last_repetition = None;
        while let Some(first) = self.rest.chars().next() {
            let begin = self.rest;
            let is_repetition = match first {
                '(' => self.open().map(|()| false)?,
                ')' => self.close(pattern).map(|()| false)?,
                '|' => {
                    self.skip(1);
                    self.written.push('|');
                    self.group.last = None;
                    false
                }
                '^' | '$' | '.' => {
                    self.skip(1);
                    self.written.push(first);
                    self.item();
                    false
                }
                '[' => {
                    let class = class::bracketed(self)?;
                    self.written.push_str(&class);
                    self.item();
                    false
                }
                '*' | '+' | '?' => {
                    self.skip(1);
                    self.repeat(begin, last_repetition, None)?;
                    true
                }
                '{' => self.counted(begin, last_repetition)?,
                '\\' => self.backslash().map(|()| false)?,
                other => {
                    self.skip(other.len_utf8());
                    self.literal(other.into());
                    false
                }
            };
            last_repetition = is_repetition.then_some(begin);
            if self.above.len() >= DEEPEST {
                return Err(Wrong::new("expression nests too deeply", pattern));
            }
        }
        if !self.above.is_empty() { Err(Wrong::new("missing closing )", pattern)) } else { Ok(()) }
    }

    fn enter(&mut self) {
        self.above.push(std::mem::take(&mut self.group));
    }

    /// Notes an item that is not repeated.
    fn item(&mut self) {
        self.item_repeated(1);
    }

    fn item_repeated(&mut self, times: u64) {
        let group = &mut self.group;
        group.last = Some(times);
        group.most = group.most.max(times);
        group.end = self.written.len();
    }

    /// Writes a character that stands for itself.
    fn literal(&mut self, code: u32) {
        match char::from_u32(code) {
            Some(character) if character.is_alphanumeric() || !character.is_ascii() => self.written.push(character),
            Some(_) => self.written.push_str(&format!(r"\x{{{code:x}}}")),
            // Half a pair of surrogates is in no text.
            None => self.written.push_str(r"[a&&b]"),
        }
        self.item();
    }

    fn open(&mut self) -> Result<(), Wrong> {
        if self.rest.starts_with("(?") {
            return self.flags();
        }
        self.skip(1);
        self.written.push('(');
        self.enter();
        Ok(())
    }

    fn close(&mut self, pattern: &str) -> Result<(), Wrong> {
        let Some(outer) = self.above.pop() else { return Err(Wrong::new("unexpected )", pattern)) };
        let inner = std::mem::replace(&mut self.group, outer);
        self.skip(1);
        self.written.push(')');
        self.item_repeated(inner.most.max(1));
        Ok(())
    }

    /// Reads the begin of a group with a name or with flags, or flags alone.
    fn flags(&mut self) -> Result<(), Wrong> {
        let begin = self.rest;
        let is_long = begin.len() > 4 && begin.starts_with("(?P<");
        if is_long || begin.len() > 3 && begin.starts_with("(?<") {
            let Some((before, _)) = begin.split_once('>') else {
                return Err(Wrong::new("invalid named capture", begin));
            };
            let name = before.get(if is_long { 4 } else { 3 }..).unwrap_or_default();
            if name.is_empty() || !name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()) {
                return Err(Wrong::new("invalid named capture", &format!("{before}>")));
            }
            self.skip(before.len() + 1);
            self.written.push('(');
            // The crate takes no name that begins with a digit; such a group can be told by its number alone.
            let begins_well = !name.starts_with(|first: char| first.is_ascii_digit());
            if begins_well && !self.written.contains(&format!("(?P<{name}>")) {
                self.written.push_str(&format!("?P<{name}>"));
            }
            self.enter();
            return Ok(());
        }
        self.skip(2);
        let (mut is_negative, mut saw_flag, mut written) = (false, false, "(?".to_owned());
        while let Some(letter) = self.rest.chars().next() {
            self.skip(letter.len_utf8());
            match letter {
                'i' | 'm' | 's' | 'U' => saw_flag = true,
                '-' if !is_negative => (is_negative, saw_flag) = (true, false),
                ':' | ')' if !is_negative || saw_flag => {
                    if letter == ':' {
                        self.enter();
                    } else if written == "(?" {
                        return Ok(());
                    }
                    written.push(letter);
                    self.written.push_str(&written);
                    return Ok(());
                }
                _ => break,
            }
            written.push(letter);
        }
        let place = begin.get(..begin.len() - self.rest.len()).unwrap_or_default();
        Err(Wrong::new("invalid or unsupported Perl syntax", place))
    }

    /// Writes a repetition that has been read; of a counted one the least and the most.
    fn repeat(&mut self, begin: &str, last: Option<&str>, count: Option<(u64, Option<u64>)>) -> Result<(), Wrong> {
        if self.rest.starts_with('?') {
            self.skip(1);
        }
        let read = |from: &str| from.get(..from.len() - self.rest.len()).unwrap_or_default().to_owned();
        if let Some(last) = last {
            return Err(Wrong { what: "invalid nested repetition operator", place: read(last) });
        }
        let own = read(begin);
        let Some(times) = self.group.last else {
            return Err(Wrong { what: "missing argument to repetition operator", place: own });
        };
        let times = match count {
            Some((_, Some(0))) => 1,
            Some((least, most)) => times.saturating_mul(most.unwrap_or(least).max(1)),
            None => times,
        };
        let is_counted = count.is_some_and(|(least, most)| least >= 2 || most.is_some_and(|most| most >= 2));
        if is_counted && times > MOST_REPEATED {
            return Err(Wrong { what: "invalid repeat count", place: own });
        }
        // Flags may stand between an item and its repetition.
        let flags = self.written.split_off(self.group.end.min(self.written.len()));
        self.written.push_str(&own);
        self.item_repeated(times);
        self.written.push_str(&flags);
        Ok(())
    }

    /// Reads a counted repetition, or a brace that stands for itself; whether it is the first.
    fn counted(&mut self, begin: &'p str, last: Option<&str>) -> Result<bool, Wrong> {
        let Some((least, most, rest)) = count(begin) else {
            self.skip(1);
            self.literal('{'.into());
            return Ok(false);
        };
        let is_right = least <= MOST_REPEATED && most.is_none_or(|most| most <= MOST_REPEATED && most >= least);
        if !is_right {
            let place = begin.get(..begin.len() - rest.len()).unwrap_or_default();
            return Err(Wrong::new("invalid repeat count", place));
        }
        self.rest = rest;
        self.repeat(begin, last, Some((least, most)))?;
        Ok(true)
    }

    fn backslash(&mut self) -> Result<(), Wrong> {
        let written = match self.rest.chars().nth(1) {
            Some('A') => r"\A",
            Some('b') => r"(?-u:\b)",
            Some('B') => r"(?-u:\B)",
            Some('z') => r"\z",
            Some('C') => return Err(Wrong::new("invalid escape sequence", r"\C")),
            Some('Q') => {
                self.skip(2);
                let (literal, rest) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
                self.rest = rest;
                literal.chars().for_each(|one| self.literal(one.into()));
                return Ok(());
            }
            _ => {
                let class = match class::unicode(self)? {
                    Some(class) => Some(class),
                    None => class::perl(self),
                };
                match class {
                    Some(class) => {
                        self.written.push_str(&class);
                        self.item();
                    }
                    None => {
                        let code = self.escape()?;
                        self.literal(code);
                    }
                }
                return Ok(());
            }
        };
        self.skip(2);
        self.written.push_str(written);
        self.item();
        Ok(())
    }
}

/// The least and the most of a counted repetition, and what comes after it.
fn count(text: &str) -> Option<(u64, Option<u64>, &str)> {
    let (least, rest) = number(text.strip_prefix('{')?)?;
    let (most, rest) = match rest.strip_prefix(',') {
        None => (Some(least), rest),
        Some(rest) if rest.starts_with('}') => (None, rest),
        Some(rest) => number(rest).map(|(most, rest)| (Some(most), rest))?,
    };
    Some((least, most, rest.strip_prefix('}')?))
}

fn number(text: &str) -> Option<(u64, &str)> {
    let length = text.find(|one: char| !one.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(length)?;
    if digits.is_empty() || digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    Some((digits.parse().unwrap_or(u64::MAX), rest))
}
