//! Floats with 64 bits of mantissa, rounded to the nearest, a half to the even: what OPA calculates with where numbers
//! are no integers (Go's `big.Float`).

use super::decimal::Decimal;
use super::digits;
use super::number::Number;
use num_bigint::{BigInt, BigUint, Sign};
use std::ops::{Add, Div, Mul, Sub};

/// How many bits a mantissa has.
const BITS: u64 = 64;

/// How many bits the mantissa of a float of 64 bits has.
const DOUBLE_BITS: u64 = 53;

/// From which exponent on, of ten, a number has no end or is nothing.
const FARTHEST: i64 = 200_000;

/// A float: a mantissa of 64 bits times a power of two.
#[derive(Debug, Clone, Copy)]
pub(in crate::eval) struct Float {
    negative: bool,
    /// Its first bit is set, but of 0.
    mantissa: u64,
    exponent: i64,
}

impl Float {
    /// The float nearest to a number of JSON.
    pub(super) fn of(text: &str) -> Self {
        let zero = Self { negative: text.starts_with('-'), mantissa: 0, exponent: 0 };
        let Some(decimal) = Decimal::read(text) else { return zero };
        let Ok(digits) = decimal.digits.parse::<BigUint>() else { return zero };
        let behind = decimal.digits.len() as i64 - decimal.point;
        let Ok(power) = u32::try_from(behind.unsigned_abs().min(FARTHEST as u64)) else { return zero };
        let ten = BigUint::from(10_u32).pow(power);
        if behind <= 0 {
            return Self::rounded(zero.negative, &(digits * ten), 0, false);
        }
        // So many bits more that the quotient has all that count.
        let shift = (ten.bits() + BITS + 2).saturating_sub(digits.bits());
        let shifted = digits << shift;
        let quotient = &shifted / &ten;
        let rest = &quotient * &ten != shifted;
        Self::rounded(zero.negative, &quotient, -(shift as i64), rest)
    }

    /// The product in the precision of a float of 64 bits, which has 53 bits of mantissa.
    pub(in crate::eval) fn times_in_double(self, other: Self) -> Self {
        let product = BigUint::from(u128::from(self.mantissa) * u128::from(other.mantissa));
        let exponent = self.exponent + other.exponent;
        let negative = self.negative != other.negative;
        let bits = product.bits();
        if bits <= DOUBLE_BITS {
            return Self::rounded(negative, &product, exponent, false);
        }
        let shift = bits - DOUBLE_BITS;
        let kept = &product >> shift;
        let is_exact = product.trailing_zeros().is_none_or(|zeros| zeros + 1 >= shift);
        let goes_up = product.bit(shift - 1) && (!is_exact || kept.bit(0));
        Self::rounded(negative, &(kept + u32::from(goes_up)), exponent + shift as i64, false)
    }

    /// Its number, in so few digits that no other float of 64 bits is nearer, where it is one of these.
    pub(in crate::eval) fn number_in_double(self) -> Number {
        let spare = BITS - DOUBLE_BITS;
        let float = (self.mantissa >> spare) as f64 * 2_f64.powf((self.exponent + spare as i64) as f64);
        if u64::from(self.mantissa.trailing_zeros()) < spare || !float.is_normal() {
            return self.into();
        }
        let write = if self.is_integer() { digits::plain } else { digits::general };
        Number::shortest(if self.negative { -float } else { float }, write)
    }

    /// The float nearest to an integer times a power of two, and a little more where there is a rest.
    fn rounded(negative: bool, magnitude: &BigUint, exponent: i64, rest: bool) -> Self {
        let bits = magnitude.bits();
        if bits == 0 {
            return Self { negative, mantissa: 0, exponent: 0 };
        }
        let first = |value: &BigUint| value.iter_u64_digits().next().unwrap_or_default();
        if bits <= BITS {
            let shift = BITS - bits;
            return Self { negative, mantissa: first(magnitude) << shift, exponent: exponent - shift as i64 };
        }
        let shift = bits - BITS;
        let mantissa = first(&(magnitude >> shift));
        let is_half = magnitude.bit(shift - 1);
        let more = rest || magnitude.trailing_zeros().is_some_and(|zeros| zeros < shift - 1);
        let exponent = exponent + shift as i64;
        if is_half && (more || mantissa & 1 == 1) {
            return match mantissa.checked_add(1) {
                Some(mantissa) => Self { negative, mantissa, exponent },
                None => Self { negative, mantissa: 1 << (BITS - 1), exponent: exponent + 1 },
            };
        }
        Self { negative, mantissa, exponent }
    }

