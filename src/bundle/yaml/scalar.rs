//! What a YAML scalar means, by the rules of the YAML library in OPA 1.22.2.

use super::tree::Tag;
use super::{YamlFault, timestamp};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The meaning of a scalar.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Null,
    Boolean(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    /// A point in time, in RFC 3339. Only an explicit tag makes one.
    Timestamp(String),
}

/// Resolves a scalar with its tag; `plain` when it stands without quotes.
pub(super) fn resolve(value: &str, plain: bool, tag: Tag) -> Result<Scalar, YamlFault> {
    let mismatch = |tag| Err(YamlFault::TagMismatch { value: value.to_owned(), tag });
    match tag {
        Tag::None if plain => Ok(untagged(value)),
        Tag::None | Tag::Text | Tag::Merge | Tag::Other => Ok(Scalar::Text(value.to_owned())),
        Tag::Binary => match binary(value) {
            Some(text) => Ok(Scalar::Text(text)),
            None => mismatch("!!binary"),
        },
        Tag::Boolean => match untagged(value) {
            found @ Scalar::Boolean(_) => Ok(found),
            _ => mismatch("!!bool"),
        },
        Tag::Integer => match untagged(value) {
            found @ Scalar::Integer(_) => Ok(found),
            _ => mismatch("!!int"),
        },
        Tag::Float => match untagged(value) {
            found @ Scalar::Float(_) => Ok(found),
            // Only what fits a signed integer is made a float.
            #[allow(clippy::cast_precision_loss)]
            Scalar::Integer(integer) if i64::try_from(integer).is_ok() => Ok(Scalar::Float(integer as f64)),
            _ => mismatch("!!float"),
        },
        Tag::Null => match untagged(value) {
            Scalar::Null => Ok(Scalar::Null),
            _ => mismatch("!!null"),
        },
        Tag::Timestamp => match timestamp::read(value) {
            Some(time) => Ok(Scalar::Timestamp(time)),
            None => mismatch("!!timestamp"),
        },
    }
}

fn untagged(value: &str) -> Scalar {
    match value {
        "true" | "True" | "TRUE" => Scalar::Boolean(true),
        "false" | "False" | "FALSE" => Scalar::Boolean(false),
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::Float(f64::NEG_INFINITY),
        _ => number(value).unwrap_or_else(|| Scalar::Text(value.to_owned())),
    }
}

fn number(value: &str) -> Option<Scalar> {
    match value.bytes().next()? {
        b'.' => float(value),
        b'0'..=b'9' | b'+' | b'-' => {
            // A date would be one of YAML's numbers too; OPA keeps it as it was typed.
            if timestamp::read(value).is_some() {
                return None;
            }
            let digits = value.replace('_', "");
            integer(&digits).or_else(|| float(&digits)).or_else(|| prefixed(&digits))
        }
        _ => None,
    }
}

/// An integer in base 10, or in the base its prefix names; a leading zero means octal.
fn integer(digits: &str) -> Option<Scalar> {
    let (sign, magnitude) = match digits.as_bytes().first()? {
        b'-' => (-1, digits.get(1..)?),
        b'+' => (1, digits.get(1..)?),
        _ => (0, digits),
    };
    let prefix = magnitude.get(..2).unwrap_or_default().to_ascii_lowercase();
    let (radix, magnitude) = match prefix.as_str() {
        "0x" => (16, magnitude.get(2..)?),
        "0o" => (8, magnitude.get(2..)?),
        "0b" => (2, magnitude.get(2..)?),
        _ if magnitude.len() > 1 && magnitude.starts_with('0') => (8, magnitude.get(1..)?),
        _ => (10, magnitude),
    };
    signed(magnitude, radix, sign)
}

/// Digits without a sign of their own. Beyond the signed 64 bits only those that had no sign at all fit.
fn signed(magnitude: &str, radix: u32, sign: i128) -> Option<Scalar> {
    if !magnitude.starts_with(|first: char| first.is_digit(radix)) {
        return None;
    }
    let magnitude = i128::from(u64::from_str_radix(magnitude, radix).ok()?);
    let value = if sign < 0 { -magnitude } else { magnitude };
    (sign == 0 || i64::try_from(value).is_ok()).then_some(Scalar::Integer(value))
}

