//! Errors of OPA as its `eval` writes them.

use super::answers::Tree;
use crate::eval::{Fault, TraceFrame, Value, counted, counted_of_loading};

use std::borrow::Cow;

/// How many characters of an expression a line of a traceback shows.
const SHOWN: usize = 80;

/// The order of what an error says besides.
const ORDER: [&str; 7] = ["line", "idx", "ref", "pos", "have", "want", "oneOf"];

/// A place as OPA tells it in JSON.
#[must_use]
pub fn place(file: &str, row: u32, column: u32) -> Tree {
    let number = |number: u32| Tree::Value(Value::from(u64::from(number)));
    Tree::Object(vec![
        ("file".into(), Tree::Text(file.to_owned())),
        ("row".into(), number(row)),
        ("col".into(), number(column)),
    ])
}

/// Errors as `opa eval --format json` lists them.
#[must_use]
pub fn list(faults: &[Fault]) -> Tree {
    Tree::List(faults.iter().map(object).collect())
}

fn object(fault: &Fault) -> Tree {
    let mut members = vec![("message".into(), Tree::Text(fault.message.clone()))];
    if !fault.code.is_empty() {
        members.push(("code".into(), Tree::Text(fault.code.clone())));
    }
    push_rest(fault, &mut members);
    Tree::Object(members)
}

/// An error as `opa test --format json` tells it.
#[must_use]
pub fn by_code(fault: &Fault) -> Tree {
    let mut members =
        vec![("code".into(), Tree::Text(fault.code.clone())), ("message".into(), Tree::Text(fault.message.clone()))];
    push_rest(fault, &mut members);
    Tree::Object(members)
}

fn push_rest(fault: &Fault, members: &mut Vec<(Cow<'static, str>, Tree)>) {
    if fault.is_placed {
        members.push(("location".into(), place(&fault.file, fault.row, fault.column)));
    }
    if let Some(details) = &fault.details {
        members.push(("details".into(), details_of(details)));
    }
    if !fault.trace.is_empty() {
        let frame = |frame: &TraceFrame| {
            Tree::Object(vec![
                ("query_id".into(), Tree::Value(Value::from(frame.query))),
                ("location".into(), place(&frame.file, frame.row, frame.column)),
            ])
        };
        members.push(("stack_trace".into(), Tree::List(fault.trace.iter().map(frame).collect())));
    }
}

fn details_of(details: &serde_json::Value) -> Tree {
    let Some(members) = details.as_object() else { return Tree::Json(details.clone()) };
    let rank = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by_key(|(name, _)| rank(name));
    let member = |(name, value): (&String, &serde_json::Value)| (name.clone().into(), Tree::Json(value.clone()));
    Tree::Object(members.into_iter().map(member).collect())
}

/// Errors as `opa eval --format pretty` tells them.
#[must_use]
pub fn text(faults: &[Fault]) -> String {
    counted(&faults.iter().map(line).collect::<Vec<_>>()) + "\n"
}

/// Errors of loading as `opa test` tells them.
#[must_use]
pub fn text_of_loading(faults: &[Fault]) -> String {
    counted_of_loading(&faults.iter().map(line).collect::<Vec<_>>()) + "\n"
}

/// An error as OPA tells it alone.
#[must_use]
pub fn line(fault: &Fault) -> String {
    let mut text = String::new();
    if fault.is_placed {
        match fault.file.as_str() {
            // An evaluation is told by the text of its expression.
            "" if fault.code.starts_with("eval_") && !fault.text.is_empty() => text.push_str(&fault.text),
            "" => text.push_str(&format!("{}:{}", fault.row, fault.column)),
            file => text.push_str(&format!("{file}:{}", fault.row)),
        }
        text.push_str(": ");
    }
    if !fault.code.is_empty() {
        text.push_str(&fault.code);
        text.push_str(": ");
    }
    text.push_str(&fault.message);
    for line in &fault.lines {
        text.push_str("\n\t");
        text.push_str(line);
    }
    if !fault.trace.is_empty() {
        text.push_str("\n\nTraceback:");
        for frame in &fault.trace {
            text.push_str(&format!("\n  {}", frame_line(frame)));
        }
    }
    text
}

/// A query that led to an error, on a line.
#[must_use]
pub fn frame_line(frame: &TraceFrame) -> String {
    let place = match frame.file.as_str() {
        "" => format!("{}:{}", frame.row, frame.column),
        file => format!("{file}:{}", frame.row),
    };
    let words: Vec<&str> = frame.text.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{place}: {}...", text.get(..end).unwrap_or_default()),
        None if text.is_empty() => place,
        None => format!("{place}: {text}"),
    }
}
