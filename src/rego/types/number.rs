//! The order of numbers of any size, by their texts.

use std::cmp::Ordering;

/// Compares two numbers by value; `text` is as JSON writes numbers.
#[must_use]
pub fn compare_numbers(left: &str, right: &str) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    if let (Ok(left), Ok(right)) = (left.parse::<i64>(), right.parse::<i64>()) {
        return left.cmp(&right);
    }
    let (left, right) = (Decimal::read(left), Decimal::read(right));
    match (left.sign(), right.sign()) {
        (Ordering::Less, Ordering::Less) => right.compare_magnitudes(&left),
        (Ordering::Greater, Ordering::Greater) => left.compare_magnitudes(&right),
        (left, right) => left.cmp(&right),
    }
}

/// `0.digits × 10^exponent`, digits without zeros at either end.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn read(text: &str) -> Self {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let whole = whole.trim_start_matches('0');
        let leading = fraction.len() - fraction.trim_start_matches('0').len();
        let point = if whole.is_empty() { -clamped(leading) } else { clamped(whole.len()) };
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).skip_while(|digit| *digit == b'0').collect();
        let used = digits.len() - digits.iter().rev().take_while(|digit| **digit == b'0').count();
        let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
        let exponent = exponent.parse::<i64>().unwrap_or(if exponent.starts_with('-') { -LARGE } else { LARGE });
        let digits = digits.get(..used).unwrap_or_default().to_vec();
        Self { negative, digits, exponent: exponent.clamp(-LARGE, LARGE).saturating_add(point) }
    }

    fn sign(&self) -> Ordering {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => Ordering::Equal,
            (false, true) => Ordering::Less,
            (false, false) => Ordering::Greater,
        }
    }

    fn compare_magnitudes(&self, other: &Self) -> Ordering {
        self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits))
    }
}

const LARGE: i64 = 1 << 40;

fn clamped(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(LARGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_value() {
        for (left, right) in [("1", "2"), ("-2", "-1"), ("-1", "0"), ("0.09", "0.1"), ("1e2", "101"), ("2", "1e400")] {
            assert_eq!(compare_numbers(left, right), Ordering::Less, "{left} {right}");
            assert_eq!(compare_numbers(right, left), Ordering::Greater, "{left} {right}");
        }
        for (left, right) in [("1", "1.0"), ("10", "1e1"), ("0.5", "5E-1"), ("0", "-0.0"), ("1e+2", "100")] {
            assert_eq!(compare_numbers(left, right), Ordering::Equal, "{left} {right}");
        }
    }

    #[test]
    fn numbers_beyond_machine_words_keep_their_order() {
        assert_eq!(compare_numbers("18446744073709551617", "18446744073709551616"), Ordering::Greater);
        assert_eq!(compare_numbers("-1e99999", "1"), Ordering::Less);
    }
}
