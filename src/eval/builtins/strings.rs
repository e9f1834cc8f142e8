//! Functions of strings.

use crate::eval::Value;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] =
    &[builtin("strings.count", 2, count), builtin("strings.split_n", 3, split_n), builtin("substring", 3, substring)];

/// How often a text holds another; an empty one is held before, between and after all characters.
fn count(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let text = operand::string(operands, 1)?;
    let part = operand::string(operands, 2)?;
    Ok(text.matches(part).count().into())
}

/// The first `n` parts of a text, or the last where `n` is negative.
fn split_n(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let text = operand::string(operands, 1)?;
    let delimiter = operand::string(operands, 2)?;
    let wanted = operand::integer(operands, 3)?;
    let count = usize::try_from(wanted.unsigned_abs()).unwrap_or(usize::MAX);
    let parts: Vec<&str> = match (delimiter, wanted >= 0) {
        ("", true) => text.split("").filter(|part| !part.is_empty()).take(count).collect(),
        ("", false) => text.split("").filter(|part| !part.is_empty()).collect(),
        (_, true) => text.split(delimiter).take(count).collect(),
        (_, false) => text.split(delimiter).collect(),
    };
    let skipped = if wanted >= 0 { 0 } else { parts.len().saturating_sub(count) };
    Ok(parts.into_iter().skip(skipped).map(Value::from).collect::<Vec<_>>().into())
}

/// So many characters of a text from one on; all of them where the length is negative.
fn substring(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let text = operand::string(operands, 1)?;
    let (start, length) = (operand::integer(operands, 2)?, operand::integer(operands, 3)?);
    let start = usize::try_from(start).map_err(|_| failed("negative offset"))?;
    let behind = |text: &str, count: usize| text.char_indices().nth(count).map_or(text.len(), |(place, _)| place);
    let (_, rest) = text.split_at(behind(text, start));
    let end = usize::try_from(length).map_or(rest.len(), |length| behind(rest, length));
    Ok(rest.get(..end).unwrap_or_default().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_taken_from_a_place_on() {
        let taken = |text: &str, start: &str, length: &str| {
            let number = |text: &str| Value::from_json(text).unwrap();
            substring(&[text.into(), number(start), number(length)], &BuiltinOptions::default())
                .map_or_else(|error| error.to_string(), |part| part.to_string())
        };
        assert_eq!(taken("aébc", "1", "2"), "\"éb\"");
        assert_eq!(taken("aébc", "1.0", "-1"), "\"ébc\"");
        assert_eq!(taken("abc", "5", "1"), "\"\"");
        assert_eq!(taken("abc", "0", "9223372036854775807"), "\"abc\"");
        assert_eq!(taken("abc", "-1", "1"), "negative offset");
        assert_eq!(taken("abc", "1e3", "1"), "operand 2 must be integer number but got floating-point number");
    }

    fn split(text: &str, delimiter: &str, n: i64) -> String {
        let operands = [text.into(), delimiter.into(), n.into()];
        split_n(&operands, &BuiltinOptions::default()).unwrap().to_json()
    }

    #[test]
    fn an_empty_text_is_counted_between_characters() {
        let count = |text: &str, part: &str| {
            count(&[text.into(), part.into()], &BuiltinOptions::default()).unwrap().to_string()
        };
        assert_eq!(count("aé", ""), "3");
        assert_eq!(count("aaaa", "aa"), "2");
        assert_eq!(count("", "x"), "0");
    }

    #[test]
    fn parts_are_taken_from_either_end() {
        assert_eq!(split("a.b.c", ".", 2), r#"["a","b"]"#);
        assert_eq!(split("a.b.c", ".", -2), r#"["b","c"]"#);
        assert_eq!(split("a.b.c", ".", 9), r#"["a","b","c"]"#);
        assert_eq!(split("abc", "", 2), r#"["a","b"]"#);
        assert_eq!(split("abc", ".", 0), "[]");
        assert_eq!(split("", ".", 1), r#"[""]"#);
    }
}
