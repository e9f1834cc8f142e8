//! Documents that are YAML, of which JSON is a part.

use crate::bundle::json::normalise;
use crate::bundle::yaml::{YamlError, YamlFault, to_json};
use crate::eval::Value;
use crate::rego::metadata::fault_in_yaml;

/// The value of a text, or why it has none, in the words of OPA.
pub(super) fn value(bytes: &[u8]) -> Result<Value, String> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let read = match normalise(text, 0) {
        Ok(read) => read,
        Err(_) => match fault_in_yaml(text) {
            Some(fault) => return Err(fault),
            None => to_json(bytes, 0).map_err(|error| told(&error))?,
        },
    };
    Value::from_json(read.json.as_str()).map_err(|error| error.to_string())
}

/// Why a text that is YAML has no value.
fn told(error: &YamlError) -> String {
    match error.fault {
        YamlFault::NotANumber(".nan") => "json: unsupported value: NaN".to_owned(),
        YamlFault::NotANumber("-.inf") => "json: unsupported value: -Inf".to_owned(),
        YamlFault::NotANumber(_) => "json: unsupported value: +Inf".to_owned(),
        _ => format!("yaml: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opa_does_not_read_is_refused_in_its_words() {
        let told = |text: &str| value(text.as_bytes()).map(|value| value.to_string());
        assert_eq!(told("\u{feff}a: [1, b]\n").as_deref(), Ok(r#"{"a": [1, "b"]}"#));
        assert_eq!(told("{\"a\":\t1.50}").as_deref(), Ok(r#"{"a": 1.50}"#));
        assert_eq!(told("a: .nan"), Err("json: unsupported value: NaN".to_owned()));
        assert_eq!(told("\ta: 1"), Err("yaml: found character that cannot start any token".to_owned()));
        assert_eq!(told("a: 1\n...\nb: 2"), Err("yaml: line 2: did not find expected <document start>".to_owned()));
    }
}
