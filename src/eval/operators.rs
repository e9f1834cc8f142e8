//! Infix operators and template strings, with OPA's words for what they do not take.

use regorus::Value;

/// The parts of a template string, each the set of what it may be, as one text.
pub(super) fn template(operands: &[Value]) -> Result<Value, Refusal> {
    let mut text = String::new();
    let Some(Ok(parts)) = operands.first().map(Value::as_array) else { return Ok(Value::Undefined) };
    for part in parts.iter() {
        let Ok(set) = part.as_set() else {
            match part {
                Value::String(value) => text.push_str(value),
                value => text.push_str(&super::values::rego(value)),
            }
            continue;
        };
        let mut values = set.iter();
        match values.next() {
            None => text.push_str("<undefined>"),
            Some(Value::String(value)) => text.push_str(value),
            Some(value) => text.push_str(&super::values::rego(value)),
        }
        if values.next().is_some() {
            return Err(("eval_conflict_error", "template-strings must not produce multiple outputs".to_owned()));
        }
    }
    Ok(Value::from(text))
}

/// A code of OPA and a message.
pub(super) type Refusal = (&'static str, String);

fn operand_error(name: &str, place: usize, wanted: &str, value: &Value) -> Refusal {
    let got = super::values::type_name(value);
    ("eval_type_error", format!("{name}: operand {place} must be {wanted} but got {got}"))
}

/// An infix operator, with OPA's words for what it does not take.
pub(super) fn operator(name: &str, operands: &[Value]) -> Result<Value, Refusal> {
    let [left, right] = operands else { return Ok(Value::Undefined) };
    let sets = left.as_set().ok().zip(right.as_set().ok());
    if let ("and" | "or" | "minus", Some((left, right))) = (name, sets) {
        let mut result = Value::new_set();
        if let Ok(set) = result.as_set_mut() {
            let kept: Box<dyn Iterator<Item = &Value>> = match name {
                "and" => Box::new(left.iter().filter(|value| right.contains(value))),
                "or" => Box::new(left.iter().chain(right.iter())),
                _ => Box::new(left.iter().filter(|value| !right.contains(value))),
            };
            for value in kept {
                set.insert(value.clone());
            }
        }
        return Ok(result);
    }
    if matches!(name, "and" | "or") {
        let (place, value) = if left.as_set().is_err() { (1, left) } else { (2, right) };
        return Err(operand_error(name, place, "set", value));
    }
    let (first, second) = match (left.as_number(), right.as_number()) {
        (Ok(first), Ok(second)) => (first, second),
        (Err(_), _) if name == "minus" && left.as_set().is_err() => {
            return Err(operand_error(name, 1, "one of {number, set}", left));
        }
        (Err(_), _) if name == "minus" => return Err(operand_error(name, 2, "set", right)),
        (Err(_), _) => return Err(operand_error(name, 1, "number", left)),
        (Ok(_), Err(_)) => return Err(operand_error(name, 2, "number", right)),
    };
    let failed = |_| ("eval_builtin_error", format!("{name}: number out of range"));
    let zero = || second.as_f64() == Some(0.0);
    let number = match name {
        "plus" => first.add(second).map_err(failed)?,
        "minus" => first.sub(second).map_err(failed)?,
        "mul" => first.mul(second).map_err(failed)?,
        "div" if zero() => return Err(("eval_builtin_error", "div: divide by zero".to_owned())),
        "div" => first.clone().divide(second).map_err(failed)?,
        _ if !first.is_integer() || !second.is_integer() => {
            return Err(("eval_builtin_error", "rem: modulo on floating-point number".to_owned()));
        }
        _ if zero() => return Err(("eval_builtin_error", "rem: modulo by zero".to_owned())),
        _ => first.clone().modulo(second).map_err(failed)?,
    };
    Ok(Value::from(number))
}
