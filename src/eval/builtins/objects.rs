//! Functions of objects.

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};
use crate::eval::value::{Object, Set, Value};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("object.filter", 2, filter),
    builtin("object.get", 3, get),
    builtin("object.keys", 1, keys),
    builtin("object.remove", 2, remove),
    builtin("object.union", 2, union),
    builtin("object.union_n", 1, union_n),
];

/// The member at a key, or along an array of keys; otherwise what stands for it.
fn get(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let object = operand::object(operands, 1)?;
    let found = match operand::at(operands, 2) {
        Value::Array(path) => {
            path.iter().try_fold(operand::at(operands, 1).clone(), |value, key| value.member(key).cloned())
        }
        key => object.get(key).cloned(),
    };
    Ok(found.unwrap_or_else(|| operand::at(operands, 3).clone()))
}

fn keys(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(operand::object(operands, 1)?.keys().cloned().collect::<Set>().into())
}

/// The keys that a function is given as an array, a set or an object.
fn wanted(operands: &[Value]) -> Result<Set, BuiltinError> {
    Ok(match operand::at(operands, 2) {
        Value::Array(keys) => keys.iter().cloned().collect(),
        Value::Set(keys) => (**keys).clone(),
        Value::Object(members) => members.keys().cloned().collect(),
        other => return Err(operand::wrong(2, other, &["object", "set", "array"])),
    })
}

fn chosen(operands: &[Value], keeps: bool) -> Result<Value, BuiltinError> {
    let (object, keys) = (operand::object(operands, 1)?, wanted(operands)?);
    let kept = object.iter().filter(|(key, _)| keys.contains(key) == keeps);
    Ok(kept.map(|(key, member)| (key.clone(), member.clone())).collect::<Object>().into())
}

fn filter(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    chosen(operands, true)
}

fn remove(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    chosen(operands, false)
}

/// Both objects in one. What only one of them has stays; objects at one key are put together in turn, otherwise that of
/// the second counts.
fn union(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let mut whole = operand::object(operands, 1)?.clone();
    lay_over(&mut whole, operand::object(operands, 2)?);
    Ok(whole.into())
}

/// All objects of an array in one, the later ones over the earlier.
fn union_n(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let mut whole = Object::new();
    for object in operand::array(operands, 1)? {
        let Value::Object(members) = object else {
            return Err(operand::wrong_member(1, operand::at(operands, 1), object, "object"));
        };
        lay_over(&mut whole, members);
    }
    Ok(whole.into())
}

fn lay_over(whole: &mut Object, over: &Object) {
    for (key, member) in over {
        match (whole.get_mut(key), member) {
            (Some(Value::Object(known)), Value::Object(members)) => lay_over(std::sync::Arc::make_mut(known), members),
            _ => drop(whole.insert(key.clone(), member.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(name: &str, operands: &str) -> String {
        let operands = Value::from_json(operands).unwrap();
        let builtin = BUILTINS.iter().find(|builtin| builtin.name == name).unwrap();
        let answer = builtin.call(operands.as_array().unwrap(), &BuiltinOptions::default());
        answer.map_or_else(|error| error.to_string(), |value| value.to_string())
    }

    #[test]
    fn a_member_is_found_along_a_path() {
        assert_eq!(called("object.get", r#"[{"a":[{"b":1.50}]},["a",0,"b"],null]"#), "1.50");
        assert_eq!(called("object.get", r#"[{"a":1},["a","b"],7]"#), "7");
        assert_eq!(called("object.get", r#"[{"a":1},"b",7]"#), "7");
    }

    #[test]
    fn later_objects_lie_over_earlier_ones() {
        assert_eq!(
            called("object.union", r#"[{"a":{"b":1},"c":2},{"a":{"d":3},"c":4}]"#),
            r#"{"a": {"b": 1, "d": 3}, "c": 4}"#
        );
        assert_eq!(called("object.union_n", r#"[[{"a":{"b":2}},{"a":4},{"a":{"c":3}}]]"#), r#"{"a": {"c": 3}}"#);
        assert_eq!(
            called("object.union_n", r#"[[{}, 1]]"#),
            "operand 1 must be array of objects but got array containing number"
        );
    }

    #[test]
    fn members_are_kept_and_left_out() {
        assert_eq!(called("object.filter", r#"[{"a":1,"b":2},["a","x"]]"#), r#"{"a": 1}"#);
        assert_eq!(called("object.remove", r#"[{"a":1,"b":2},{"a":0}]"#), r#"{"b": 2}"#);
        assert_eq!(
            called("object.remove", r#"[{"a":1},"a"]"#),
            "operand 2 must be one of {object, set, array} but got string"
        );
    }
}
