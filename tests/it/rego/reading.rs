//! What this program's reader says of a text, in OPA's shape.

use policy::rego::syntax::{Options, ParseError, parse};
use serde_json::{Value, json};

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

/// One line for an error.
pub fn brief(error: &Value) -> String {
    let location = &error["location"];
    let details = &error["details"];
    let place = if location.is_null() {
        "no place".to_owned()
    } else {
        format!("{}:{}:{}", location["file"].as_str().unwrap_or_default(), location["row"], location["col"])
    };
    let details = if details.is_null() { String::new() } else { format!(" [{}@{}]", details["line"], details["idx"]) };
    format!("{place}: {}{details}", error["message"].as_str().unwrap_or_default())
}
