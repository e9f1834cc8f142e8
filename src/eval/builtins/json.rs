//! JSON as Go reads and writes it.

use regorus::Value;

use super::text;

/// A value as `json.Marshal` writes it: `<`, `>` and `&` escaped, sets as arrays.
pub(super) fn marshal(value: &Value) -> String {
    let mut json = String::new();
    write(&mut json, value);
    json
}

fn write(json: &mut String, value: &Value) {
    match value {
        Value::Null | Value::Undefined => json.push_str("null"),
        Value::Bool(truth) => json.push_str(if *truth { "true" } else { "false" }),
        Value::Number(_) => json.push_str(&text::number(value)),
        Value::String(string) => write_string(json, string),
        Value::Array(items) => write_list(json, items.iter()),
        Value::Set(items) => write_list(json, items.iter_sorted()),
        Value::Object(fields) => {
            json.push('{');
            for (index, (key, value)) in fields.iter_sorted().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                match key {
                    Value::String(key) => write_string(json, key),
                    other => write_string(json, &marshal(other)),
                }
                json.push(':');
                write(json, value);
            }
            json.push('}');
        }
    }
}

fn write_list<'a>(json: &mut String, items: impl Iterator<Item = &'a Value>) {
    json.push('[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            json.push(',');
        }
        write(json, item);
    }
    json.push(']');
}

fn write_string(json: &mut String, string: &str) {
    json.push('"');
    for character in string.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                json.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => json.push(character),
        }
    }
    json.push('"');
}

/// Reads one value; the error is Go's where it can be told from the first character or the end.
pub(super) fn unmarshal(text: &str) -> Result<Value, String> {
    let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
    let Some(first) = trimmed.chars().next() else { return Err("EOF".to_owned()) };
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(trimmed) {
        if error.is_eof() {
            return Err("unexpected EOF".to_owned());
        }
        if !first.is_ascii_digit() && !"{[\"-tfn".contains(first) {
            return Err(format!("invalid character '{first}' looking for beginning of value"));
        }
        return Err(error.to_string());
    }
    Value::from_json_str(trimmed).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_as_go_does() {
        let value = Value::from_json_str(r#"{"b":"<&>é\u0001","a":[1,null,true]}"#).unwrap();
        assert_eq!(marshal(&value), r#"{"a":[1,null,true],"b":"\u003c\u0026\u003eé\u0001"}"#);
    }

    #[test]
    fn what_is_no_json_is_told_as_go_does() {
        assert_eq!(unmarshal(" "), Err("EOF".to_owned()));
        assert_eq!(unmarshal("{"), Err("unexpected EOF".to_owned()));
        assert_eq!(unmarshal("abc"), Err("invalid character 'a' looking for beginning of value".to_owned()));
        assert_eq!(unmarshal(" [1] "), Ok(Value::from_json_str("[1]").unwrap()));
    }
}