    fn of_integer(integer: &BigInt) -> Self {
        Self::rounded(integer.sign() == Sign::Minus, integer.magnitude(), 0, false)
    }

    pub(in crate::eval) const fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// What stands before the point.
    fn whole(&self) -> BigInt {
        let mantissa = BigInt::from(self.mantissa);
        let whole = match u64::try_from(self.exponent) {
            Ok(exponent) => mantissa << exponent,
            Err(_) => mantissa >> self.exponent.unsigned_abs(),
        };
        if self.negative { -whole } else { whole }
    }

    fn is_integer(&self) -> bool {
        self.exponent >= 0 || self.is_zero() || i64::from(self.mantissa.trailing_zeros()) >= -self.exponent
    }

    /// Without its sign.
    pub(in crate::eval) const fn absolute(self) -> Self {
        Self { negative: false, ..self }
    }

    /// The nearest integer; a half goes away from 0.
    pub(in crate::eval) fn round(self) -> Self {
        let half = Self { negative: self.negative, mantissa: 1 << (BITS - 1), exponent: -(BITS as i64) };
        Self::of_integer(&(self + half).whole())
    }

    /// The next integer above.
    pub(in crate::eval) fn ceiling(self) -> Self {
        let whole = Self::of_integer(&self.whole());
        if self.is_integer() || self.negative && !whole.is_zero() { whole } else { whole + Self::ONE }
    }

    /// The next integer below.
    pub(in crate::eval) fn floor(self) -> Self {
        let whole = Self::of_integer(&self.whole());
        if self.is_integer() || !self.negative || whole.is_zero() { whole } else { whole - Self::ONE }
    }

    /// The number of an integer, with all its digits.
    pub(in crate::eval) fn integer(self) -> Number {
        if self.exponent > 0 { Number::of_integer(&self.whole()) } else { self.into() }
    }

    /// 1.
    pub(in crate::eval) const ONE: Self =
        Self { negative: false, mantissa: 1 << (BITS - 1), exponent: 1 - BITS as i64 };

    /// 0.
    pub(in crate::eval) const ZERO: Self = Self { negative: false, mantissa: 0, exponent: 0 };

    /// Its digits and how many of them stand before the point: so few that no other float is nearer.
    fn shortest(&self) -> (String, i64) {
        // In halves of the last bit, so that the ends of what is rounded to this float are integers.
        let at = |halves: u128| decimal(halves, self.exponent - 1);
        let middle = u128::from(self.mantissa) << 1;
        let (digits, point) = at(middle);
        let ((lower, _), (upper, _)) = (at(middle - 1), at(middle + 1));
        let has_ends = self.mantissa & 1 == 0;
        let digit = |text: &str, place: usize| text.as_bytes().get(place).copied().unwrap_or(b'0');
        for place in 0..digits.len() {
            let [below, own, above] = [&lower, &digits, &upper].map(|text| digit(text, place));
            let goes_down = below != own || has_ends && place + 1 == lower.len();
            let goes_up = own != above && (has_ends || own + 1 < above || place + 1 < upper.len());
            let behind = digits.as_bytes().get(place + 1..).unwrap_or_default();
            let is_nearer_up = match behind.first() {
                Some(b'5') if behind.len() == 1 => own % 2 == 1,
                Some(first) => *first >= b'5',
                None => false,
            };
            let up = match (goes_down, goes_up) {
                (true, true) => is_nearer_up,
                (true, false) => false,
                (false, true) => true,
                (false, false) => continue,
            };
            let kept = digits.get(..=place).unwrap_or_default();
            return if up { incremented(kept, point) } else { (trimmed(kept), point) };
        }
        (trimmed(&digits), point)
    }
}

/// The digits of an integer times a power of two, and how many of them stand before the point.
fn decimal(integer: u128, exponent: i64) -> (String, i64) {
    let mut magnitude = BigUint::from(integer);
    let mut behind = 0;
    if let Ok(exponent) = u64::try_from(exponent) {
        magnitude <<= exponent;
    } else if let Ok(halvings) = u32::try_from(exponent.unsigned_abs()) {
        magnitude *= BigUint::from(5_u32).pow(halvings);
        behind = i64::from(halvings);
    }
    let text = magnitude.to_string();
    let point = text.len() as i64 - behind;
    (trimmed(&text), point)
}

fn trimmed(digits: &str) -> String {
    digits.trim_end_matches('0').to_owned()
}

