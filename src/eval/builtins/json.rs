//! JSON and YAML as texts.

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};
use crate::bundle::yaml;
use crate::eval::value::{JsonText, Value};
use crate::rego::metadata::fault_in_yaml;

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("json.is_valid", 1, |operands, _| {
        Ok(operand::string(operands, 1).is_ok_and(|text| Value::from_json(text).is_ok()).into())
    }),
    builtin("json.marshal", 1, |operands, _| Ok(operand::at(operands, 1).to_json().into())),
    builtin("json.marshal_with_options", 2, marshal_with_options),
    builtin("json.unmarshal", 1, |operands, _| {
        Value::from_json(operand::string(operands, 1)?).map_err(|error| failed(error.to_string()))
    }),
    builtin("yaml.unmarshal", 1, unmarshal_yaml),
];

/// On lines of their own where a prefix or an indentation is given, unless `pretty` is false.
fn marshal_with_options(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (mut prefix, mut indent) = ("", "\t");
    let (mut is_asked, mut is_meant) = (None, false);
    for (place, (key, value)) in operand::object(operands, 2)?.iter().enumerate() {
        let wrong = |sentence: String| BuiltinError::Operand(format!("operand 2 {sentence}"));
        let Value::String(name) = key else {
            let got = operand::wrong(place, key, &["string"]);
            return Err(wrong(format!("failed to stringify key {key} at index {place}: {got}")));
        };
        let text = || match value {
            Value::String(text) => Ok(&**text),
            other => {
                let got = operand::wrong(place, other, &["string"]);
                Err(wrong(format!("key {name} failed cast to string: {got}")))
            }
        };
        match &**name {
            "prefix" => (prefix, is_meant) = (text()?, true),
            "indent" => (indent, is_meant) = (text()?, true),
            "pretty" => match value {
                Value::Bool(pretty) => is_asked = Some(*pretty),
                _ => return Err(wrong(format!("key {name} failed cast to bool"))),
            },
            _ => return Err(wrong(format!("object contained unknown key {key}"))),
        }
    }
    let value = operand::at(operands, 1);
    if !is_asked.unwrap_or(is_meant) {
        return Ok(value.to_json().into());
    }
    let mut json = JsonText::indented(prefix, indent);
    json.value(value);
    Ok((prefix.to_owned() + &json.finish()).into())
}

fn unmarshal_yaml(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let text = operand::string(operands, 1)?;
    if let Some(fault) = fault_in_yaml(text.as_bytes()) {
        return Err(failed(fault));
    }
    let read = yaml::as_yaml(text.as_bytes(), 0).map_err(|error| failed(format!("yaml: {error}")))?;
    Value::from_json(read.json.as_bytes()).map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(name: &str, operands: &[Value]) -> String {
        let builtin = BUILTINS.iter().find(|builtin| builtin.name == name).unwrap();
        let answer = builtin.call(operands, &BuiltinOptions::default());
        answer.map_or_else(|error| error.to_string(), |value| value.to_string())
    }

    #[test]
    fn numbers_pass_through_texts_as_they_are() {
        assert_eq!(called("json.unmarshal", &["{\"a\":[1.50,1e3]}".into()]), r#"{"a": [1.50, 1e3]}"#);
        assert_eq!(called("json.marshal", &[Value::from_json("[1.50]").unwrap()]), "\"[1.50]\"");
        assert_eq!(called("yaml.unmarshal", &["a: 1.50".into()]), r#"{"a": 1.5}"#);
        assert_eq!(called("yaml.unmarshal", &["[1.50, 1e3]".into()]), "[1.5, 1000]");
        assert_eq!(called("json.is_valid", &["{\"a\":}".into()]), "false");
        assert_eq!(called("json.is_valid", &[1.into()]), "false");
    }

    #[test]
    fn options_tell_how_json_is_written() {
        let written = |options: &str| {
            called(
                "json.marshal_with_options",
                &[Value::from_json("{\"a\":[1]}").unwrap(), Value::from_json(options).unwrap()],
            )
        };
        assert_eq!(written("{}"), r#""{\"a\":[1]}""#);
        assert_eq!(written(r#"{"pretty":true}"#), r#""{\n\t\"a\": [\n\t\t1\n\t]\n}""#);
        assert_eq!(written(r##"{"prefix":"#","indent":" "}"##), r##""#{\n# \"a\": [\n#  1\n# ]\n#}""##);
        assert_eq!(written(r#"{"indent":" ","pretty":false}"#), r#""{\"a\":[1]}""#);
        assert_eq!(written(r#"{"x":1}"#), "operand 2 object contained unknown key \"x\"");
        assert_eq!(
            written(r#"{"indent":1}"#),
            "operand 2 key indent failed cast to string: operand 0 must be string but got number"
        );
    }
}
