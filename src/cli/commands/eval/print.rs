//! What came of a query, as `opa eval` prints it.

use super::FormatOfResult;
use crate::cli::Context;
use crate::cli::explain::trace;
use crate::cli::metrics::{self, Metrics};
use crate::eval::{Fault, ResultRow, traced};
use crate::ops::OpsError;
use crate::ops::eval::Asked;
use crate::ui::answers::{self, Tree};
use crate::ui::{faults, traces};

/// How long the steps took, as a table.
fn measured(runs: &[Metrics]) -> String {
    match runs {
        [] => String::new(),
        [only] => metrics::table(only),
        several => metrics::aggregated_table(several),
    }
}

/// Prints what came of it.
pub(super) fn tell(
    asked: &Asked,
    builtin_errors: &[Fault],
    runs: &[Metrics],
    format: FormatOfResult,
    context: &Context,
) -> Result<(), OpsError> {
    let none = Vec::new();
    let (rows, errors): (&[ResultRow], &[Fault]) = match &asked.result {
        Ok(rows) => (rows, builtin_errors),
        Err(faults) => (&none, faults),
    };
    let is_json = matches!(format, FormatOfResult::Json | FormatOfResult::Discard);
    if !is_json && !errors.is_empty() {
        if format == FormatOfResult::Pretty {
            context.ui.content(&(trace(&asked.events) + &measured(runs)))?;
        }
        context.ui.plain(&faults::text(errors));
        return Ok(());
    }
    let text = match format {
        FormatOfResult::Json | FormatOfResult::Discard => {
            let mut members = Vec::new();
            if !errors.is_empty() {
                members.push(("errors".into(), faults::list(errors)));
            }
            if !rows.is_empty() {
                members.push((
                    "result".into(),
                    match format {
                        FormatOfResult::Discard => Tree::Text("discarded".to_owned()),
                        _ => answers::result(rows),
                    },
                ));
            }
            match runs {
                [] => {}
                [only] => members.push(("metrics".into(), metrics::tree(only))),
                several => members.push(("aggregated_metrics".into(), metrics::aggregated_tree(several))),
            }
            if !asked.events.is_empty() {
                let lines = traces::lines(&traced(&asked.events)).into_iter().map(Tree::Text);
                members.push(("explanation".into(), Tree::List(lines.collect())));
            }
            if let Some(coverage) = &asked.coverage {
                members.push(("coverage".into(), answers::coverage(coverage)));
            }
            let document = Tree::Object(members);
            let document = if format == FormatOfResult::Discard { document.sorted() } else { document };
            document.json() + "\n"
        }
        FormatOfResult::Pretty => {
            let mut text = trace(&asked.events) + &answers::pretty(rows, None) + &measured(runs);
            if let Some(coverage) = &asked.coverage {
                text.push_str(&answers::overall(coverage));
            }
            text
        }
        FormatOfResult::Raw => answers::raw(rows),
        FormatOfResult::Values => answers::values(rows),
        FormatOfResult::Bindings => answers::bindings(rows),
    };
    context.ui.content(&text)?;
    Ok(())
}
