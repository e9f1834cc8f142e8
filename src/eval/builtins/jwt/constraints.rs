//! What a token must fulfil to be believed.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::eval::Value;
use crate::eval::value::Object;

use super::super::error::failed;
use super::super::{BuiltinError, BuiltinOptions, operand};
use super::algorithm::Algorithm;
use super::key::{self, Key, Named};
use super::token::{self, Header, Token};

/// Seconds have so many nanoseconds.
const SECOND: f64 = 1e9;

struct Constraints {
    keys: Option<Vec<Named>>,
    secret: String,
    algorithm: String,
    issuer: String,
    audience: String,
    /// Nanoseconds since 1970.
    time: f64,
}

/// Whether a token fulfils the constraints; then its header and its payload, else two empty objects.
pub(super) fn decode_verify(operands: &[Value], options: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let constraints = Constraints::read(operand::object(operands, 2)?, options)?;
    let believed = constraints.believed(operand::string(operands, 1)?)?;
    let (valid, header, payload) = match believed {
        Some((header, payload)) => (true, header, payload),
        None => (false, Object::new(), Object::new()),
    };
    Ok(vec![valid.into(), Value::from(header), payload.into()].into())
}

impl Constraints {
    fn read(fields: &Object, options: &BuiltinOptions) -> Result<Self, BuiltinError> {
        let mut constraints = Self {
            keys: None,
            secret: String::new(),
            algorithm: String::new(),
            issuer: String::new(),
            audience: String::new(),
            time: now(options),
        };
        for (name, value) in fields.iter() {
            let name = name.as_string().unwrap_or_default();
            let words = || match value {
                Value::String(text) => Ok(text.to_string()),
                _ => Err(failed(format!("{name} constraint: must be a string"))),
            };
            match name {
                "cert" => constraints.keys = Some(key::read(&words()?)?),
                "secret" => constraints.secret = words()?,
                "alg" => constraints.algorithm = words()?,
                "iss" => constraints.issuer = words()?,
                "aud" => constraints.audience = words()?,
                "time" => {
                    constraints.time = float(value).ok_or_else(|| failed("token time constraint: must be a number"))?;
                    if constraints.time < 0.0 {
                        return Err(failed("token time constraint: must not be negative"));
                    }
                }
                _ => return Err(failed(format!("unknown token validation constraint: {name}"))),
            }
        }
        match (&constraints.keys, constraints.secret.is_empty()) {
            (Some(_), false) => Err(failed("duplicate key constraints")),
            (None, true) => Err(failed("no key constraint")),
            _ => Ok(constraints),
        }
    }

    /// The header and payload of a token that fulfils the constraints, of the innermost where tokens hold tokens.
    fn believed(&self, text: &str) -> Result<Option<(Object, Object)>, BuiltinError> {
        let mut text = text.to_owned();
        loop {
            let token = Token::read(&text)?;
            let fields = token.header()?;
            let header = Header::read(&fields)?;
            if !header.is_valid() || !self.algorithm.is_empty() && self.algorithm != header.algorithm {
                return Ok(None);
            }
            if !self.verify(&header, token.signed(), &token.signature()?) {
                return Ok(None);
            }
            let payload = token.payload_text()?;
            if header.content.eq_ignore_ascii_case("JWT") {
                text = payload;
                continue;
            }
            let payload = token::object(&payload)?;
            return Ok(self.allow(&payload)?.then_some((fields, payload)));
        }
    }

    fn verify(&self, header: &Header, signed: &str, signature: &[u8]) -> bool {
        let Some(algorithm) = Algorithm::named(&header.algorithm) else { return false };
        let verifies = |key: &Key| algorithm.verifies(key, signed.as_bytes(), signature);
        match &self.keys {
            Some(keys) => key::any_verifies(keys, &header.id, &header.algorithm, |key| verifies(&key.key)),
            None => verifies(&Key::Secret(self.secret.as_bytes().to_vec())),
        }
    }

    fn allow(&self, payload: &Object) -> Result<bool, BuiltinError> {
        let claim = |name: &str| payload.get(&name.into());
        let is = |value: &Value, wanted: &str| matches!(value, Value::String(text) if &**text == wanted);
        if !self.issuer.is_empty() && !claim("iss").is_some_and(|issuer| is(issuer, &self.issuer)) {
            return Ok(false);
        }
        let audience = match claim("aud") {
            Some(Value::Array(items)) => items.iter().any(|item| is(item, &self.audience)),
            Some(other) => is(other, &self.audience),
            None => self.audience.is_empty(),
        };
        if !audience {
            return Ok(false);
        }
        let seconds = |name: &str| match claim(name) {
            None => Ok(None),
            Some(value) => float(value).map(Some).ok_or_else(|| failed(format!("{name} value must be a number"))),
        };
        let now = self.time / SECOND;
        Ok(seconds("exp")?.is_none_or(|expiry| now < expiry) && seconds("nbf")?.is_none_or(|start| now >= start))
    }
}

/// A number, rounded where it has more digits than fit.
fn float(value: &Value) -> Option<f64> {
    value.as_number().and_then(|number| number.text().parse().ok())
}

fn now(options: &BuiltinOptions) -> f64 {
    match options.now {
        Some(now) => now as f64,
        None => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * SECOND),
    }
}
