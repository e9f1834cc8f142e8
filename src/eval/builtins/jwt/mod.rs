//! Signed tokens (JSON Web Tokens).

mod algorithm;
mod constraints;
mod jwk;
mod key;
mod sign;
mod token;

use crate::eval::Value;

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, hashes, operand};
use algorithm::Algorithm;
use token::Token;

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("io.jwt.decode", 1, decode),
    builtin("io.jwt.decode_verify", 2, constraints::decode_verify),
    builtin("io.jwt.encode_sign", 3, sign::encode_sign),
    builtin("io.jwt.encode_sign_raw", 3, sign::encode_sign_raw),
    builtin("io.jwt.verify_eddsa", 2, |operands, _| verify(operands, Algorithm::EdDsa)),
    builtin("io.jwt.verify_es256", 2, |operands, _| verify(operands, Algorithm::Es256)),
    builtin("io.jwt.verify_es384", 2, |operands, _| verify(operands, Algorithm::Es384)),
    builtin("io.jwt.verify_es512", 2, |operands, _| verify(operands, Algorithm::Es512)),
    builtin("io.jwt.verify_hs256", 2, |operands, _| verify_secret(operands, Algorithm::Hs256)),
    builtin("io.jwt.verify_hs384", 2, |operands, _| verify_secret(operands, Algorithm::Hs384)),
    builtin("io.jwt.verify_hs512", 2, |operands, _| verify_secret(operands, Algorithm::Hs512)),
    builtin("io.jwt.verify_ps256", 2, |operands, _| verify(operands, Algorithm::Ps256)),
    builtin("io.jwt.verify_ps384", 2, |operands, _| verify(operands, Algorithm::Ps384)),
    builtin("io.jwt.verify_ps512", 2, |operands, _| verify(operands, Algorithm::Ps512)),
    builtin("io.jwt.verify_rs256", 2, |operands, _| verify(operands, Algorithm::Rs256)),
    builtin("io.jwt.verify_rs384", 2, |operands, _| verify(operands, Algorithm::Rs384)),
    builtin("io.jwt.verify_rs512", 2, |operands, _| verify(operands, Algorithm::Rs512)),
];

/// The header, the payload and the signature in hexadecimal digits; nothing is verified.
fn decode(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let mut text = operand::string(operands, 1)?.to_owned();
    loop {
        let token = Token::read(&text)?;
        let header = token.header()?;
        let payload = token.payload_text()?;
        if matches!(header.get(&"cty".into()), Some(Value::String(kind)) if &**kind == "JWT") {
            payload.trim_matches(['"', '\'']).clone_into(&mut text);
            continue;
        }
        let payload = token::object(&payload)?;
        let signature = token.signature().map_err(|error| token::encoding("signature", &error))?;
        return Ok(vec![Value::from(header), payload.into(), hashes::hex(&signature).into()].into());
    }
}

/// Whether a key of a certificate or key set signed the token.
fn verify(operands: &[Value], algorithm: Algorithm) -> Result<Value, BuiltinError> {
    let token = Token::read(operand::string(operands, 1)?)?;
    let keys = key::read(operand::string(operands, 2)?)?;
    let signature = token.signature()?;
    let header = token::Header::read(&token.header()?)?;
    let verifies =
        |key: &key::Named| key.key.is_public() && algorithm.verifies(&key.key, token.signed().as_bytes(), &signature);
    Ok(key::any_verifies(&keys, &header.id, &header.algorithm, verifies).into())
}

