//! Documents held against JSON Schema (drafts 4, 6 and 7), as gojsonschema does it.

mod canonical;
mod formats;
mod pool;
mod read;
mod remote;
mod tree;
mod validate;

use crate::eval::Value;
use crate::eval::network::REFUSED;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};
use read::Refusal;

pub(super) const BUILTINS: &[Builtin] =
    &[builtin("json.match_schema", 2, match_schema), builtin("json.verify_schema", 1, verify_schema)];

/// A document that is given as it is, or as JSON.
fn document(value: &Value) -> Result<Value, String> {
    match value {
        Value::String(text) => Value::from_json(&**text).map_err(|_| "invalid JSON string".to_owned()),
        Value::Object(_) | Value::Array(_) => Ok(canonical::plain(value)),
        _ => Err("wrong type, expected string or object".to_owned()),
    }
}

fn schema(value: &Value, options: &BuiltinOptions) -> Result<read::Schema, BuiltinError> {
    let document = document(value).map_err(failed)?;
    read::read(&document, options.network.as_ref()).map_err(|refusal| match refusal {
        Refusal::Remote => BuiltinError::Refused(REFUSED),
        Refusal::Wrong(message) => BuiltinError::Failed(message),
    })
}

fn verify_schema(operands: &[Value], options: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (valid, told) = match schema(operand::at(operands, 1), options) {
        Ok(_) => (true, Value::Null),
        Err(BuiltinError::Failed(message)) => (false, format!("jsonschema: {message}").into()),
        Err(other) => return Err(other),
    };
    Ok(vec![Value::from(valid), told].into())
}

fn match_schema(operands: &[Value], options: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let document = document(operand::at(operands, 1)).map_err(failed)?;
    let schema = schema(operand::at(operands, 2), options)?;
    let faults =
        validate::faults(&schema, &document).ok_or_else(|| failed("the schema refers to itself without end"))?;
    let told: Vec<Value> = faults
        .iter()
        .map(|fault| {
            let fields = [
                ("desc", fault.message.as_str().into()),
                ("error", format!("{}: {}", fault.field, fault.message).into()),
                ("field", fault.field.as_str().into()),
                ("type", fault.kind.into()),
            ];
            fields
                .map(|(name, value)| (Value::from(name), value))
                .into_iter()
                .collect::<std::collections::BTreeMap<_, _>>()
                .into()
        })
        .collect();
    Ok(vec![Value::from(faults.is_empty()), told.into()].into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(document: &str, schema: &str) -> String {
        match match_schema(&[document.into(), schema.into()], &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        assert_eq!(
            matched(r#"{"id": 5}"#, r#"{"properties": {"id": {"type": "integer"}}, "required": ["id"]}"#),
            "[true,[]]"
        );
        assert_eq!(
            matched(r#"{"a": {"b": "x"}}"#, r#"{"properties": {"a": {"properties": {"b": {"type": "integer"}}}}}"#),
            r#"[false,[{"desc":"Invalid type. Expected: integer, given: string","error":"a.b: Invalid type. Expected: integer, given: string","field":"a.b","type":"invalid_type"}]]"#
        );
        assert!(matched("[1, 1]", r#"{"uniqueItems": true}"#).contains("array items[0,1] must be unique"));
    }

    #[test]
    fn references_are_followed() {
        let schema = r##"{"definitions": {"n": {"type": "object", "properties": {"next": {"$ref": "#/definitions/n"}}, "additionalProperties": false}}, "$ref": "#/definitions/n"}"##;
        assert_eq!(matched(r#"{"next": {"next": {}}}"#, schema), "[true,[]]");
        assert!(matched(r#"{"next": {"x": 1}}"#, schema).contains("next: Additional property x is not allowed"));
        assert_eq!(matched("{}", r##"{"$ref": "#"}"##), "the schema refers to itself without end");
    }

    #[test]
    fn a_wrong_schema_is_told() {
        let verified = verify_schema(&[r#"{"type": "unknown_type"}"#.into()], &BuiltinOptions::default());
        assert!(verified.unwrap().to_json().contains("NOT VALID -- given: /unknown_type/"));
        assert_eq!(matched("{}", r#"{"minLength": -1}"#), "minLength must be greater than or equal to 0");
        assert_eq!(matched("{", "{}"), "invalid JSON string");
    }
}
