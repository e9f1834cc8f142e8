//! Operands as the type a function wants.

use num_bigint::BigInt;

use crate::eval::Value;
use crate::eval::value::{Number, Object, Set};

use super::BuiltinError;

/// The operand at `position`, counted from 1.
pub(super) fn at(operands: &[Value], position: usize) -> &Value {
    operands.get(position.wrapping_sub(1)).unwrap_or(&Value::Undefined)
}

pub(super) fn string(operands: &[Value], position: usize) -> Result<&str, BuiltinError> {
    match at(operands, position) {
        Value::String(text) => Ok(text),
        other => Err(wrong(position, other, &["string"])),
    }
}

pub(super) fn array(operands: &[Value], position: usize) -> Result<&[Value], BuiltinError> {
    match at(operands, position) {
        Value::Array(items) => Ok(items.as_slice()),
        other => Err(wrong(position, other, &["array"])),
    }
}

pub(super) fn set(operands: &[Value], position: usize) -> Result<&Set, BuiltinError> {
    match at(operands, position) {
        Value::Set(items) => Ok(items),
        other => Err(wrong(position, other, &["set"])),
    }
}

pub(super) fn object(operands: &[Value], position: usize) -> Result<&Object, BuiltinError> {
    match at(operands, position) {
        Value::Object(fields) => Ok(fields),
        other => Err(wrong(position, other, &["object"])),
    }
}

pub(super) fn integer(operands: &[Value], position: usize) -> Result<i64, BuiltinError> {
    match at(operands, position) {
        Value::Number(number) => number.as_i64().ok_or_else(|| {
            BuiltinError::Operand(format!("operand {position} must be integer number but got floating-point number"))
        }),
        other => Err(wrong(position, other, &["number"])),
    }
}

/// The members of an array or set.
pub(super) fn members(operands: &[Value], position: usize) -> Result<Vec<&Value>, BuiltinError> {
    match at(operands, position) {
        Value::Array(members) => Ok(members.iter().collect()),
        Value::Set(members) => Ok(members.iter().collect()),
        other => Err(wrong(position, other, &["set", "array"])),
    }
}

/// The refusal of a member of an operand by its type.
pub(super) fn wrong_member(position: usize, whole: &Value, got: &Value, expected: &str) -> BuiltinError {
    let (whole, got) = (whole.type_name(), got.type_name());
    BuiltinError::Operand(format!("operand {position} must be {whole} of {expected}s but got {whole} containing {got}"))
}

/// An integer of any size.
pub(super) fn big_integer(operands: &[Value], position: usize) -> Result<BigInt, BuiltinError> {
    let operand = at(operands, position);
    let Value::Number(number) = operand else { return Err(wrong(position, operand, &["integer"])) };
    number.integer().ok_or_else(|| {
        BuiltinError::Operand(format!("operand {position} must be integer number but got floating-point number"))
    })
}

/// The number of a text of digits.
pub(super) fn number(text: &str) -> Value {
    Number::read(text).map(Value::from).unwrap_or_default()
}

/// The texts of an array or a set; the types are told in the order given.
pub(super) fn texts<'v>(
    operands: &'v [Value],
    position: usize,
    expected: &[&str],
) -> Result<Vec<&'v str>, BuiltinError> {
    let operand = at(operands, position);
    let items: Vec<&Value> = match operand {
        Value::Array(items) => items.iter().collect(),
        Value::Set(items) => items.iter().collect(),
        other => return Err(wrong(position, other, expected)),
    };
    let text = |item: &'v Value| match item {
        Value::String(text) => Ok(&**text),
        other => Err(wrong_member(position, operand, other, "string")),
    };
    items.into_iter().map(text).collect()
}

/// The refusal of an operand by its type.
pub(super) fn wrong(position: usize, got: &Value, expected: &[&str]) -> BuiltinError {
    let got = got.type_name();
    BuiltinError::Operand(match expected {
        [one] => format!("operand {position} must be {one} but got {got}"),
        several => format!("operand {position} must be one of {{{}}} but got {got}", several.join(", ")),
    })
}
