//! Durations.

use super::super::text::quote;
use super::read::quoted;

/// The units and their nanoseconds.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// The units that OPA adds, in hours.
const LONG_UNITS: [(char, f64); 3] = [('d', 24.0), ('w', 168.0), ('y', 8760.0)];

/// The nanoseconds of a duration. Days, weeks and years may be among the units.
pub(super) fn read(text: &str) -> Result<i64, String> {
    if !text.contains(['d', 'w', 'y']) {
        return of_go(text);
    }
    let rewritten = rewritten(text).ok_or_else(|| format!("time: invalid duration {}", quote(text)))?;
    of_go(&rewritten).map_err(|told| {
        let told = told.rsplit_once(' ').map_or(told.as_str(), |(told, _)| told);
        format!("{told} {}", quote(text))
    })
}

/// The duration with its long units as hours.
fn rewritten(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut written = text.get(..text.len() - unsigned.len())?.to_owned();
    let mut rest = unsigned;
    while !rest.is_empty() {
        let is_number = |one: char| one == '.' || one.is_ascii_digit();
        let end = rest.find(|one| !is_number(one))?;
        let (digits, after) = rest.split_at_checked(end)?;
        let length = after.find(is_number).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(length)?;
        let long = LONG_UNITS.iter().find(|(long, _)| unit.chars().eq([*long]));
        match long {
            Some((_, hours)) => written.push_str(&format!("{}h", digits.parse::<f64>().ok()? * hours)),
            None if !digits.is_empty() && UNITS.iter().any(|(known, _)| *known == unit) => {
                written.push_str(digits);
                written.push_str(unit);
            }
            None => return None,
        }
        rest = after;
    }
    (!unsigned.is_empty()).then_some(written)
}

/// The nanoseconds of a duration in Go's own units.
pub(in crate::eval::builtins) fn of_go(text: &str) -> Result<i64, String> {
    let told = |what: &str| Err(format!("time: {what} {}", quoted(text.as_bytes())));
    const INVALID: &str = "invalid duration";
    const MOST: u64 = 1 << 63;
    let (is_negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return told(INVALID);
    }
    let digits = |text: &str| text.find(|one: char| !one.is_ascii_digit()).unwrap_or(text.len());
    let mut total = 0_u64;
    while !rest.is_empty() {
        let (whole, after) = rest.split_at_checked(digits(rest)).unwrap_or_default();
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => after.split_at_checked(digits(after)).unwrap_or_default(),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return told(INVALID);
        }
        let number = if whole.is_empty() { Ok(0) } else { whole.parse::<u64>() };
        let Some(number) = number.ok().filter(|number| *number <= MOST) else { return told(INVALID) };
        let length = after.find(|one: char| one == '.' || one.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(length).unwrap_or_default();
        if unit.is_empty() {
            return told("missing unit in duration");
        }
        let Some((_, unit)) = UNITS.iter().find(|(known, _)| *known == unit) else {
            return told(&format!("unknown unit {} in duration", quoted(unit.as_bytes())));
        };
        let part = number.checked_mul(*unit).filter(|part| *part <= MOST);
        let part = part.and_then(|part| part.checked_add(fraction_of(fraction, *unit)));
        let sum = part.filter(|part| *part <= MOST).and_then(|part| total.checked_add(part));
        let Some(sum) = sum.filter(|sum| *sum <= MOST) else { return told(INVALID) };
        total = sum;
        rest = after;
    }
    match (i64::try_from(total), is_negative) {
        (Ok(total), true) => Ok(-total),
        (Ok(total), false) => Ok(total),
        (Err(_), true) => Ok(i64::MIN),
        (Err(_), false) => told(INVALID),
    }
}

/// The nanoseconds of a fraction of a unit.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "Go counts in the same way"
)]
fn fraction_of(digits: &str, unit: u64) -> u64 {
    let (mut number, mut scale) = (0_u64, 1.0_f64);
    for digit in digits.bytes() {
        if number > (u64::MAX >> 1) / 10 {
            break;
        }
        number = number * 10 + u64::from(digit - b'0');
        scale *= 10.0;
    }
    (number as f64 * (unit as f64 / scale)) as u64
}
