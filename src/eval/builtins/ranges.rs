//! Ranges of numbers.

use crate::eval::Value;
use num_bigint::BigInt;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand, size};

pub(super) const BUILTINS: &[Builtin] =
    &[builtin("numbers.range", 2, range), builtin("numbers.range_step", 3, range_step)];

fn range(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    numbers(operand::big_integer(operands, 1)?, &operand::big_integer(operands, 2)?, &BigInt::from(1))
}

fn range_step(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (begin, end) = (operand::big_integer(operands, 1)?, operand::big_integer(operands, 2)?);
    let step = operand::big_integer(operands, 3)?;
    if step <= BigInt::from(0) {
        return Err(failed("numbers.range_step: step must be a positive integer"));
    }
    numbers(begin, &end, &step)
}

/// The numbers from one to another, up or down.
fn numbers(begin: BigInt, end: &BigInt, step: &BigInt) -> Result<Value, BuiltinError> {
    let is_up = begin <= *end;
    let distance: BigInt = if is_up { end - &begin } else { &begin - end };
    let count = usize::try_from(distance / step).unwrap_or(usize::MAX);
    size::check(count.saturating_mul(size::VALUE))?;
    let (mut number, mut numbers) = (begin, Vec::with_capacity(count.saturating_add(1)));
    for _ in 0..=count {
        numbers.push(match i64::try_from(&number) {
            Ok(small) => small.into(),
            Err(_) => operand::number(&number.to_string()),
        });
        if is_up {
            number += step;
        } else {
            number -= step;
        }
    }
    Ok(numbers.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(begin: i64, end: i64, step: i64) -> String {
        match range_step(&[begin.into(), end.into(), step.into()], &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_range_goes_up_or_down() {
        assert_eq!(told(1, 6, 2), "[1,3,5]");
        assert_eq!(told(1, -2, 3), "[1,-2]");
        assert_eq!(told(1, 2, 0), "numbers.range_step: step must be a positive integer");
        assert_eq!(told(0, i64::MAX, 1), "the result is too large");
    }
}
