//! Patterns with wildcards.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::eval::Value;
use regex::{Regex, RegexBuilder};

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] =
    &[builtin("glob.match", 3, is_match), builtin("glob.quote_meta", 1, quote_meta)];

/// How many patterns are kept.
const MOST_KEPT: usize = 100;

/// The most bytes that a compiled pattern may take.
const MOST_BYTES: usize = 32 << 20;

fn quote_meta(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let mut quoted = String::new();
    for one in operand::string(operands, 1)?.chars() {
        if r"*?\[]{}".contains(one) {
            quoted.push('\\');
        }
        quoted.push(one);
    }
    Ok(quoted.into())
}

fn is_match(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let pattern = operand::string(operands, 1)?;
    let delimiters = match operand::at(operands, 2) {
        Value::Null => String::new(),
        Value::Array(_) => delimiters(operands)?,
        other => return Err(operand::wrong(2, other, &["array", "null"])),
    };
    let text = operand::string(operands, 3)?;
    Ok(compiled(pattern, &delimiters)?.is_match(text).into())
}

/// The characters that wildcards do not stand for; a point where none are given.
fn delimiters(operands: &[Value]) -> Result<String, BuiltinError> {
    let texts = operand::texts(operands, 2, &["array"])?;
    let single = |text: &str| text.chars().count() == 1;
    if !texts.iter().all(|text| single(text)) {
        let message = "operand 2 must be array of runes but got array containing string";
        return Err(BuiltinError::Operand(message.to_owned()));
    }
    Ok(if texts.is_empty() { ".".to_owned() } else { texts.concat() })
}

fn compiled(pattern: &str, delimiters: &str) -> Result<Regex, BuiltinError> {
    static KEPT: LazyLock<Mutex<HashMap<(String, String), Regex>>> = LazyLock::new(Mutex::default);
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (pattern.to_owned(), delimiters.to_owned());
    if let Some(known) = kept().get(&key) {
        return Ok(known.clone());
    }
    let mut reader = Reader { text: pattern, place: 0, level: 0, written: String::new(), delimiters };
    reader.whole().map_err(|reason| failed(format!("glob: syntax error at {}: {reason}", reader.place)))?;
    let translated = format!(r"\A(?s:{})\z", reader.written);
    let compiled = RegexBuilder::new(&translated).size_limit(MOST_BYTES).nest_limit(1000).build();
    let compiled = compiled.map_err(|_| failed("glob: the pattern is too large"))?;
    let mut kept = kept();
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
    drop(kept.insert(key, compiled.clone()));
    Ok(compiled)
}

/// Reads a pattern and writes it as a regular expression.
struct Reader<'p> {
    text: &'p str,
    place: usize,
    /// How many braces are open.
    level: usize,
    written: String,
    delimiters: &'p str,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.place..)?.chars().next()
    }

    fn read(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.place += next.len_utf8();
        Some(next)
    }

    fn whole(&mut self) -> Result<(), &'static str> {
        while let Some(next) = self.peek() {
            let is_within = self.level > 0;
            match next {
                '{' => {
                    self.level += 1;
                    self.mark("(?:");
                }
                ',' if is_within => self.mark("|"),
                '}' if is_within => {
                    self.level -= 1;
                    self.mark(")");
                }
                '[' => self.class()?,
                '?' => {
                    let one = self.one();
                    self.mark(&one);
                }
                '*' => {
                    self.place += 1;
                    if self.peek() == Some('*') {
                        self.mark(".*");
                    } else {
                        let any = self.one() + "*";
                        self.written.push_str(&any);
                    }
                }
                _ => {
                    let text = self.literal(if is_within { "?*[{}," } else { "?*[{" })?;
                    self.written.push_str(&regex::escape(&text));
                }
            }
        }
        if self.level > 0 { Err("unclosed `{`") } else { Ok(()) }
    }

    /// Writes what one character stands for.
    fn mark(&mut self, written: &str) {
        self.place += 1;
        self.written.push_str(written);
    }

    /// One character that is no delimiter.
    fn one(&self) -> String {
        match self.delimiters {
            "" => ".".to_owned(),
            delimiters => format!("[^{}]", members(delimiters)),
        }
    }

    /// A text up to one of some characters.
    fn literal(&mut self, ends: &str) -> Result<String, &'static str> {
        let mut text = String::new();
        while let Some(next) = self.peek().filter(|next| !ends.contains(*next)) {
            self.place += next.len_utf8();
            if next == '\\' {
                text.push(self.read().ok_or("trailing backslash")?);
            } else {
                text.push(next);
            }
        }
        Ok(text)
    }

    /// A range of two characters, or a list of characters.
    fn class(&mut self) -> Result<(), &'static str> {
        const END: &str = "unexpected end of input";
        self.place += 1;
        let is_negative = self.peek() == Some('!');
        if is_negative {
            self.place += 1;
        }
        let first = self.peek().ok_or(END)?;
        let after = self.place + first.len_utf8();
        let is_range = self.text.get(after..).is_some_and(|rest| rest.starts_with('-'));
        let members = if is_range {
            self.place = after + 1;
            let last = self.read().ok_or(END)?;
            self.close()?;
            if last < first {
                return Err("range hi character is less than lo");
            }
            format!("{}-{}", members(&first.to_string()), members(&last.to_string()))
        } else {
            let list = self.literal("]")?;
            self.close()?;
            if list.is_empty() {
                return Err("could not parse range");
            }
            members(&list)
        };
        self.written.push_str(&format!("[{}{members}]", if is_negative { "^" } else { "" }));
        Ok(())
    }

    fn close(&mut self) -> Result<(), &'static str> {
        match self.read() {
            Some(']') => Ok(()),
            Some(_) => Err("expected close range character"),
            None => Err("unexpected end of input"),
        }
    }
}

/// Characters as members of a class.
fn members(characters: &str) -> String {
    characters.chars().map(|one| format!(r"\x{{{:x}}}", u32::from(one))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pattern: &str, delimiters: &str, text: &str) -> String {
        let delimiters = Value::from_json(delimiters).unwrap();
        match is_match(&[pattern.into(), delimiters, text.into()], &BuiltinOptions::default()) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn wildcards_stop_at_delimiters() {
        assert_eq!(told("*.github.com", "[]", "api.github.com"), "true");
        assert_eq!(told("*.github.com", "[]", "a.api.github.com"), "false");
        assert_eq!(told("**.github.com", "[]", "a.api.github.com"), "true");
        assert_eq!(told("a*b", "null", "a.\nb"), "true");
        assert_eq!(told("{a,b?,[!x-z]}{,c}", r#"["/"]"#, "bqc"), "true");
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        assert_eq!(told("[a-]", "[]", ""), "glob: syntax error at 4: unexpected end of input");
        assert_eq!(told("{a", "[]", ""), "glob: syntax error at 2: unclosed `{`");
        assert_eq!(told("[]", "[]", ""), "glob: syntax error at 2: could not parse range");
        assert_eq!(told("[z-a]", "[]", ""), "glob: syntax error at 5: range hi character is less than lo");
        assert_eq!(told("a\\", "[]", ""), "glob: syntax error at 2: trailing backslash");
    }
}
