//! Tokens that are made.

use crate::eval::Value;
use crate::eval::value::Object;
use ::base64::Engine as _;
use ::base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::super::error::failed;
use super::super::{BuiltinError, BuiltinOptions, operand};
use super::algorithm::Algorithm;
use super::jwk;

/// Signs a header and a payload with a key, all three as values.
pub(super) fn encode_sign(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let [header, payload, key] = [1, 2, 3].map(|position| operand::at(operands, position).to_json());
    signed(&header, &payload, &key)
}

/// Signs a header and a payload with a key, all three as texts of JSON.
pub(super) fn encode_sign_raw(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let key = operand::string(operands, 3)?;
    signed(operand::string(operands, 1)?, operand::string(operands, 2)?, key)
}

fn signed(header: &str, payload: &str, key: &str) -> Result<Value, BuiltinError> {
    let keys = jwk::parse(key).map_err(failed)?;
    let key = keys.first().ok_or_else(|| failed("no keys found in JWK set"))?;
    let (name, kind) =
        read_header(header).map_err(|error| failed(format!("missing or invalid 'alg' header: {error}")))?;
    let algorithm = Algorithm::named(&name).ok_or_else(|| failed(format!("unknown JWS algorithm: {name}")))?;
    if kind.is_none_or(|kind| kind == "JWT") && Value::from_json(payload).is_err() {
        return Err(failed("type is JWT but payload is not JSON"));
    }
    let message = format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(header), BASE64_URL_SAFE_NO_PAD.encode(payload));
    let signature =
        algorithm.sign(&key.key, message.as_bytes()).ok_or_else(|| failed("jwsbb.Sign: invalid key type"))?;
    Ok(format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)).into())
}

/// The algorithm and the type that a header names.
fn read_header(header: &str) -> Result<(String, Option<String>), String> {
    if header.is_empty() {
        return Err("cannot parse JSON: cannot parse empty string".to_owned());
    }
    let header = match Value::from_json(header).map_err(|error| format!("cannot parse JSON: {error}"))? {
        Value::Object(fields) => (*fields).clone(),
        _ => Object::new(),
    };
    let kind = match header.get(&"typ".into()) {
        Some(Value::String(kind)) => Some(kind.to_string()),
        _ => None,
    };
    match header.get(&"alg".into()) {
        Some(Value::String(name)) => Ok((name.to_string(), kind)),
        Some(other) => {
            let found = match other {
                Value::Bool(true) => "true",
                Value::Bool(false) => "false",
                other => other.type_name(),
            };
            Err(format!("value doesn't contain string; it contains {found}"))
        }
        None => Err("jwsbb: header \"alg\" not found".to_owned()),
    }
}
