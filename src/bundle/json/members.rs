//! A walk over the parts of a normalised object or array.

use super::{Json, decode};

/// The members of a normalised object in the order of their keys, sharing its memory; `None` for any other value.
pub(crate) fn members(object: &Json) -> Option<Vec<(String, Json)>> {
    if !object.is_object() {
        return None;
    }
    let text = object.as_bytes();
    let mut found = Vec::new();
    let mut position = 1;
    while text.get(position) == Some(&b'"') {
        let key_end = end_of_value(text, position);
        let value_end = end_of_value(text, key_end + 1);
        let key = text.get(position..key_end).unwrap_or_default();
        found.push((decode(key), part(object, key_end + 1, value_end)));
        position = value_end + 1;
    }
    Some(found)
}

/// The elements of a normalised array, sharing its memory; `None` for any other value.
pub(crate) fn elements(array: &Json) -> Option<Vec<Json>> {
    let text = array.as_bytes();
    if text.first() != Some(&b'[') {
        return None;
    }
    let mut found = Vec::new();
    let mut position = 1;
    while position + 1 < text.len() {
        let end = end_of_value(text, position);
        found.push(part(array, position, end));
        position = end + 1;
    }
    Some(found)
}

fn part(whole: &Json, start: usize, end: usize) -> Json {
    let end = end.min(whole.0.len());
    Json(whole.0.slice(start.min(end)..end))
}

/// The offset just behind the value that starts at `start` of a normalised text.
fn end_of_value(text: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut position = start;
    while let Some(byte) = text.get(position) {
        match byte {
            b'"' => position = end_of_string(text, position + 1),
            b'{' | b'[' => {
                depth += 1;
                position += 1;
            }
            // The bracket of the whole, behind a last value that is no container.
            b'}' | b']' if depth == 0 => return position,
            b'}' | b']' => {
                depth -= 1;
                position += 1;
            }
            b',' | b':' if depth == 0 => return position,
            _ => {
                position += 1;
                continue;
            }
        }
        if depth == 0 {
            return position;
        }
    }
    position
}

/// The offset just behind the closing quote, from just behind the opening one.
fn end_of_string(text: &[u8], start: usize) -> usize {
    let mut position = start;
    loop {
        let rest = text.get(position..).unwrap_or_default();
        match rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
            Some(offset) if rest.get(offset) == Some(&b'"') => return position + offset + 1,
            Some(offset) => position += offset + 2,
            None => return text.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::json::normalise;

    fn json(text: &str) -> Json {
        normalise(text.as_bytes(), 0).unwrap().json
    }

    #[test]
    fn members_come_apart_at_the_right_places() {
        let object = json(r#"{"a":1,"b":{"c":[1,{"}":"]\\"}]},"\"":"x,y","e":[],"f":{}}"#);
        let parts: Vec<_> =
            members(&object).unwrap().into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(parts, ["\"=\"x,y\"", "a=1", r#"b={"c":[1,{"}":"]\\"}]}"#, "e=[]", "f={}"]);
        assert!(members(&json("{}")).unwrap().is_empty());
        assert!(members(&json("[1]")).is_none());
    }

    #[test]
    fn elements_come_apart_at_the_right_places() {
        let parts: Vec<_> =
            elements(&json(r#"[1,"a,b",[2,3],{"k":[]},null]"#)).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(parts, ["1", "\"a,b\"", "[2,3]", r#"{"k":[]}"#, "null"]);
        assert!(elements(&json("[]")).unwrap().is_empty());
        assert!(elements(&json("1")).is_none());
    }
}
