//! Tests for programs, as OPA 1.22.2 writes them.

use super::words::told;
use crate::eval::testing::{Case, Outcome, Tested};
use crate::eval::{EvalError, Fault, TraceFrame};
use base64::Engine as _;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    row: u32,
    col: u32,
}

#[derive(Serialize)]
struct Result<'a> {
    location: Place<'a>,
    package: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "is_false")]
    fail: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Problem<'a>>,
    #[serde(skip_serializing_if = "is_false")]
    skip: bool,
    duration: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    output: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    sub_results: BTreeMap<&'a str, SubResult<'a>>,
}

#[derive(Serialize)]
struct SubResult<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "is_false")]
    fail: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    sub_results: BTreeMap<&'a str, SubResult<'a>>,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(value: &bool) -> bool {
    !value
}

/// All tests as one array.
pub(super) fn report(all: &[Tested]) -> String {
    let results: Vec<Result<'_>> = all.iter().map(result).collect();
    let text = serde_json::to_string_pretty(&results).unwrap_or_default();
    format!("{}\n", go_escaped(&text))
}

fn result(tested: &Tested) -> Result<'_> {
    let rule = &tested.rule;
    Result {
        location: Place { file: &rule.file, row: rule.row, col: rule.column },
        package: &rule.package,
        name: &rule.name,
        fail: matches!(tested.outcome, Outcome::Failed),
        error: match &tested.outcome {
            Outcome::Broken(error) => Some(problem(error)),
            _ => None,
        },
        skip: matches!(tested.outcome, Outcome::Skipped),
        duration: u64::try_from(tested.duration.as_nanos()).unwrap_or(u64::MAX),
        output: base64::engine::general_purpose::STANDARD.encode(&tested.output),
        sub_results: sub_results(&tested.cases),
    }
}

fn sub_results<'a>(cases: &'a [Case]) -> BTreeMap<&'a str, SubResult<'a>> {
    let of = |case: &'a Case| SubResult { name: &case.name, fail: case.failed, sub_results: sub_results(&case.cases) };
    cases.iter().map(|case| (case.key(), of(case))).collect()
}

/// An error, or several of them.
#[derive(Serialize)]
#[serde(untagged)]
enum Problem<'a> {
    One(Error<'a>),
    Several(Vec<Error<'a>>),
    Other { message: String },
}

#[derive(Serialize)]
struct Error<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Place<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<&'a serde_json::Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stack_trace: Vec<Frame<'a>>,
}

#[derive(Serialize)]
struct Frame<'a> {
    query_id: u64,
    location: Place<'a>,
}

fn problem(error: &EvalError) -> Problem<'_> {
    match error {
        EvalError::Evaluation(fault) => Problem::One(of_fault(fault)),
        EvalError::Compile(faults) => Problem::Several(faults.iter().map(of_fault).collect()),
        other => Problem::Other { message: told(other) },
    }
}

fn of_fault(fault: &Fault) -> Error<'_> {
    Error {
        code: &fault.code,
        message: &fault.message,
        location: fault.is_placed.then_some(Place { file: &fault.file, row: fault.row, col: fault.column }),
        details: fault.details.as_ref(),
        stack_trace: fault.trace.iter().map(of_frame).collect(),
    }
}

fn of_frame(frame: &TraceFrame) -> Frame<'_> {
    Frame { query_id: frame.query, location: Place { file: &frame.file, row: frame.row, col: frame.column } }
}

/// JSON with the characters escaped that Go escapes; they stand in strings alone.
fn go_escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => text.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => text.push(character),
        }
    }
    text
}
