//! A value of an annotation, and how Go prints it in a message.

use super::quote::quoted;
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

/// The order Go's printing puts keys of several types in: by where the types lie in OPA 1.22.2's program.
fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Float(left), Value::Float(right)) => left.total_cmp(right),
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Boolean(left), Value::Boolean(right)) => left.cmp(right),
        (Value::Time(left), Value::Time(right)) => left.0.json().cmp(&right.0.json()),
        (Value::Integer(one), Value::Integer(other)) => rank(left).cmp(&rank(right)).then(one.cmp(other)),
        _ => rank(left).cmp(&rank(right)),
    }
}

fn rank(value: &Value) -> u8 {
    match value.type_name() {
        "<nil>" => 0,
        "string" => 1,
        "uint64" => 2,
        "int" => 3,
        "float64" => 4,
        "bool" => 5,
        _ => 6,
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
}
