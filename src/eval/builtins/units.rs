//! Amounts with units.

use crate::eval::Value;
use num_bigint::BigInt;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] =
    &[builtin("units.parse", 1, parse), builtin("units.parse_bytes", 1, parse_bytes)];

/// The most digits that an exponent may have.
const MOST_EXPONENT_DIGITS: usize = 6;

/// The greatest exponent that is counted out.
const MOST_EXPONENT: u32 = 20_000;

/// The letters of units, in the order of their powers.
const LETTERS: &str = "kmgtpe";

/// A number that is a fraction of integers.
struct Fraction {
    above: BigInt,
    below: BigInt,
}

/// The power of a unit's letter.
fn power(letter: &str) -> Option<u32> {
    let index = LETTERS.find(letter).filter(|_| letter.len() == 1)?;
    u32::try_from(index).ok().map(|index| index + 1)
}

/// The number and the unit of a text; nothing where the exponent is too long.
fn split(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let is_digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let is_sign = |index: usize| matches!(bytes.get(index), Some(b'+' | b'-'));
    let mut index = 0;
    while let Some(byte) = bytes.get(index) {
        match byte {
            b'0'..=b'9' | b'.' | b'+' | b'-' => {}
            b'e' | b'E' if is_digit(index + 1) || is_sign(index + 1) => {
                index += usize::from(is_sign(index + 1));
                let digits = (index + 1..bytes.len()).take_while(|place| is_digit(*place)).count();
                if digits > MOST_EXPONENT_DIGITS {
                    return None;
                }
            }
            _ => return text.split_at_checked(index),
        }
        index += 1;
    }
    Some((text, ""))
}

/// The number of a text; nothing where it is none. The error is that of an exponent too large to be counted out.
fn number(text: &str) -> Result<Option<Fraction>, ()> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{part}");
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned_exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let (true, true) = (is_digits(&digits), is_digits(unsigned_exponent)) else { return Ok(None) };
    let (Ok(mut above), Ok(exponent)) = (digits.parse::<BigInt>(), exponent.parse::<i64>()) else { return Ok(None) };
    if text.starts_with('-') {
        above = -above;
    }
    let exponent = exponent - i64::try_from(part.len()).unwrap_or(i64::MAX);
    let size = u32::try_from(exponent.unsigned_abs()).ok().filter(|size| *size <= MOST_EXPONENT).ok_or(())?;
    let scale = BigInt::from(10).pow(size);
    Ok(Some(if exponent < 0 {
        Fraction { above, below: scale }
    } else {
        Fraction { above: above * scale, below: BigInt::from(1) }
    }))
}

fn parse(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let told = |message: &str| failed(format!("units.parse: {message}"));
    let too_large = || told("exponent too large");
    let text = operand::string(operands, 1)?.replace('"', "");
    if text.contains(' ') {
        return Err(told("spaces not allowed in resource strings"));
    }
    let (amount, unit) = split(&text).ok_or_else(too_large)?;
    if amount.is_empty() {
        return Err(told("no amount provided"));
    }
    let mut letters = unit.chars();
    let unit = letters.next().map(|first| format!("{first}{}", letters.as_str().to_lowercase())).unwrap_or_default();
    let (multiple, divisor) = match unit.as_str() {
        "" => (BigInt::from(1), BigInt::from(1)),
        // A thousandth in binary, to the last of its 53 digits.
        "m" => (BigInt::from(1_152_921_504_606_847_u64), BigInt::from(1_u64 << 60)),
        unit => {
            let lower = unit.to_ascii_lowercase();
            let (letter, base) = lower.strip_suffix('i').map_or((lower.as_str(), 1000), |letter| (letter, 1024));
            let power = power(letter).filter(|_| unit.is_ascii());
            let power = power.ok_or_else(|| told(&format!("unit {unit} not recognized")))?;
            (BigInt::from(base).pow(power), BigInt::from(1))
        }
    };
    let number = number(amount).map_err(|()| too_large())?;
    let number = number.ok_or_else(|| told("could not parse amount to a number"))?;
    Ok(operand::number(&decimal(&(number.above * multiple), &(number.below * divisor))))
}

