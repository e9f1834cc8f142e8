//! What this program's reader says of a text, in OPA's shape.

use policy::rego::check::{CheckError, CheckOptions, check};
use policy::rego::syntax::{Module, Options, ParseError, parse};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The errors of a text, as `opa check --format json` lists them; none for a module.
pub fn errors(text: &[u8], file: &str, options: &Options) -> Vec<Value> {
    match parse(text, file, options) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(|error| shape(error, file)).collect(),
    }
}

fn shape(error: &ParseError, file: &str) -> Value {
    let mut value = json!({"message": error.message, "code": ParseError::CODE});
    if error.placed {
        value["location"] = json!({"file": file, "row": error.row, "col": error.column});
    }
    if let Some(details) = &error.details {
        value["details"] = json!({"line": details.line, "idx": details.index});
    }
    value
}

/// The errors of the modules among some files, as `opa check --format json` lists them: those of reading, or those of the
/// check if there are none.
pub fn checked(
    files: &BTreeMap<Vec<String>, Vec<u8>>,
    reading: impl Fn(&str) -> Options,
    checking: &CheckOptions,
) -> Vec<Value> {
    let (mut modules, mut wrong) = (Vec::new(), Vec::new());
    for (name, text) in files.iter().map(|(name, text)| (name.join("/"), text)) {
        if name.ends_with(".rego") {
            match parse(text, &name, &reading(&name)) {
                Ok(module) => modules.push(module),
                Err(errors) => wrong.extend(errors.iter().map(|error| shape(error, &name))),
            }
        }
    }
    if !wrong.is_empty() {
        return wrong;
    }
    let (sorted, errors) = check(&modules, checking);
    errors.iter().map(|error| shape_of_check(error, &sorted)).collect()
}

fn shape_of_check(error: &CheckError, modules: &[&Module]) -> Value {
    let mut value = json!({"message": error.message, "code": error.code.as_str()});
    if let (Some(place), Some((row, column))) = (error.place, error.row_and_column(modules)) {
        value["location"] = json!({"file": modules[place.unit as usize].file, "row": row, "col": column});
    }
    if let Some(details) = &error.details {
        value["details"] = details.json.clone();
    }
    value
}

/// One line for an error.
pub fn brief(error: &Value) -> String {
    let location = &error["location"];
    let details = &error["details"];
    let place = if location.is_null() {
        "no place".to_owned()
    } else {
        format!("{}:{}:{}", location["file"].as_str().unwrap_or_default(), location["row"], location["col"])
    };
    let details = match &details["line"] {
        Value::Null if details.is_null() => String::new(),
        Value::Null => format!(" {details}"),
        line => format!(" [{line}@{}]", details["idx"]),
    };
    format!("{place}: {}{details}", error["message"].as_str().unwrap_or_default())
}
