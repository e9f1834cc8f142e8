//! JSON as Go writes it of numbers that are floating-point ones.

use crate::eval::Value;

/// The JSON of a value, in which numbers of the same worth are written alike.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::Number(_) => float(worth(value).unwrap_or_default()),
        Value::Array(items) => list(items.iter()),
        Value::Set(items) => list(items.iter()),
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{}:{}", key.to_json(), canonical(value))).collect();
            format!("{{{}}}", fields.join(","))
        }
        other => other.to_json(),
    }
}

fn list<'a>(items: impl Iterator<Item = &'a Value>) -> String {
    format!("[{}]", items.map(canonical).collect::<Vec<_>>().join(","))
}

/// The number that a value is, as near as a floating-point one gets.
pub(super) fn worth(value: &Value) -> Option<f64> {
    Some(value.as_number()?.as_f64())
}

/// A number without an exponent, unless it is very large or very small.
fn float(number: f64) -> String {
    let magnitude = number.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        let text = format!("{number:e}");
        return if text.contains("e-") { text } else { text.replace('e', "e+") };
    }
    format!("{number}")
}

/// A value of JSON alone: sets are arrays.
pub(super) fn plain(value: &Value) -> Value {
    match value {
        Value::Set(items) => items.iter().map(plain).collect::<Vec<_>>().into(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().into(),
        Value::Object(fields) => {
            let key = |key: &Value| match key {
                Value::String(_) => key.clone(),
                other => other.to_json().into(),
            };
            let fields = fields.iter().map(|(name, value)| (key(name), plain(value)));
            fields.collect::<std::collections::BTreeMap<_, _>>().into()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_one_worth_are_alike() {
        let of = |text: &str| canonical(&Value::from_json(text).unwrap());
        assert_eq!(
            of(r#"[1, 1.0, 1.5, 1e21, 1e-7, {"b": 1, "a": "<"}]"#),
            r#"[1,1,1.5,1e+21,1e-7,{"a":"\u003c","b":1}]"#
        );
    }
}
