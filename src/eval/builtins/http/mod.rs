//! `http.send`: a request, and its answer as a value.

mod answer;
mod pem;
mod request;

use crate::eval::Value;
use crate::eval::network::{Fault, Network, REFUSED, Request, Response};
use crate::eval::value::Object;
use std::time::Duration;

use super::error::failed;
use super::operand;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin};
use request::{flag, key, number, read};

pub(super) const BUILTINS: &[Builtin] = &[builtin("http.send", 1, send)];

/// The codes of answers that are kept for the evaluation.
const KEPT: [u16; 11] = [200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501];

/// How long it is waited before a second try, and at most, in seconds; each wait is so many times the one before.
const FIRST_WAIT: f64 = 0.1;
const LONGEST_WAIT: f64 = 60.0;
const GROWTH: f64 = 1.6;

/// Why there is no answer.
enum Failure {
    /// An error of the function, which has a place.
    Placed(BuiltinError),
    /// An error that is told as it is.
    Plain(Fault),
}

impl From<BuiltinError> for Failure {
    fn from(error: BuiltinError) -> Self {
        Self::Placed(error)
    }
}

/// What `error` in an answer holds where the policy wants no error to be raised.
fn unraised(code: &str, message: String) -> Value {
    let object = |entries: [(&str, Value); 2]| -> Value {
        entries.into_iter().map(|(key, value)| (Value::from(key), value)).collect::<Object>().into()
    };
    let error = object([("code", code.into()), ("message", message.into())]);
    object([("error", error), ("status_code", 0.into())])
}

/// The answer that tells of an error with the place of the call.
pub(in crate::eval) fn unraised_at(place: &str, error: &BuiltinError) -> Value {
    unraised("eval_http_send_internal_error", format!("{place}: {}: http.send: {error}", error.code()))
}

fn send(operands: &[Value], options: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let request = operand::object(operands, 1)?;
    let raises = match request.get(&"raise_error".into()) {
        None => true,
        Some(Value::Bool(raises)) => *raises,
        Some(_) => return Err(failed("invalid value for raise_error field")),
    };
    let failure = match answered(request, options) {
        Ok(answer) => return Ok(answer),
        Err(failure) => failure,
    };
    match failure {
        Failure::Plain(Fault::Ended) if raises => {
            Err(BuiltinError::Ended("http.send: timed out (context deadline exceeded)"))
        }
        Failure::Plain(Fault::Ended) => Err(BuiltinError::Ended("context deadline exceeded")),
        Failure::Placed(error @ BuiltinError::Refused(_)) => Err(error),
        Failure::Placed(error) if raises => Err(error),
        Failure::Placed(error) => Err(BuiltinError::Unraised(Box::new(error))),
        Failure::Plain(fault) if raises => Err(failed(raised(fault))),
        Failure::Plain(fault) => {
            let is_of_network = matches!(fault, Fault::Unanswered { .. });
            let code = if is_of_network { "eval_http_send_network_error" } else { "eval_http_send_internal_error" };
            Ok(unraised(code, fault.to_string()))
        }
    }
}

/// What a fault is told with as an error of the call.
fn raised(fault: Fault) -> String {
    match fault {
        Fault::Unanswered { operation, url, timed_out: true, .. } => format!("{operation} {url}: request timed out"),
        fault => fault.to_string(),
    }
}

/// The answer to a request, which is the same for the same request while a query is answered.
fn answered(request: &Object, options: &BuiltinOptions) -> Result<Value, Failure> {
    request::check(request)?;
    let Some(network) = &options.network else { return Err(BuiltinError::Refused(REFUSED).into()) };
    let key = key(request).map_err(|message| Failure::Plain(Fault::Broken(message)))?;
    request::check_caching(request)?;
    if let Some(known) = network.known(&key) {
        return known.map_err(Failure::Plain);
    }
    let sent = read(request, network)?;
    let tried = number(request, "max_retry_attempts").map_err(Fault::Broken);
    let tried = tried.and_then(|retries| tried_again(&sent, retries, network));
    let response = match tried {
        Ok(response) => response,
        Err(fault) => {
            if fault != Fault::Ended {
                network.keep(key, Err(fault.clone()));
            }
            return Err(Failure::Plain(fault));
        }
    };
    // An answer that broke off is none, and the same request may be sent again.
    let response = response.map_err(failed)?;
    let (as_json, as_yaml) = (flag(request, "force_json_decode")?, flag(request, "force_yaml_decode")?);
    let is_kept = KEPT.contains(&response.code);
    let answer = answer::value(response, as_json, as_yaml);
    if is_kept {
        network.keep(key, Ok(answer.clone()));
    }
    Ok(answer)
}

/// Sends a request, and so often again where no answer comes. Where one broke off, why.
fn tried_again(sent: &Request, retries: u64, network: &Network) -> Result<Result<Response, String>, Fault> {
    let mut tries = 0;
    loop {
        match network.send(sent) {
            Ok(response) => return Ok(Ok(response)),
            Err(Fault::Broken(cause)) => return Ok(Err(cause)),
            Err(Fault::Ended) => return Err(Fault::Ended),
            Err(fault) if tries == retries => return Err(fault),
            Err(_) => {}
        }
        // The second try comes at once.
        if tries > 0 {
            let grown = FIRST_WAIT * GROWTH.powi(i32::try_from(tries).unwrap_or(i32::MAX));
            network.pause(Duration::from_secs_f64(grown.min(LONGEST_WAIT)))?;
        }
        tries += 1;
    }
}
