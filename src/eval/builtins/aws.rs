//! Requests signed for Amazon's services (Signature Version 4).

use std::collections::{BTreeMap, BTreeSet};

use crate::eval::Value;
use crate::eval::value::Object;
use hmac::Hmac;
use sha2::{Digest as _, Sha256};

use super::error::failed;
use super::uri::Address;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, hashes, operand};

pub(super) const BUILTINS: &[Builtin] = &[builtin("providers.aws.sign_req", 3, sign_req)];

const CREDENTIALS: [&str; 4] = ["aws_access_key", "aws_region", "aws_secret_access_key", "aws_service"];

/// What a request may hold.
const REQUEST: [&str; 28] = [
    "body",
    "cache",
    "cache_ignored_headers",
    "caching_mode",
    "enable_redirect",
    "force_cache",
    "force_cache_duration_seconds",
    "force_json_decode",
    "force_yaml_decode",
    "headers",
    "max_retry_attempts",
    "method",
    "raise_error",
    "raw_body",
    "timeout",
    "tls_ca_cert",
    "tls_ca_cert_env_variable",
    "tls_ca_cert_file",
    "tls_client_cert",
    "tls_client_cert_env_variable",
    "tls_client_cert_file",
    "tls_client_key",
    "tls_client_key_env_variable",
    "tls_client_key_file",
    "tls_insecure_skip_verify",
    "tls_server_name",
    "tls_use_system_certs",
    "url",
];

/// What a proxy may change is not signed.
const UNSIGNED: [&str; 3] = ["authorization", "user-agent", "x-amzn-trace-id"];

/// The request with the headers that prove who sends it.
fn sign_req(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let request = operand::object(operands, 1)?;
    let Value::Object(config) = operand::at(operands, 2) else {
        return Err(operand::wrong(1, operand::at(operands, 2), &["object"]));
    };
    let missing = names(CREDENTIALS, |name| !config.contains_key(&name.into()));
    refuse(2, "missing required AWS config parameters(s)", missing)?;
    let invalid = names(CREDENTIALS, |name| string(config, name).is_none());
    refuse(2, "invalid values for required AWS config parameters(s)", invalid)?;
    let Value::Number(time) = operand::at(operands, 3) else {
        return Err(operand::wrong(1, operand::at(operands, 3), &["number"]));
    };
    let time =
        time.as_i64().and_then(|time| jiff::Timestamp::from_nanosecond(i128::from(time)).ok()).ok_or_else(|| {
            BuiltinError::Operand("operand 3 could not convert time_ns value into a unix timestamp".to_owned())
        })?;
    check_request(request)?;
    let mut headers = BTreeMap::new();
    match request.get(&"headers".into()) {
        Some(Value::Object(fields)) => {
            for (name, value) in fields.iter() {
                headers.insert(string_of(name).to_owned(), string_of(value).to_owned());
            }
        }
        Some(other) => return Err(operand::wrong(0, other, &["object"])),
        None => {}
    }
    let invalid = names(["method", "url"], |name| string(request, name).is_none());
    refuse(1, "invalid values for required request parameters(s)", invalid)?;
    let address = Address::read(string(request, "url").unwrap_or_default()).map_err(failed)?;
    let body = match (request.get(&"raw_body".into()), request.get(&"body".into())) {
        (Some(raw), _) => string_of(raw).to_owned(),
        (None, Some(body)) => body.to_json(),
        (None, None) => String::new(),
    };
    let unsigned_body = match config.get(&"disable_payload_signing".into()) {
        Some(Value::Bool(disabled)) => *disabled,
        Some(_) => {
            let message = "operand 2 invalid value for 'disable_payload_signing' in AWS config";
            return Err(BuiltinError::Operand(message.to_owned()));
        }
        None => false,
    };
    let content = if unsigned_body { "UNSIGNED-PAYLOAD".to_owned() } else { digest(&body) };
    let signing = Signing { config, address: &address, time: time.strftime("%Y%m%dT%H%M%SZ").to_string(), content };
    let own = signing.headers();
    let authorization = signing.authorization(string(request, "method").unwrap_or_default(), &headers, &own);
    headers.insert("Authorization".to_owned(), authorization);
    headers.extend(own);
    let headers: Object = headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    let mut signed = request.clone();
    signed.insert("headers".into(), headers.into());
    Ok(signed.into())
}

fn check_request(request: &Object) -> Result<(), BuiltinError> {
    let known = |key: &&Value| matches!(key, Value::String(name) if REQUEST.contains(&&**name));
    let invalid: BTreeSet<Value> = request.keys().filter(|key| !known(key)).cloned().collect();
    refuse(1, "invalid request parameters(s)", invalid)?;
    let missing = names(["method", "url"], |name| !request.contains_key(&name.into()));
    refuse(1, "missing required request parameters(s)", missing)
}

