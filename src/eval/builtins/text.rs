//! Values as Rego writes them.

use regorus::Value;

/// The text of a value: sets in braces, strings quoted.
pub(super) fn of(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value);
    text
}

/// The text of a number; an integer keeps all its digits.
pub(super) fn number(value: &Value) -> String {
    match value.as_number() {
        Ok(number) if number.is_integer() => number.format_decimal(),
        _ => value.to_json_str().unwrap_or_default(),
    }
}

/// A string in quotes, escaped as Go's `strconv.Quote` does.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        escape(&mut quoted, character, '"', false);
    }
    quoted.push('"');
    quoted
}

/// Adds one character of a quoted string.
pub(super) fn escape(text: &mut String, character: char, quote: char, ascii: bool) {
    let code = u32::from(character);
    match character {
        '\u{7}' => text.push_str("\\a"),
        '\u{8}' => text.push_str("\\b"),
        '\u{c}' => text.push_str("\\f"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        '\u{b}' => text.push_str("\\v"),
        '\\' => text.push_str("\\\\"),
        _ if character == quote => {
            text.push('\\');
            text.push(quote);
        }
        ' '..='~' => text.push(character),
        _ if code < 0x20 || code == 0x7f => text.push_str(&format!("\\x{code:02x}")),
        _ if !ascii && is_printable(character) => text.push(character),
        _ if code < 0x1_0000 => text.push_str(&format!("\\u{code:04x}")),
        _ => text.push_str(&format!("\\U{code:08x}")),
    }
}

fn is_printable(character: char) -> bool {
    let shown = character.escape_debug();
    !character.is_control() && (shown.len() == 1 || !character.is_whitespace() && shown.len() < 4)
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(truth) => text.push_str(&format!("{truth}")),
        Value::Number(_) => text.push_str(&number(value)),
        Value::String(string) => text.push_str(&quote(string)),
        Value::Array(items) => write_list(text, '[', items.iter(), ']'),
        Value::Set(items) if items.is_empty() => text.push_str("set()"),
        Value::Set(items) => write_list(text, '{', items.iter_sorted(), '}'),
        Value::Object(fields) => {
            text.push('{');
            for (index, (key, value)) in fields.iter_sorted().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                write_value(text, key);
                text.push_str(": ");
                write_value(text, value);
            }
            text.push('}');
        }
        Value::Undefined => {}
    }
}

fn write_list<'a>(text: &mut String, open: char, items: impl Iterator<Item = &'a Value>, close: char) {
    text.push(open);
    for (index, item) in items.enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        write_value(text, item);
    }
    text.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_rego() {
        let value = Value::from_json_str(r#"{"a":[1,2.5,"x\"\n\u0001é"],"b":null}"#).unwrap();
        assert_eq!(of(&value), r#"{"a": [1, 2.5, "x\"\n\x01é"], "b": null}"#);
        assert_eq!(of(&Value::new_set()), "set()");
    }
}
