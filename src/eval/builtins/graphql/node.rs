//! Nodes of documents: objects with the names that gqlparser gives their fields.
//!
//! A node read from a text has its place under `Position`, a union those of its members under `TypePositions`; both are
//! taken away before anybody sees them.

use std::collections::BTreeMap;

use crate::eval::Value;

use super::lexer::Place;

/// A place as a value: its line and column.
pub(super) fn position(place: Place) -> Value {
    vec![Value::from(place.line), place.column.into()].into()
}

/// A node with a place.
pub(super) fn node<'a>(place: Place, fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    fields
        .into_iter()
        .chain([("Position", position(place))])
        .map(|(name, value)| (Value::from(name), value))
        .collect::<BTreeMap<_, _>>()
        .into()
}

/// A group of comments.
pub(super) fn comments(comments: &[String]) -> Value {
    if comments.is_empty() {
        return Value::Null;
    }
    let one = |text: &String| BTreeMap::from([(Value::from("Value"), Value::from(text.as_str()))]).into();
    let list: Vec<Value> = comments.iter().map(one).collect();
    BTreeMap::from([(Value::from("List"), Value::from(list))]).into()
}

/// A document without places, nulls, and lists and objects that hold nothing.
pub(super) fn pruned(value: &Value) -> Value {
    let is_kept = |value: &Value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    };
    match value {
        Value::Array(items) => items.iter().map(pruned).filter(is_kept).collect::<Vec<_>>().into(),
        Value::Object(fields) => {
            let hidden = [Value::from("Position"), Value::from("TypePositions")];
            let fields = fields.iter().filter(|(name, _)| !hidden.contains(name));
            let fields = fields.map(|(name, value)| (name.clone(), pruned(value))).filter(|(_, value)| is_kept(value));
            fields.collect::<BTreeMap<_, _>>().into()
        }
        other => other.clone(),
    }
}
