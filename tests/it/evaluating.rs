//! OPA's own evaluator cases: the engine gives what they want, save for those that `docs/evaluation.md` lists.

use policy::eval::builtins::BuiltinOptions;
use policy::eval::{AllowedHosts, Engine, EngineOptions, EvalError, Network, Query, ResultRow};
use policy::rego::syntax::RegoVersion;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const CASES: &str = include_str!("../data/opa-eval/cases.jsonl");
const DOCUMENT: &str = include_str!("../../docs/evaluation.md");

/// OPA's cases.
pub(super) fn cases() -> Vec<Value> {
    CASES.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn engine(case: &Value) -> Result<Engine, EvalError> {
    let modules: Vec<(String, &str)> = (0..)
        .zip(case["modules"].as_array().into_iter().flatten())
        .map(|(number, module): (usize, _)| (format!("test-{number}.rego"), module.as_str().unwrap()))
        .collect();
    let modules: Vec<_> = modules.iter().map(|(file, text)| (file.as_str(), *text, RegoVersion::V1)).collect();
    let data = if case["data"].is_null() { "{}".to_owned() } else { case["data"].to_string() };
    let network = Network::new(AllowedHosts::all(), BTreeMap::new());
    let builtins = BuiltinOptions { network: Some(network), ..BuiltinOptions::default() };
    let strict_builtin_errors = case["strict_error"] == true;
    let options = EngineOptions { strict_builtin_errors, builtins, ..EngineOptions::default() };
    let mut engine = Engine::read(&modules, &data, options)?;
    if !case["input"].is_null() {
        engine.set_input(&case["input"].to_string())?;
    }
    Ok(engine)
}

fn answer(case: &Value) -> Result<Vec<ResultRow>, EvalError> {
    let query = case["query"].as_str().unwrap();
    // An input that is no JSON can be given by the query alone.
    let query = match case["input_term"].as_str() {
        Some(term) => format!("{query} with input as {term}"),
        None => query.to_owned(),
    };
    engine(case)?.query(&Query { text: &query, ..Query::default() })
}

/// Numbers by value.
fn by_value(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or_else(|| value.clone(), Value::from),
        Value::Array(items) => items.iter().map(by_value).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), by_value(value))).collect(),
        other => other.clone(),
    }
}

/// Rows in an order of their own; where the case says so, their values too.
fn sorted(rows: Vec<Map<String, Value>>, with_values: bool) -> Vec<String> {
    let row = |mut row: Map<String, Value>| {
        for value in row.values_mut() {
            *value = by_value(value);
            if let (true, Value::Array(items)) = (with_values, value) {
                items.sort_by_key(ToString::to_string);
            }
        }
        Value::Object(row).to_string()
    };
    let mut rows: Vec<String> = rows.into_iter().map(row).collect();
    rows.sort();
    rows
}

/// What is wrong with the answer to a case.
fn fault(case: &Value) -> Option<String> {
    let result = answer(case);
    let (code, message) = (case["want_error_code"].as_str(), case["want_error"].as_str());
    if code.is_some() || message.is_some() {
        return match result {
            Ok(rows) => Some(format!("an error was wanted: {rows:?}")),
            Err(error) => {
                let is_code = match (&error, code) {
                    (EvalError::Evaluation(fault), Some(code)) => fault.code == code,
                    (EvalError::Compile(faults), Some(code)) => faults.iter().any(|fault| fault.code == code),
                    (_, wanted) => wanted.is_none(),
                };
                let told = error.to_string();
                // The cases keep what OPA said of such rules before 1.22.
                let is_conflict = |message: &str| {
                    message.ends_with("must not produce multiple outputs")
                        && told.contains("produced conflicting values")
                        || message.starts_with("functions must not produce")
                            && told.contains("produced conflicting values")
                };
                let is_right = is_code && message.is_none_or(|message| told.contains(message) || is_conflict(message));
                (!is_right).then_some(told)
            }
        };
    }
    let rows = match result {
        Ok(rows) => rows,
        Err(error) => return Some(error.to_string()),
    };
    let bound = |row: &ResultRow| -> Map<String, Value> {
        let json = |value: &policy::eval::Value| serde_json::from_str(&value.to_json()).unwrap();
        row.bindings.iter().map(|(name, value)| (name.clone(), json(value))).collect()
    };
    let wanted = case["want_result"].as_array().into_iter().flatten().map(|row| row.as_object().unwrap().clone());
    let with_values = case["sort_bindings"] == true;
    let wanted = sorted(wanted.collect(), with_values);
    let got = sorted(rows.iter().map(bound).collect(), with_values);
    (wanted != got).then(|| format!("wanted {wanted:?}, got {got:?}"))
}

/// What the document lists below a heading: the texts in backquotes that begin its lines.
fn listed(heading: &str) -> BTreeSet<&'static str> {
    let section = DOCUMENT.split("\n## ").find_map(|section| section.strip_prefix(heading)).unwrap();
    let first = |line: &'static str| line.strip_prefix("- `")?.split_once('`').map(|(text, _)| text);
    section.lines().filter_map(first).collect()
}

#[test]
fn the_cases_of_opa_pass_but_for_those_that_are_listed() {
    let cases = cases();
    let next = AtomicUsize::new(0);
    let faults = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, std::num::NonZero::get) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(fault) = fault(case) {
                        faults.lock().unwrap().push((case["note"].as_str().unwrap(), fault));
                    }
                }
            });
        }
    });
    let (functions, notes) = (listed("Built-in functions that are missing"), listed("Cases of OPA that do not pass"));
    let (mut seen_functions, mut seen_notes) = (BTreeSet::new(), BTreeSet::new());
    for (note, fault) in faults.into_inner().unwrap() {
        let missing =
            ["undefined function ", "unsupported built-in: "].iter().find_map(|words| fault.split_once(words));
        let missing = missing.map(|(_, name)| name.trim());
        if let Some(name) = missing.and_then(|name| functions.get(name)) {
            seen_functions.insert(*name);
        } else {
            assert!(notes.contains(note), "{note}: {fault}");
            seen_notes.insert(note);
        }
    }
    assert_eq!(seen_functions, functions, "the list of missing functions is out of date");
    assert_eq!(seen_notes, notes, "the list of cases is out of date");
}
