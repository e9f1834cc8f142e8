//! Queries of addresses.

use std::collections::BTreeMap;

use crate::eval::Value;

use super::error::failed;
use super::text::quote;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("urlquery.decode", 1, decode),
    builtin("urlquery.decode_object", 1, decode_object),
    builtin("urlquery.encode", 1, encode),
    builtin("urlquery.encode_object", 1, encode_object),
];

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => escaped.push('+'),
            b'-' | b'_' | b'.' | b'~' => escaped.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => escaped.push(char::from(byte)),
            byte => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

fn unescaped(text: &str) -> Result<String, BuiltinError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digit = |index: usize| after.get(index).and_then(|digit| char::from(*digit).to_digit(16));
                let (Some(high), Some(low)) = (digit(0), digit(1)) else {
                    let wrong = [&b"%"[..], after.get(..2).unwrap_or(after)].concat();
                    return Err(failed(format!("invalid URL escape {}", quote(&String::from_utf8_lossy(&wrong)))));
                };
                bytes.extend(u8::try_from(high * 16 + low));
                rest = after.get(2..).unwrap_or_default();
            }
            other => bytes.push(*other),
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn encode(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(escaped(operand::string(operands, 1)?).into())
}

fn decode(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(unescaped(operand::string(operands, 1)?)?.into())
}

fn encode_object(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let wrong = || BuiltinError::Operand("operand 1 values must be string, array[string], or set[string]".to_owned());
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.to_string()),
        _ => Err(wrong()),
    };
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in operand::object(operands, 1)?.iter() {
        let values = match value {
            Value::String(_) => vec![text(value)?],
            Value::Array(items) => items.iter().map(text).collect::<Result<_, _>>()?,
            Value::Set(items) => items.iter().map(text).collect::<Result<_, _>>()?,
            _ => return Err(wrong()),
        };
        // Other keys are those of JSON.
        let name = text(name).unwrap_or_else(|_| name.to_json());
        members.insert(name, values);
    }
    let pairs = members.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    Ok(pairs.join("&").into())
}

fn decode_object(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let mut members: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut wrong = None;
    for pair in operand::string(operands, 1)?.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if pair.contains(';') {
            // It is told rather than what was wrong before.
            wrong = Some(failed("invalid semicolon separator in query"));
            continue;
        }
        match unescaped(name).and_then(|name| Ok((name, unescaped(value)?))) {
            Ok((name, value)) => members.entry(name).or_default().push(value.into()),
            Err(error) => drop(wrong.get_or_insert(error)),
        }
    }
    match wrong {
        Some(error) => Err(error),
        None => Ok(members
            .into_iter()
            .map(|(name, values)| (name.into(), values.into()))
            .collect::<BTreeMap<_, _>>()
            .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(function: fn(&[Value], &BuiltinOptions) -> Result<Value, BuiltinError>, operand: Value) -> String {
        match function(&[operand], &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn queries_are_written_and_read() {
        assert_eq!(told(encode, "a b*é".into()), r#""a+b%2A%C3%A9""#);
        assert_eq!(told(decode, "%zz".into()), r#"invalid URL escape "%zz""#);
        assert_eq!(told(decode_object, "a=1&b&a=%32".into()), r#"{"a":["1","2"],"b":[""]}"#);
        assert_eq!(told(decode_object, "a;b".into()), "invalid semicolon separator in query");
        let object = Value::from_json(r#"{"b": ["2", "1"], "a": "x y"}"#).unwrap();
        assert_eq!(told(encode_object, object), r#""a=x+y\u0026b=2\u0026b=1""#);
    }
}