/// Whether a secret signed the token.
fn verify_secret(operands: &[Value], algorithm: Algorithm) -> Result<Value, BuiltinError> {
    let text = operand::string(operands, 1)?;
    let secret = key::Key::Secret(operand::string(operands, 2)?.as_bytes().to_vec());
    let token = Token::read(text)?;
    let signature = token.signature()?;
    Ok(algorithm.verifies(&secret, token.signed().as_bytes(), &signature).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str =
        "eyJhbGciOiJIUzI1NiJ9.eyJhIjoiXHUwMDNjw6lcdTAwM2UifQ.n_E_k_Qxkcm_Fs_w-G0VJN7H1x0AM_CoxNmx5ejMIoE";

    fn call(name: &str, operands: &[Value]) -> String {
        let builtin = BUILTINS.iter().find(|builtin| builtin.name == name).unwrap();
        match builtin.call(operands, &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => error.to_string(),
        }
    }

    fn json(text: &str) -> Value {
        Value::from_json(text).unwrap()
    }

    #[test]
    fn a_token_is_decoded() {
        assert_eq!(call("io.jwt.decode", &["e30.e30.".into()]), r#"[{},{},""]"#);
        assert_eq!(call("io.jwt.decode", &["abc".into()]), "encoded JWT had no period separators");
        assert_eq!(
            call("io.jwt.decode", &["a.b.c".into()]),
            "JWT header had invalid encoding: illegal base64url string: a"
        );
        assert_eq!(
            call("io.jwt.decode", &["e30.e30.x".into()]),
            "JWT signature had invalid encoding: illegal base64url string: x"
        );
        assert_eq!(call("io.jwt.decode", &["ew.e30.".into()]), "bad JWT header: invalid JSON: unexpected EOF");
        assert_eq!(call("io.jwt.decode", &["W10.e30.".into()]), "bad JWT header: decoded JSON type was not an Object");
    }

    #[test]
    fn a_secret_signs_and_verifies() {
        let key = json(r#"{"kty":"oct","k":"c2VjcmV0"}"#);
        let signed = call("io.jwt.encode_sign", &[json(r#"{"alg":"HS256"}"#), json(r#"{"a":"<é>"}"#), key]);
        assert_eq!(signed, format!("\"{TOKEN}\""));
        assert_eq!(call("io.jwt.verify_hs256", &[TOKEN.into(), "secret".into()]), "true");
        assert_eq!(call("io.jwt.verify_hs256", &[TOKEN.into(), "other".into()]), "false");
        assert_eq!(
            call("io.jwt.decode_verify", &[TOKEN.into(), json(r#"{"secret":"secret"}"#)]),
            r#"[true,{"alg":"HS256"},{"a":"\u003cé\u003e"}]"#
        );
        assert_eq!(
            call("io.jwt.decode_verify", &[TOKEN.into(), json(r#"{"secret":"secret","iss":"x"}"#)]),
            "[false,{},{}]"
        );
    }

    #[test]
    fn an_elliptic_key_signs_what_it_verifies() {
        // The key of RFC 7515, appendix A.3.
        let public = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;
        let private = json(&format!(r#"{{{public},"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}}"#));
        let signed = call("io.jwt.encode_sign", &[json(r#"{"alg":"ES256"}"#), json("{}"), private]);
        let token = signed.trim_matches('"');
        let public = format!("{{{public}}}");
        assert_eq!(call("io.jwt.verify_es256", &[token.into(), public.as_str().into()]), "true");
        assert_eq!(call("io.jwt.verify_rs256", &[token.into(), public.as_str().into()]), "false");
    }

    #[test]
    fn constraints_and_keys_are_refused_as_opa_does() {
        let verify = |constraints: &str| call("io.jwt.decode_verify", &["e30.e30.cg".into(), json(constraints)]);
        assert_eq!(verify("{}"), "no key constraint");
        assert_eq!(verify(r#"{"secret":1}"#), "secret constraint: must be a string");
        assert_eq!(verify(r#"{"x":1}"#), "unknown token validation constraint: x");
        assert_eq!(verify(r#"{"secret":"a","time":-1}"#), "token time constraint: must not be negative");
        let key = |text: &str| call("io.jwt.verify_rs256", &["e30.e30.cg".into(), text.into()]);
        assert_eq!(key(r#"{"keys":[]}"#), "false");
        assert_eq!(
            key("{}"),
            "failed to parse a JWK key (set): jwk.ParseString: failed to parse string: jwk.Parse: failed to parse sole key: jwk.ParseKey: invalid key type from JSON ()"
        );
        assert_eq!(key("-----BEGIN X-----\nAAAA\n-----END X-----"), "failed to extract a Key from the PEM certificate");
    }

    #[test]
    fn a_header_without_algorithm_signs_nothing() {
        let sign = |header: &str| {
            call("io.jwt.encode_sign_raw", &[header.into(), "{}".into(), r#"{"kty":"oct","k":"c2VjcmV0"}"#.into()])
        };
        assert_eq!(sign("{}"), "missing or invalid 'alg' header: jwsbb: header \"alg\" not found");
        assert_eq!(sign(""), "missing or invalid 'alg' header: cannot parse JSON: cannot parse empty string");
        assert_eq!(
            sign(r#"{"alg":1}"#),
            "missing or invalid 'alg' header: value doesn't contain string; it contains number"
        );
        assert_eq!(sign(r#"{"alg":"dummy"}"#), "unknown JWS algorithm: dummy");
    }
}