fn names<const N: usize>(names: [&str; N], is: impl Fn(&str) -> bool) -> BTreeSet<Value> {
    names.into_iter().filter(|name| is(name)).map(Value::from).collect()
}

fn refuse(position: usize, what: &str, names: BTreeSet<Value>) -> Result<(), BuiltinError> {
    if names.is_empty() {
        return Ok(());
    }
    Err(BuiltinError::Operand(format!("operand {position} {what}: {}", Value::from(names))))
}

fn string<'a>(fields: &'a Object, name: &str) -> Option<&'a str> {
    match fields.get(&name.into()) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn string_of(value: &Value) -> &str {
    value.as_string().unwrap_or_default()
}

fn digest(text: &str) -> String {
    hashes::hex(&Sha256::digest(text))
}

/// What is known before the signature.
struct Signing<'a> {
    config: &'a Object,
    address: &'a Address,
    time: String,
    content: String,
}

impl Signing<'_> {
    fn setting(&self, name: &str) -> &str {
        string(self.config, name).unwrap_or_default()
    }

    /// The headers that the service wants beside those of the request.
    fn headers(&self) -> BTreeMap<String, String> {
        let mut headers = BTreeMap::from([
            ("host".to_owned(), self.address.host.clone()),
            ("x-amz-date".to_owned(), self.time.clone()),
        ]);
        if matches!(self.setting("aws_service"), "s3" | "glacier") {
            headers.insert("x-amz-content-sha256".to_owned(), self.content.clone());
        }
        let token = self.setting("aws_session_token");
        if !token.is_empty() {
            headers.insert("x-amz-security-token".to_owned(), token.to_owned());
        }
        headers
    }

    fn authorization(
        &self,
        method: &str,
        headers: &BTreeMap<String, String>,
        own: &BTreeMap<String, String>,
    ) -> String {
        let mut signed = own.clone();
        for (name, value) in headers {
            let name = name.to_lowercase();
            if !UNSIGNED.contains(&name.as_str()) {
                signed.insert(name, value.clone());
            }
        }
        let list = signed.keys().map(String::as_str).collect::<Vec<_>>().join(";");
        let lines: String = signed.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let (path, query) = (self.address.escaped_path(), &self.address.raw_query);
        let request = format!("{method}\n{path}\n{query}\n{lines}\n{list}\n{}", self.content);
        let day = self.time.get(..8).unwrap_or_default();
        let (region, service) = (self.setting("aws_region"), self.setting("aws_service"));
        let scope = format!("{day}/{region}/{service}/aws4_request");
        let message = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", self.time, digest(&request));
        let secret = format!("AWS4{}", self.setting("aws_secret_access_key")).into_bytes();
        let key = [day, region, service, "aws4_request"]
            .into_iter()
            .fold(secret, |key, part| hashes::hmac::<Hmac<Sha256>>(&key, part.as_bytes()));
        let signature = hashes::hex(&hashes::hmac::<Hmac<Sha256>>(&key, message.as_bytes()));
        let access = self.setting("aws_access_key");
        format!("AWS4-HMAC-SHA256 Credential={access}/{scope},SignedHeaders={list},Signature={signature}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(request: &str, more: &str) -> String {
        let config = format!(
            r#"{{"aws_access_key":"MYAWSACCESSKEYGOESHERE","aws_secret_access_key":"MYAWSSECRETACCESSKEYGOESHERE","aws_service":"s3","aws_region":"us-east-1"{more}}}"#
        );
        let [request, config] = [request, &config].map(|text| Value::from_json(text).unwrap());
        match sign_req(&[request, config, 1_451_311_705_000_000_000i64.into()], &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_request_without_body_is_signed() {
        assert_eq!(
            signed(r#"{"method":"get","url":"http://example.com"}"#, ""),
            r#"{"headers":{"Authorization":"AWS4-HMAC-SHA256 Credential=MYAWSACCESSKEYGOESHERE/20151228/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=0047a7016c81e5c7f29cd522f97e911e04fc472fced0aee7916cbc287ad6c8e3","host":"example.com","x-amz-content-sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","x-amz-date":"20151228T140825Z"},"method":"get","url":"http://example.com"}"#
        );
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        assert_eq!(signed("{}", ""), r#"operand 1 missing required request parameters(s): {"method", "url"}"#);
        assert_eq!(
            signed(r#"{"method":1,"url":2}"#, ""),
            r#"operand 1 invalid values for required request parameters(s): {"method", "url"}"#
        );
        assert_eq!(
            signed(r#"{"method":"get","url":"http://a","x":1}"#, ""),
            r#"operand 1 invalid request parameters(s): {"x"}"#
        );
        assert_eq!(
            signed(r#"{"method":"get","url":"http://a"}"#, r#","disable_payload_signing":"no""#),
            "operand 2 invalid value for 'disable_payload_signing' in AWS config"
        );
    }
}
