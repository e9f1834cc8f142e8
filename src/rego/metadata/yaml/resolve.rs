//! What a YAML scalar means, by the rules of go-yaml v3: the core schema with YAML 1.1's numbers and times.

use super::failure::{Failure, Outcome};
use super::timestamp::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// The meaning of a scalar.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::rego::metadata) enum Scalar {
    Null,
    Boolean(bool),
    Integer(i128),
    Float(f64),
    Time(Timestamp),
    Text(String),
}

impl Scalar {
    fn tag(&self) -> &'static str {
        match self {
            Self::Null => "!!null",
            Self::Boolean(_) => "!!bool",
            Self::Integer(_) => "!!int",
            Self::Float(_) => "!!float",
            Self::Time(_) => "!!timestamp",
            Self::Text(_) => "!!str",
        }
    }
}

/// The short form of a tag.
pub(super) fn short_tag(tag: &str) -> Cow<'static, str> {
    Cow::Owned(match tag.strip_prefix("tag:yaml.org,2002:") {
        Some(name) => format!("!!{name}"),
        None => tag.to_owned(),
    })
}

/// The tag of a scalar without quotes.
pub(super) fn plain_tag(value: &str) -> &'static str {
    plain(value, true).map_or("!!str", |found| found.tag())
}

/// The meaning of a scalar with its tag.
pub(in crate::rego::metadata) fn resolve(value: &str, tag: &str) -> Outcome<Scalar> {
    let text = || Scalar::Text(value.to_owned());
    let found = match tag {
        "!!str" => return Ok(text()),
        "!!binary" => return binary(value).map(Scalar::Text),
        "!!bool" | "!!int" | "!!float" | "!!null" => plain(value, false),
        "!!timestamp" => plain(value, true),
        _ => return Ok(text()),
    };
    match found.unwrap_or_else(text) {
        found if found.tag() == tag => Ok(found),
        // Only what fits a signed integer is made a float.
        #[allow(clippy::cast_precision_loss)]
        Scalar::Integer(integer) if tag == "!!float" && i64::try_from(integer).is_ok() => {
            Ok(Scalar::Float(integer as f64))
        }
        found => Err(Failure(format!("cannot decode {} `{value}` as a {tag}", found.tag()))),
    }
}

/// The meaning of a scalar without quotes; none for one that is text.
fn plain(value: &str, times: bool) -> Option<Scalar> {
    Some(match value {
        "true" | "True" | "TRUE" => Scalar::Boolean(true),
        "false" | "False" | "FALSE" => Scalar::Boolean(false),
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::Float(f64::NEG_INFINITY),
        _ => return number(value, times),
    })
}

fn number(value: &str, times: bool) -> Option<Scalar> {
    match value.bytes().next()? {
        b'.' => float(value),
        b'0'..=b'9' | b'+' | b'-' => {
            if let Some(time) = times.then(|| Timestamp::read(value)).flatten() {
                return Some(Scalar::Time(time));
            }
            let digits = value.replace('_', "");
            integer(&digits).or_else(|| float(&digits)).or_else(|| signed_behind_prefix(&digits))
        }
        _ => None,
    }
}

/// An integer in base 10, or in the base its prefix names; a leading zero means octal. Beyond the signed 64 bits only
/// those without a sign fit.
fn integer(digits: &str) -> Option<Scalar> {
    let (negative, signed, magnitude) = match digits.as_bytes().first()? {
        b'-' => (true, true, digits.get(1..)?),
        b'+' => (false, true, digits.get(1..)?),
        _ => (false, false, digits),
    };
    let prefix = magnitude.get(..2).filter(|_| magnitude.len() > 2).unwrap_or_default().to_ascii_lowercase();
    let (radix, magnitude) = match prefix.as_str() {
        "0x" => (16, magnitude.get(2..)?),
        "0o" => (8, magnitude.get(2..)?),
        "0b" => (2, magnitude.get(2..)?),
        _ if magnitude.len() > 1 && magnitude.starts_with('0') => (8, magnitude.get(1..)?),
        _ => (10, magnitude),
    };
    whole(magnitude, radix, negative, signed)
}

fn whole(magnitude: &str, radix: u32, negative: bool, signed: bool) -> Option<Scalar> {
    if !magnitude.starts_with(|first: char| first.is_digit(radix)) {
        return None;
    }
    let magnitude = i128::from(u64::from_str_radix(magnitude, radix).ok()?);
    let value = if negative { -magnitude } else { magnitude };
    (!signed || i64::try_from(value).is_ok()).then_some(Scalar::Integer(value))
}

/// `0b-101` and `0o-17`, which the library reads, sign and all.
fn signed_behind_prefix(digits: &str) -> Option<Scalar> {
    let (prefix, rest) = digits.split_at_checked(2)?;
    let radix = match prefix {
        "0b" => 2,
        "0o" => 8,
        _ => return None,
    };
    match rest.as_bytes().first()? {
        sign @ (b'-' | b'+') => whole(rest.get(1..)?, radix, *sign == b'-', true),
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
    let (before, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let written_out = all_digits(before)
        && all_digits(behind)
        && !(before.is_empty() && behind.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && all_digits(exponent));
    let value: f64 = written_out.then(|| digits.parse().ok()).flatten()?;
    value.is_finite().then_some(Scalar::Float(value))
}

/// The bytes behind base64 as text, each byte that is not UTF-8 as U+FFFD.
fn binary(value: &str) -> Outcome<String> {
    let packed: String = value.chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
    match STANDARD.decode(packed) {
        Ok(bytes) => Ok(super::text_of(&bytes)),
        Err(_) => Err(Failure("!!binary value contains invalid base64 data".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_mean_what_they_mean_to_opa() {
        for (value, tag) in [
            ("~", "!!null"),
            ("nULL", "!!str"),
            ("True", "!!bool"),
            ("yes", "!!str"),
            ("017", "!!int"),
            ("018", "!!float"),
            ("0x", "!!str"),
            ("0b-101", "!!int"),
            ("1_000", "!!int"),
            ("18446744073709551615", "!!int"),
            ("18446744073709551616", "!!float"),
            ("-9223372036854775809", "!!float"),
            ("1e999", "!!str"),
            (".5", "!!float"),
            ("5.", "!!float"),
            (".", "!!str"),
            ("1:30", "!!str"),
            ("2001-01-01", "!!timestamp"),
            ("2001-13-01", "!!str"),
        ] {
            assert_eq!(plain_tag(value), tag, "{value}");
        }
    }

    #[test]
    fn a_tag_that_does_not_fit_is_told() {
        assert_eq!(resolve("3", "!!float").unwrap(), Scalar::Float(3.0));
        assert_eq!(resolve("3", "!own").unwrap(), Scalar::Text("3".to_owned()));
        assert_eq!(resolve("x", "!!int").unwrap_err().0, "cannot decode !!str `x` as a !!int");
        assert_eq!(resolve("!", "!!binary").unwrap_err().0, "!!binary value contains invalid base64 data");
    }
}
