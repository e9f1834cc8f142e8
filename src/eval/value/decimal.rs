//! Numbers as they are written: digits and an exponent.

use num_bigint::BigInt;
use std::borrow::Cow;
use std::cmp::Ordering;

/// The most digits an integer may have.
const LONGEST: i64 = 100_000;

/// A number of JSON taken apart.
pub(super) struct Decimal<'t> {
    pub(super) negative: bool,
    /// Its digits from the first to the last that is not 0; none of 0.
    pub(super) digits: Cow<'t, str>,
    /// How many digits stand before the point.
    pub(super) point: i64,
}

impl<'t> Decimal<'t> {
    /// Reads a number of JSON.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (digits, exponent) = match rest.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, Some(exponent)),
            None => (rest, None),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !are_digits(whole) || fraction.is_some_and(|fraction| !are_digits(fraction)) {
            return None;
        }
        if whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        let exponent = match exponent {
            Some(exponent) => {
                let (sign, digits) = match exponent.as_bytes().first()? {
                    b'-' => (-1, exponent.get(1..)?),
                    b'+' => (1, exponent.get(1..)?),
                    _ => (1, exponent),
                };
                if !are_digits(digits) {
                    return None;
                }
                // What is larger stands for what has no end, or is nothing.
                sign * digits.parse::<i64>().unwrap_or(i64::MAX).min(1 << 40)
            }
            None => 0,
        };
        let all = match fraction {
            Some(fraction) => Cow::Owned(format!("{whole}{fraction}")),
            None => Cow::Borrowed(whole),
        };
        let zeros = all.len() - all.trim_start_matches('0').len();
        let point = i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()? + exponent;
        let digits = match all {
            Cow::Borrowed(all) => Cow::Borrowed(all.trim_matches('0')),
            Cow::Owned(all) => Cow::Owned(all.trim_matches('0').to_owned()),
        };
        let point = if digits.is_empty() { 0 } else { point };
        Some(Self { negative, digits, point })
    }

    /// Whether there is nothing behind the point.
    pub(super) fn is_integer(&self) -> bool {
        self.digits.len() as i64 <= self.point || self.digits.is_empty()
    }

    /// The integer it is.
    pub(super) fn integer(&self) -> Option<BigInt> {
        if !self.is_integer() || self.point > LONGEST {
            return None;
        }
        let mut text = self.digits.to_string();
        text.extend(std::iter::repeat_n('0', usize::try_from(self.point).ok()?.saturating_sub(text.len())));
        if text.is_empty() {
            return Some(BigInt::ZERO);
        }
        let integer: BigInt = text.parse().ok()?;
        Some(if self.negative { -integer } else { integer })
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    /// The order of two numbers.
    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        let magnitude = || self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
        match self.sign().cmp(&other.sign()) {
            Ordering::Equal if self.negative => magnitude().reverse(),
            Ordering::Equal => magnitude(),
            unequal => unequal,
        }
    }
}
