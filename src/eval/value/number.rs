//! Numbers: of any size, each with the text it was written with.

use super::decimal::Decimal;
use super::digits;
use super::float::Float;
use num_bigint::BigInt;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A number of JSON. Two are equal where they are the same number, however they are written.
#[derive(Debug, Clone)]
pub struct Number(Form);

#[derive(Debug, Clone)]
enum Form {
    /// An integer as it is written by itself.
    Integer(i64),
    /// Any other text.
    Text(Arc<str>),
}

impl Number {
    /// The number of a text; `None` where the text is no number of JSON.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Decimal::read(text).map(|_| Self::of(text))
    }

    /// The number of a text that is known to be one.
    pub(super) fn of(text: &str) -> Self {
        match text.parse::<i64>() {
            Ok(integer) if is_plain(text) => Self(Form::Integer(integer)),
            _ => Self(Form::Text(text.into())),
        }
    }

    /// The shortest digits of a finite float, written in one of the forms of Go.
    pub(super) fn shortest(float: f64, write: fn(bool, &str, i64) -> String) -> Self {
        let text = format!("{float:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let negative = digits.starts_with('-');
        let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
        let point = exponent.parse::<i64>().unwrap_or_default() + 1;
        Self::of(&write(negative, &digits, point))
    }

    /// An integer of any size.
    pub(in crate::eval) fn of_integer(integer: &BigInt) -> Self {
        Self::of(&integer.to_string())
    }

    /// The text it was written with.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &self.0 {
            Form::Integer(integer) => integer.to_string().into(),
            Form::Text(text) => Cow::Borrowed(text),
        }
    }

    /// The integer of 64 bits that OPA takes it for: written without an exponent and with nothing but zeros behind a
    /// point, in at most 19 characters besides the sign.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        let text = match &self.0 {
            Form::Integer(integer) => return Some(*integer),
            Form::Text(text) => text,
        };
        let (whole, zeros) = text.split_once('.').unwrap_or((text, ""));
        let is_short = text.trim_start_matches('-').len() <= LONGEST_INTEGER;
        if is_short && zeros.bytes().all(|digit| digit == b'0') { whole.parse().ok() } else { None }
    }

    /// The same, where it is not negative.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match &self.0 {
            Form::Integer(integer) => u64::try_from(*integer).ok(),
            Form::Text(text) => text.parse().ok(),
        }
    }

    /// The nearest float of 64 bits; infinite where there is none.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.text().parse().unwrap_or(f64::NAN)
    }

    /// The integer it is, however it is written; `None` for others and for those of more than 100,000 digits.
    #[must_use]
    pub fn integer(&self) -> Option<BigInt> {
        match &self.0 {
            Form::Integer(integer) => Some((*integer).into()),
            Form::Text(text) => Decimal::read(text)?.integer(),
        }
    }

    /// Whether it is an integer, however it is written.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Form::Integer(_) => true,
            Form::Text(text) => Decimal::read(text).is_some_and(|decimal| decimal.is_integer()),
        }
    }

    /// How many digits stand before the point; as a negative number, how many zeros behind it.
    pub(super) fn point(&self) -> i64 {
        Decimal::read(&self.text()).map_or(0, |decimal| decimal.point)
    }

    /// The float that OPA calculates with.
    pub(in crate::eval) fn float(&self) -> Float {
        Float::of(&self.text())
    }
}

/// How many characters of a number OPA reads as an integer of 64 bits.
const LONGEST_INTEGER: usize = 19;

/// Whether an integer of 64 bits that has this text is written so by itself.
fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits == "0" && digits.len() == text.len() || digits.starts_with(|first: char| matches!(first, '1'..='9'))
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Form::Integer(left), Form::Integer(right)) = (&self.0, &other.0) {
            return left.cmp(right);
        }
        let (left, right) = (self.text(), other.text());
        match (Decimal::read(&left), Decimal::read(&right)) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => left.cmp(&right),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text())
    }
}

impl From<i64> for Number {
    fn from(integer: i64) -> Self {
        Self(Form::Integer(integer))
    }
}

impl From<i32> for Number {
    fn from(integer: i32) -> Self {
        Self(Form::Integer(integer.into()))
    }
}

impl From<u32> for Number {
    fn from(integer: u32) -> Self {
        Self(Form::Integer(integer.into()))
    }
}

impl From<u64> for Number {
    fn from(integer: u64) -> Self {
        Self::of(&integer.to_string())
    }
}

impl From<usize> for Number {
    fn from(integer: usize) -> Self {
        Self::of(&integer.to_string())
    }
}

impl From<f64> for Number {
    /// The shortest text, as Go's `FormatFloat` gives it with `g`. What is no number is 0.
    fn from(float: f64) -> Self {
        if float.is_finite() { Self::shortest(float, digits::general) } else { Self(Form::Integer(0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::read(text).unwrap()
    }

    #[test]
    fn numbers_keep_their_text() {
        for text in ["0", "-0", "1", "-1", "1.50", "1e3", "1E+3", "123456789012345678901234567890", "0.10"] {
            assert_eq!(number(text).to_string(), text);
        }
        for text in ["", "-", "01", "1.", ".5", "1e", "+1", "0x1", "1 ", "NaN"] {
            assert!(Number::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn numbers_are_equal_however_they_are_written() {
        assert_eq!(number("1"), number("1.0"));
        assert_eq!(number("1e3"), number("1000"));
        assert_eq!(number("-0"), number("0.0e7"));
        assert_ne!(number("0.1"), number("0.10000000000000000000000000000000001"));
        assert!(number("-2") < number("-1.5"));
        assert!(number("9007199254740993") > number("9007199254740992.5"));
        assert!(number("1e400") > number("1e399"));
    }

    #[test]
    fn integers_are_integers_however_they_are_written() {
        assert_eq!(number("1e3").integer(), Some(1000.into()));
        assert_eq!(number("1.20e1").integer(), Some(12.into()));
        assert_eq!(number("1.5").integer(), None);
        assert_eq!(number("1e9999999").integer(), None);
    }

    #[test]
    fn zeros_behind_a_point_leave_an_integer() {
        for (text, integer) in [("1.0", 1), ("-20.00", -20), ("-0", 0), ("1.00000000000000000", 1)] {
            assert_eq!(number(text).as_i64(), Some(integer), "{text}");
        }
        for text in ["1.5", "1e3", "1.0e1", "1.000000000000000000", "9223372036854775808"] {
            assert_eq!(number(text).as_i64(), None, "{text}");
        }
    }

    #[test]
    fn floats_are_written_as_go_does() {
        for (float, text) in
            [(0.1, "0.1"), (1e21, "1e+21"), (100_000.0, "100000"), (1e6, "1e+06"), (1e-5, "1e-05"), (-2.5, "-2.5")]
        {
            assert_eq!(Number::from(float).to_string(), text);
        }
    }
}
