//! Texts made of others.

use crate::eval::Value;

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand, size};

pub(super) const BUILTINS: &[Builtin] =
    &[builtin("concat", 2, concat), builtin("replace", 3, replace), builtin("strings.replace_n", 2, replace_all)];

fn concat(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let between = operand::string(operands, 1)?;
    let texts = operand::texts(operands, 2, &["set", "array"])?;
    let length = texts.iter().map(|text| text.len()).sum::<usize>();
    size::check(length.saturating_add(between.len().saturating_mul(texts.len())))?;
    Ok(texts.join(between).into())
}

fn replace(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let text = operand::string(operands, 1)?;
    let (old, new) = (operand::string(operands, 2)?, operand::string(operands, 3)?);
    let count = if old.is_empty() { text.len() + 1 } else { text.len() / old.len() };
    if new.len() > old.len() {
        // The places are counted where there may be too many of them only.
        let growth = new.len() - old.len();
        if size::check(text.len().saturating_add(count.saturating_mul(growth))).is_err() {
            size::check(text.len().saturating_add(text.matches(old).count().saturating_mul(growth)))?;
        }
    }
    Ok(text.replace(old, new).into())
}

/// Replaces several texts in one go; of those at one place the first in order counts.
fn replace_all(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let patterns = operand::object(operands, 1)?;
    let text = operand::string(operands, 2)?;
    let wrong = |what: &str| BuiltinError::Operand(format!("operand 1 non-string {what} found in pattern object"));
    let mut pairs = Vec::new();
    for (old, new) in patterns.iter() {
        let Value::String(old) = old else { return Err(wrong("key")) };
        let Value::String(new) = new else { return Err(wrong("value")) };
        pairs.push((&**old, &**new));
    }
    let (mut replaced, mut rest, mut was_empty) = (String::new(), text, false);
    loop {
        let found = pairs.iter().find(|(old, _)| rest.starts_with(old) && !(old.is_empty() && was_empty));
        if let Some((old, new)) = found {
            replaced.push_str(new);
            rest = rest.get(old.len()..).unwrap_or_default();
            was_empty = old.is_empty();
            size::check(replaced.len())?;
            continue;
        }
        let Some(next) = rest.chars().next() else { return Ok(replaced.into()) };
        replaced.push(next);
        rest = rest.get(next.len_utf8()..).unwrap_or_default();
        was_empty = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told<const N: usize>(
        function: fn(&[Value], &BuiltinOptions) -> Result<Value, BuiltinError>,
        operands: [Value; N],
    ) -> String {
        match function(&operands, &BuiltinOptions::default()) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn texts_are_put_together() {
        let list = |text: &str| Value::from_json(text).unwrap();
        assert_eq!(told(concat, [",".into(), list(r#"["b", "a"]"#)]), r#""b,a""#);
        assert_eq!(
            told(concat, [",".into(), list(r#"["b", 1]"#)]),
            "operand 2 must be array of strings but got array containing number"
        );
        assert_eq!(told(replace_all, [list(r#"{"a": "b", "b": "", "ab": "x"}"#), "cabab".into()]), r#""cbb""#);
        assert_eq!(told(replace_all, [list(r#"{"": "-", "x": "y"}"#), "xa".into()]), r#""-y-a-""#);
    }

    #[test]
    fn what_grows_too_much_is_refused() {
        let long = "a".repeat(1 << 20);
        let operands = [Value::from(long.as_str()), "a".into(), long.as_str().into()];
        assert_eq!(told(replace, operands), "the result is too large");
    }
}
