//! Patterns, as Go's `regexp` reads and applies them.

mod cache;
mod class;
mod escape;
mod expand;
mod syntax;
mod template;

use crate::eval::Value;
use regex::Regex;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand, size};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("re_match", 2, is_match),
    builtin("regex.find_all_string_submatch_n", 3, find_groups),
    builtin("regex.find_n", 3, find),
    builtin("regex.is_valid", 1, is_valid),
    builtin("regex.match", 2, is_match),
    builtin("regex.replace", 3, replace),
    builtin("regex.split", 2, split),
    builtin("regex.template_match", 4, template_match),
];

fn is_valid(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(operand::string(operands, 1).is_ok_and(|pattern| syntax::translated(pattern).is_ok()).into())
}

/// A pattern as Go reads it.
///
/// # Errors
/// What is wrong with it, in Go's words.
pub fn pattern(text: &str) -> Result<Regex, String> {
    cache::compiled(text).map_err(|error| format!("error parsing regexp: {error}"))
}

fn compiled(text: &str) -> Result<Regex, BuiltinError> {
    pattern(text).map_err(failed)
}

fn is_match(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (pattern, text) = (operand::string(operands, 1)?, operand::string(operands, 2)?);
    Ok(compiled(pattern)?.is_match(text).into())
}

/// How many matches are wanted: all where the number is negative.
fn wanted(number: i64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn find(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (pattern, text) = (operand::string(operands, 1)?, operand::string(operands, 2)?);
    let number = operand::integer(operands, 3)?;
    let compiled = compiled(pattern)?;
    let found = compiled.find_iter(text).take(wanted(number)).map(|found| found.as_str().into());
    Ok(found.collect::<Vec<Value>>().into())
}

fn find_groups(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (pattern, text) = (operand::string(operands, 1)?, operand::string(operands, 2)?);
    let number = operand::integer(operands, 3)?;
    let mut room = size::Room::new();
    let mut found = Vec::<Value>::new();
    for groups in compiled(pattern)?.captures_iter(text).take(wanted(number)) {
        room.take(groups.len() * size::VALUE)?;
        let groups = groups.iter().map(|group| group.map_or("", |group| group.as_str()).into());
        found.push(groups.collect::<Vec<Value>>().into());
    }
    Ok(found.into())
}

fn split(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (pattern, text) = (operand::string(operands, 1)?, operand::string(operands, 2)?);
    let compiled = compiled(pattern)?;
    if text.is_empty() && !pattern.is_empty() {
        return Ok(vec![Value::from("")].into());
    }
    let (mut parts, mut begin, mut end) = (Vec::<Value>::new(), 0, 0);
    for found in compiled.find_iter(text) {
        end = found.start();
        if found.end() != 0 {
            parts.push(text.get(begin..end).unwrap_or_default().into());
        }
        begin = found.end();
    }
    if end != text.len() {
        parts.push(text.get(begin..).unwrap_or_default().into());
    }
    Ok(parts.into())
}

fn replace(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (text, pattern) = (operand::string(operands, 1)?, operand::string(operands, 2)?);
    let template = operand::string(operands, 3)?;
    let compiled = compiled(pattern)?;
    let parts = expand::parts(template);
    let (mut replaced, mut begin) = (String::new(), 0);
    for groups in compiled.captures_iter(text) {
        let Some(whole) = groups.get(0) else { continue };
        replaced.push_str(text.get(begin..whole.start()).unwrap_or_default());
        for part in &parts {
            replaced.push_str(part.of(&groups));
        }
        size::check(replaced.len())?;
        begin = whole.end();
    }
    replaced.push_str(text.get(begin..).unwrap_or_default());
    Ok(replaced.into())
}

fn template_match(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (template, text) = (operand::string(operands, 1)?, operand::string(operands, 2)?);
    let (begin, end) = (operand::string(operands, 3)?, operand::string(operands, 4)?);
    // OPA tells the length of the first for both.
    let wrong = |which: &str| {
        failed(format!("{which} delimiter has to be exactly one character long but is {} long", begin.len()))
    };
    let ([begin_byte], [end_byte]) = (begin.as_bytes(), end.as_bytes()) else {
        return Err(wrong(if begin.len() == 1 { "end" } else { "start" }));
    };
    let check = |pattern: &str| compiled(pattern).map(|_| ());
    let pattern = template::pattern(template, *begin_byte, *end_byte, check)?;
    Ok(compiled(&pattern)?.is_match(text).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Function = fn(&[Value], &BuiltinOptions) -> Result<Value, BuiltinError>;

    fn told<const N: usize>(function: Function, operands: [Value; N]) -> String {
        match function(&operands, &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn classes_are_of_ascii() {
        assert_eq!(told(is_match, [r"^\w+$".into(), "é".into()]), "false");
        assert_eq!(told(is_match, [r"^\d$".into(), "٣".into()]), "false");
        assert_eq!(told(find, [r"\b\w+\b".into(), "aé b".into(), (-1).into()]), r#"["a","b"]"#);
        assert_eq!(told(is_match, [r"\pL\Q.*\E[\w-a&&~~]".into(), "é.*&".into()]), "true");
    }

    #[test]
    fn mistakes_are_told_as_gos() {
        let wrong = |pattern: &str| told(is_match, [pattern.into(), "".into()]);
        assert_eq!(wrong("("), "error parsing regexp: missing closing ): `(`");
        assert_eq!(wrong(")"), "error parsing regexp: unexpected ): `)`");
        assert_eq!(wrong("a**"), "error parsing regexp: invalid nested repetition operator: `**`");
        assert_eq!(wrong("(?=a)"), "error parsing regexp: invalid or unsupported Perl syntax: `(?=`");
        assert_eq!(wrong("(a{30}){40}"), "error parsing regexp: invalid repeat count: `{40}`");
        assert_eq!(wrong("[z-a]"), "error parsing regexp: invalid character class range: `z-a`");
        assert_eq!(wrong(r"\8"), r"error parsing regexp: invalid escape sequence: `\8`");
        assert_eq!(wrong(r"\"), "error parsing regexp: trailing backslash at end of expression: ``");
        assert_eq!(wrong("(a{10}){10}b"), "false");
        assert!(wrong(r"(\pL{10}){100}").starts_with("error parsing regexp: expression too large: `"));
        let deep = format!("{}{}", "(".repeat(1001), ")".repeat(1001));
        assert!(wrong(&deep).starts_with("error parsing regexp: expression nests too deeply: `"));
    }

    #[test]
    fn templates_of_replacements_are_gos() {
        let replaced = |template: &str| told(replace, ["abc".into(), "(?P<n>b)".into(), template.into()]);
        assert_eq!(replaced("[$1]"), r#""a[b]c""#);
        assert_eq!(replaced("${n}x$nx$$$"), r#""abx$$c""#);
        assert_eq!(told(split, ["a*".into(), "baac".into()]), r#"["b","c"]"#);
        assert_eq!(told(find_groups, ["(a)(x)?".into(), "aa".into(), 1.into()]), r#"[["a","a",""]]"#);
    }

    #[test]
    fn a_template_holds_patterns() {
        let matched = |template: &str| told(template_match, [template.into(), "urn:12".into(), "{".into(), "}".into()]);
        assert_eq!(matched("urn:{[0-9]{2}}"), "true");
        assert_eq!(matched("urn:{"), r#"unbalanced braces in "urn:{""#);
        let refused = told(template_match, ["".into(), "".into(), "<<".into(), ">".into()]);
        assert_eq!(refused, "start delimiter has to be exactly one character long but is 2 long");
    }
}
