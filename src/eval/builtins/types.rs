//! Functions that tell the types of values.

use super::{Builtin, BuiltinError, builtin, operand};
use crate::eval::Value;

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("is_array", 1, |operands, _| is(operands, "array")),
    builtin("is_boolean", 1, |operands, _| is(operands, "boolean")),
    builtin("is_null", 1, |operands, _| is(operands, "null")),
    builtin("is_number", 1, |operands, _| is(operands, "number")),
    builtin("is_object", 1, |operands, _| is(operands, "object")),
    builtin("is_set", 1, |operands, _| is(operands, "set")),
    builtin("is_string", 1, |operands, _| is(operands, "string")),
    builtin("type_name", 1, |operands, _| Ok(operand::at(operands, 1).type_name().into())),
];

fn is(operands: &[Value], name: &str) -> Result<Value, BuiltinError> {
    Ok((operand::at(operands, 1).type_name() == name).into())
}

#[cfg(test)]
mod tests {
    use super::super::BuiltinOptions;
    use super::*;

    #[test]
    fn each_value_is_of_its_type_alone() {
        let values =
            [Value::Null, true.into(), 1.into(), "a".into(), Vec::new().into(), Value::new_object(), Value::new_set()];
        for value in values {
            let operands = [value];
            let call = |builtin: &Builtin| builtin.call(&operands, &BuiltinOptions::default()).unwrap();
            let own: Vec<&str> = BUILTINS
                .iter()
                .filter(|builtin| call(builtin) == Value::Bool(true))
                .map(|builtin| builtin.name)
                .collect();
            assert_eq!(own, [format!("is_{}", operands[0].type_name())]);
        }
    }
}
