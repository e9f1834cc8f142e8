//! Templates that hold patterns between delimiters.

use super::super::error::failed;
use super::super::text::quote;
use super::BuiltinError;

/// The pattern of a template; each pattern in it is checked by itself.
pub(super) fn pattern(
    template: &str,
    begin: u8,
    end: u8,
    check: impl Fn(&str) -> Result<(), BuiltinError>,
) -> Result<String, BuiltinError> {
    let unbalanced = || failed(format!("unbalanced braces in {}", quote(template)));
    let (mut pattern, mut after) = ("^".to_owned(), 0);
    let (mut level, mut start) = (0_usize, 0);
    let part = |from: usize, to: usize| template.get(from..to).unwrap_or_default();
    for (index, byte) in template.bytes().enumerate() {
        if byte == begin {
            level += 1;
            if level == 1 {
                start = index;
            }
        } else if byte == end {
            level = level.checked_sub(1).ok_or_else(unbalanced)?;
            if level == 0 {
                pattern.push_str(&quoted(part(after, start)));
                let inner = part(start + 1, index);
                pattern.push_str(&format!("({inner})"));
                check(&format!("^{inner}$"))?;
                after = index + 1;
            }
        }
    }
    if level > 0 {
        return Err(unbalanced());
    }
    pattern.push_str(&quoted(part(after, template.len())));
    pattern.push('$');
    Ok(pattern)
}

/// A text with a backslash before each character that patterns read otherwise.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for one in text.chars() {
        if r"\.+*?()|[]{}^$".contains(one) {
            quoted.push('\\');
        }
        quoted.push(one);
    }
    quoted
}
