//! YAML: values as Go's YAML writes them, and whether texts are YAML.

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand, times};
use crate::bundle::yaml::{as_yaml, to_json};
use crate::eval::value::{Number, Value};
use crate::rego::metadata::fault_in_yaml;
use std::collections::BTreeMap;

pub(super) const BUILTINS: &[Builtin] = &[builtin("yaml.is_valid", 1, is_valid), builtin("yaml.marshal", 1, marshal)];

fn is_valid(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let reads = |text: &[u8]| fault_in_yaml(text).is_none() && as_yaml(text, 0).is_ok();
    Ok(operand::string(operands, 1).is_ok_and(|text| reads(text.as_bytes())).into())
}

fn marshal(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let Some(value) = operands.first() else { return Ok(Value::Undefined) };
    let mut text = String::new();
    // A block of lines is indented even where nothing is around it.
    write(value, if matches!(value, Value::String(_)) { 2 } else { 0 }, &mut text);
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
                string(&key, level, true, text);
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
        Value::String(content) => string(content, level, false, text),
        Value::Number(number) => text.push_str(&written(number)),
        other => text.push_str(&other.to_json()),
    }
}

/// A number as Go writes it: integers of 64 bits, with a sign or without, and floats of others.
fn written(number: &Number) -> String {
    let text = number.text();
    if text == "-0" {
        return "0".to_owned();
    }
    let float = number.as_f64();
    if text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok() || !float.is_finite() {
        return text.into_owned();
    }
    Number::from(float).to_string()
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

/// A string: plain where it reads as itself, a block where it has several lines and is no key, in single quotes where only
/// its marks are in the way, else in double quotes.
fn string(content: &str, level: usize, is_key: bool, text: &mut String) {
    let shape = Shape::of(content);
    if content.contains('\n') {
        if shape.fits_block && !is_key {
            return block(content, level, text);
        }
        return text.push_str(&double_quoted(content));
    }
    let is_other_scalar = || {
        let is_old_truth =
            matches!(content.to_ascii_lowercase().as_str(), "y" | "n" | "yes" | "no" | "on" | "off" | "<<");
        let is_time = ["2006-1-2", "2006-1-2T15:4:5Z07:00", "2006-1-2t15:4:5Z07:00", "2006-1-2 15:4:5"]
            .iter()
            .any(|layout| times::does_read(layout, content));
        let read = to_json(content.as_bytes(), 0).map(|read| read.json.to_string());
        let reads_as_itself =
            read.is_ok_and(|read| serde_json::from_str::<String>(&read).is_ok_and(|read| read == content));
        is_old_truth || is_time || !reads_as_itself
    };
    match (shape.fits_plain, shape.fits_single) {
        (true, _) if !is_other_scalar() => text.push_str(content),
        (false, true) => {
            text.push('\'');
            text.push_str(&content.replace('\'', "''"));
            text.push('\'');
        }
        _ => text.push_str(&double_quoted(content)),
    }
}

/// How a string can be written.
struct Shape {
    fits_plain: bool,
    fits_single: bool,
    fits_block: bool,
}

impl Shape {
    fn of(content: &str) -> Self {
        let mut has_mark = content.starts_with("---") || content.starts_with("...");
        let (mut space_after_break, mut break_after_space) = (false, false);
        let (mut has_special, mut has_tab) = (false, false);
        let mut previous = None;
        let mut characters = content.chars().peekable();
        while let Some(one) = characters.next() {
            let is_before_blank = characters.peek().is_none_or(|next| matches!(next, ' ' | '\t' | '\n' | '\r'));
            has_mark |= match (previous, one) {
                (
                    None,
                    '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`',
                ) => true,
                (None, '-' | '?') | (_, ':') => is_before_blank,
                (Some(' ' | '\t' | '\n'), '#') => true,
                _ => false,
            };
            space_after_break |= one == ' ' && previous == Some('\n');
            break_after_space |= one == '\n' && previous == Some(' ');
            has_tab |= one == '\t';
            has_special |= is_special(one);
            previous = Some(one);
        }
        let ends = |end: char| content.starts_with(end) || content.ends_with(end);
        let fits_single = !space_after_break && !break_after_space && !has_tab && !has_special;
        Self {
            fits_plain: fits_single && !has_mark && !ends(' ') && !content.contains('\n'),
            fits_single,
            fits_block: !content.ends_with(' ') && !break_after_space && !has_special,
        }
    }
}

/// A block of lines; its head tells what is at its begin and its end.
fn block(content: &str, level: usize, text: &mut String) {
    let hint = if content.starts_with([' ', '\n']) { "2" } else { "" };
    let (body, sign) = match content.strip_suffix('\n') {
        Some(body) if body.is_empty() || body.ends_with('\n') => (body, "+"),
        Some(body) => (body, ""),
        None => (content, "-"),
    };
    text.push_str(&format!("|{hint}{sign}"));
    for line in body.split('\n') {
        text.push('\n');
        if !line.is_empty() {
            text.push_str(&" ".repeat(level));
            text.push_str(line);
        }
    }
}

/// A string in double quotes, with the escapes of YAML.
fn double_quoted(content: &str) -> String {
    let mut quoted = String::from("\"");
    for one in content.chars() {
        let code = u32::from(one);
        let escape = match one {
            '\0' => "\\0",
            '\u{7}' => "\\a",
            '\u{8}' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\u{b}' => "\\v",
            '\u{c}' => "\\f",
            '\r' => "\\r",
            '\u{1b}' => "\\e",
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{85}' => "\\N",
            '\u{a0}' => "\\_",
            '\u{2028}' => "\\L",
            '\u{2029}' => "\\P",
            _ if !is_special(one) => {
                quoted.push(one);
                continue;
            }
            _ if code < 0x100 => &format!("\\x{code:02X}"),
            _ if code < 0x1_0000 => &format!("\\u{code:04X}"),
            _ => &format!("\\U{code:08X}"),
        };
        quoted.push_str(escape);
    }
    quoted.push('"');
    quoted
}

/// Whether only double quotes can hold a character.
fn is_special(character: char) -> bool {
    let is_break = matches!(character, '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let is_control = character.is_control() && !matches!(character, '\n' | '\t');
    is_break || is_control || matches!(character, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_go_writes_them() {
        let marshalled = |json: &str| marshal(&[Value::from_json(json).unwrap()], &BuiltinOptions::default()).unwrap();
        for (json, text) in [
            ("1.50", "1.5"),
            ("1e2", "100"),
            ("1e20", "1e+20"),
            ("-1.0", "-1"),
            ("-0", "0"),
            ("1234567.8", "1.2345678e+06"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "1.8446744073709552e+19"),
        ] {
            assert_eq!(marshalled(json), Value::from(format!("{text}\n")), "{json}");
        }
    }
}
