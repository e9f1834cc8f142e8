//! Several documents as one.

use crate::eval::Value;

/// The path at which two documents cannot be put together.
pub(in crate::ops) fn clash(left: &Value, right: &Value, path: &str) -> Option<String> {
    let (Some(left), Some(right)) = (left.as_object(), right.as_object()) else { return Some(path.to_owned()) };
    right.iter().find_map(|(key, value)| {
        let known = left.get(key)?;
        let key = key.as_string().unwrap_or_default();
        clash(known, value, &format!("{path}.{key}"))
    })
}

/// Puts a document into another; what both have stays as it was.
pub(in crate::ops) fn merge(left: &mut Value, right: &Value) {
    let (Some(entries), Some(others)) = (left.as_object_mut(), right.as_object()) else { return };
    for (key, value) in others.iter() {
        match entries.get(key).cloned() {
            Some(mut known) => {
                merge(&mut known, value);
                entries.insert(key.clone(), known);
            }
            None => drop(entries.insert(key.clone(), value.clone())),
        }
    }
}
