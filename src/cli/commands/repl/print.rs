//! What came of statements, as OPA's REPL writes it.

use super::settings::Settings;
use crate::cli::explain::trace;
use crate::cli::metrics;
use crate::eval::session::{Answer, SessionError};
use crate::eval::{EvalError, Fault, Times};
use crate::ops::documents::{LoadTimes, of_parser};
use crate::ui::answers::{self, Tree};
use crate::ui::faults;

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
    let times = Times { reading: Some(settings.reading), ..*times };
    let metrics = settings.metrics.then(|| metrics::measured(&LoadTimes::default(), &times));
    match (answer.result, settings.json) {
        (Ok(rows), false) => {
            let mut text = trace(&answer.events);
            text.push_str(&answers::pretty_exact(&rows, settings.limit()));
            text + &metrics.map(|metrics| metrics::table(&metrics)).unwrap_or_default()
        }
        (Err(error), false) => {
            let mut text = trace(&answer.events);
            text.push_str(&faults::text(&listed(error)));
            text + &metrics.map(|metrics| metrics::table(&metrics)).unwrap_or_default()
        }
        (result, true) => {
            let mut members = Vec::new();
            match result {
                Err(error) => members.push(("errors".into(), faults::list(&listed(error)))),
                Ok(rows) if rows.is_empty() => {}
                Ok(rows) => members.push(("result".into(), answers::result(&rows))),
            }
            if let Some(metrics) = metrics {
                members.push(("metrics".into(), metrics::tree(&metrics)));
            }
            Tree::Object(members).json() + "\n"
        }
    }
}
