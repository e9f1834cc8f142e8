//! The three parts of a token.

use std::collections::BTreeSet;

use crate::eval::Value;
use crate::eval::value::Object;

use super::super::error::failed;
use super::super::{BuiltinError, base64};

/// The parts as they are written.
pub(super) struct Token<'a> {
    signed: &'a str,
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> Token<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, BuiltinError> {
        let parts: Vec<&str> = text.split('.').collect();
        match parts.as_slice() {
            [_] => Err(failed("encoded JWT had no period separators")),
            [header, payload, signature] => {
                let signed = text.get(..header.len() + 1 + payload.len()).unwrap_or_default();
                Ok(Self { signed, header, payload, signature })
            }
            parts => Err(failed(format!("encoded JWT must have 3 sections, found {}", parts.len()))),
        }
    }

    /// What the signature covers.
    pub(super) fn signed(&self) -> &'a str {
        self.signed
    }

    pub(super) fn header(&self) -> Result<Object, BuiltinError> {
        let text = decoded(self.header).map_err(|error| encoding("header", &error))?;
        let header = object(&text).map_err(|error| failed(format!("bad JWT header: {error}")))?;
        if header.contains_key(&"enc".into()) {
            return Err(failed("JWT is a JWE object, which is not supported"));
        }
        Ok(header)
    }

    pub(super) fn payload_text(&self) -> Result<String, BuiltinError> {
        decoded(self.payload).map_err(|error| encoding("payload", &error))
    }

    pub(super) fn signature(&self) -> Result<Vec<u8>, BuiltinError> {
        base64::address(self.signature)
    }
}

pub(super) fn encoding(part: &str, error: &BuiltinError) -> BuiltinError {
    failed(format!("JWT {part} had invalid encoding: {error}"))
}

fn decoded(text: &str) -> Result<String, BuiltinError> {
    base64::address(text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// A text as a JSON object.
pub(super) fn object(text: &str) -> Result<Object, BuiltinError> {
    match Value::from_json(text).map_err(|error| failed(format!("invalid JSON: {error}")))? {
        Value::Object(fields) => Ok((*fields).clone()),
        _ => Err(failed("decoded JSON type was not an Object")),
    }
}

/// What a header says of the token.
#[derive(Default)]
pub(super) struct Header {
    pub(super) algorithm: String,
    pub(super) id: String,
    pub(super) content: String,
    critical: BTreeSet<String>,
    unknown: Vec<String>,
}

impl Header {
    pub(super) fn read(fields: &Object) -> Result<Self, BuiltinError> {
        let mut header = Self::default();
        for (name, value) in fields.iter() {
            let Value::String(name) = name else { continue };
            match (&**name, value) {
                ("alg", Value::String(text)) => header.algorithm = text.to_string(),
                ("kid", Value::String(text)) => header.id = text.to_string(),
                ("cty", Value::String(text)) => header.content = text.to_string(),
                ("typ", Value::String(_)) => {}
                ("alg" | "kid" | "cty" | "typ", _) => return Err(failed(format!("{name}: must be a string"))),
                ("crit", Value::Array(items)) => {
                    header.critical = items.iter().map_while(|item| item.as_string().map(ToOwned::to_owned)).collect();
                    if header.critical.is_empty() {
                        return Err(failed("crit: must be a nonempty list"));
                    }
                }
                ("crit", _) => return Err(failed("crit: must be a list")),
                (other, _) => header.unknown.push(other.to_owned()),
            }
        }
        Ok(header)
    }

    /// Whether it names an algorithm, and nothing critical that is unknown.
    pub(super) fn is_valid(&self) -> bool {
        !self.algorithm.is_empty() && !self.unknown.iter().any(|name| self.critical.contains(name))
    }
}
