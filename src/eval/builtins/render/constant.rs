//! The constants of a template: numbers, characters and texts as Go writes them.

use super::super::text::quote;
use super::tree::TermKind;

const SYNTAX: &str = "invalid syntax";

/// The text between quotes or backquotes.
///
/// # Errors
/// An escape that Go does not know.
pub(super) fn text(written: &str) -> Result<String, String> {
    let inner = |quote: char| written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    if let Some(raw) = inner('`') {
        return Ok(raw.replace('\r', ""));
    }
    let mut rest = inner('"').ok_or_else(|| SYNTAX.to_owned())?;
    let mut bytes = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        rest = character(rest, '"', &mut bytes).ok_or_else(|| SYNTAX.to_owned())?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Adds the first character of a text, unescaped; what follows it.
fn character<'a>(text: &'a str, quote: char, bytes: &mut Vec<u8>) -> Option<&'a str> {
    let mut characters = text.chars();
    let first = characters.next()?;
    let mut add = |character: char| bytes.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
    if first != '\\' {
        add(first);
        return Some(characters.as_str());
    }
    let escape = characters.next()?;
    let rest = characters.as_str();
    let simple = match escape {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        '\\' => '\\',
        '"' | '\'' if escape == quote => quote,
        'x' | 'u' | 'U' | '0'..='7' => {
            let (digits, radix, length) = match escape {
                'x' => (rest, 16, 2),
                'u' => (rest, 16, 4),
                'U' => (rest, 16, 8),
                _ => (text.get(1..)?, 8, 3),
            };
            let (digits, rest) = digits.split_at_checked(length)?;
            let is_number = digits.chars().all(|digit| digit.is_digit(radix));
            let number = u32::from_str_radix(digits, radix).ok().filter(|_| is_number)?;
            if matches!(escape, 'u' | 'U') {
                add(char::from_u32(number)?);
            } else {
                bytes.push(u8::try_from(number).ok()?);
            }
            return Some(rest);
        }
        _ => return None,
    };
    add(simple);
    Some(rest)
}

/// A number or the number of a character.
///
/// # Errors
/// A number that Go does not read.
pub(super) fn number(written: &str) -> Result<TermKind, String> {
    let owned = written.to_owned();
    if let Some(quoted) = written.strip_prefix('\'') {
        let mut bytes = Vec::new();
        let rest = character(quoted, '\'', &mut bytes).ok_or_else(|| SYNTAX.to_owned())?;
        if rest != "'" {
            return Err(format!("malformed character constant: {written}"));
        }
        let value = match std::str::from_utf8(&bytes) {
            Ok(text) => text.chars().next().map_or(0, u32::from),
            Err(_) => bytes.first().copied().map_or(0, u32::from),
        };
        return Ok(TermKind::Integer { value: value.into(), written: owned });
    }
    let lower = written.to_ascii_lowercase();
    let is_hexadecimal = lower.trim_start_matches(['+', '-']).starts_with("0x");
    let has_point = lower.contains(['.', 'p']) || !is_hexadecimal && lower.contains('e');
    match (integer(&lower), has_point) {
        (Some(value), false) => match i64::try_from(value) {
            Ok(value) => Ok(TermKind::Integer { value, written: owned }),
            Err(_) if u64::try_from(value).is_ok() => Ok(TermKind::Overflow(owned)),
            Err(_) => Err(format!("integer overflow: {}", quote(written))),
        },
        (None, false) if lower.chars().all(|digit| digit.is_ascii_digit()) => {
            Err(format!("integer overflow: {}", quote(written)))
        }
        _ => match lower.parse::<f64>() {
            Ok(value) if has_point && value.is_finite() => Ok(TermKind::Float { value, written: owned }),
            _ => Err(format!("illegal number syntax: {}", quote(written))),
        },
    }
}

/// An integer with the base its prefix tells.
fn integer(lower: &str) -> Option<i128> {
    let (negative, digits) = match lower.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, lower.strip_prefix('+').unwrap_or(lower)),
    };
    let (digits, radix) = match digits.get(..2) {
        Some("0x") => (digits.get(2..)?, 16),
        Some("0o") => (digits.get(2..)?, 8),
        Some("0b") => (digits.get(2..)?, 2),
        Some(_) if digits.starts_with('0') => (digits.get(1..)?, 8),
        _ => (digits, 10),
    };
    if digits.ends_with('_') || digits.contains("__") || radix == 10 && digits.starts_with('_') {
        return None;
    }
    let value = i128::from_str_radix(&digits.replace('_', ""), radix).ok()?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(written: &str) -> String {
        match number(written) {
            Ok(TermKind::Integer { value, .. }) => value.to_string(),
            Ok(TermKind::Float { value, .. }) => format!("{value:?}"),
            Ok(other) => format!("{other:?}"),
            Err(error) => error,
        }
    }

    #[test]
    fn numbers_are_read_as_go_writes_them() {
        assert_eq!(["0x1F", "-0b11", "017", "1_000", "'a'", "'\\n'"].map(read), ["31", "-3", "15", "1000", "97", "10"]);
        assert_eq!(["1.5", "1e3", "0"].map(read), ["1.5", "1000.0", "0"]);
        assert_eq!(read("99999999999999999999"), "integer overflow: \"99999999999999999999\"");
        assert_eq!(read("1__0"), "illegal number syntax: \"1__0\"");
    }

    #[test]
    fn texts_are_unescaped() {
        assert_eq!(text(r#""a\tA\x41\101é\"""#).unwrap(), "a\tAAAé\"");
        assert_eq!(text("`a\\t`").unwrap(), "a\\t");
        assert_eq!(text(r#""\'""#).unwrap_err(), "invalid syntax");
    }
}
