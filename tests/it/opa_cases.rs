//! OPA's own evaluator cases: each built, saved, and read by real OPA, gives the wanted result.
//!
//! OPA's command line rounds nothing and knows no
//! input beyond JSON, so where it answers otherwise than the case wants, its answer to the folder itself decides.

use super::support::{Run, Sandbox, find};
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Debug, PartialEq)]
enum Verdict {
    Refused,
    Right,
    Wrong(String),
}

/// Bindings in an order of their own, numbers by value.
fn sorted(bindings: impl Iterator<Item = Value>) -> Vec<String> {
    let mut texts: Vec<String> = bindings.map(|binding| by_value(&binding).to_string()).collect();
    texts.sort();
    texts
}

fn by_value(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or_else(|| value.clone(), Value::from),
        Value::Array(items) => items.iter().map(by_value).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), by_value(value))).collect(),
        other => other.clone(),
    }
}

fn judge(opa: &std::path::Path, case: &Value) -> Verdict {
    let sandbox = Sandbox::empty();
    for (number, module) in case["modules"].as_array().unwrap().iter().enumerate() {
        sandbox.write(&format!("src/m{number}.rego"), module.as_str().unwrap());
    }
    if !case["data"].is_null() {
        sandbox.write("src/data.json", case["data"].to_string());
    }
    let built = sandbox.run(&["build", "src", "-t", "a/b:1"]);
    if built.code != 0 {
        return Verdict::Refused;
    }
    let saved = sandbox.run(&["save", "a/b:1"]);
    assert_eq!(saved.code, 0, "{saved:?}");
    let query = case["query"].as_str().unwrap();
    let query =
        case["input_term"].as_str().map_or_else(|| query.to_owned(), |term| format!("{query} with input as {term}"));
    let evaluate = |bundle: &str| {
        let mut command = std::process::Command::new(opa);
        command.args(["eval", "-b", bundle, "--format", "json", &query]).current_dir(sandbox.path(""));
        if !case["input"].is_null() {
            command.arg("-i").arg(sandbox.write("input.json", case["input"].to_string()));
        }
        Run::of(&mut command).out
    };
    let bindings = |text: &str| {
        let answer: Value = serde_json::from_str(text).unwrap_or_default();
        let results = answer["result"].as_array().cloned().unwrap_or_default();
        sorted(results.into_iter().map(|result| result.get("bindings").cloned().unwrap_or(serde_json::json!({}))))
    };
    let answer = evaluate("bundle.tar.gz");
    let wanted = sorted(case["want_result"].as_array().cloned().unwrap_or_default().into_iter());
    if bindings(&answer) == wanted || bindings(&answer) == bindings(&evaluate("src")) {
        Verdict::Right
    } else {
        Verdict::Wrong(answer)
    }
}

#[test]
fn every_case_of_opa_gives_its_result_from_a_built_bundle() {
    let Some(opa) = find("opa") else { return };
    let cases = super::evaluating::cases();
    let cases: Vec<&Value> = cases
        .iter()
        .filter(|case| case["modules"].as_array().is_some_and(|modules| !modules.is_empty()))
        .filter(|case| case.get("want_result").is_some())
        // A function of OPA's own test suite: neither program builds what calls it.
        .filter(|case| !case["modules"].to_string().contains("test.sleep("))
        .collect();
    assert!(cases.len() > 800, "{}", cases.len());
    let next = AtomicUsize::new(0);
    let verdicts: Vec<(String, Verdict)> = std::thread::scope(|scope| {
        let work = || {
            let mut found = Vec::new();
            while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                found.push((case["note"].as_str().unwrap().to_owned(), judge(&opa, case)));
            }
            found
        };
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let wrong: Vec<_> = verdicts.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Wrong(_))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let refused: Vec<&str> =
        verdicts.iter().filter(|(_, verdict)| *verdict == Verdict::Refused).map(|(note, _)| note.as_str()).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}
