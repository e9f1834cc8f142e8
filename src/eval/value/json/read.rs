//! JSON as Go's decoder reads it, with its words for what is wrong.

use crate::eval::value::{Number, Object, Value};
use std::sync::Arc;

/// How deep arrays and objects may lie in each other.
const DEEPEST: usize = 10_000;

/// How many digits, or zeros behind the point, a number with an exponent may have where it is written out.
const FARTHEST: i64 = 30_103;

/// What is wrong with a JSON text, as Go tells it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SyntaxError(String);

impl Value {
    /// Reads one JSON value. Of a repeated key the last counts; what is not UTF-8 in a string becomes U+FFFD.
    ///
    /// # Errors
    /// A text that is no single JSON value.
    pub fn from_json(text: impl AsRef<[u8]>) -> Result<Self, SyntaxError> {
        let text = text.as_ref();
        let mut reader = Reader { text, at: 0 };
        reader.blanks();
        if reader.at == text.len() {
            return Err(SyntaxError("EOF".to_owned()));
        }
        let value = reader.value()?;
        reader.blanks();
        match reader.peek() {
            None => Ok(value),
            Some(_) => reader.behind().map(|()| value),
        }
    }
}

/// An array or object whose end is not yet read.
enum Open {
    Array(Vec<Value>),
    /// The members, and the key of the one that is read.
    Object(Object, Value),
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The error of the byte that stands here.
    fn wrong(&self, at: &str) -> SyntaxError {
        let Some(byte) = self.peek() else { return SyntaxError("unexpected EOF".to_owned()) };
        let shown = match char::from(byte) {
            '\'' => "\\'".to_owned(),
            '"' => "\"".to_owned(),
            character => {
                let quoted = crate::rego::syntax::quoted(&character.to_string());
                quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
            }
        };
        SyntaxError(format!("invalid character '{shown}' {at}"))
    }