/// `0b-101` and `0o-17`, which the library reads, sign and all.
fn prefixed(digits: &str) -> Option<Scalar> {
    let (prefix, rest) = digits.split_at_checked(2)?;
    let radix = match prefix {
        "0b" => 2,
        "0o" => 8,
        _ => return None,
    };
    match rest.as_bytes().first()? {
        b'-' => signed(rest.get(1..)?, radix, -1),
        b'+' => signed(rest.get(1..)?, radix, 1),
        _ => None,
    }
}

/// A number with a point or an exponent that a double can hold.
fn float(digits: &str) -> Option<Scalar> {
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let written_out = all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && all_digits(exponent));
    let value: f64 = written_out.then(|| digits.parse().ok()).flatten()?;
    value.is_finite().then_some(Scalar::Float(value))
}

/// The bytes behind base64 as text, each byte that is not UTF-8 as U+FFFD.
fn binary(value: &str) -> Option<String> {
    let packed: String = value.chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
    let bytes = STANDARD.decode(packed).ok()?;
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n(char::REPLACEMENT_CHARACTER, chunk.invalid().len()));
    }
    Some(text)
}

/// A finite double as Go's JSON encoder writes it.
pub(super) fn float_text(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        let text = format!("{value:e}");
        return if text.contains("e-") { text } else { text.replacen('e', "e+", 1) };
    }
    format!("{value}")
}

/// A double that is a key: shortest in single precision, with an exponent outside 1e-4 to 1e6.
pub(super) fn float_key(value: f64) -> String {
    #[allow(clippy::cast_possible_truncation)] // the library formats keys in single precision
    let value = value as f32;
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if value != 0.0 && !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    format!("{value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str) -> String {
        match untagged(value) {
            Scalar::Null => "null".to_owned(),
            Scalar::Boolean(boolean) => boolean.to_string(),
            Scalar::Integer(integer) => integer.to_string(),
            Scalar::Float(float) => float_text(float),
            Scalar::Text(text) | Scalar::Timestamp(text) => format!("'{text}'"),
        }
    }

    #[test]
    fn plain_scalars_mean_what_they_mean_to_opa() {
        for (value, wanted) in [
            ("~", "null"),
            ("NULL", "null"),
            ("nULL", "'nULL'"),
            ("True", "true"),
            ("yes", "'yes'"),
            ("off", "'off'"),
            ("y", "'y'"),
            ("017", "15"),
            ("0o17", "15"),
            ("0O17", "15"),
            ("-017", "-15"),
            ("018", "18"),
            ("0x1F", "31"),
            ("-0X1f", "-31"),
            ("0b101", "5"),
            ("0b-101", "-5"),
            ("0x", "'0x'"),
            ("1_000", "1000"),
            ("1_0.5", "10.5"),
            ("+12", "12"),
            ("-0", "0"),
            ("-0.0", "-0"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "18446744073709552000"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("12345678901234567890123", "1.2345678901234568e+22"),
            ("1.0", "1"),
            ("1.50", "1.5"),
            ("1e3", "1000"),
            ("1e21", "1e+21"),
            ("1e-7", "1e-7"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1e999", "'1e999'"),
            (".", "'.'"),
            ("-", "'-'"),
            ("+", "'+'"),
            ("1.2.3", "'1.2.3'"),
            ("1:30", "'1:30'"),
            ("2001-01-01", "'2001-01-01'"),
            ("2001-01-01 10:00:00", "'2001-01-01 10:00:00'"),
            ("0.1e", "'0.1e'"),
            ("nan", "'nan'"),
            ("_1", "'_1'"),
            ("é", "'é'"),
        ] {
            assert_eq!(shown(value), wanted, "{value}");
        }
    }

    #[test]
    fn tags_decide_where_they_stand() {
        assert_eq!(resolve("3", false, Tag::Integer).unwrap(), Scalar::Integer(3));
        assert_eq!(resolve("3", true, Tag::Float).unwrap(), Scalar::Float(3.0));
        assert_eq!(resolve("3", true, Tag::Text).unwrap(), Scalar::Text("3".into()));
        assert_eq!(resolve("3", true, Tag::Other).unwrap(), Scalar::Text("3".into()));
        assert_eq!(resolve("aGk=\n", true, Tag::Binary).unwrap(), Scalar::Text("hi".into()));
        assert_eq!(resolve("//8=", true, Tag::Binary).unwrap(), Scalar::Text("\u{fffd}\u{fffd}".into()));
        assert!(resolve("3.5", true, Tag::Integer).is_err());
        assert!(resolve("yes", true, Tag::Boolean).is_err());
        assert!(resolve("x", true, Tag::Null).is_err());
        assert!(resolve("!", true, Tag::Binary).is_err());
    }
}
