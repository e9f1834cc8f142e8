//! Functions that would reach the network.

use crate::eval::Value;
use crate::eval::value::Object;
use std::collections::BTreeMap;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] =
    &[builtin("http.send", 1, send), builtin("net.lookup_ip_addr", 1, lookup_ip_addr)];

const REFUSED: &str = "the network is not reached";

/// The parameters a request may have.
const PARAMETERS: [&str; 28] = [
    "method",
    "url",
    "body",
    "enable_redirect",
    "force_json_decode",
    "force_yaml_decode",
    "headers",
    "raw_body",
    "tls_use_system_certs",
    "tls_ca_cert",
    "tls_ca_cert_file",
    "tls_ca_cert_env_variable",
    "tls_client_cert",
    "tls_client_cert_file",
    "tls_client_cert_env_variable",
    "tls_client_key",
    "tls_client_key_file",
    "tls_client_key_env_variable",
    "tls_insecure_skip_verify",
    "tls_server_name",
    "timeout",
    "cache",
    "force_cache",
    "force_cache_duration_seconds",
    "raise_error",
    "caching_mode",
    "max_retry_attempts",
    "cache_ignored_headers",
];

/// A request is never sent: as in an OPA that is not allowed to reach the host, that is an error of the call.
fn send(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let request = operand::object(operands, 1)?;
    let raises = match request.get(&"raise_error".into()) {
        None => true,
        Some(Value::Bool(raises)) => *raises,
        Some(_) => return Err(failed("invalid value for raise_error field")),
    };
    match refusal(request) {
        error if raises => Err(error),
        error => {
            let message = match &error {
                BuiltinError::Operand(message) => format!("{}: http.send: {message}", error.code()),
                error => error.to_string(),
            };
            let entries = |entries: Vec<(&str, Value)>| -> Value {
                entries.into_iter().map(|(key, value)| (Value::from(key), value)).collect::<BTreeMap<_, _>>().into()
            };
            let error = entries(vec![("code", "eval_http_send_internal_error".into()), ("message", message.into())]);
            Ok(entries(vec![("status_code", Value::from(0)), ("error", error)]))
        }
    }
}

/// What is wrong with a request, or that it is not sent.
fn refusal(request: &Object) -> BuiltinError {
    let is_known = |key: &Value| matches!(key, Value::String(name) if PARAMETERS.contains(&&**name));
    let unknown: Vec<String> =
        request.iter().filter(|(key, _)| !is_known(key)).map(|(key, _)| key.to_string()).collect();
    if !unknown.is_empty() {
        return BuiltinError::Operand(format!("operand 1 invalid request parameters(s): {{{}}}", unknown.join(", ")));
    }
    let missing: Vec<String> = ["method", "url"]
        .into_iter()
        .filter(|name| request.get(&(*name).into()).is_none())
        .map(|name| format!("{name:?}"))
        .collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return BuiltinError::Operand(format!("operand 1 missing required request parameters(s): {{{missing}}}"));
    }
    failed(REFUSED)
}

/// An address is its own answer; a name needs the network.
fn lookup_ip_addr(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let name = operand::string(operands, 1)?;
    let address: std::net::IpAddr = name.parse().map_err(|_| BuiltinError::Refused(REFUSED))?;
    Ok(std::collections::BTreeSet::from([Value::from(address.to_string())]).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_no_network() {
        let options = BuiltinOptions::default();
        assert_eq!(lookup_ip_addr(&["10.0.0.0".into()], &options).unwrap().to_json(), r#"["10.0.0.0"]"#);
        assert_eq!(
            lookup_ip_addr(&["example.com".into()], &options).unwrap_err().to_string(),
            "the network is not reached"
        );
    }

    #[test]
    fn a_request_is_looked_at_and_not_sent() {
        let told = |request: &str| match send(&[Value::from_json(request).unwrap()], &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => format!("{}: {error}", error.code()),
        };
        let table = [
            (r#"{"method": "get", "url": "http://h/"}"#, "eval_builtin_error: the network is not reached"),
            (
                r#"{"url": "http://h/"}"#,
                r#"eval_type_error: operand 1 missing required request parameters(s): {"method"}"#,
            ),
            (
                r#"{"method": "get", "url": "http://h/", "urls": 1}"#,
                r#"eval_type_error: operand 1 invalid request parameters(s): {"urls"}"#,
            ),
            (
                r#"{"method": "get", "url": "http://h/", "raise_error": false}"#,
                r#"{"error":{"code":"eval_http_send_internal_error","message":"the network is not reached"},"status_code":0}"#,
            ),
        ];
        for (request, wanted) in table {
            assert_eq!(told(request), wanted, "{request}");
        }
    }
}
