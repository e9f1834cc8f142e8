//! What a schema says of a value itself.

use crate::eval::Value;
use crate::eval::value::Object;

use super::super::canonical::worth;
use super::super::pool::Draft;
use super::super::tree::Node;
use super::words::word;
use super::{Refusal, TYPES, wrong, wrong_type};

pub(super) fn types(fields: &Object) -> Result<Vec<String>, Refusal> {
    const GIVEN: &str = "string/Array Of Strings";
    let mut types: Vec<String> = Vec::new();
    let names = match word(fields, "type") {
        None => return Ok(types),
        Some(Value::Array(names)) => names.as_slice(),
        Some(name @ Value::String(_)) => std::slice::from_ref(name),
        Some(_) => return wrong_type("type", GIVEN),
    };
    for name in names {
        let Value::String(name) = name else { return wrong_type("type", GIVEN) };
        if !TYPES.contains(&name.as_ref()) {
            let known = TYPES.join(" ");
            return wrong(format!(
                "has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[{known}]"
            ));
        }
        if types.iter().any(|known| known.as_str() == name.as_ref()) {
            return wrong(format!("{name} type is duplicated"));
        }
        types.push(name.to_string());
    }
    Ok(types)
}

pub(super) fn bounds(fields: &Object, draft: Draft, node: &mut Node) -> Result<(), Refusal> {
    if let Some(multiple) = word(fields, "multipleOf") {
        let Some(multiple) = worth(multiple) else { return wrong_type("Number", "multipleOf") };
        if multiple <= 0.0 {
            return wrong("multipleOf must be strictly greater than 0");
        }
        node.bounds.multiple = Some(multiple);
    }
    let pairs = [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")];
    let mut read = [(None, None); 2];
    for ((inclusive, exclusive), (limit, strict)) in pairs.into_iter().zip(&mut read) {
        if let Some(value) = word(fields, inclusive) {
            let Some(value) = worth(value) else { return wrong(format!("{inclusive} must be of a Number")) };
            *limit = Some(value);
        }
        let Some(value) = word(fields, exclusive) else { continue };
        match (draft, value) {
            (Draft::Four | Draft::Any, Value::Bool(is_strict)) => {
                if limit.is_none() {
                    return wrong(format!("{exclusive} cannot be used without {inclusive}"));
                }
                if *is_strict {
                    *strict = limit.take();
                }
            }
            (Draft::Four, _) => return wrong_type("boolean", exclusive),
            (_, Value::Number(_)) => *strict = worth(value),
            (Draft::Any, _) => return wrong_type("boolean/number", exclusive),
            _ => return wrong_type("number", exclusive),
        }
    }
    let [(least, above), (most, below)] = read;
    (node.bounds.least, node.bounds.above, node.bounds.most, node.bounds.below) = (least, above, most, below);
    Ok(())
}
