//! Values as Rego writes them on one line.

use super::Value;
use crate::rego::syntax::quoted;
use std::fmt;

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undefined => Ok(()),
            Self::Null => formatter.write_str("null"),
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::String(text) => formatter.write_str(&quoted(text)),
            Self::Array(members) => list(formatter, ["[", "]"], members.iter()),
            Self::Set(members) if members.is_empty() => formatter.write_str("set()"),
            Self::Set(members) => list(formatter, ["{", "}"], members.iter()),
            Self::Object(entries) => {
                formatter.write_str("{")?;
                for (place, (key, value)) in entries.iter().enumerate() {
                    let between = if place > 0 { ", " } else { "" };
                    write!(formatter, "{between}{key}: {value}")?;
                }
                formatter.write_str("}")
            }
        }
    }
}

fn list<'v>(
    formatter: &mut fmt::Formatter<'_>,
    [open, close]: [&str; 2],
    members: impl Iterator<Item = &'v Value>,
) -> fmt::Result {
    formatter.write_str(open)?;
    for (place, member) in members.enumerate() {
        let between = if place > 0 { ", " } else { "" };
        write!(formatter, "{between}{member}")?;
    }
    formatter.write_str(close)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_rego() {
        let value = Value::from_json(br#"{"a":[1,2.50,"x\"\n\u0001\u00e9"],"b":null}"#).unwrap();
        assert_eq!(value.to_string(), r#"{"a": [1, 2.50, "x\"\n\x01é"], "b": null}"#);
        assert_eq!(Value::new_set().to_string(), "set()");
    }
}
