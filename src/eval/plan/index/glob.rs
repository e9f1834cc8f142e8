//! Patterns of `glob.match`, as far as what they want can be looked up.

use crate::eval::Value;

/// A part of a pattern; `None` for one that can be looked up in no array.
pub(super) fn glob_part(part: String) -> Option<Option<Value>> {
    if part == "*" {
        return Some(None);
    }
    let mut is_escaped = false;
    for character in part.chars() {
        match character {
            '\\' => {
                is_escaped = !is_escaped;
                continue;
            }
            '[' | '?' | '{' | '*' if !is_escaped => return None,
            _ => {}
        }
        is_escaped = false;
    }
    Some(Some(Value::from(part)))
}

/// Parts of a text between characters that are not escaped.
pub(in crate::eval) fn split(text: &str, delimiters: &str) -> Vec<String> {
    let (mut parts, mut last, mut is_escaped) = (Vec::new(), 0, false);
    for (place, character) in text.char_indices() {
        if character == '\\' || is_escaped {
            is_escaped = !is_escaped;
        } else if delimiters.contains(character) {
            parts.push(text.get(last..place).unwrap_or_default().to_owned());
            last = place + character.len_utf8();
        }
    }
    parts.push(text.get(last..).unwrap_or_default().to_owned());
    parts
}
