//! YAML: values as Go's YAML writes them, and whether texts are YAML.

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};
use crate::bundle::yaml::to_json;
use crate::eval::Value;
use std::collections::BTreeMap;

pub(super) const BUILTINS: &[Builtin] = &[builtin("yaml.is_valid", 1, is_valid), builtin("yaml.marshal", 1, marshal)];

fn is_valid(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(operand::string(operands, 1).is_ok_and(|text| to_json(text.as_bytes(), 0).is_ok()).into())
}

fn marshal(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let Some(value) = operands.first() else { return Ok(Value::Undefined) };
    let mut text = String::new();
    write(value, 0, &mut text);
    text.push('\n');
    Ok(Value::from(text))
}

/// Writes a value whose lines are indented so far, from the place where its first line goes on.
fn write(value: &Value, level: usize, text: &mut String) {
    let line = |text: &mut String, is_first: bool| {
        if !is_first {
            text.push('\n');
            text.push_str(&" ".repeat(level));
        }
    };
    match value {
        Value::Array(members) if !members.is_empty() => list(members.iter(), level, text, &line),
        Value::Set(members) if !members.is_empty() => list(members.iter(), level, text, &line),
        Value::Array(_) | Value::Set(_) => text.push_str("[]"),
        Value::Object(entries) if entries.is_empty() => text.push_str("{}"),
        Value::Object(entries) => {
            let name = |key: &Value| match key {
                Value::String(text) => text.to_string(),
                other => other.to_json(),
            };
            let sorted: BTreeMap<String, &Value> = entries.iter().map(|(key, value)| (name(key), value)).collect();
            for (place, (key, value)) in sorted.into_iter().enumerate() {
                line(text, place == 0);
                string(&key, level, text);
                text.push(':');
                if is_nested(value) {
                    text.push('\n');
                    text.push_str(&" ".repeat(level + 2));
                    write(value, level + 2, text);
                } else {
                    text.push(' ');
                    write(value, level + 2, text);
                }
            }
        }
        Value::String(content) => string(content, level, text),
        other => text.push_str(&other.to_json()),
    }
}

fn list<'v>(
    members: impl Iterator<Item = &'v Value>,
    level: usize,
    text: &mut String,
    line: &dyn Fn(&mut String, bool),
) {
    for (place, member) in members.enumerate() {
        line(text, place == 0);
        text.push_str("- ");
        write(member, level + 2, text);
    }
}

/// Whether a value takes lines of its own.
fn is_nested(value: &Value) -> bool {
    match value {
        Value::Array(members) => !members.is_empty(),
        Value::Set(members) => !members.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        _ => false,
    }
}

/// A string: plain where it reads as itself, in double quotes where it would read as another scalar.
fn string(content: &str, level: usize, text: &mut String) {
    if content.contains('\n') && !content.starts_with([' ', '\n']) && !content.chars().any(is_special) {
        let (body, sign) = match content.strip_suffix('\n') {
            Some(body) if !body.ends_with('\n') => (body, "|"),
            Some(_) => (content.trim_end_matches('\n'), "|+"),
            None => (content, "|-"),
        };
        text.push_str(sign);
        for line in body.split('\n') {
            text.push('\n');
            if !line.is_empty() {
                text.push_str(&" ".repeat(level));
                text.push_str(line);
            }
        }
        return;
    }
    let quoted = || serde_json::Value::from(content).to_string();
    let is_word_of_yaml_1_1 = matches!(content.to_ascii_lowercase().as_str(), "y" | "n" | "yes" | "no" | "on" | "off");
    if content.chars().any(is_special) || is_word_of_yaml_1_1 {
        return text.push_str(&quoted());
    }
    let read = to_json(content.as_bytes(), 0).map(|read| read.json.to_string());
    match read {
        Ok(read) if serde_json::from_str::<String>(&read).is_ok_and(|read| read == content) => text.push_str(content),
        Ok(read) if !read.starts_with(['{', '[', '"']) => text.push_str(&quoted()),
        _ => {
            text.push('\'');
            text.push_str(&content.replace('\'', "''"));
            text.push('\'');
        }
    }
}

/// Whether only double quotes can hold a character.
fn is_special(character: char) -> bool {
    character.is_control() && character != '\n' || character == '\u{feff}'
}
