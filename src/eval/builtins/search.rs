//! Where texts hold others.

use crate::eval::Value;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("indexof", 2, first),
    builtin("indexof_n", 2, all),
    builtin("strings.any_prefix_match", 2, |operands, _| any(operands, |text, part| text.starts_with(part))),
    builtin("strings.any_suffix_match", 2, |operands, _| any(operands, |text, part| text.ends_with(part))),
];

/// The text and the part that is searched for, which is not empty.
fn searched(operands: &[Value]) -> Result<(&str, &str), BuiltinError> {
    let (text, part) = (operand::string(operands, 1)?, operand::string(operands, 2)?);
    if part.is_empty() { Err(failed("empty search character")) } else { Ok((text, part)) }
}

/// The number of characters before the first place; -1 where there is none.
fn first(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (text, part) = searched(operands)?;
    Ok(text.split_once(part).map_or(Value::from(-1), |(before, _)| before.chars().count().into()))
}

/// The number of characters before each place; places may overlap.
fn all(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (text, part) = searched(operands)?;
    let places = text.char_indices().enumerate();
    let places = places.filter(|(_, (byte, _))| text.get(*byte..).is_some_and(|rest| rest.starts_with(part)));
    Ok(places.map(|(index, _)| index.into()).collect::<Vec<Value>>().into())
}

/// Whether one of some texts begins or ends with one of some parts.
fn any(operands: &[Value], suits: fn(&str, &str) -> bool) -> Result<Value, BuiltinError> {
    let texts = |position: usize| match operand::at(operands, position) {
        Value::String(text) => Ok(vec![&**text]),
        _ => operand::texts(operands, position, &["string", "set", "array"]),
    };
    let (texts, parts) = (texts(1)?, texts(2)?);
    Ok(texts.iter().any(|text| parts.iter().any(|part| suits(text, part))).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_characters() {
        let options = BuiltinOptions::default();
        assert_eq!(first(&["日本".into(), "本".into()], &options), Ok(1.into()));
        assert_eq!(all(&["aaa".into(), "aa".into()], &options).unwrap().to_json(), "[0,1]");
        assert_eq!(first(&["a".into(), "".into()], &options).unwrap_err().to_string(), "empty search character");
        let refused = any(&["a".into(), vec![Value::from(1)].into()], |_, _| true).unwrap_err();
        assert_eq!(refused.to_string(), "operand 2 must be array of strings but got array containing number");
    }
}
