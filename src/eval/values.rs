//! Values as text.

use regorus::Value;

/// OPA's name of the type of a value.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Set(_) => "set",
        Value::Object(_) => "object",
        Value::Undefined => "undefined",
    }
}

/// A value as Rego writes it on one line.
pub(super) fn rego(value: &Value) -> String {
    match value {
        Value::Array(members) => {
            let members: Vec<String> = members.iter().map(rego).collect();
            format!("[{}]", members.join(", "))
        }
        Value::Set(members) if members.is_empty() => "set()".to_owned(),
        Value::Set(members) => {
            let members: Vec<String> = members.iter().map(rego).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Object(entries) => {
            let entries: Vec<String> =
                entries.iter_sorted().map(|(key, value)| format!("{}: {}", rego(key), rego(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::String(text) => crate::rego::syntax::quoted(text),
        other => other.to_json_str().unwrap_or_default(),
    }
}
