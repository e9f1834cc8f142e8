//! Patches of JSON documents, which may go into sets too.

use std::collections::{BTreeMap, BTreeSet};

use crate::eval::Value;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[builtin("json.patch", 2, patch)];

/// What is done at the end of a path.
enum Change<'v> {
    Insert(&'v Value),
    Delete,
}

fn patch(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let operations = operand::array(operands, 2)?;
    let mut patched = operand::at(operands, 1).clone();
    for operation in operations {
        let Value::Object(members) = operation else {
            let message = "must be an array of JSON-Patch objects, but at least one element is not an object";
            return Err(failed(message));
        };
        let member = |name: &str| {
            let missing = || failed(format!("missing required attribute '{name}'"));
            members.get(&Value::from(name)).ok_or_else(missing)
        };
        let target = member("path")?;
        let kind = match member("op")? {
            Value::String(kind) => kind.to_string(),
            other => {
                let found = other.type_name();
                return Err(failed(format!("attribute 'op' must be a string but found: {found}")));
            }
        };
        let target = path(target)?;
        let insert = |document: &Value, value: &Value| edited(document, &target, &Change::Insert(value));
        patched = match kind.as_str() {
            "add" => insert(&patched, member("value")?)?,
            "remove" => edited(&patched, &target, &Change::Delete)?,
            "replace" => {
                let without = edited(&patched, &target, &Change::Delete)?;
                insert(&without, member("value")?)?
            }
            "move" => {
                let from = path(member("from")?)?;
                let moved = found(&patched, &from)?.clone();
                insert(&edited(&patched, &from, &Change::Delete)?, &moved)?
            }
            "copy" => {
                let copied = found(&patched, &path(member("from")?)?)?.clone();
                insert(&patched, &copied)?
            }
            "test" => {
                let (found, wanted) = (found(&patched, &target)?, member("value")?);
                if found != wanted {
                    return Err(failed(format!(
                        "value from EditTree != patch value.\n\nExpected: {}\n\nFound: {}",
                        wanted, found
                    )));
                }
                patched
            }
            other => return Err(failed(format!("unrecognized op: '{other}'"))),
        };
    }
    Ok(patched)
}

/// The steps of a path, which is a text with slashes or an array.
fn path(value: &Value) -> Result<Vec<Value>, BuiltinError> {
    match value {
        Value::String(text) if text.is_empty() => Ok(Vec::new()),
        Value::String(text) => {
            let step = |step: &str| step.replace("~1", "/").replace("~0", "~").into();
            Ok(text.trim_start_matches('/').split('/').map(step).collect())
        }
        Value::Array(steps) => Ok(steps.to_vec()),
        other => {
            let got = other.type_name();
            Err(BuiltinError::Operand(format!(
                "operand 2 must be one of {{set, array}} containing string paths or array of path segments but got {got}"
            )))
        }
    }
}

/// The index that a step is in an array of some length.
fn index(step: &Value, length: usize) -> Result<i64, BuiltinError> {
    match step {
        Value::Number(number) => number.as_i64().ok_or_else(|| failed("invalid number type for indexing")),
        Value::String(text) if &**text == "-" => Ok(i64::try_from(length).unwrap_or(i64::MAX)),
        Value::String(text) => {
            let index = text.parse().map_err(|_| failed("invalid string for indexing"))?;
            if text.starts_with('0') && &**text != "0" {
                return Err(failed("leading zeros are not allowed in JSON paths"));
            }
            Ok(index)
        }
        _ => Err(failed("invalid type for indexing")),
    }
}

fn type_in_go(value: &Value) -> &'static str {
    match value {
        Value::Null => "ast.Null",
        Value::Bool(_) => "ast.Boolean",
        Value::Number(_) => "ast.Number",
        _ => "ast.String",
    }
}

/// What lies at a path.
fn found<'v>(document: &'v Value, path: &[Value]) -> Result<&'v Value, BuiltinError> {
    let mut value = document;
    for step in path {
        value = below(value, step)?;
    }
    Ok(value)
}

fn below<'v>(value: &'v Value, step: &Value) -> Result<&'v Value, BuiltinError> {
    let absent = |step: &str, kind: &str| failed(format!("path {step} does not exist in {kind} term {value}"));
    match value {
        Value::Object(members) => members.get(step).ok_or_else(|| absent(&step.to_string(), "object")),
        Value::Set(members) => {
            members.iter().find(|member| *member == step).ok_or_else(|| absent(&step.to_string(), "set"))
        }
        Value::Array(items) => {
            let index = index(step, items.len())?;
            let item = usize::try_from(index).ok().and_then(|index| items.get(index));
            item.ok_or_else(|| absent(&index.to_string(), "array"))
        }
        other => {
            let (step, found, kind) = (step.to_string(), other.to_string(), type_in_go(other));
            Err(failed(format!("expected composite type for path {step}, found value: {found} (type: {kind})")))
        }
    }
}

