//! Semantic versions.

use std::cmp::Ordering;

use crate::eval::Value;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] =
    &[builtin("semver.compare", 2, compare), builtin("semver.is_valid", 1, is_valid)];

/// What counts of a version.
struct Version<'t> {
    numbers: [i64; 3],
    /// What stands after the first dash; empty in a release.
    early: &'t str,
}

/// The version of a text; none where it is no version.
fn version(text: &str) -> Option<Version<'_>> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (text, metadata) = text.split_once('+').map_or((text, None), |(text, metadata)| (text, Some(metadata)));
    let (text, early) = text.split_once('-').map_or((text, None), |(text, early)| (text, Some(early)));
    let is_word =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric());
    let is_padded = |part: &str| part.len() > 1 && part.starts_with('0');
    if !metadata.is_none_or(|metadata| metadata.split('.').all(is_word)) {
        return None;
    }
    let is_right = |part: &str| is_word(part) && !(is_padded(part) && is_number(part));
    if !early.is_none_or(|early| early.split('.').all(is_right)) {
        return None;
    }
    let mut parts = text.split('.');
    let mut numbers = [0; 3];
    for number in &mut numbers {
        let part = parts.next().filter(|part| is_number(part) && !is_padded(part))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(Version { numbers, early: early.unwrap_or_default() })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_valid(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(operand::string(operands, 1).is_ok_and(|text| version(text).is_some()).into())
}

fn compare(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let texts = [operand::string(operands, 1)?, operand::string(operands, 2)?];
    let read = |place: usize, text: &'_ str| {
        let shown = crate::rego::syntax::quoted(text);
        failed(format!("operand {place}: string {shown} is not a valid SemVer"))
    };
    let [first, second] = texts;
    let first = version(first).ok_or_else(|| read(1, first))?;
    let second = version(second).ok_or_else(|| read(2, second))?;
    let order = first.numbers.cmp(&second.numbers).then_with(|| early(first.early, second.early));
    Ok(match order {
        Ordering::Less => Value::from(-1),
        Ordering::Equal => Value::from(0),
        Ordering::Greater => Value::from(1),
    })
}

/// The order of what stands after the dash: nothing is after everything, numbers are before words.
fn early(first: &str, second: &str) -> Ordering {
    if first.is_empty() || second.is_empty() {
        return first.is_empty().cmp(&second.is_empty());
    }
    let (mut ones, mut others) = (first.split('.'), second.split('.'));
    loop {
        let (one, other) = match (ones.next(), others.next()) {
            (Some(one), Some(other)) => (one, other),
            (one, other) => return one.is_some().cmp(&other.is_some()),
        };
        let order = match (is_number(one), is_number(other)) {
            (true, true) => number(one).cmp(&number(other)),
            (one_number, other_number) => other_number.cmp(&one_number).then_with(|| one.cmp(other)),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// The number of a text of digits; all that are too big are one.
fn number(text: &str) -> i64 {
    text.parse().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(first: &str, second: &str) -> String {
        match compare(&[first.into(), second.into()], &BuiltinOptions::default()) {
            Ok(order) => order.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn versions_are_in_order() {
        let sorted = ["1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-a", "1.0.0-a.1", "1.0.0-b", "1.0.0", "1.0.1", "1.10.0"];
        for pair in sorted.windows(2) {
            assert_eq!((order(pair[0], pair[1]).as_str(), order(pair[1], pair[0]).as_str()), ("-1", "1"));
        }
        assert_eq!(order("v1.0.0+a", "1.0.0+b"), "0");
        assert_eq!(order("1.0.0", "01.0.0"), r#"operand 2: string "01.0.0" is not a valid SemVer"#);
    }
}
