//! Infix operators and template strings, with OPA's words for what they do not take.

use super::value::{Number, Set, Value};
use num_bigint::{BigInt, Sign};

/// The parts of a template string, each the set of what it may be, as one text.
pub(super) fn template(operands: &[Value]) -> Result<Value, Refusal> {
    let mut text = String::new();
    let Some(parts) = operands.first().and_then(Value::as_array) else { return Ok(Value::Undefined) };
    for part in parts {
        let Some(set) = part.as_set() else {
            write(part, &mut text);
            continue;
        };
        let mut values = set.iter();
        match values.next() {
            None => text.push_str("<undefined>"),
            Some(value) => write(value, &mut text),
        }
        if values.next().is_some() {
            return Err(("eval_conflict_error", "template-strings must not produce multiple outputs".to_owned()));
        }
    }
    Ok(Value::from(text))
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::String(value) => text.push_str(value),
        value => text.push_str(&value.to_string()),
    }
}

/// A code of OPA and a message.
pub(super) type Refusal = (&'static str, String);

fn operand_error(name: &str, place: usize, wanted: &str, value: &Value) -> Refusal {
    let got = value.type_name();
    ("eval_type_error", format!("{name}: operand {place} must be {wanted} but got {got}"))
}

/// An infix operator, with OPA's words for what it does not take.
pub(super) fn operator(name: &str, operands: &[Value]) -> Result<Value, Refusal> {
    let [left, right] = operands else { return Ok(Value::Undefined) };
    if let ("and" | "or" | "minus", Some(left), Some(right)) = (name, left.as_set(), right.as_set()) {
        let kept: Set = match name {
            "and" => left.intersection(right).cloned().collect(),
            "or" => left.union(right).cloned().collect(),
            _ => left.difference(right).cloned().collect(),
        };
        return Ok(Value::from(kept));
    }
    if matches!(name, "and" | "or") {
        let (place, value) = if left.as_set().is_none() { (1, left) } else { (2, right) };
        return Err(operand_error(name, place, "set", value));
    }
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => arithmetic(name, left, right)
            .map(Value::Number)
            .map_err(|sentence| ("eval_builtin_error", format!("{name}: {sentence}"))),
        (Value::Number(_), _) => Err(operand_error(name, 2, "number", right)),
        (Value::Set(_), Value::Number(_)) if name == "minus" => Err(operand_error(name, 2, "set", right)),
        (Value::Set(_), _) if name == "minus" => Err(operand_error(name, 2, "number", right)),
        _ if name == "minus" => Err(operand_error(name, 1, "one of {number, set}", left)),
        _ => Err(operand_error(name, 1, "number", left)),
    }
}

/// The numbers up to which two integers are divided as such where that leaves no rest.
const SMALL: std::ops::RangeInclusive<i64> = -(1 << 31)..=(1 << 31) - 1;

/// Integers are calculated exactly, everything else as floats of 64 bits of mantissa. A quotient is an integer only where
/// both are small.
fn arithmetic(name: &str, left: &Number, right: &Number) -> Result<Number, &'static str> {
    if let (Some(one), Some(other)) = (left.as_i64(), right.as_i64()) {
        let are_small = SMALL.contains(&one) && SMALL.contains(&other);
        let result = match name {
            "plus" => one.checked_add(other),
            "minus" => one.checked_sub(other),
            "mul" => one.checked_mul(other),
            "div" if are_small && one != 0 => one.checked_rem(other).filter(|rest| *rest == 0).map(|_| one / other),
            "rem" => one.checked_rem(other),
            _ => None,
        };
        if let Some(result) = result {
            return Ok(Number::from(result));
        }
    }
    if name != "div"
        && let (Some(one), Some(other)) = (left.integer(), right.integer())
    {
        return exact(name, one, other).map(|result| Number::of_integer(&result));
    }
    let (one, other) = (left.float(), right.float());
    Ok(Number::from(match name {
        "plus" => one + other,
        "minus" => one - other,
        "mul" => one * other,
        "div" if other.is_zero() => return Err("divide by zero"),
        "div" => one / other,
        _ => return Err("modulo on floating-point number"),
    }))
}

fn exact(name: &str, one: BigInt, other: BigInt) -> Result<BigInt, &'static str> {
    Ok(match name {
        "plus" => one + other,
        "minus" => one - other,
        "mul" => one * other,
        _ if other.sign() == Sign::NoSign => return Err("modulo by zero"),
        _ => one % other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calculated(name: &str, left: &str, right: &str) -> String {
        let operand = |text: &str| Value::from_json(text).unwrap();
        match operator(name, &[operand(left), operand(right)]) {
            Ok(value) => value.to_string(),
            Err((code, message)) => format!("{code}: {message}"),
        }
    }

    #[test]
    fn numbers_are_calculated_as_opa_does() {
        assert_eq!(calculated("plus", "0.1", "0.2"), "0.3");
        assert_eq!(calculated("plus", "9223372036854775807", "1"), "9223372036854775808");
        assert_eq!(calculated("mul", "1e30", "10"), "10000000000000000000000000000000");
        assert_eq!(calculated("div", "6", "3"), "2");
        assert_eq!(calculated("div", "0", "-3"), "-0");
        assert_eq!(calculated("div", "1", "3"), "0.33333333333333333334");
        assert_eq!(calculated("rem", "-7", "3"), "-1");
        assert_eq!(calculated("rem", "10", "18446744073709551616"), "10");
    }

    #[test]
    fn what_cannot_be_calculated_is_told() {
        assert_eq!(calculated("div", "1", "0.0"), "eval_builtin_error: div: divide by zero");
        assert_eq!(calculated("rem", "1", "0"), "eval_builtin_error: rem: modulo by zero");
        assert_eq!(calculated("rem", "1", "0.5"), "eval_builtin_error: rem: modulo on floating-point number");
        assert_eq!(calculated("plus", "1", "\"a\""), "eval_type_error: plus: operand 2 must be number but got string");
        assert_eq!(
            calculated("minus", "null", "1"),
            "eval_type_error: minus: operand 1 must be one of {number, set} but got null"
        );
        let minus = |right: Value| operator("minus", &[Value::new_set(), right]).unwrap_err().1;
        assert_eq!(minus(1.into()), "minus: operand 2 must be set but got number");
        assert_eq!(minus(Value::Null), "minus: operand 2 must be number but got null");
    }
}
