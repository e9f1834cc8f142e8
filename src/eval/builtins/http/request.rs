//! What an object says of a request.

use crate::eval::Value;
use crate::eval::network::{Network, Request};
use crate::eval::value::Object;
use std::time::Duration;

use super::super::BuiltinError;
use super::super::error::failed;
use super::super::text::quote;
use super::super::times::go_duration;
use super::super::uri::Address;
use super::pem::{Pem, believe, show};

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

/// How long a request may take that does not say it.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Whether a parameter must be a string.
fn is_text(name: &str) -> bool {
    match name {
        "tls_use_system_certs" | "tls_insecure_skip_verify" => false,
        "method" | "url" | "raw_body" => true,
        name => name.starts_with("tls_"),
    }
}

/// What is wrong with the parameters that there are.
pub(super) fn check(request: &Object) -> Result<(), BuiltinError> {
    let is_known = |key: &Value| matches!(key, Value::String(name) if PARAMETERS.contains(&&**name));
    let unknown: Vec<String> =
        request.iter().filter(|(key, _)| !is_known(key)).map(|(key, _)| key.to_string()).collect();
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        return Err(BuiltinError::Operand(format!("operand 1 invalid request parameters(s): {{{unknown}}}")));
    }
    let missing = ["method", "url"].into_iter().filter(|name| request.get(&(*name).into()).is_none());
    let missing: Vec<String> = missing.map(quote).collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return Err(BuiltinError::Operand(format!("operand 1 missing required request parameters(s): {{{missing}}}")));
    }
    Ok(())
}

/// What an answer is kept under: the request without the headers that are not to count.
pub(super) fn key(request: &Object) -> Result<Value, String> {
    let mut key = request.clone();
    let ignored = request.get(&"cache_ignored_headers".into());
    if let (Some(ignored), Some(headers)) = (ignored, request.get(&"headers".into())) {
        let are_names = |names: &[Value]| names.iter().all(|name| name.as_string().is_some());
        let Some(ignored) = ignored.as_array().filter(|names| are_names(names)) else {
            return Err("cache_ignored_headers must be an array of strings".to_owned());
        };
        if let Some(headers) = headers.as_object() {
            let counted = headers.iter().filter(|(name, _)| !ignored.contains(name));
            let counted: Object = counted.map(|(name, value)| (name.clone(), value.clone())).collect();
            let _ = key.insert("headers".into(), counted.into());
        }
    }
    let _ = key.insert("cache_ignored_headers".into(), Value::Null);
    Ok(key.into())
}

/// What is wrong with what a request says of keeping its answer beyond the query, where nothing is kept.
pub(super) fn check_caching(request: &Object) -> Result<(), BuiltinError> {
    let _ = flag(request, "cache")?;
    if flag(request, "force_cache")? {
        let Some(seconds) = request.get(&"force_cache_duration_seconds".into()) else {
            return Err(failed("'force_cache' set but 'force_cache_duration_seconds' parameter is missing"));
        };
        let text = seconds.to_string();
        if text.parse::<i32>().is_err() {
            let is_integer = text.trim_start_matches(['-', '+']).bytes().all(|byte| byte.is_ascii_digit());
            let why = if is_integer { "value out of range" } else { "invalid syntax" };
            return Err(failed(format!("strconv.ParseInt: parsing {}: {why}", quote(&text))));
        }
    }
    Ok(())
}

/// A parameter that is true or false; false where it is absent.
pub(super) fn flag(request: &Object, name: &str) -> Result<bool, BuiltinError> {
    match request.get(&name.into()) {
        None => Ok(false),
        Some(Value::Bool(value)) => Ok(*value),
        Some(_) => Err(failed(format!("invalid value for {} field", quote(name)))),
    }
}

/// A parameter that is a number of times; 0 where it is absent.
pub(super) fn number(request: &Object, name: &str) -> Result<u64, String> {
    let Some(value) = request.get(&name.into()) else { return Ok(0) };
    let number = value.as_number().and_then(|number| number.as_u64());
    number.ok_or_else(|| format!("invalid value {value} for field {}", quote(name)))
}

