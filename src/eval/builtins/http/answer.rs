//! The answer to a request as a value.

use crate::bundle::yaml::to_json;
use crate::eval::Value;
use crate::eval::network::Response;
use crate::eval::value::Object;

/// An answer; `body` is `null` where it is neither JSON nor YAML, or is to be neither.
pub(super) fn value(response: Response, as_json: bool, as_yaml: bool) -> Value {
    let kind = response.headers.get("content-type").and_then(|values| values.first()).map_or("", String::as_str);
    let body = if as_json || is_json(kind) {
        Value::from_json(response.body.as_slice()).unwrap_or(Value::Null)
    } else if as_yaml || kind.contains("application/yaml") || kind.contains("application/x-yaml") {
        yaml(&response.body)
    } else {
        Value::Null
    };
    let texts = |values: Vec<String>| Value::from(values.into_iter().map(Value::from).collect::<Vec<_>>());
    let headers = response.headers.into_iter().map(|(name, values)| (Value::from(name), texts(values)));
    let entries: [(&str, Value); 5] = [
        ("status", response.status.into()),
        ("status_code", u64::from(response.code).into()),
        ("body", body),
        ("raw_body", String::from_utf8_lossy(&response.body).into_owned().into()),
        ("headers", headers.collect::<Object>().into()),
    ];
    entries.into_iter().map(|(name, value)| (Value::from(name), value)).collect::<Object>().into()
}

fn yaml(body: &[u8]) -> Value {
    to_json(body, 0).ok().and_then(|read| Value::from_json(read.json.as_str()).ok()).unwrap_or(Value::Null)
}

/// Whether a media type is JSON: `application/json`, or `application/` with an end of `+json`.
fn is_json(kind: &str) -> bool {
    let (kind, parameters) = kind.split_once(';').unwrap_or((kind, ""));
    let kind = kind.trim().to_ascii_lowercase();
    let is_whole = |parameter: &str| {
        parameter.trim().is_empty() || parameter.split_once('=').is_some_and(|(name, _)| !name.trim().is_empty())
    };
    let json = kind.strip_prefix("application/").is_some_and(|kind| kind == "json" || kind.ends_with("+json"));
    json && parameters.split(';').all(is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_told_by_its_media_type() {
        for kind in ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"] {
            assert!(is_json(kind), "{kind}");
        }
        for kind in ["", "text/json", "application/json5", "application/json; charset", "application/yaml"] {
            assert!(!is_json(kind), "{kind}");
        }
    }
}