    /// Reads a value, whose first byte is the next one that is no blank.
    fn value(&mut self) -> Result<Value, SyntaxError> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.blanks();
            let opened = match self.peek() {
                Some(b'[') => {
                    let array = Open::Array(Vec::new());
                    self.enter(&open)?;
                    if self.ends(b']') { Err(Value::from(Vec::new())) } else { Ok(array) }
                }
                Some(b'{') => {
                    self.enter(&open)?;
                    if self.ends(b'}') {
                        Err(Value::new_object())
                    } else {
                        Ok(Open::Object(Object::new(), self.key()?))
                    }
                }
                _ => Err(self.scalar()?),
            };
            let mut value = match opened {
                Ok(container) => {
                    open.push(container);
                    continue;
                }
                Err(value) => value,
            };
            // The value may be the last of what is open.
            loop {
                let Some(container) = open.pop() else { return Ok(value) };
                self.blanks();
                match container {
                    Open::Array(mut members) => {
                        members.push(value);
                        match self.peek() {
                            Some(b',') => {
                                self.at += 1;
                                open.push(Open::Array(members));
                                break;
                            }
                            Some(b']') => value = Value::from(members),
                            _ => return Err(self.wrong("after array element")),
                        }
                    }
                    Open::Object(mut members, key) => {
                        members.insert(key, value);
                        match self.peek() {
                            Some(b',') => {
                                self.at += 1;
                                self.blanks();
                                let key = self.key()?;
                                open.push(Open::Object(members, key));
                                break;
                            }
                            Some(b'}') => value = Value::from(members),
                            _ => return Err(self.wrong("after object key:value pair")),
                        }
                    }
                }
                self.at += 1;
            }
        }
    }

    fn enter(&mut self, open: &[Open]) -> Result<(), SyntaxError> {
        if open.len() >= DEEPEST {
            return Err(self.wrong("exceeded max depth"));
        }
        self.at += 1;
        self.blanks();
        Ok(())
    }

    fn ends(&mut self, bracket: u8) -> bool {
        let ends = self.peek() == Some(bracket);
        self.at += usize::from(ends);
        ends
    }

    /// A key and the colon behind it.
    fn key(&mut self) -> Result<Value, SyntaxError> {
        if self.peek() != Some(b'"') {
            return Err(self.wrong("looking for beginning of object key string"));
        }
        let key = self.string()?;
        self.blanks();
        if self.peek() != Some(b':') {
            return Err(self.wrong("after object key"));
        }
        self.at += 1;
        Ok(Value::String(key))
    }

    fn scalar(&mut self) -> Result<Value, SyntaxError> {
        match self.peek() {
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.wrong("looking for beginning of value")),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, SyntaxError> {
        for expected in word.bytes() {
            if self.peek() != Some(expected) {
                return Err(self.wrong(&format!("in literal {word} (expecting '{}')", char::from(expected))));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, SyntaxError> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.wrong("in numeric literal")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.wrong("after decimal point in numeric literal"));
            }
            self.digits();
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.wrong("in exponent of numeric literal"));
            }
            self.digits();
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        let number = Number::of(std::str::from_utf8(text).unwrap_or_default());
        if text.iter().any(|byte| matches!(byte, b'e' | b'E')) && number.point().abs() > FARTHEST {
            return Err(SyntaxError("invalid number: number too big".to_owned()));
        }
        Ok(Value::Number(number))
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Result<Arc<str>, SyntaxError> {
        self.at += 1;
        let mut made = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let run = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' ')).unwrap_or(rest.len());
            let plain = String::from_utf8_lossy(rest.get(..run).unwrap_or_default());
            self.at += run;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(if made.is_empty() { plain.into() } else { (made + &plain).into() });
                }
                Some(b'\\') => {
                    made.push_str(&plain);
                    self.at += 1;
                    made.push(self.escaped()?);
                }
                _ => return Err(self.wrong("in string literal")),
            }
        }
    }

    /// The character of what stands behind a backslash.
    fn escaped(&mut self) -> Result<char, SyntaxError> {
        let character = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let first = self.hexadecimal()?;
                let behind = self.at;
                // Two halves make one character where they belong together; a half alone is none.
                if (0xd800..0xdc00).contains(&first)
                    && self.text.get(self.at..).is_some_and(|rest| rest.starts_with(b"\\u"))
                {
                    self.at += 2;
                    let second = self.hexadecimal()?;
                    if (0xdc00..0xe000).contains(&second) {
                        let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                        return Ok(char::from_u32(code).unwrap_or('\u{fffd}'));
                    }
                    self.at = behind;
                }
                return Ok(char::from_u32(first).unwrap_or('\u{fffd}'));
            }
            _ => return Err(self.wrong("in string escape code")),
        };
        self.at += 1;
        Ok(character)
    }

    fn hexadecimal(&mut self) -> Result<u32, SyntaxError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else { return Err(self.wrong("in \\u hexadecimal character escape")) };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    /// What is wrong with what stands behind the value. One `null` passes, as in OPA.
    fn behind(&mut self) -> Result<(), SyntaxError> {
        let shown = match self.peek() {
            Some(bracket @ (b'[' | b'{')) => char::from(bracket).to_string(),
            _ => match self.scalar()? {
                Value::Null => return Ok(()),
                Value::String(text) => text.to_string(),
                Value::Bool(value) => format!("%!s(bool={value})"),
                value => value.to_string(),
            },
        };
        Err(SyntaxError(format!("error: invalid character '{shown}' after top-level value")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Value::from_json(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn values_are_read() {
        let text = r#" {"a": [1, 2.50, -0, true, false, null, {}, []], "b": {"c": "\u00e9\ud83d\ude00\ud800x\n"}, "a2": "" } "#;
        assert_eq!(
            Value::from_json(text.as_bytes()).unwrap().to_string(),
            "{\"a\": [1, 2.50, -0, true, false, null, {}, []], \"a2\": \"\", \"b\": {\"c\": \"é😀\u{fffd}x\\n\"}}"
        );
        assert_eq!(Value::from_json(b"[1] null").unwrap().to_string(), "[1]");
        assert_eq!(Value::from_json(b"{\"a\":1,\"a\":2}").unwrap().to_string(), "{\"a\": 2}");
        assert_eq!(Value::from_json(b"\"a\xffb\"").unwrap(), Value::from("a\u{fffd}b"));
    }

    #[test]
    fn what_is_no_json_is_told_in_gos_words() {
        for (text, said) in [
            ("", "EOF"),
            ("  ", "EOF"),
            ("{", "unexpected EOF"),
            ("[1,", "unexpected EOF"),
            ("{\"a\"", "unexpected EOF"),
            ("tru", "unexpected EOF"),
            ("1e+", "unexpected EOF"),
            ("\"\\", "unexpected EOF"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
            ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("[1 2]", "invalid character '2' after array element"),
            ("{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair"),
            ("trux", "invalid character 'x' in literal true (expecting 'e')"),
            ("-x", "invalid character 'x' in numeric literal"),
            ("1.x", "invalid character 'x' after decimal point in numeric literal"),
            ("1ex", "invalid character 'x' in exponent of numeric literal"),
            ("\"\\x\"", "invalid character 'x' in string escape code"),
            ("\"\\u12\"", "invalid character '\"' in \\u hexadecimal character escape"),
            ("\"a\nb\"", "invalid character '\\n' in string literal"),
            ("01", "error: invalid character '1' after top-level value"),
            ("{} {}", "error: invalid character '{' after top-level value"),
            ("1 \"a\"", "error: invalid character 'a' after top-level value"),
            ("[] true", "error: invalid character '%!s(bool=true)' after top-level value"),
            ("{\"a\":1}}", "invalid character '}' looking for beginning of value"),
            ("é", "invalid character 'Ã' looking for beginning of value"),
            ("'a'", "invalid character '\\'' looking for beginning of value"),
            ("\u{0}", "invalid character '\\x00' looking for beginning of value"),
            ("[1e99999]", "invalid number: number too big"),
        ] {
            assert_eq!(refused(text), said, "{text:?}");
        }
        assert_eq!(refused(&"[".repeat(10_001)), "invalid character '[' exceeded max depth");
        assert_eq!(
            refused(&("[".repeat(10_000) + &"}".repeat(10_000))),
            "invalid character '}' looking for beginning of value"
        );
    }
}
