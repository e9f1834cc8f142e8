//! A floating-point number that fills a verb.

use super::Flags;
use super::argument::pad;

/// The number as a verb writes it; none where the verb is not for numbers of this kind.
pub(super) fn written(number: f64, verb: char, flags: Flags) -> Option<String> {
    let magnitude = number.abs();
    let digits = match verb {
        'v' | 'g' | 'G' => general(magnitude, flags.precision, flags.sharp && verb != 'v'),
        'e' | 'E' => exponential(magnitude, Some(flags.precision.unwrap_or(6))),
        'f' | 'F' => plain(magnitude, flags.precision.unwrap_or(6)),
        'b' => binary(magnitude),
        'x' | 'X' => hexadecimal(magnitude, flags.precision),
        _ => return None,
    };
    let digits = if matches!(verb, 'E' | 'G' | 'X') { digits.to_ascii_uppercase() } else { digits };
    let sign = match (number.is_sign_negative(), flags.plus, flags.space) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    };
    if flags.zero && !flags.minus && !sign.is_empty() {
        let width = flags.width.map(|width| width.saturating_sub(1));
        return Some(sign.to_owned() + &pad(digits, Flags { width, ..flags }));
    }
    Some(pad(format!("{sign}{digits}"), flags))
}

/// The shorter of the plain and the exponential form.
fn general(number: f64, precision: Option<usize>, keep_zeros: bool) -> String {
    let significant = precision.map(|precision| precision.max(1));
    let (digits, exponent) = decimal(number, significant.map(|digits| digits - 1));
    let trimmed = digits.trim_end_matches('0').len().max(1);
    let point = exponent + 1;
    let limit = match significant {
        None => 6,
        Some(wanted) if wanted > trimmed && trimmed as i32 >= point => trimmed as i32,
        Some(wanted) => i32::try_from(wanted).unwrap_or(i32::MAX),
    };
    let kept = if keep_zeros { significant.unwrap_or(6).max(trimmed) } else { trimmed };
    let limit = if keep_zeros { i32::try_from(significant.unwrap_or(6)).unwrap_or(i32::MAX) } else { limit };
    if exponent < -4 || exponent >= limit {
        return exponential_of(&resized(&digits, kept), exponent);
    }
    let decimals = i32::try_from(kept).unwrap_or(i32::MAX).saturating_sub(point).max(0);
    plain(number, usize::try_from(decimals).unwrap_or(0))
}

/// Digits behind a point, or behind a first digit, that are all zeros from there on: the smallest number has 1,074.
const EXACT: usize = 1_100;

/// A number without an exponent. Rust's own `format!` refuses a precision above 65,535.
fn plain(number: f64, decimals: usize) -> String {
    let text = format!("{number:.*}", decimals.min(EXACT));
    text + &"0".repeat(decimals.saturating_sub(EXACT))
}

/// As many digits as asked for, with zeros behind them.
fn resized(digits: &str, length: usize) -> String {
    let mut resized = digits.get(..length).unwrap_or(digits).to_owned();
    resized.extend(std::iter::repeat_n('0', length.saturating_sub(resized.len())));
    resized
}

fn exponential(number: f64, precision: Option<usize>) -> String {
    let (digits, exponent) = decimal(number, precision);
    exponential_of(&digits, exponent)
}

fn exponential_of(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{:02}", exponent.unsigned_abs())
}

/// The digits, the point after the first, and the exponent; the fewest that tell the number without a precision.
fn decimal(number: f64, precision: Option<usize>) -> (String, i32) {
    let text = match precision {
        Some(precision) => format!("{number:.*e}", precision.min(EXACT)),
        None => format!("{number:e}"),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = mantissa.replace('.', "");
    let digits = resized(&digits, precision.map_or(0, |precision| precision + 1).max(digits.len()));
    (digits, exponent.parse().unwrap_or(0))
}

/// The 53 bits of the mantissa as an integer, and its power of two.
fn parts(number: f64) -> (u64, i32) {
    let bits = number.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match i32::try_from(bits >> 52 & 0x7ff).unwrap_or(0) {
        0 => (fraction, -1074),
        exponent => (fraction | 1 << 52, exponent - 1075),
    }
}

fn binary(number: f64) -> String {
    let (mantissa, exponent) = parts(number);
    format!("{mantissa}p{exponent:+}")
}

fn hexadecimal(number: f64, precision: Option<usize>) -> String {
    let (mut mantissa, mut exponent) = parts(number);
    if mantissa == 0 {
        exponent = 0;
    } else {
        while mantissa >> 52 == 0 {
            mantissa <<= 1;
            exponent -= 1;
        }
        exponent += 52;
    }
    if let Some(kept) = precision.filter(|kept| *kept < 13) {
        let dropped = 4 * (13 - kept);
        let half = 1u64 << (dropped - 1);
        let rest = mantissa & ((1 << dropped) - 1);
        mantissa >>= dropped;
        if rest > half || rest == half && mantissa & 1 == 1 {
            mantissa += 1;
        }
        mantissa <<= dropped;
        if mantissa >> 53 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let digits = format!("{:013x}", mantissa & ((1 << 52) - 1));
    let digits = match precision {
        Some(precision) => resized(&digits, precision),
        None => digits.trim_end_matches('0').to_owned(),
    };
    let point = if digits.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("0x{}{point}{digits}p{sign}{:02}", mantissa >> 52, exponent.unsigned_abs())
}