/// A fraction with ten digits after the point, or with none where it is an integer.
fn decimal(above: &BigInt, below: &BigInt) -> String {
    let zero = BigInt::from(0);
    if above % below == zero {
        return (above / below).to_string();
    }
    let is_negative = *above < zero;
    let above: BigInt = if is_negative { -above } else { above.clone() };
    // Halves are rounded up.
    let scaled: BigInt = (above * BigInt::from(20_000_000_000_u64) / below + BigInt::from(1)) / BigInt::from(2);
    let digits = format!("{:0>11}", scaled.to_string());
    let (whole, part) = digits.split_at_checked(digits.len() - 10).unwrap_or_default();
    format!("{}{whole}.{part}", if is_negative { "-" } else { "" })
}

fn parse_bytes(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let told = |message: &str| failed(format!("units.parse_bytes: {message}"));
    let too_large = || told("exponent too large");
    let text = operand::string(operands, 1)?.to_lowercase().replace('"', "");
    if text.contains(' ') {
        return Err(told("spaces not allowed in resource strings"));
    }
    let (amount, unit) = split(&text).ok_or_else(too_large)?;
    if amount.is_empty() {
        return Err(told("no byte amount provided"));
    }
    let letter = unit.strip_suffix('b').unwrap_or(unit);
    let (letter, base) = letter.strip_suffix('i').map_or((letter, 1000), |letter| (letter, 1024));
    let multiple = match power(letter) {
        Some(power) => BigInt::from(base).pow(power),
        None if unit.is_empty() => BigInt::from(1),
        None => return Err(told(&format!("byte unit {unit} not recognized"))),
    };
    let number = number(amount).map_err(|()| too_large())?;
    let number = number.ok_or_else(|| told("could not parse byte amount to a number"))?;
    let rounded = rounded(&number);
    let product = self::rounded(&Fraction { above: rounded.above * multiple, below: rounded.below });
    Ok(operand::number(&(product.above / product.below).to_string()))
}

/// A number with 64 binary digits, as Go's `big.Float` keeps it.
fn rounded(number: &Fraction) -> Fraction {
    let bits = |number: &BigInt| i64::try_from(number.bits()).unwrap_or(i64::MAX);
    let zero = BigInt::from(0);
    if number.above == zero {
        return Fraction { above: zero, below: BigInt::from(1) };
    }
    let is_negative = number.above < zero;
    let above: BigInt = if is_negative { -&number.above } else { number.above.clone() };
    let mut shift = 64 - (bits(&above) - bits(&number.below));
    loop {
        let up = |size: i64| BigInt::from(1) << u64::try_from(size).unwrap_or_default();
        let (above, below) = (&above * up(shift.max(0)), &number.below * up((-shift).max(0)));
        let (mut mantissa, rest) = (&above / &below, &above % &below);
        if bits(&mantissa) > 64 {
            shift -= 1;
            continue;
        }
        let twice: BigInt = rest * 2;
        let is_odd = &mantissa % BigInt::from(2) != BigInt::from(0);
        if twice > below || twice == below && is_odd {
            mantissa += 1;
        }
        let mantissa = if is_negative { -mantissa } else { mantissa };
        return Fraction { above: mantissa * up((-shift).max(0)), below: up(shift.max(0)) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(function: fn(&[Value], &BuiltinOptions) -> Result<Value, BuiltinError>, text: &str) -> String {
        match function(&[text.into()], &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn units_are_powers() {
        assert_eq!(told(parse, "1.5Ki"), "1536");
        assert_eq!(told(parse, "100m"), "0.1000000000");
        assert_eq!(told(parse, "1e3"), "1000");
        assert_eq!(told(parse, "1KB"), "units.parse: unit Kb not recognized");
        assert_eq!(told(parse, "1e9999999"), "units.parse: exponent too large");
        assert_eq!(told(parse_bytes, "1.5MiB"), "1572864");
        assert_eq!(told(parse_bytes, "0.1kb"), "100");
        assert_eq!(told(parse_bytes, "1.5.5"), "units.parse_bytes: could not parse byte amount to a number");
    }
}
