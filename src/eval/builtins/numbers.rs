//! Functions of numbers: integers exactly, all others as floats with 64 bits of mantissa.

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};
use crate::eval::value::{Float, Number, Value};
use num_bigint::BigInt;
use std::ops::Add;

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("abs", 1, |operands, _| rounded(operands, |float| float.absolute().into())),
    builtin("ceil", 1, |operands, _| rounded(operands, |float| float.ceiling().integer())),
    builtin("floor", 1, |operands, _| rounded(operands, |float| float.floor().integer())),
    builtin("product", 1, product),
    builtin("round", 1, |operands, _| rounded(operands, |float| float.round().integer())),
    builtin("sum", 1, sum),
    builtin("to_number", 1, to_number),
];

/// The integers that functions of one number take as such.
const SMALL: std::ops::RangeInclusive<i64> = -(1 << 31)..=(1 << 31) - 1;

fn rounded(operands: &[Value], of: fn(Float) -> Number) -> Result<Value, BuiltinError> {
    match operand::at(operands, 1) {
        Value::Number(number) => Ok(match number.as_i64().filter(|integer| SMALL.contains(integer)) {
            Some(integer) => of(Number::from(integer).float()),
            None => of(number.float()),
        }
        .into()),
        other => Err(operand::wrong(1, other, &["number"])),
    }
}

fn sum(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(match integers(operands)? {
        Some(integers) => Number::of_integer(&integers.into_iter().sum()),
        None => Number::from(floats(operands)?.into_iter().fold(Float::ZERO, Float::add)),
    }
    .into())
}

fn product(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(match integers(operands)? {
        Some(integers) => Number::of_integer(&integers.into_iter().product()),
        None => floats(operands)?.into_iter().fold(Float::ONE, Float::times_in_double).number_in_double(),
    }
    .into())
}

/// The members of a set or array, if all are integers.
fn integers(operands: &[Value]) -> Result<Option<Vec<BigInt>>, BuiltinError> {
    let members: Vec<&Value> = operand::members(operands, 1)?;
    Ok(members.into_iter().map(|member| member.as_number()?.integer()).collect())
}

/// The members of a set or array of numbers.
fn floats(operands: &[Value]) -> Result<Vec<Float>, BuiltinError> {
    let members: Vec<&Value> = operand::members(operands, 1)?;
    let float = |member: &Value| match member {
        Value::Number(number) => Ok(number.float()),
        other => Err(operand::wrong_member(1, operand::at(operands, 1), other, "number")),
    };
    members.into_iter().map(float).collect()
}

/// The number of a text; what JSON does not write so is read as Go reads it.
fn to_number(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    match operand::at(operands, 1) {
        Value::Null | Value::Bool(false) => Ok(0.into()),
        Value::Bool(true) => Ok(1.into()),
        Value::Number(number) => Ok(number.clone().into()),
        Value::String(text) => {
            let word = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
            if matches!(word.as_str(), "inf" | "infinity" | "nan") {
                return Err(operand::wrong(1, operand::at(operands, 1), &["valid number string"]));
            }
            if let Some(number) = Number::read(text) {
                return match number.as_f64().is_finite() {
                    true => Ok(number.into()),
                    false => Err(unread(text, "value out of range")),
                };
            }
            // Go also reads what JSON does not write: signs, and points without digits before or behind them.
            let plain = text.strip_prefix('+').unwrap_or(text);
            let is_plain = plain.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
            match plain.parse::<f64>() {
                Ok(_) if !is_plain => Err(unread(text, "invalid syntax")),
                Ok(float) if float.is_finite() => Ok(written(plain).into()),
                Ok(_) => Err(unread(text, "value out of range")),
                Err(_) => Err(unread(text, "invalid syntax")),
            }
        }
        other => Err(operand::wrong(1, other, &["null", "boolean", "number", "string"])),
    }
}

fn unread(text: &str, why: &str) -> BuiltinError {
    failed(format!("strconv.ParseFloat: parsing {}: {why}", super::text::quote(text)))
}

/// A number of Go in the form of JSON: digits before and behind a point, and no zeros in front.
fn written(text: &str) -> Number {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |text| ("-", text));
    let (digits, exponent) = text.find(['e', 'E']).map_or((text, ""), |place| text.split_at(place));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = Some(whole.trim_start_matches('0')).filter(|whole| !whole.is_empty()).unwrap_or("0");
    let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    Number::read(&format!("{sign}{whole}{fraction}{exponent}")).unwrap_or_else(|| 0.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(name: &str, operand: &str) -> String {
        let operands = [Value::from_json(operand).unwrap()];
        let builtin = BUILTINS.iter().find(|builtin| builtin.name == name).unwrap();
        builtin.call(&operands, &BuiltinOptions::default()).map_or_else(|error| error.to_string(), |it| it.to_string())
    }

    #[test]
    fn numbers_are_rounded_as_opa_does() {
        assert_eq!(called("abs", "-3"), "3");
        assert_eq!(called("abs", "-1.50"), "1.5");
        assert_eq!(called("round", "-2.5"), "-3");
        assert_eq!(called("ceil", "1.1"), "2");
        assert_eq!(called("floor", "-1.1"), "-2");
        assert_eq!(called("floor", "-7"), "-7");
        assert_eq!(called("floor", "123456789012345678901234567890"), "123456789012345678899921813504");
        assert_eq!(called("round", "-1e20"), "-100000000000000000000");
    }

    #[test]
    fn sums_are_exact_where_all_are_integers() {
        assert_eq!(called("sum", "[9223372036854775807, 1, 1.0]"), "9223372036854775809");
        assert_eq!(called("sum", "[0.1, 0.2]"), "0.3");
        assert_eq!(called("sum", "[]"), "0");
        assert_eq!(called("product", "[1e30, 10]"), "10000000000000000000000000000000");
        assert_eq!(called("product", "[64, 1.5, 0.1, 1.5]"), "14.399999999999999");
        assert_eq!(called("product", "[0.30000000000000004, 12345678901234567890]"), "3703703670370371000");
        assert_eq!(called("product", "[63, 12345678901234567890, -2.5]"), "-1944444426944444400000");
        assert_eq!(called("sum", "[1, \"a\"]"), "operand 1 must be array of numbers but got array containing string");
    }

    #[test]
    fn texts_become_the_numbers_they_are() {
        assert_eq!(called("to_number", "\"1.50\""), "1.50");
        assert_eq!(called("to_number", "\"x\""), "strconv.ParseFloat: parsing \"x\": invalid syntax");
        assert_eq!(called("to_number", "\"nan\""), "operand 1 must be valid number string but got string");
    }
}
