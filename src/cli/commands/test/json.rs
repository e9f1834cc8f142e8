//! Tests for programs, as OPA 1.22.2 writes them.

use super::words::told;
use crate::eval::testing::{Case, Outcome, Tested};
use crate::eval::{EvalError, Value};
use crate::ui::answers::Tree;
use crate::ui::faults::{self, place};
use base64::Engine as _;
use std::borrow::Cow;

type Members = Vec<(Cow<'static, str>, Tree)>;

/// All tests as one array.
pub(super) fn report(all: &[Tested]) -> String {
    Tree::List(all.iter().map(result).collect()).json() + "\n"
}

fn result(tested: &Tested) -> Tree {
    let rule = &tested.rule;
    let yes = || Tree::Value(Value::Bool(true));
    let mut members: Members = vec![
        ("location".into(), place(&rule.file, rule.row, rule.column)),
        ("package".into(), Tree::Text(rule.package.clone())),
        ("name".into(), Tree::Text(rule.name.clone())),
    ];
    match &tested.outcome {
        Outcome::Passed => {}
        Outcome::Failed => members.push(("fail".into(), yes())),
        Outcome::Broken(error) => members.push(("error".into(), problem(error))),
        Outcome::Skipped => members.push(("skip".into(), yes())),
    }
    let nanoseconds = u64::try_from(tested.duration.as_nanos()).unwrap_or(u64::MAX);
    members.push(("duration".into(), Tree::Value(Value::from(nanoseconds))));
    if !tested.output.is_empty() {
        let output = base64::engine::general_purpose::STANDARD.encode(&tested.output);
        members.push(("output".into(), Tree::Text(output)));
    }
    push_cases(&tested.cases, &mut members);
    Tree::Object(members)
}

fn push_cases(cases: &[Case], members: &mut Members) {
    if cases.is_empty() {
        return;
    }
    let case = |case: &Case| {
        let mut members = Members::new();
        if !case.name.is_empty() {
            members.push(("name".into(), Tree::Text(case.name.clone())));
        }
        if case.failed {
            members.push(("fail".into(), Tree::Value(Value::Bool(true))));
        }
        push_cases(&case.cases, &mut members);
        (case.key().to_owned().into(), Tree::Object(members))
    };
    members.push(("sub_results".into(), Tree::Object(cases.iter().map(case).collect())));
}

/// An error, or several of them.
fn problem(error: &EvalError) -> Tree {
    match error {
        EvalError::Evaluation(fault) => faults::by_code(fault),
        EvalError::Compile(faults) => Tree::List(faults.iter().map(faults::by_code).collect()),
        other => Tree::Object(vec![("message".into(), Tree::Text(told(other)))]),
    }
}
