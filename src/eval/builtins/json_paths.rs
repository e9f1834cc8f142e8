//! Functions that choose parts of a document by paths.

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};
use crate::eval::value::{Object, Set, Value};
use std::collections::BTreeMap;

pub(super) const BUILTINS: &[Builtin] = &[builtin("json.filter", 2, filter), builtin("json.remove", 2, remove)];

/// What paths choose at a place of a document.
enum Chosen {
    /// All that lies there.
    Whole,
    /// Members by their keys; those of arrays by the texts of their indices.
    Members(BTreeMap<Value, Chosen>),
}

/// Keeps what the paths choose.
fn filter(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    operand::object(operands, 1)?;
    Ok(kept(operand::at(operands, 1), &Chosen::Members(chosen(operands)?)))
}

/// Leaves out what the paths choose.
fn remove(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    operand::object(operands, 1)?;
    Ok(left(operand::at(operands, 1), Some(&Chosen::Members(chosen(operands)?))).unwrap_or_default())
}

fn chosen(operands: &[Value]) -> Result<BTreeMap<Value, Chosen>, BuiltinError> {
    let paths: Vec<&Value> = match operand::at(operands, 2) {
        Value::Array(paths) => paths.iter().collect(),
        Value::Set(paths) => paths.iter().collect(),
        other => return Err(operand::wrong(2, other, &["set", "array"])),
    };
    let mut root = BTreeMap::new();
    for path in paths {
        let keys = keys(path)?;
        let Some((last, before)) = keys.split_last() else { continue };
        let mut place = Some(&mut root);
        for key in before {
            let below = |members: &'_ mut BTreeMap<Value, Chosen>| {
                members.entry(key.clone()).or_insert_with(|| Chosen::Members(BTreeMap::new()));
            };
            let Some(members) = place else { break };
            below(members);
            place = match members.get_mut(key) {
                Some(Chosen::Members(members)) => Some(members),
                _ => None,
            };
        }
        if let Some(members) = place {
            members.insert(last.clone(), Chosen::Whole);
        }
    }
    Ok(root)
}

/// The keys of a path: the parts of a JSON pointer, or the members of an array.
fn keys(path: &Value) -> Result<Vec<Value>, BuiltinError> {
    match path {
        Value::String(text) if text.is_empty() => Ok(Vec::new()),
        Value::String(text) => {
            let parts = text.trim_start_matches('/').split('/');
            Ok(parts.map(|part| Value::from(part.replace("~1", "/").replace("~0", "~"))).collect())
        }
        Value::Array(keys) => Ok(keys.to_vec()),
        other => {
            let wanted = "one of {set, array} containing string paths or array of path segments";
            Err(operand::wrong(2, other, &[wanted]))
        }
    }
}

fn index(place: usize) -> Value {
    Value::from(place.to_string())
}

fn kept(value: &Value, chosen: &Chosen) -> Value {
    let Chosen::Members(chosen) = chosen else { return value.clone() };
    match value {
        Value::Array(members) => {
            let members = members.iter().enumerate();
            members
                .filter_map(|(place, member)| Some(kept(member, chosen.get(&index(place))?)))
                .collect::<Vec<_>>()
                .into()
        }
        Value::Set(members) => {
            members.iter().filter_map(|member| Some(kept(member, chosen.get(member)?))).collect::<Set>().into()
        }
        Value::Object(members) => {
            let kept = members.iter().filter_map(|(key, member)| Some((key.clone(), kept(member, chosen.get(key)?))));
            kept.collect::<Object>().into()
        }
        scalar => scalar.clone(),
    }
}

/// What is left; `None` where all was chosen.
fn left(value: &Value, chosen: Option<&Chosen>) -> Option<Value> {
    let chosen = match chosen {
        None => return Some(value.clone()),
        Some(Chosen::Whole) => return None,
        Some(Chosen::Members(chosen)) => chosen,
    };
    Some(match value {
        Value::Array(members) => {
            let members = members.iter().enumerate();
            members.filter_map(|(place, member)| left(member, chosen.get(&index(place)))).collect::<Vec<_>>().into()
        }
        Value::Set(members) => {
            members.iter().filter_map(|member| left(member, chosen.get(member))).collect::<Set>().into()
        }
        Value::Object(members) => {
            let left = members.iter().filter_map(|(key, member)| Some((key.clone(), left(member, chosen.get(key))?)));
            left.collect::<Object>().into()
        }
        scalar => scalar.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(name: &str, operands: &str) -> String {
        let operands = Value::from_json(operands).unwrap();
        let builtin = BUILTINS.iter().find(|builtin| builtin.name == name).unwrap();
        let answer = builtin.call(operands.as_array().unwrap(), &BuiltinOptions::default());
        answer.map_or_else(|error| error.to_string(), |value| value.to_string())
    }

    #[test]
    fn paths_choose_what_is_kept_or_left() {
        let document = r#"{"a":{"b":[1,2.50,3],"c/d":4},"e":5}"#;
        let of = |name: &str, paths: &str| called(name, &format!("[{document},{paths}]"));
        assert_eq!(of("json.filter", r#"["a/b/1","e/x"]"#), r#"{"a": {"b": [2.50]}, "e": 5}"#);
        assert_eq!(of("json.filter", r#"["/a/c~1d",["a","b"]]"#), r#"{"a": {"b": [1, 2.50, 3], "c/d": 4}}"#);
        assert_eq!(of("json.filter", r#"["a","a/b"]"#), r#"{"a": {"b": [1, 2.50, 3], "c/d": 4}}"#);
        assert_eq!(of("json.remove", r#"["a/b/0","e"]"#), r#"{"a": {"b": [2.50, 3], "c/d": 4}}"#);
        assert_eq!(of("json.remove", r#"["","x/y"]"#), r#"{"a": {"b": [1, 2.50, 3], "c/d": 4}, "e": 5}"#);
        assert_eq!(
            of("json.filter", "[1]"),
            "operand 2 must be one of {set, array} containing string paths or array of path segments but got number"
        );
    }
}
