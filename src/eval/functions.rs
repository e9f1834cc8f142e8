//! The functions that lowered text calls.

use super::errors::EvalError;
use super::lower::{ARRAY, CONSTANT, TEMPLATE};
use regorus::{Engine, Value};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// The most members an array has that is built by a call.
const LONGEST: u8 = 64;

/// The constants of modules and queries, by the number of their module.
#[derive(Clone, Default)]
pub(super) struct Constants {
    held: Arc<RwLock<HashMap<usize, Vec<Value>>>>,
    next: Arc<AtomicUsize>,
}

impl Constants {
    /// A number that nothing else has.
    pub(super) fn reserve(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn put(&self, number: usize, constants: Vec<Value>) {
        self.held.write().unwrap_or_else(PoisonError::into_inner).insert(number, constants);
    }

    pub(super) fn take(&self, number: usize) {
        self.held.write().unwrap_or_else(PoisonError::into_inner).remove(&number);
    }

    fn get(&self, module: usize, number: usize) -> Option<Value> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).get(&module)?.get(number).cloned()
    }
}

/// An error of a call: a code of OPA and a message.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failure(String);

/// Makes them known to an engine.
pub(super) fn install(engine: &mut Engine, constants: &Constants, strict: bool) -> Result<(), EvalError> {
    let refused = |error: String| EvalError::Refused(error);
    let constants = constants.clone();
    let fetch = move |operands: Vec<Value>| {
        let number =
            |operand: Option<&Value>| operand.and_then(|value| value.as_u64().ok()).map(|number| number as usize);
        let (Some(module), Some(place)) = (number(operands.first()), number(operands.get(1))) else {
            return Ok(Value::Undefined);
        };
        Ok(constants.get(module, place).unwrap_or(Value::Undefined))
    };
    engine.add_extension(CONSTANT.to_owned(), 2, Box::new(fetch)).map_err(|error| refused(error.to_string()))?;
    let join = |operands: Vec<Value>| Ok(template(&operands)?);
    engine.add_extension(TEMPLATE.to_owned(), 1, Box::new(join)).map_err(|error| refused(error.to_string()))?;
    for length in 0..=LONGEST {
        let build = |operands: Vec<Value>| Ok(Value::from(operands));
        engine
            .add_extension(format!("{ARRAY}{length}"), length, Box::new(build))
            .map_err(|error| refused(error.to_string()))?;
    }
    for name in ["and", "or", "plus", "minus", "mul", "div", "rem"] {
        let call = move |operands: Vec<Value>| match operator(name, &operands) {
            Ok(value) => Ok(value),
            Err(_) if !strict => Ok(Value::Undefined),
            Err((code, message)) => Err(Failure(format!("{code}: {message}")).into()),
        };
        engine
            .add_extension(format!("policy_{name}"), 2, Box::new(call))
            .map_err(|error| refused(error.to_string()))?;
    }
    Ok(())
}

/// The parts of a template string, each the set of what it may be, as one text.
fn template(operands: &[Value]) -> Result<Value, Failure> {
    let mut text = String::new();
    let Some(Ok(parts)) = operands.first().map(Value::as_array) else { return Ok(Value::Undefined) };
    for part in parts.iter() {
        let Ok(set) = part.as_set() else { continue };
        let mut values = set.iter();
        match values.next() {
            None => text.push_str("<undefined>"),
            Some(Value::String(value)) => text.push_str(value),
            Some(value) => text.push_str(&super::values::rego(value)),
        }
        if values.next().is_some() {
            let message = "eval_conflict_error: template-strings must not produce multiple outputs";
            return Err(Failure(message.to_owned()));
        }
    }
    Ok(Value::from(text))
}

type Refusal = (&'static str, String);

fn operand_error(name: &str, place: usize, wanted: &str, value: &Value) -> Refusal {
    let got = super::values::type_name(value);
    ("eval_type_error", format!("{name}: operand {place} must be {wanted} but got {got}"))
}

/// An infix operator, with OPA's words for what it does not take.
fn operator(name: &str, operands: &[Value]) -> Result<Value, Refusal> {
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
