//! The words of a schema as the types they must be of.

use crate::eval::Value;
use crate::eval::value::Object;

use super::super::tree::Span;
use super::{Refusal, wrong, wrong_type};

/// What a schema says under a name.
pub(super) fn word<'a>(fields: &'a Object, name: &str) -> Option<&'a Value> {
    fields.get(&name.into())
}

pub(super) fn text<'a>(fields: &'a Object, name: &str) -> Result<Option<&'a str>, Refusal> {
    match word(fields, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => wrong_type("string", name),
    }
}

pub(super) fn list<'a>(fields: &'a Object, name: &str) -> Result<Option<&'a [Value]>, Refusal> {
    match word(fields, name) {
        None => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items.as_slice())),
        Some(_) => wrong(format!("{name} must be of an array")),
    }
}

pub(super) fn is_schema(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Object(_))
}

/// A number of things, which is not negative.
pub(super) fn count(fields: &Object, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(value) = word(fields, name) else { return Ok(None) };
    match value.as_number().and_then(|number| number.as_i64()) {
        None => wrong(format!("{name} must be of an integer")),
        Some(number) if number < 0 => wrong(format!("{name} must be greater than or equal to 0")),
        number => Ok(number),
    }
}

pub(super) fn span(fields: &Object, least: &str, most: &str) -> Result<Span, Refusal> {
    Ok((count(fields, least)?, count(fields, most)?))
}

pub(super) fn is_crossed(span: Span) -> bool {
    matches!(span, (Some(least), Some(most)) if least > most)
}
