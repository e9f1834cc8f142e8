//! JSON as Go's encoder writes it: keys in the order of their bytes, sets as arrays, `<`, `>` and `&` escaped.

use crate::bundle::json::write_string;
use crate::eval::value::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A JSON text that is written.
#[derive(Debug)]
pub struct JsonText<'i> {
    text: Vec<u8>,
    /// What is written before each line, and again for each level; nothing where all stands on one line.
    indent: Option<[&'i str; 2]>,
    level: usize,
}

impl<'i> JsonText<'i> {
    /// A text on one line.
    #[must_use]
    pub const fn on_one_line() -> Self {
        Self { text: Vec::new(), indent: None, level: 0 }
    }

    /// A text on lines that begin with a prefix, the first aside, and with an indentation for each level.
    #[must_use]
    pub const fn indented(prefix: &'i str, indent: &'i str) -> Self {
        Self { text: Vec::new(), indent: Some([prefix, indent]), level: 0 }
    }

    /// The text so far.
    #[must_use]
    pub fn finish(self) -> String {
        String::from_utf8(self.text).unwrap_or_default()
    }

    /// Writes a value. One that is undefined is `null`.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Undefined | Value::Null => self.text.extend_from_slice(b"null"),
            Value::Bool(true) => self.text.extend_from_slice(b"true"),
            Value::Bool(false) => self.text.extend_from_slice(b"false"),
            Value::Number(number) => self.text.extend_from_slice(number.text().as_bytes()),
            Value::String(text) => self.string(text),
            Value::Array(members) => self.list(members.iter(), Self::value),
            Value::Set(members) => self.list(members.iter(), Self::value),
            Value::Object(members) => {
                let are_sorted = members.keys().all(|key| matches!(key, Value::String(_)));
                let named = members.iter().map(|(key, value)| (key_text(key), value));
                if are_sorted {
                    self.object(named, Self::value);
                } else {
                    self.object(named.collect::<BTreeMap<_, _>>().into_iter(), Self::value);
                }
            }
        }
    }

    /// Writes a string.
    pub fn string(&mut self, text: &str) {
        write_string(&mut self.text, text);
    }

    /// Writes an array, each member by a function.
    pub fn list<T>(&mut self, members: impl Iterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.between(*b"[]", members, |json, member| write(json, member));
    }

    /// Writes an object, each member's value by a function.
    pub fn object<'k, T>(
        &mut self,
        members: impl Iterator<Item = (Cow<'k, str>, T)>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.between(*b"{}", members, |json, (key, member)| {
            json.string(&key);
            json.text.extend_from_slice(if json.indent.is_some() { b": " } else { b":" });
            write(json, member);
        });
    }

    fn between<T>(
        &mut self,
        [open, close]: [u8; 2],
        items: impl Iterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.text.push(open);
        self.level += 1;
        let mut is_empty = true;
        for item in items {
            if !is_empty {
                self.text.push(b',');
            }
            is_empty = false;
            self.line();
            write(self, item);
        }
        self.level -= 1;
        if !is_empty {
            self.line();
        }
        self.text.push(close);
    }

    fn line(&mut self) {
        let Some([prefix, indent]) = self.indent else { return };
        self.text.push(b'\n');
        self.text.extend_from_slice(prefix.as_bytes());
        for _ in 0..self.level {
            self.text.extend_from_slice(indent.as_bytes());
        }
    }
}

fn key_text(key: &Value) -> Cow<'_, str> {
    match key {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_json()),
    }
}

impl Value {
    /// As JSON on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = JsonText::on_one_line();
        json.value(self);
        json.finish()
    }

    /// As JSON, indented by two blanks a level.
    #[must_use]
    pub fn to_indented_json(&self) -> String {
        let mut json = JsonText::indented("", "  ");
        json.value(self);
        json.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_as_go_does() {
        let value = Value::from_json(r#"{"b":"<&>é\u0001","a":[1,1.50,null,true],"c":{},"d":[]}"#.as_bytes()).unwrap();
        assert_eq!(value.to_json(), r#"{"a":[1,1.50,null,true],"b":"\u003c\u0026\u003eé\u0001","c":{},"d":[]}"#);
        let value = Value::from_json(br#"{"b":{"c":[1]},"a":[]}"#).unwrap();
        assert_eq!(value.to_indented_json(), "{\n  \"a\": [],\n  \"b\": {\n    \"c\": [\n      1\n    ]\n  }\n}");
        assert_eq!(Value::new_set().to_json(), "[]");
    }
}
