//! Numbers.

use super::{Parser, set_apart};
use crate::rego::syntax::lexer::replaced;
use crate::rego::syntax::location::Span;
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{TermId, TermKind, Text};

/// OPA's limit of a binary exponent.
const EXPONENT_LIMIT: f64 = 100_000.0;

/// What is wrong with a number.
#[derive(Debug, PartialEq)]
enum Fault {
    Invalid,
    TooBig,
}

impl Parser<'_> {
    /// A number, with the minus or the point before it.
    // Out of the frames of what is nested.
    #[inline(never)]
    pub(super) fn number(&mut self) -> Option<TermId> {
        let location = self.here();
        let mut prefix = String::new();
        if self.is(Token::Minus) {
            prefix.push('-');
            self.scan();
            if !matches!(self.state.token, Token::Number | Token::Dot) {
                self.unexpected("expected number");
                return None;
            }
        }
        if self.is(Token::Dot) {
            prefix.push('.');
            self.scan();
            if !self.is(Token::Number) {
                self.unexpected("expected number");
                return None;
            }
        }
        let literal = self.literal();
        if !prefix.ends_with('.')
            && let [b'0', second, rest @ ..] = literal
            && *second != b'.'
            && (rest.is_empty() || !matches!(second, b'e' | b'E'))
        {
            self.unexpected("expected number without leading zero");
            return None;
        }
        let checked = match prefix.is_empty() {
            true => check(literal),
            false => check(&[prefix.as_bytes(), literal].concat()),
        };
        match checked {
            Ok(()) => {}
            Err(Fault::TooBig) => {
                self.error_here("number too big");
                return None;
            }
            Err(Fault::Invalid) => {
                self.unexpected("invalid float");
                return None;
            }
        }
        let prefix_length = u32::try_from(prefix.len()).unwrap_or(0);
        let written = if location.at + prefix_length == self.state.start {
            Text { span: Span::between(location.at, self.state.end), apart: false }
        } else {
            let digits = replaced(literal);
            set_apart(&mut self.apart, &format!("{prefix}{digits}"))
        };
        Some(self.new_term(TermKind::Number(written), location))
    }
}

/// Whether a number is one, of an exponent that OPA takes.
fn check(number: &[u8]) -> Result<(), Fault> {
    let number = number.strip_prefix(b"-").unwrap_or(number);
    if number.len() < 64 && number.iter().all(u8::is_ascii_digit) {
        return if number.is_empty() { Err(Fault::Invalid) } else { Ok(()) };
    }
    let text = std::str::from_utf8(number).map_err(|_| Fault::Invalid)?;
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().map_err(|_| Fault::Invalid)?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Fault::Invalid);
    }
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let significant = digits.get(zeros..).unwrap_or_default();
    if significant.is_empty() {
        return Ok(());
    }
    let leading = significant.iter().take(18).fold(0_f64, |value, digit| value * 10.0 + f64::from(digit - b'0'));
    let dropped = significant.len().saturating_sub(18);
    #[allow(clippy::cast_precision_loss)]
    let (dropped, fraction, exponent) = (dropped as f64, fraction.len() as f64, exponent as f64);
    let scale = dropped - fraction + exponent;
    let integral_bits = leading.log2() + dropped * 10_f64.log2();
    if (integral_bits - fraction + exponent).abs() > f64::from(i32::MAX) {
        return Err(Fault::Invalid);
    }
    let bits = (leading.log2() + scale * 10_f64.log2()).floor() + 1.0;
    if bits.abs() > EXPONENT_LIMIT { Err(Fault::TooBig) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_exponent_is_bounded() {
        for fine in ["1", "1.5e3", "-0.25", ".5", "0e999999999", "1e30102", "1e-30103", "123e30100", "9.99e30102"] {
            assert_eq!(check(fine.as_bytes()), Ok(()), "{fine}");
        }
        for big in ["1e30103", "1e-30104", "1e999999", "9.991e30102"] {
            assert_eq!(check(big.as_bytes()), Err(Fault::TooBig), "{big}");
        }
        for invalid in ["", ".", "..5", "1e99999999999999999999", "1e9999999999", "1\u{fc}"] {
            assert_eq!(check(invalid.as_bytes()), Err(Fault::Invalid), "{invalid}");
        }
    }
}
