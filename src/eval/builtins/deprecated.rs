//! Functions that only modules from before OPA 1.0 may call.

use crate::eval::Value;

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("all", 1, all),
    builtin("any", 1, any),
    builtin("cast_array", 1, cast_array),
    builtin("cast_boolean", 1, cast_boolean),
    builtin("cast_null", 1, cast_null),
    builtin("cast_object", 1, cast_object),
    builtin("cast_set", 1, cast_set),
    builtin("cast_string", 1, cast_string),
    builtin("set_diff", 2, set_diff),
];

const TRUE: Value = Value::Bool(true);

fn all(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    match operand::at(operands, 1) {
        Value::Array(items) => Ok(items.iter().all(|item| *item == TRUE).into()),
        Value::Set(items) => Ok(items.iter().all(|item| *item == TRUE).into()),
        other => Err(operand::wrong(1, other, &["array", "set"])),
    }
}

fn any(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    match operand::at(operands, 1) {
        Value::Array(items) => Ok(items.contains(&TRUE).into()),
        Value::Set(items) => Ok(items.contains(&TRUE).into()),
        other => Err(operand::wrong(1, other, &["array", "set"])),
    }
}

fn cast_array(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    match operand::at(operands, 1) {
        array @ Value::Array(_) => Ok(array.clone()),
        Value::Set(items) => Ok(items.iter().cloned().collect::<Vec<_>>().into()),
        other => Err(operand::wrong(1, other, &["array", "set"])),
    }
}

fn cast_set(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    match operand::at(operands, 1) {
        Value::Array(items) => Ok(items.iter().cloned().collect::<std::collections::BTreeSet<_>>().into()),
        set @ Value::Set(_) => Ok(set.clone()),
        other => Err(operand::wrong(1, other, &["array", "set"])),
    }
}

fn cast_boolean(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    of_type(operands, "boolean")
}

fn cast_null(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    of_type(operands, "null")
}

fn cast_object(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    of_type(operands, "object")
}

fn cast_string(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    of_type(operands, "string")
}

fn of_type(operands: &[Value], wanted: &str) -> Result<Value, BuiltinError> {
    let value = operand::at(operands, 1);
    if value.type_name() == wanted { Ok(value.clone()) } else { Err(operand::wrong(1, value, &[wanted])) }
}

fn set_diff(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let left = operand::set(operands, 1)?;
    let right = operand::set(operands, 2)?;
    Ok(left.difference(right).cloned().collect::<crate::eval::value::Set>().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        Value::from_json(text).unwrap()
    }

    #[test]
    fn any_and_all_know_true_alone() {
        let options = BuiltinOptions::default();
        assert_eq!(all(&[json("[]")], &options), Ok(true.into()));
        assert_eq!(all(&[json("[true,1]")], &options), Ok(false.into()));
        assert_eq!(any(&[json("[1,true]")], &options), Ok(true.into()));
        assert_eq!(
            any(&[json("1")], &options).unwrap_err().to_string(),
            "operand 1 must be one of {array, set} but got number"
        );
    }

    #[test]
    fn casts_refuse_what_they_are_not() {
        let options = BuiltinOptions::default();
        assert_eq!(cast_array(&[cast_set(&[json("[2,1,2]")], &options).unwrap()], &options), Ok(json("[1,2]")));
        assert_eq!(cast_null(&[json("1")], &options).unwrap_err().to_string(), "operand 1 must be null but got number");
    }

    #[test]
    fn sets_and_patterns_answer() {
        let options = BuiltinOptions::default();
        let set = |text| cast_set(&[json(text)], &options).unwrap();
        assert_eq!(set_diff(&[set("[1,2,3]"), set("[2]")], &options), Ok(set("[1,3]")));
    }
}