/// A document with a change at a path.
fn edited(document: &Value, path: &[Value], change: &Change<'_>) -> Result<Value, BuiltinError> {
    let [step, rest @ ..] = path else {
        return Ok(match change {
            Change::Insert(value) => (*value).clone(),
            Change::Delete => Value::Undefined,
        });
    };
    if !rest.is_empty() {
        let inner = edited(below(document, step)?, rest, change)?;
        return Ok(match document {
            Value::Object(members) => {
                let others = members.iter().filter(|(key, _)| *key != step);
                let others = others.map(|(key, value)| (key.clone(), value.clone()));
                others.chain([(step.clone(), inner)]).collect::<BTreeMap<_, _>>().into()
            }
            Value::Set(members) => {
                let others = members.iter().filter(|member| *member != step).cloned();
                others.chain([inner]).collect::<BTreeSet<_>>().into()
            }
            Value::Array(items) => {
                let mut items = items.to_vec();
                let place = usize::try_from(index(step, items.len())?).ok();
                if let Some(item) = place.and_then(|place| items.get_mut(place)) {
                    *item = inner;
                }
                items.into()
            }
            other => other.clone(),
        });
    }
    last_edited(document, step, change)
}

/// A document with a change right below it.
fn last_edited(document: &Value, step: &Value, change: &Change<'_>) -> Result<Value, BuiltinError> {
    let absent = || failed(format!("cannot delete child key {step} that does not exist"));
    match document {
        Value::Object(members) => {
            let mut members: BTreeMap<Value, Value> =
                members.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            match change {
                Change::Insert(value) => drop(members.insert(step.clone(), (*value).clone())),
                Change::Delete => drop(members.remove(step).ok_or_else(absent)?),
            }
            Ok(members.into())
        }
        Value::Set(members) => {
            let mut members: BTreeSet<Value> = members.iter().cloned().collect();
            match change {
                Change::Insert(value) if *value == step => drop(members.insert(step.clone())),
                Change::Insert(value) => {
                    let (step, value) = (step.to_string(), value.to_string());
                    return Err(failed(format!("set key {step} does not equal value to be inserted {value}")));
                }
                Change::Delete if members.remove(step) => {}
                Change::Delete => return Err(absent()),
            }
            Ok(members.into())
        }
        Value::Array(items) => {
            let mut items = items.to_vec();
            let place = usize::try_from(index(step, items.len())?).unwrap_or(usize::MAX);
            match change {
                Change::Insert(value) if place <= items.len() => items.insert(place, (*value).clone()),
                Change::Insert(_) => return Err(failed("index for array insertion out of bounds")),
                Change::Delete if place < items.len() => drop(items.remove(place)),
                Change::Delete => return Err(failed("index for array delete out of bounds")),
            }
            Ok(items.into())
        }
        other => {
            let (found, kind) = (other.to_string(), type_in_go(other));
            Err(failed(format!("expected composite type, found value: {found} (type: {kind})")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(document: &str, operations: &str) -> String {
        let operands = [document, operations].map(|text| Value::from_json(text).unwrap());
        match patch(&operands, &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_document_is_changed_at_its_paths() {
        let document = r#"{"a": {"b": [1, 2]}}"#;
        assert_eq!(patched(document, r#"[{"op": "add", "path": "/a/b/-", "value": 3}]"#), r#"{"a":{"b":[1,2,3]}}"#);
        assert_eq!(
            patched(document, r#"[{"op": "move", "from": "/a/b/0", "path": "/c"}]"#),
            r#"{"a":{"b":[2]},"c":1}"#
        );
        assert_eq!(
            patched(document, r#"[{"op": "replace", "path": ["a", "b", 1], "value": 0}]"#),
            r#"{"a":{"b":[1,0]}}"#
        );
    }

    #[test]
    fn what_cannot_be_done_is_told() {
        let told = |operation: &str| patched(r#"{"a": [1]}"#, &format!("[{operation}]"));
        assert_eq!(told("1"), "must be an array of JSON-Patch objects, but at least one element is not an object");
        assert_eq!(told(r#"{"op": "add", "path": "/a"}"#), "missing required attribute 'value'");
        assert_eq!(told(r#"{"op": "remove", "path": "/z"}"#), r#"cannot delete child key "z" that does not exist"#);
        assert_eq!(told(r#"{"op": "remove", "path": "/a/1"}"#), "index for array delete out of bounds");
        assert_eq!(told(r#"{"op": "x", "path": ""}"#), "unrecognized op: 'x'");
    }
}
