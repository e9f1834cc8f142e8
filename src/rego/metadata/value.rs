//! A value of an annotation, and how Go prints it in a message.

use super::yaml::Timestamp;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a YAML value becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A whole number of 64 bits, with a sign or without.
    Integer(i128),
    /// A double.
    Float(f64),
    /// A date or time without quotes.
    Time(Time),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A map all of whose keys are text.
    Map(BTreeMap<String, Value>),
    /// A map with other keys, which JSON has no place for.
    MixedMap(Vec<(Value, Value)>),
}

/// A point in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time(pub(super) Timestamp);

impl Value {
    /// Go's name of the type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "<nil>",
            Self::Boolean(_) => "bool",
            Self::Integer(integer) if i64::try_from(*integer).is_err() => "uint64",
            Self::Integer(_) => "int",
            Self::Float(_) => "float64",
            Self::Time(_) => "time.Time",
            Self::Text(_) => "string",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
            Self::MixedMap(_) => "map[interface {}]interface {}",
        }
    }

    /// As Go prints it where it expects a text: anything else is marked with its type.
    pub(super) fn shown(&self) -> String {
        let mut output = String::new();
        match self {
            Self::Null => output.push_str("%!s(<nil>)"),
            _ => self.show(&mut output),
        }
        output
    }

    fn show(&self, output: &mut String) {
        match self {
            Self::Null => output.push_str("<nil>"),
            Self::Text(text) => output.push_str(text),
            Self::Time(time) => output.push_str(&time.0.to_string()),
            Self::List(items) => {
                output.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        output.push(' ');
                    }
                    item.show(output);
                }
                output.push(']');
            }
            Self::Map(members) => {
                output.push_str("map[");
                for (index, (key, value)) in members.iter().enumerate() {
                    output.push_str(if index > 0 { " " } else { "" });
                    output.push_str(key);
                    output.push(':');
                    value.show(output);
                }
                output.push(']');
            }
            Self::MixedMap(members) => {
                output.push_str("map[");
                for (index, (key, value)) in sorted(members).into_iter().enumerate() {
                    output.push_str(if index > 0 { " " } else { "" });
                    key.show(output);
                    output.push(':');
                    value.show(output);
                }
                output.push(']');
            }
            Self::Boolean(_) | Self::Integer(_) | Self::Float(_) => {
                let _ = write!(output, "%!s({}={})", self.type_name(), self.literal());
            }
        }
    }

    /// As Go's source would have it.
    pub(super) fn go_syntax(&self) -> String {
        match self {
            Self::Null => "interface {}(nil)".to_owned(),
            Self::Text(text) => quoted(text),
            Self::Boolean(_) | Self::Integer(_) | Self::Float(_) => self.literal(),
            Self::Time(time) => time.0.to_string(),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(Self::go_syntax).collect();
                format!("{}{{{}}}", self.type_name(), items.join(", "))
            }
            Self::Map(members) => {
                let members: Vec<_> =
                    members.iter().map(|(key, value)| format!("{}:{}", quoted(key), value.go_syntax())).collect();
                format!("{}{{{}}}", self.type_name(), members.join(", "))
            }
            Self::MixedMap(members) => {
                let members: Vec<_> = sorted(members)
                    .into_iter()
                    .map(|(key, value)| format!("{}:{}", key.go_syntax(), value.go_syntax()))
                    .collect();
                format!("{}{{{}}}", self.type_name(), members.join(", "))
            }
        }
    }

    fn literal(&self) -> String {
        match self {
            Self::Boolean(boolean) => boolean.to_string(),
            Self::Integer(integer) => integer.to_string(),
            Self::Float(float) => float_text(*float),
            _ => String::new(),
        }
    }
}

fn sorted(members: &[(Value, Value)]) -> Vec<&(Value, Value)> {
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by(|(left, _), (right, _)| order(left, right));
    members
}

fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        (Value::Float(left), Value::Float(right)) => left.total_cmp(right),
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Boolean(left), Value::Boolean(right)) => left.cmp(right),
        _ => rank(left).cmp(&rank(right)),
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Boolean(_) => 1,
        Value::Integer(_) => 2,
        Value::Float(_) => 3,
        Value::Text(_) => 4,
        _ => 5,
    }
}

/// A double as Go prints it: shortest, with an exponent outside 1e-4 to 1e6.
fn float_text(float: f64) -> String {
    if float.is_nan() {
        return "NaN".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{float:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if float != 0.0 && !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    format!("{float}")
}

/// A text in quotes, as Go quotes it.
pub(super) fn quoted(text: &str) -> String {
    let mut output = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => output.push_str("\\\""),
            _ => escape(&mut output, character, false),
        }
    }
    output.push('"');
    output
}

/// A character in quotes, all but ASCII escaped.
pub(super) fn quoted_character(character: char) -> String {
    let mut output = String::from("'");
    match character {
        '\'' => output.push_str("\\'"),
        _ => escape(&mut output, character, true),
    }
    output.push('\'');
    output
}

fn escape(output: &mut String, character: char, ascii: bool) {
    let short = match character {
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\u{b}' => "\\v",
        '\\' => "\\\\",
        _ => "",
    };
    let code = u32::from(character);
    let _ = match code {
        _ if !short.is_empty() => write!(output, "{short}"),
        0..0x20 | 0x7f => write!(output, "\\x{code:02x}"),
        0x20..0x7f => write!(output, "{character}"),
        _ if !ascii && is_printable(character) => write!(output, "{character}"),
        0..0x10000 => write!(output, "\\u{code:04x}"),
        _ => write!(output, "\\U{code:08x}"),
    };
}

/// Whether a character is shown as it is. A letter before it keeps marks that combine from being escaped.
fn is_printable(character: char) -> bool {
    !format!("{:?}", format!("a{character}")).contains("\\u{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_go_shows_them() {
        let list = Value::List(vec![Value::Integer(7), Value::Null, Value::Text("x".into()), Value::Float(1e21)]);
        assert_eq!(list.shown(), "[%!s(int=7) <nil> x %!s(float64=1e+21)]");
        assert_eq!(Value::Null.shown(), "%!s(<nil>)");
        assert_eq!(Value::Boolean(true).shown(), "%!s(bool=true)");
        assert_eq!(Value::Integer(u64::MAX.into()).shown(), "%!s(uint64=18446744073709551615)");
        let map = Value::MixedMap(vec![(Value::Integer(10), list.clone()), (Value::Integer(9), Value::Null)]);
        assert_eq!(map.shown(), "map[%!s(int=9):<nil> %!s(int=10):[%!s(int=7) <nil> x %!s(float64=1e+21)]]");
    }

    #[test]
    fn texts_are_quoted_as_go_quotes_them() {
        assert_eq!(quoted("a\"\u{a0}é\n\u{1}\u{e000}"), "\"a\\\"\\u00a0é\\n\\x01\\ue000\"");
        assert_eq!(quoted_character('\u{a0}'), "'\\u00a0'");
        assert_eq!(quoted_character('\''), "'\\''");
    }
}
