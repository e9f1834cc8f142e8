//! The order of numbers by the value their text has.

use std::cmp::Ordering;

/// A number's sign, the digits that count, and the power of ten of the place before the first of them.
struct Decimal<'a> {
    negative: bool,
    /// The digits, zeros at the front left off, in two pieces: before and behind the point.
    digits: (&'a [u8], &'a [u8]),
    magnitude: i64,
}

impl<'a> Decimal<'a> {
    fn of(text: &'a str) -> Self {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
        let exponent: i64 = exponent.parse().unwrap_or(if exponent.starts_with('-') { -FAR } else { FAR });
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let whole = whole.trim_start_matches('0');
        let length = |text: &str| i64::try_from(text.len()).unwrap_or(FAR);
        if whole.is_empty() {
            let digits = fraction.trim_start_matches('0');
            let magnitude = (length(digits) - length(fraction)).saturating_add(exponent);
            return Self { negative, digits: (digits.as_bytes(), &[]), magnitude };
        }
        let magnitude = length(whole).saturating_add(exponent);
        Self { negative, digits: (whole.as_bytes(), fraction.as_bytes()), magnitude }
    }

    fn digits(&self) -> impl Iterator<Item = u8> {
        self.digits.0.iter().chain(self.digits.1).copied()
    }

    fn is_zero(&self) -> bool {
        self.digits().all(|digit| digit == b'0')
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        self.magnitude.cmp(&other.magnitude).then_with(|| {
            let zeros = || std::iter::repeat(b'0');
            let longest = self.digits().count().max(other.digits().count());
            let mine = self.digits().chain(zeros()).take(longest);
            mine.cmp(other.digits().chain(zeros()).take(longest))
        })
    }
}

/// An exponent no number of a module has.
const FAR: i64 = 1 << 40;

/// Compares two numbers of Rego by value: `1`, `1.0` and `10e-1` are equal.
pub(in crate::rego) fn compare(left: &str, right: &str) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    let (left, right) = (Decimal::of(left), Decimal::of(right));
    let sign = |number: &Decimal<'_>| match (number.is_zero(), number.negative) {
        (true, _) => 0,
        (false, true) => -1,
        (false, false) => 1,
    };
    let order = sign(&left).cmp(&sign(&right));
    match sign(&left) {
        _ if order.is_ne() => order,
        0 => Ordering::Equal,
        1 => left.compare_size(&right),
        _ => right.compare_size(&left),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_by_value() {
        let ascending =
            ["-1e3", "-11", "-10.5", "-1", "-0.1", "0", "1e-5", "0.001", ".5", "1", "1.01", "9", "10", "2e1"];
        for (place, left) in ascending.iter().enumerate() {
            for (other, right) in ascending.iter().enumerate() {
                assert_eq!(compare(left, right), place.cmp(&other), "{left} {right}");
            }
        }
    }

    #[test]
    fn one_value_in_different_spellings_is_equal() {
        for (left, right) in
            [("1", "1.0"), ("-0", "0"), ("0.0e9", "0"), ("10e-1", "1"), ("1.50", "15E-1"), ("0.10", ".1")]
        {
            assert_eq!(compare(left, right), Ordering::Equal, "{left} {right}");
        }
        let long = "123456789012345678901234567890";
        assert_eq!(compare(long, "123456789012345678901234567891"), Ordering::Less);
    }
}
