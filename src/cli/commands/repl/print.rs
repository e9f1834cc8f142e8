//! What came of statements, as OPA's REPL writes it.

use super::settings::Settings;
use crate::eval::session::{Answer, SessionError, Times};
use crate::eval::{EvalError, Event, Fault, Value, traced};
use crate::ops::documents::of_parser;
use crate::ui::answers::{self, Tree};
use crate::ui::faults;
use std::time::Duration;

/// An error as the list OPA tells.
pub(super) fn listed(error: EvalError) -> Vec<Fault> {
    match error {
        EvalError::Parse { file, errors } => errors.into_iter().map(|error| of_parser(&file, error)).collect(),
        EvalError::Compile(faults) => faults,
        EvalError::Evaluation(fault) => vec![*fault],
        other => vec![Fault { message: other.to_string(), ..Fault::default() }],
    }
}

/// Why a statement came to nothing, without the newline at its end.
pub(super) fn refusal(error: SessionError) -> String {
    match error {
        SessionError::Plain(message) => message,
        SessionError::Refused(error) => faults::text(&listed(error)).trim_end_matches('\n').to_owned(),
        SessionError::Input(error) => listed(error).iter().map(faults::line).collect::<Vec<_>>().join("\n"),
    }
}

/// What a query gave.
pub(super) fn answer(answer: Answer, times: &Times, settings: &Settings) -> String {
    let metrics = settings.metrics.then(|| measured(times, settings.reading));
    match (answer.result, settings.json) {
        (Ok(rows), false) => {
            let mut text = trace(&answer.events);
            text.push_str(&answers::pretty_exact(&rows, settings.limit()));
            text + &metrics.map(|metrics| metric_table(&metrics)).unwrap_or_default()
        }
        (Err(error), false) => {
            let mut text = trace(&answer.events);
            text.push_str(&faults::text(&listed(error)));
            text + &metrics.map(|metrics| metric_table(&metrics)).unwrap_or_default()
        }
        (result, true) => {
            let mut members = Vec::new();
            match result {
                Err(error) => members.push(("errors".into(), faults::list(&listed(error)))),
                Ok(rows) if rows.is_empty() => {}
                Ok(rows) => members.push(("result".into(), answers::result(&rows))),
            }
            if let Some(metrics) = metrics {
                let number = |nanoseconds: u64| Tree::Value(Value::from(nanoseconds));
                let metrics = metrics.into_iter().map(|(name, time)| (name.into(), number(time)));
                members.push(("metrics".into(), Tree::Object(metrics.collect())));
            }
            Tree::Object(members).json() + "\n"
        }
    }
}

/// Events, a line each.
fn trace(events: &[Event]) -> String {
    let lines = traced(events);
    let width = lines.iter().map(|line| line.place.chars().count()).max().unwrap_or_default() + 4;
    lines.iter().map(|line| format!("{:<width$} {}\n", line.place, line.event)).collect()
}

/// How long the steps of a statement took, in nanoseconds, by the names of OPA.
fn measured(times: &Times, reading: Duration) -> Vec<(&'static str, u64)> {
    let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let steps = [
        ("timer_rego_module_compile_ns", times.modules),
        ("timer_rego_query_compile_ns", times.query),
        ("timer_rego_query_eval_ns", times.evaluation),
        ("timer_rego_query_parse_ns", Some(reading)),
    ];
    steps.into_iter().filter_map(|(name, time)| Some((name, nanoseconds(time?)))).collect()
}

fn metric_table(metrics: &[(&'static str, u64)]) -> String {
    let rows: Vec<Vec<String>> =
        metrics.iter().map(|(name, time)| vec![(*name).to_owned(), time.to_string()]).collect();
    answers::boxed(&["Metric", "Value"], &rows)
}