/// Reads a request whose parameters are known.
pub(super) fn read(object: &Object, network: &Network) -> Result<Request, BuiltinError> {
    let mut request = Request { timeout: Some(TIMEOUT), ..Request::default() };
    let (mut authority, mut certificate, mut private) = (Pem::default(), Pem::default(), Pem::default());
    let mut uses_system = false;
    for (key, value) in object {
        let name = key.as_string().unwrap_or_default();
        if is_text(name) && value.as_string().is_none() {
            return Err(failed(format!("{} must be a string", quote(name))));
        }
        let text = || value.as_string().unwrap_or_default().trim_matches('"').to_owned();
        match name {
            "method" => request.method = text().to_uppercase(),
            "url" => {
                request.url = text();
                check_host(&request.url, network)?;
            }
            "enable_redirect" => request.follows = truth(value)?,
            "body" => request.body = value.to_json().into_bytes(),
            "raw_body" => request.body = text().into_bytes(),
            "tls_use_system_certs" => uses_system = truth(value)?,
            "tls_ca_cert" => authority.text = text(),
            "tls_ca_cert_file" => authority.file = text(),
            "tls_ca_cert_env_variable" => authority.variable = text(),
            "tls_client_cert" => certificate.text = text(),
            "tls_client_cert_file" => certificate.file = text(),
            "tls_client_cert_env_variable" => certificate.variable = text(),
            "tls_client_key" => private.text = text(),
            "tls_client_key_file" => private.file = text(),
            "tls_client_key_env_variable" => private.variable = text(),
            "tls_server_name" => request.server_name = Some(text()).filter(|name| !name.is_empty()),
            "headers" => request.headers = headers(value)?,
            "tls_insecure_skip_verify" => request.certificates.insecure = truth(value)?,
            "timeout" => request.timeout = timeout(value)?,
            _ => {}
        }
    }
    show(&mut request.certificates, &certificate, &private, network).map_err(failed)?;
    if uses_system {
        request.certificates.believe_system();
    }
    believe(&mut request.certificates, &authority, network).map_err(failed)?;
    let host = request.headers.iter().position(|(name, _)| name.eq_ignore_ascii_case("host"));
    if let Some(place) = host {
        let (_, host) = request.headers.remove(place);
        request.server_name.get_or_insert_with(|| host.clone());
        request.host = Some(host);
    }
    if let Some((url, socket)) = socket(&request.url)? {
        if !network.hosts().are_all() {
            return Err(failed("disallowed host: a socket, where not all hosts are allowed"));
        }
        (request.url, request.socket) = (url, Some(socket));
    }
    Ok(request)
}

/// Refuses an address of a host that is not allowed.
fn check_host(url: &str, network: &Network) -> Result<(), BuiltinError> {
    let address = Address::read(url).map_err(failed)?;
    let (host, port) = address.host_and_port();
    let port = match (port, address.scheme.as_str()) {
        ("", "https") => Some(443),
        ("", _) => Some(80),
        (port, _) => port.parse().ok(),
    };
    if network.hosts().have(host, port) { Ok(()) } else { Err(failed(format!("disallowed host: {host}"))) }
}

/// True or false, however Go reads it from the text of a value.
fn truth(value: &Value) -> Result<bool, BuiltinError> {
    match value.to_string().as_str() {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        text => Err(failed(format!("strconv.ParseBool: parsing {}: invalid syntax", quote(text)))),
    }
}

fn headers(value: &Value) -> Result<Vec<(String, String)>, BuiltinError> {
    let Some(headers) = value.as_object() else { return Err(failed("invalid type for headers key")) };
    let mut read = Vec::with_capacity(headers.len());
    for (name, value) in headers {
        let Some(value) = value.as_string() else {
            return Err(failed(format!("invalid type for headers value {}", quoted(value))));
        };
        let name = match name {
            Value::String(name) => name.to_string(),
            other => other.to_json(),
        };
        read.push((name, value.to_owned()));
    }
    Ok(read)
}

/// A value as Go's `%q` writes it.
fn quoted(value: &Value) -> String {
    let all = |members: &mut dyn Iterator<Item = String>| members.collect::<Vec<_>>().join(" ");
    match value {
        Value::Null | Value::Undefined => "%!q(<nil>)".to_owned(),
        Value::Bool(value) => format!("%!q(bool={value})"),
        Value::Array(members) => format!("[{}]", all(&mut members.iter().map(quoted))),
        Value::Set(members) => format!("[{}]", all(&mut members.iter().map(quoted))),
        Value::Object(members) => {
            let member = |(key, value): (&Value, &Value)| format!("{}:{}", quoted(key), quoted(value));
            format!("map[{}]", all(&mut members.iter().map(member)))
        }
        Value::String(text) => quote(text),
        Value::Number(number) => quote(&number.text()),
    }
}

/// How long a request may take; none at all where that is no time.
fn timeout(value: &Value) -> Result<Option<Duration>, BuiltinError> {
    let nanoseconds = match value {
        Value::Number(number) => {
            number.as_i64().ok_or_else(|| failed(format!("invalid timeout number value {value}, must be int64")))?
        }
        Value::String(text) => match text.parse() {
            Ok(number) => number,
            Err(_) => go_duration(text).map_err(|told| failed(format!("invalid timeout value {value}: {told}")))?,
        },
        other => {
            let told = format!("operand 1 'timeout' must be one of {{string, number}} but got {}", other.type_name());
            return Err(BuiltinError::Operand(told));
        }
    };
    Ok(u64::try_from(nanoseconds).ok().filter(|nanoseconds| *nanoseconds > 0).map(Duration::from_nanos))
}

/// The address behind a socket, and its path: `unix://host/path?socket=/run/x.sock`.
fn socket(url: &str) -> Result<Option<(String, String)>, BuiltinError> {
    if !url.starts_with("unix:") || Address::read(url).map_err(failed)?.raw_query.is_empty() {
        return Ok(None);
    }
    let Ok(mut address) = url::Url::parse(&url.replacen("unix:", "http:", 1)) else { return Ok(None) };
    let pairs: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let socket = pairs.iter().find(|(name, _)| name == "socket").map(|(_, path)| path.clone()).unwrap_or_default();
    let others: Vec<_> = pairs.into_iter().filter(|(name, _)| name != "socket").collect();
    address.set_query(None);
    if !others.is_empty() {
        let _ = address.query_pairs_mut().extend_pairs(others);
    }
    Ok(Some((address.into(), socket)))
}
