//! The built-in functions by their names, whoever answers them.

use super::builtins::{self, Builtin, BuiltinError, BuiltinOptions};
use super::{natives, operators};
use crate::eval::Value;
use crate::rego::capabilities::Capabilities;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a function gives.
pub(super) enum Answer {
    /// A value; undefined where the function has no answer.
    Value(Value),
    /// An error, which leaves the call undefined.
    Error {
        /// OPA's code.
        code: &'static str,
        /// What is wrong, the name of the function first.
        message: String,
    },
    /// An error that the policy wants as the answer.
    Unraised(Box<BuiltinError>),
    /// The evaluation is to end, and what is said of it where its time is over.
    Ended(&'static str),
    /// An error that ends the evaluation.
    End {
        /// OPA's code.
        code: &'static str,
        /// What is wrong, the name of the function first.
        message: String,
    },
}

/// Whether a function answers the same call in the same way while a query is answered.
pub(super) fn is_kept(name: &str) -> bool {
    matches!(name, "time.now_ns" | "rand.intn" | "uuid.rfc4122" | "opa.runtime" | "net.lookup_ip_addr")
}

/// Calls a function.
pub(super) fn call(name: &str, operands: &[Value], options: &BuiltinOptions) -> Answer {
    static OURS: LazyLock<HashMap<&'static str, &'static Builtin>> =
        LazyLock::new(|| builtins::all().map(|builtin| (builtin.name, builtin)).collect());
    if let Some(value) = compared(name, operands) {
        return Answer::Value(Value::Bool(value));
    }
    match name {
        "and" | "or" | "plus" | "minus" | "mul" | "div" | "rem" => match operators::operator(name, operands) {
            Ok(value) => return Answer::Value(value),
            Err((code, message)) => return Answer::Error { code, message },
        },
        "internal.template_string" => match operators::template(operands) {
            Ok(value) => return Answer::Value(value),
            Err((code, message)) => return Answer::End { code, message },
        },
        "regex.is_valid" if !matches!(operands, [Value::String(_)]) => return Answer::Value(Value::Bool(false)),
        _ => {}
    }
    if let Some(builtin) = OURS.get(name) {
        return match builtin.call(operands, options) {
            Ok(value) => Answer::Value(value),
            Err(error) => {
                let (code, message) = (error.code(), format!("{name}: {error}"));
                match error {
                    BuiltinError::Refused(_) => Answer::End { code, message },
                    BuiltinError::Unraised(error) => Answer::Unraised(error),
                    BuiltinError::Ended(told) => Answer::Ended(told),
                    _ => Answer::Error { code, message },
                }
            }
        };
    }
    let Some(native) = natives::find(name) else {
        if options.missing_is_undefined && Capabilities::current().builtin(name).is_none() {
            return Answer::Value(Value::Undefined);
        }
        return Answer::End { code: "eval_internal_error", message: format!("unsupported built-in: {name}") };
    };
    match native.call(operands) {
        Ok(value) => Answer::Value(value),
        Err(refusal) => Answer::Error { code: refusal.code, message: refusal.message },
    }
}

/// What a comparison gives; `None` for another function.
fn compared(name: &str, operands: &[Value]) -> Option<bool> {
    match (name, operands) {
        ("internal.member_2", [value, domain]) => Some(match domain {
            Value::Array(members) => members.contains(value),
            Value::Set(members) => members.contains(value),
            Value::Object(entries) => entries.iter().any(|(_, member)| member == value),
            _ => false,
        }),
        ("internal.member_3", [key, value, domain]) => Some(match domain {
            Value::Array(members) => {
                let index = key.as_number().and_then(|number| number.as_u64());
                let index = index.and_then(|index| usize::try_from(index).ok());
                index.and_then(|index| members.get(index)) == Some(value)
            }
            Value::Set(members) => key == value && members.contains(value),
            Value::Object(entries) => entries.get(key) == Some(value),
            _ => false,
        }),
        (_, [left, right]) => {
            let order = left.cmp(right);
            Some(match name {
                "equal" => order == Ordering::Equal,
                "neq" => order != Ordering::Equal,
                "lt" => order == Ordering::Less,
                "lte" => order != Ordering::Greater,
                "gt" => order == Ordering::Greater,
                "gte" => order != Ordering::Less,
                _ => return None,
            })
        }
        _ => None,
    }
}
