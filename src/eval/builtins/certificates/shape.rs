//! The values of certificates and keys as Go writes them to JSON.

use std::collections::BTreeMap;

use crate::eval::value::{Number, Value};
use ::base64::Engine as _;
use ::base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use num_bigint::BigInt;

/// An object.
pub(super) fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    fields.into_iter().map(|(name, value)| (Value::from(name), value)).collect::<BTreeMap<_, _>>().into()
}

/// An array; null where it is empty, as a slice that was never made.
pub(super) fn slice(items: impl IntoIterator<Item = Value>) -> Value {
    let items: Vec<Value> = items.into_iter().collect();
    if items.is_empty() { Value::Null } else { items.into() }
}

/// An array of texts.
pub(super) fn texts(items: &[String]) -> Value {
    slice(items.iter().map(|item| item.as_str().into()))
}

/// Bytes in base64.
pub(super) fn bytes(bytes: &[u8]) -> Value {
    STANDARD.encode(bytes).into()
}

/// Bytes in base64, or null.
pub(super) fn optional_bytes(content: Option<&[u8]>) -> Value {
    content.map_or(Value::Null, bytes)
}

/// Bytes as keys in JSON have them.
pub(super) fn key_bytes(bytes: &[u8]) -> Value {
    URL_SAFE_NO_PAD.encode(bytes).into()
}

/// An integer of any size.
pub(super) fn integer(number: &BigInt) -> Value {
    Number::of_integer(number).into()
}

/// An object identifier as a list of its arcs.
pub(super) fn arcs(arcs: &[u64]) -> Value {
    arcs.iter().map(|arc| Value::from(*arc)).collect::<Vec<_>>().into()
}
