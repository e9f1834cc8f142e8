//! The binary digits of integers.

use crate::eval::Value;
use num_bigint::BigInt;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("bits.and", 2, |operands, _| both(operands, |one, other| one & other)),
    builtin("bits.lsh", 2, shift_left),
    builtin("bits.negate", 1, negate),
    builtin("bits.or", 2, |operands, _| both(operands, |one, other| one | other)),
    builtin("bits.rsh", 2, shift_right),
    builtin("bits.xor", 2, |operands, _| both(operands, |one, other| one ^ other)),
];

/// The most binary digits of an answer.
const MOST: u64 = 1 << 20;

fn answer(number: &BigInt) -> Value {
    operand::number(&number.to_string())
}

fn both(operands: &[Value], function: fn(BigInt, BigInt) -> BigInt) -> Result<Value, BuiltinError> {
    Ok(answer(&function(operand::big_integer(operands, 1)?, operand::big_integer(operands, 2)?)))
}

fn negate(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(answer(&!operand::big_integer(operands, 1)?))
}

/// How far to shift: the last 64 bits of the operand, as in OPA.
fn distance(operands: &[Value]) -> Result<u64, BuiltinError> {
    let distance = operand::big_integer(operands, 2)?;
    if distance < BigInt::from(0) {
        let message = "operand 2 must be an unsigned integer number but got a negative integer";
        return Err(BuiltinError::Operand(message.to_owned()));
    }
    Ok(distance.iter_u64_digits().next().unwrap_or_default())
}

fn shift_left(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (number, distance) = (operand::big_integer(operands, 1)?, distance(operands)?);
    if number != BigInt::from(0) && number.bits().saturating_add(distance) > MOST {
        return Err(failed("the result is too large"));
    }
    Ok(answer(&(if number == BigInt::from(0) { number } else { number << distance })))
}

fn shift_right(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (number, distance) = (operand::big_integer(operands, 1)?, distance(operands)?);
    // Beyond the last digit nothing changes.
    let distance = distance.min(number.bits() + 1);
    Ok(answer(&(number >> distance)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(function: fn(&[Value], &BuiltinOptions) -> Result<Value, BuiltinError>, operands: [i64; 2]) -> String {
        match function(&operands.map(Value::from), &BuiltinOptions::default()) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn shifts_have_an_end() {
        assert_eq!(told(shift_left, [1, 70]), "1180591620717411303424");
        assert_eq!(told(shift_left, [1, 1 << 40]), "the result is too large");
        assert_eq!(told(shift_right, [-5, 1 << 40]), "-1");
        let operands = [Value::from(65), Value::from_json("18446744073709551617").unwrap()];
        assert_eq!(shift_right(&operands, &BuiltinOptions::default()).unwrap().to_string(), "32");
        assert_eq!(
            told(shift_right, [1, -1]),
            "operand 2 must be an unsigned integer number but got a negative integer"
        );
    }
}
