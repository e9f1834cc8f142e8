//! What came of a test, in words.

use crate::eval::EvalError;
use crate::eval::testing::{Case, Outcome, Tested};
use crate::ui::faults;

/// OPA's word for an outcome.
pub(super) fn outcome_word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "PASS",
        Outcome::Failed => "FAIL",
        Outcome::Skipped => "SKIPPED",
        Outcome::Broken(_) => "ERROR",
    }
}

/// An error as OPA tells it, without the queries that led to it.
pub(super) fn told(error: &EvalError) -> String {
    match error {
        EvalError::Compile(faults) => faults::text(faults).trim_end().to_owned(),
        EvalError::Evaluation(fault) if !fault.is_placed => format!("{}: {}", fault.code, fault.message),
        other => other.to_string(),
    }
}

/// The queries that led to an error, the innermost first, a line each.
pub(super) fn traceback(error: &EvalError) -> Vec<String> {
    let EvalError::Evaluation(fault) = error else { return Vec::new() };
    fault.trace.iter().map(faults::frame_line).collect()
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
