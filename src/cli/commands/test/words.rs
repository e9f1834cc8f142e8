//! What came of a test, in words.

use crate::eval::testing::{Case, Outcome, Tested};
use crate::eval::{EvalError, TraceFrame};
use crate::ops::Problem;

/// OPA's word for an outcome.
pub(super) fn outcome_word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "PASS",
        Outcome::Failed => "FAIL",
        Outcome::Skipped => "SKIPPED",
        Outcome::Broken(_) => "ERROR",
    }
}

/// An error as OPA tells it.
pub(super) fn told(error: &EvalError) -> String {
    let faults: Vec<String> = match error {
        EvalError::Compile(faults) => faults.iter().map(ToString::to_string).collect(),
        other => return other.to_string(),
    };
    match &faults[..] {
        [only] => format!("1 error occurred: {only}"),
        several => format!("{} errors occurred:\n{}", several.len(), several.join("\n")),
    }
}

/// Where an error came from, innermost first, a line each.
pub(super) fn traceback(error: &EvalError) -> Vec<String> {
    let EvalError::Evaluation(fault) = error else { return Vec::new() };
    let line = |frame: &TraceFrame| match frame.file.as_str() {
        "" => format!("{}:{}: {}", frame.row, frame.column, frame.text),
        file => format!("{file}:{}: {}", frame.row, frame.text),
    };
    fault.trace.iter().map(line).collect()
}

/// Modules that do not read, as OPA tells of them.
pub(super) fn told_of_loading(problems: &[Problem]) -> String {
    if let [only] = problems
        && only.message.starts_with("unable to load bundle")
    {
        return only.message.clone();
    }
    let texts: Vec<String> = problems.iter().map(of_problem).collect();
    match &texts[..] {
        [only] => format!("1 error occurred during loading: {only}"),
        several => format!("{} errors occurred during loading:\n{}", several.len(), several.join("\n")),
    }
}

/// An error of reading, the line it is in, and a sign below its place.
fn of_problem(problem: &Problem) -> String {
    let mut text = match (&problem.file, problem.place) {
        (Some(file), Some((row, _))) => format!("{file}:{row}: "),
        _ => String::new(),
    };
    text.extend(problem.code.map(|code| format!("{code}: ")));
    text.push_str(&problem.message);
    let details = problem.details.as_ref();
    let line = details.and_then(|details| details.get("line")?.as_str());
    let at = details.and_then(|details| usize::try_from(details.get("idx")?.as_u64()?).ok());
    if let Some((line, at)) = line.zip(at) {
        let before = line.bytes().take(at).map(|byte| if byte == b'\t' { '\t' } else { ' ' }).collect::<String>();
        text.push_str(&format!("\n\t{line}\n\t{before}^"));
    }
    text
}

/// Why a test did not pass, in one sentence.
pub(super) fn reason(tested: &Tested) -> String {
    match &tested.outcome {
        Outcome::Passed => "passed".to_owned(),
        Outcome::Skipped => "skipped".to_owned(),
        Outcome::Broken(error) => told(error),
        Outcome::Failed => {
            let failed = failed_cases(&tested.cases);
            if failed.is_empty() { "the test is not true".to_owned() } else { format!("failed: {}", failed.join(", ")) }
        }
    }
}

/// The cases that failed, those in others behind them and a slash.
pub(super) fn failed_cases(cases: &[Case]) -> Vec<String> {
    paths(cases).into_iter().filter(|(_, case)| case.failed).map(|(path, _)| path).collect()
}

/// The cases that have none in them, and their names behind those they are in.
pub(super) fn paths(cases: &[Case]) -> Vec<(String, &Case)> {
    let mut all = Vec::new();
    for case in cases {
        if case.cases.is_empty() {
            all.push((case.name.clone(), case));
        }
        let inner = paths(&case.cases).into_iter();
        all.extend(inner.map(|(path, inner)| (format!("{}/{path}", case.name), inner)));
    }
    all
}
