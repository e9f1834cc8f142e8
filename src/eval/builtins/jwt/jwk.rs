//! Keys written in JSON (JSON Web Keys).

use crate::eval::Value;
use crate::eval::value::Object;

use super::super::base64;
use super::key::{Curve, Key, Named};

/// What OPA says of keys without a type.
const NO_TYPE: &str = "invalid key type from JSON ()";

/// What OPA says it reads keys as.
const PROBE: &str = r#"struct { Kty string "json:\"kty\""; D json.RawMessage "json:\"d,omitempty\"" }"#;

/// The keys of a set, or the one key.
pub(super) fn parse(text: &str) -> Result<Vec<Named>, String> {
    let sole = |error: String| format!("jwk.Parse: failed to parse sole key: jwk.ParseKey: {error}");
    let value = Value::from_json(text)
        .map_err(|error| sole(format!("jwk.Parse: failed to probe data: probe: failed to unmarshal data: {error}")))?;
    let fields = match value {
        Value::Object(fields) => fields,
        Value::Null => return Err(sole(NO_TYPE.to_owned())),
        other => {
            let got = if matches!(other, Value::Bool(_)) { "bool" } else { other.type_name() };
            return Err(sole(format!(
                "jwk.Parse: failed to probe data: probe: failed to unmarshal data: json: cannot unmarshal {got} into Go value of type {PROBE}"
            )));
        }
    };
    match fields.get(&"keys".into()) {
        Some(Value::Array(keys)) => keys
            .iter()
            .enumerate()
            .map(|(index, key)| match key {
                Value::Object(fields) => one(fields).map_err(|error| {
                    format!("jwk.Parse: failed to unmarshal JWK set: failed to decode key #{index} in \"keys\": jwk.ParseKey: {error}")
                }),
                _ => Err(sole(NO_TYPE.to_owned())),
            })
            .collect(),
        _ => one(&fields).map(|key| vec![key]).map_err(sole),
    }
}

fn text<'a>(fields: &'a Object, name: &str) -> Option<&'a str> {
    match fields.get(&name.into()) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn one(fields: &Object) -> Result<Named, String> {
    let kind = text(fields, "kty").unwrap_or_default();
    let private = fields.contains_key(&"d".into());
    let name = match (kind, private) {
        ("oct", _) => "symmetricKey",
        ("RSA", false) => "rsaPublicKey",
        ("RSA", true) => "rsaPrivateKey",
        ("EC", false) => "ecdsaPublicKey",
        ("EC", true) => "ecdsaPrivateKey",
        ("OKP", false) => "okpPublicKey",
        ("OKP", true) => "okpPrivateKey",
        _ => return Err(format!("invalid key type from JSON ({kind})")),
    };
    let bytes = |field: &str| {
        let failure = |what: &str| {
            let frame = format!("failed to unmarshal JSON into key (*jwk.{name})");
            format!("{frame}: {frame}: {what}")
        };
        let text = text(fields, field).ok_or_else(|| failure(&format!("required field {field} is missing")))?;
        let bytes = base64::address(text).or_else(|_| base64::standard(text));
        bytes.map_err(|_| failure(&format!("failed to decode value for key {field}: expected base64 encoded []byte")))
    };
    let key = match kind {
        "oct" => Key::Secret(bytes("k")?),
        "RSA" => {
            let (e, n) = (bytes("e")?, bytes("n")?);
            let private = if private {
                let parts = ["d", "p", "q", "dp", "dq", "qi"].map(bytes);
                let mut integers = integer(&[0]);
                integers.extend([&n, &e].iter().flat_map(|part| integer(part)));
                for part in parts {
                    integers.extend(integer(&part?));
                }
                Some(sequence(&integers))
            } else {
                None
            };
            Key::Rsa { public: sequence(&[integer(&n), integer(&e)].concat()), private }
        }
        "EC" => {
            let (curve, length) = match text(fields, "crv") {
                Some("P-256") => (Curve::P256, 32),
                Some("P-384") => (Curve::P384, 48),
                Some("P-521") => (Curve::P521, 66),
                other => return Err(format!("invalid curve ({})", other.unwrap_or_default())),
            };
            let private = if private { Some(filled(&bytes("d")?, length)) } else { None };
            let (x, y) = (filled(&bytes("x")?, length), filled(&bytes("y")?, length));
            Key::Elliptic { curve, public: [vec![4], x, y].concat(), private }
        }
        _ if text(fields, "crv") == Some("Ed25519") => {
            let private = if private { Some(bytes("d")?) } else { None };
            Key::Edwards { public: bytes("x")?, private }
        }
        _ => Key::Other,
    };
    let said = |field| text(fields, field).unwrap_or_default().to_owned();
    Ok(Named { algorithm: said("alg"), id: said("kid"), key })
}

/// An integer of a fixed number of bytes.
fn filled(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut filled = vec![0; length.saturating_sub(bytes.len())];
    filled.extend_from_slice(bytes);
    filled
}

/// A non-negative integer in DER.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let mut content = bytes.get(start..).unwrap_or_default().to_vec();
    if content.first().is_none_or(|first| *first >= 0x80) {
        content.insert(0, 0);
    }
    element(2, &content)
}

fn sequence(content: &[u8]) -> Vec<u8> {
    element(0x30, content)
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let start = length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1);
    let length = length.get(start..).unwrap_or_default();
    let mut element = vec![tag];
    if content.len() >= 0x80 {
        element.push(0x80 | u8::try_from(length.len()).unwrap_or_default());
    }
    element.extend_from_slice(length);
    element.extend_from_slice(content);
    element
}
