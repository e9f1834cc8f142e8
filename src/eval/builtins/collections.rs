//! Functions of the members of arrays, sets, objects and strings.

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};
use crate::eval::value::{Set, Value};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("count", 1, count),
    builtin("intersection", 1, intersection),
    builtin("max", 1, |operands, _| extreme(operands, Iterator::max)),
    builtin("min", 1, |operands, _| extreme(operands, Iterator::min)),
    builtin("sort", 1, sort),
    builtin("union", 1, union),
];

/// How many members there are, of a string how many characters.
fn count(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let count = match operand::at(operands, 1) {
        Value::Array(members) => members.len(),
        Value::Object(members) => members.len(),
        Value::Set(members) => members.len(),
        Value::String(text) => text.chars().count(),
        other => return Err(operand::wrong(1, other, &["array", "object", "set", "string"])),
    };
    Ok(count.into())
}

/// The greatest or smallest member; undefined where there is none.
fn extreme<'v>(
    operands: &'v [Value],
    of: fn(std::vec::IntoIter<&'v Value>) -> Option<&'v Value>,
) -> Result<Value, BuiltinError> {
    let members = operand::members(operands, 1)?;
    Ok(of(members.into_iter()).cloned().unwrap_or_default())
}

fn sort(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let mut members = operand::members(operands, 1)?;
    members.sort();
    Ok(members.into_iter().cloned().collect::<Vec<_>>().into())
}

/// The sets of a set.
fn sets(operands: &[Value]) -> Result<Vec<&Set>, BuiltinError> {
    let members = operand::set(operands, 1)?.iter();
    members.map(|member| member.as_set().ok_or_else(|| operand::wrong(1, member, &["set"]))).collect()
}

/// What all sets of a set have; nothing where there are none.
fn intersection(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let sets = sets(operands)?;
    let Some((first, others)) = sets.split_first() else { return Ok(Value::new_set()) };
    let common = first.iter().filter(|member| others.iter().all(|other| other.contains(member)));
    Ok(common.cloned().collect::<Set>().into())
}

/// What any set of a set has.
fn union(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(sets(operands)?.into_iter().flatten().cloned().collect::<Set>().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_what_they_are() {
        let numbers = Value::from_json("[2.50, 1e1, 1]").unwrap();
        let call = |name: &str| {
            let builtin = BUILTINS.iter().find(|builtin| builtin.name == name).unwrap();
            builtin.call(std::slice::from_ref(&numbers), &BuiltinOptions::default()).unwrap().to_string()
        };
        assert_eq!(call("sort"), "[1, 2.50, 1e1]");
        assert_eq!((call("max"), call("min"), call("count")), ("1e1".to_owned(), "1".to_owned(), "3".to_owned()));
    }
}