/// One more in the last digit.
fn incremented(digits: &str, point: i64) -> (String, i64) {
    let kept = digits.trim_end_matches('9');
    match kept.as_bytes().last() {
        Some(last) => {
            let mut text = kept.get(..kept.len() - 1).unwrap_or_default().to_owned();
            text.push(char::from(last + 1));
            (text, point)
        }
        None => ("1".to_owned(), point + 1),
    }
}

impl From<Float> for Number {
    /// The shortest text that reads back: of integers without an exponent, of others as Go's `g`.
    fn from(float: Float) -> Self {
        if float.is_zero() {
            return Self::of(if float.negative { "-0" } else { "0" });
        }
        let (text, point) = float.shortest();
        let write = if float.is_integer() { digits::plain } else { digits::general };
        Self::of(&write(float.negative, &text, point))
    }
}

impl Add for Float {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        if low.is_zero() || high.is_zero() {
            return match (self.is_zero(), other.is_zero()) {
                (true, true) => Self { negative: self.negative && other.negative, ..Self::ZERO },
                (true, false) => other,
                _ => self,
            };
        }
        let distance = (high.exponent - low.exponent) as u64;
        // So far apart that the lower one is less than half of the last bit of the higher one.
        if distance > 2 * BITS + 2 {
            return high;
        }
        let signed = |float: Self, shift: u64| {
            let magnitude = BigInt::from(float.mantissa) << shift;
            if float.negative { -magnitude } else { magnitude }
        };
        let sum = signed(high, distance) + signed(low, 0);
        Self::rounded(sum.sign() == Sign::Minus, sum.magnitude(), low.exponent, false)
    }
}

impl Sub for Float {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + Self { negative: !other.negative, ..other }
    }
}

impl Mul for Float {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = BigUint::from(u128::from(self.mantissa) * u128::from(other.mantissa));
        Self::rounded(self.negative != other.negative, &product, self.exponent + other.exponent, false)
    }
}

impl Div for Float {
    type Output = Self;

    /// Division by 0 gives 0: it is refused before.
    fn div(self, other: Self) -> Self {
        let negative = self.negative != other.negative;
        if other.is_zero() || self.is_zero() {
            return Self { negative, ..Self::ZERO };
        }
        let shifted = BigUint::from(self.mantissa) << (2 * BITS);
        let divisor = BigUint::from(other.mantissa);
        let quotient = &shifted / &divisor;
        let rest = &quotient * &divisor != shifted;
        Self::rounded(negative, &quotient, self.exponent - other.exponent - 2 * BITS as i64, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(float: Float) -> String {
        Number::from(float).to_string()
    }

    #[test]
    fn floats_have_the_shortest_text() {
        for (read, written) in [
            ("0.1", "0.1"),
            ("-0.0", "-0"),
            ("1e3", "1000"),
            ("1.50", "1.5"),
            ("1234567.5", "1.2345675e+06"),
            ("0.00001", "1e-05"),
            ("3.14159265358979323846264338327950288", "3.1415926535897932385"),
            ("18446744073709551617", "18446744073709551616"),
            ("1e30", "1000000000000000000000000000000"),
            ("9.99999999999999999999999", "10"),
        ] {
            assert_eq!(text(Float::of(read)), written, "{read}");
        }
    }

    #[test]
    fn floats_are_calculated_with_64_bits() {
        let of = Float::of;
        assert_eq!(text(of("0.1") + of("0.2")), "0.3");
        assert_eq!(text(of("1") / of("3")), "0.33333333333333333334");
        assert_eq!(text(of("2") / of("3")), "0.6666666666666666667");
        assert_eq!(text(of("0.1") * of("3")), "0.3");
        assert_eq!(text(of("1.1") - of("1")), "0.10000000000000000002");
        assert_eq!(text(of("1e20") + of("0.5")), "100000000000000000000");
        assert_eq!(text(of("-5") / of("2")), "-2.5");
        assert_eq!(text(of("1e300") * of("1e-300")), "1");
    }

    #[test]
    fn floats_are_rounded_as_opa_does() {
        let round = |read: &str| {
            let float = Float::of(read);
            [float.round(), float.ceiling(), float.floor()].map(text).join(" ")
        };
        assert_eq!(round("2.5"), "3 3 2");
        assert_eq!(round("-2.5"), "-3 -2 -3");
        assert_eq!(round("0.4"), "0 1 0");
        assert_eq!(round("2.0"), "2 2 2");
    }
}
