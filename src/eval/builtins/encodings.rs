//! Bytes as texts and back.

use crate::eval::Value;
use ::base64::Engine as _;
use ::base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, base64, builtin, operand, text};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("base64.decode", 1, |operands, _| decoded(base64::standard(operand::string(operands, 1)?)?)),
    builtin("base64.encode", 1, |operands, _| Ok(STANDARD.encode(operand::string(operands, 1)?).into())),
    builtin("base64.is_valid", 1, is_base64),
    builtin("base64url.decode", 1, |operands, _| decoded(base64::address(operand::string(operands, 1)?)?)),
    builtin("base64url.encode", 1, |operands, _| Ok(URL_SAFE.encode(operand::string(operands, 1)?).into())),
    builtin("base64url.encode_no_pad", 1, |operands, _| {
        Ok(URL_SAFE_NO_PAD.encode(operand::string(operands, 1)?).into())
    }),
    builtin("hex.decode", 1, hex_decode),
    builtin("hex.encode", 1, hex_encode),
];

/// Bytes as a text; each byte that is no part of UTF-8 is replaced, as in Go's JSON.
#[expect(clippy::unnecessary_wraps, reason = "the end of functions that may fail")]
fn decoded(bytes: Vec<u8>) -> Result<Value, BuiltinError> {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Ok(text.into())
}

fn is_base64(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(operand::string(operands, 1).is_ok_and(|text| base64::standard(text).is_ok()).into())
}

fn hex_encode(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(operand::string(operands, 1)?.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into())
}

fn hex_decode(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let digits = operand::string(operands, 1)?.as_bytes();
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    let mut high = None;
    for digit in digits {
        let one = char::from(*digit);
        let Some(value) = one.to_digit(16).and_then(|value| u8::try_from(value).ok()) else {
            let mut shown = String::from("'");
            text::escape(&mut shown, one, '\'', false);
            return Err(failed(format!("encoding/hex: invalid byte: U+{:04X} {shown}'", u32::from(one))));
        };
        match high.take() {
            Some(first) => bytes.push(first << 4 | value),
            None => high = Some(value),
        }
    }
    if high.is_some() { Err(failed("encoding/hex: odd length hex string")) } else { decoded(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_that_is_no_text_is_replaced() {
        assert_eq!(decoded(b"a\xf3\x8f\x96b".to_vec()).unwrap(), "a\u{fffd}\u{fffd}\u{fffd}b".into());
    }

    #[test]
    fn hexadecimal_digits_come_in_pairs() {
        let told = |text: &str| match hex_decode(&[text.into()], &BuiltinOptions::default()) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(told("6A6b"), r#""jk""#);
        assert_eq!(told("6"), "encoding/hex: odd length hex string");
        assert_eq!(told("0g"), "encoding/hex: invalid byte: U+0067 'g'");
    }
}
