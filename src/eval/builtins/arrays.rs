//! Functions of arrays.

use crate::eval::Value;

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("array.concat", 2, concat),
    builtin("array.flatten", 1, flatten),
    builtin("array.reverse", 1, reverse),
    builtin("array.slice", 3, slice),
];

/// The members of one array, and of another behind them.
fn concat(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok([operand::array(operands, 1)?, operand::array(operands, 2)?].concat().into())
}

fn reverse(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(operand::array(operands, 1)?.iter().rev().cloned().collect::<Vec<_>>().into())
}

/// The members from one index on up to another, which is left out; both are moved into the array.
fn slice(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let members = operand::array(operands, 1)?;
    let bound = |index: i64, most: usize| usize::try_from(index.max(0)).unwrap_or(usize::MAX).min(most);
    let (start, stop) = (operand::integer(operands, 2)?, operand::integer(operands, 3)?);
    let stop = bound(stop, members.len());
    Ok(members.get(bound(start, stop)..stop).unwrap_or_default().to_vec().into())
}

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
    fn one_level_is_flattened_and_slices_stay_inside() {
        let nested = Value::from_json("[1,[2,[3]],[],{}]").unwrap();
        let flat = flatten(&[nested], &BuiltinOptions::default()).unwrap();
        assert_eq!(flat, Value::from_json("[1,2,[3],{}]").unwrap());
        let slice = |from: i64, to: i64| {
            let members = Value::from_json("[1,2.50,3]").unwrap();
            slice(&[members, from.into(), to.into()], &BuiltinOptions::default()).unwrap().to_string()
        };
        assert_eq!([slice(1, 9), slice(-1, 2), slice(2, 1)], ["[2.50, 3]", "[1, 2.50]", "[]"]);
        assert_eq!(
            flatten(&[1u64.into()], &BuiltinOptions::default()).unwrap_err().to_string(),
            "operand 1 must be array but got number"
        );
    }
}
