//! Whether one collection is in another.

use std::collections::BTreeSet;

use crate::eval::Value;

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[builtin("object.subset", 2, subset)];

fn subset(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (whole, part) = (operand::at(operands, 1), operand::at(operands, 2));
    let is_in = match (whole, part) {
        (Value::Array(items), Value::Set(members)) => {
            // An empty set is found in the first item; there must be one.
            let items: BTreeSet<&Value> = items.iter().collect();
            !items.is_empty() && members.iter().all(|member| items.contains(member))
        }
        (Value::Object(_), Value::Object(_)) | (Value::Set(_), Value::Set(_)) | (Value::Array(_), Value::Array(_)) => {
            holds(whole, part)
        }
        _ => {
            let message = "both arguments object.subset must be of the same type or array and set";
            return Err(BuiltinError::Operand(message.to_owned()));
        }
    };
    Ok(is_in.into())
}

/// Whether a collection holds another of its kind; members of objects may hold more too.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| whole == part || holds(whole, part)))
        }
        (Value::Set(whole), Value::Set(part)) => part.iter().all(|member| whole.contains(member)),
        (Value::Array(whole), Value::Array(part)) => is_within(whole.as_slice(), part.as_slice()),
        _ => false,
    }
}

/// Whether items stand one after the other among some.
fn is_within(whole: &[Value], part: &[Value]) -> bool {
    part.is_empty() || whole.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_subset(whole: &str, part: &str) -> String {
        let operands = [whole, part].map(|text| Value::from_json(text).unwrap());
        match subset(&operands, &BuiltinOptions::default()) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn members_may_hold_more() {
        assert_eq!(is_subset(r#"{"a": {"b": 1, "c": 2}}"#, r#"{"a": {"c": 2}}"#), "true");
        assert_eq!(is_subset("[1, 2, 3]", "[2, 3]"), "true");
        assert_eq!(is_subset("[1, 2, 3]", "[1, 3]"), "false");
        assert_eq!(is_subset("[1]", "[]"), "true");
        assert_eq!(is_subset("[1]", "{}"), "both arguments object.subset must be of the same type or array and set");
    }
}
