//! Functions of arrays.

use regorus::Value;

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[builtin("array.flatten", 1, flatten)];

/// Puts the items of nested arrays in their place, one level deep.
fn flatten(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let mut flat = Vec::new();
    for item in operand::array(operands, 1)? {
        match item {
            Value::Array(nested) => flat.extend(nested.iter().cloned()),
            other => flat.push(other.clone()),
        }
    }
    Ok(flat.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_level_is_flattened() {
        let nested = Value::from_json_str("[1,[2,[3]],[],{}]").unwrap();
        let flat = flatten(&[nested], &BuiltinOptions::default()).unwrap();
        assert_eq!(flat, Value::from_json_str("[1,2,[3],{}]").unwrap());
        assert_eq!(
            flatten(&[1u64.into()], &BuiltinOptions::default()).unwrap_err().to_string(),
            "operand 1 must be array but got number"
        );
    }
}
