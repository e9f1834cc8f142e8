//! Digests of texts, with a key or without.

use crate::eval::Value;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("crypto.hmac.equal", 2, equal),
    builtin("crypto.hmac.md5", 2, |operands, _| keyed(operands, hmac::<Hmac<Md5>>)),
    builtin("crypto.hmac.sha1", 2, |operands, _| keyed(operands, hmac::<Hmac<Sha1>>)),
    builtin("crypto.hmac.sha256", 2, |operands, _| keyed(operands, hmac::<Hmac<Sha256>>)),
    builtin("crypto.hmac.sha512", 2, |operands, _| keyed(operands, hmac::<Hmac<Sha512>>)),
    builtin("crypto.md5", 1, |operands, _| digest::<Md5>(operands)),
    builtin("crypto.sha1", 1, |operands, _| digest::<Sha1>(operands)),
    builtin("crypto.sha256", 1, |operands, _| digest::<Sha256>(operands)),
];

fn digest<D: Digest>(operands: &[Value]) -> Result<Value, BuiltinError> {
    Ok(hex(&D::digest(operand::string(operands, 1)?)).into())
}

fn keyed(operands: &[Value], code: fn(&[u8], &[u8]) -> Vec<u8>) -> Result<Value, BuiltinError> {
    let message = operand::string(operands, 1)?;
    let key = operand::string(operands, 2)?;
    Ok(hex(&code(key.as_bytes(), message.as_bytes())).into())
}

/// The code of a message under a key of any length.
pub(super) fn hmac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    // Keys of every length are taken.
    let Ok(mut code) = <M as KeyInit>::new_from_slice(key) else { return Vec::new() };
    code.update(message);
    code.finalize().into_bytes().to_vec()
}

fn equal(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let left = operand::string(operands, 1)?;
    let right = operand::string(operands, 2)?;
    Ok((left == right).into())
}

/// Bytes in lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).filter_map(|half| char::from_digit(half.into(), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, operands: &[Value]) -> String {
        let builtin = BUILTINS.iter().find(|builtin| builtin.name == name).unwrap();
        builtin.call(operands, &BuiltinOptions::default()).unwrap().as_string().unwrap().to_string()
    }

    #[test]
    fn digests_are_those_of_opa() {
        assert_eq!(call("crypto.md5", &["foo".into()]), "acbd18db4cc2f85cedef654fccc4a4d8");
        assert_eq!(call("crypto.sha1", &["foo".into()]), "0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33");
        assert_eq!(
            call("crypto.sha256", &["foo".into()]),
            "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
        );
    }

    #[test]
    fn keyed_codes_are_those_of_opa() {
        assert_eq!(call("crypto.hmac.md5", &["foo".into(), "bar".into()]), "31b6db9e5eb4addb42f1a6ca07367adc");
        assert_eq!(call("crypto.hmac.sha1", &["foo".into(), "bar".into()]), "85d155c55ed286a300bd1cf124de08d87e914f3a");
        assert_eq!(
            call("crypto.hmac.sha256", &["foo".into(), "bar".into()]),
            "147933218aaabc0b8b10a2b3a5c34684c8d94341bcf10a4736dc7270f7741851"
        );
    }

    #[test]
    fn equal_codes_are_equal() {
        let options = BuiltinOptions::default();
        assert_eq!(equal(&["a".into(), "a".into()], &options), Ok(true.into()));
        assert_eq!(equal(&["a".into(), "b".into()], &options), Ok(false.into()));
    }
}
