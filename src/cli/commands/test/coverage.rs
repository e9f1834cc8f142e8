//! What tests evaluated, as OPA 1.22.2 reports it in the place of the tests.

use super::pretty::{Pretty, line};
use super::words::told;
use super::{TestArgs, ended};
use crate::cli::Context;
use crate::eval::testing::{Outcome, Tested};
use crate::ops::OpsError;
use crate::ops::test::Suite;
use serde_json::Value;

/// Runs the tests once and reports what they evaluated; tests that do not pass are reported alone.
pub(super) fn run(suite: &Suite, arguments: &TestArgs, verbose: bool, context: &Context) -> Result<(), OpsError> {
    let mut all = Vec::new();
    let coverage = suite.run(|tested| all.push(tested));
    let error = all.iter().find_map(|tested| match &tested.outcome {
        Outcome::Broken(error) => Some(told(error)),
        _ => None,
    });
    if let Some(error) = error {
        context.ui.aside(&error);
        return Err(OpsError::Ended(1));
    }
    let failed: Vec<&Tested> = all.iter().filter(|tested| matches!(tested.outcome, Outcome::Failed)).collect();
    if let Some(first) = failed.first() {
        let mut pretty = Pretty::new(verbose);
        let report: String = failed.iter().map(|tested| pretty.tested(tested)).collect();
        context.ui.content(&format!("{report}{}", pretty.end()))?;
        context.ui.aside(&format!("{}\n{}", line(first), Pretty::cases(first)));
        return Err(OpsError::Ended(1));
    }
    let percentage = coverage.percentage();
    if percentage < arguments.threshold {
        let mut text =
            format!("Code coverage threshold not met: got {percentage:.2} instead of {:.2}", arguments.threshold);
        if verbose {
            text.push_str("\nLines not covered:");
            text.extend(coverage.rows_not_covered().map(|(file, row)| format!("\n\t{file}:{row}")));
        }
        context.ui.aside(&text);
        return Err(OpsError::Ended(2));
    }
    let mut report = String::new();
    write(&coverage.json(), 0, &mut report);
    context.ui.content(&format!("{report}\n"))?;
    ended(&all, arguments)
}

/// The members of a report in OPA's order; all others stand in the order of their names.
const ORDER: [&str; 11] = [
    "files",
    "start",
    "end",
    "row",
    "col",
    "kinds",
    "covered",
    "not_covered",
    "covered_lines",
    "not_covered_lines",
    "coverage",
];

/// Writes a report as OPA does, two blanks for each level, whole numbers without a point.
fn write(value: &Value, depth: usize, text: &mut String) {
    let line = |text: &mut String, depth: usize| text.push_str(&format!("\n{}", "  ".repeat(depth)));
    match value {
        Value::Object(members) if !members.is_empty() => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name).unwrap_or_default());
            text.push('{');
            for (place, (name, member)) in members.into_iter().enumerate() {
                text.push_str(if place > 0 { "," } else { "" });
                line(text, depth + 1);
                text.push_str(&format!("{}: ", Value::from(name.as_str())));
                write(member, depth + 1, text);
            }
            line(text, depth);
            text.push('}');
        }
        Value::Array(members) if !members.is_empty() => {
            text.push('[');
            for (place, member) in members.iter().enumerate() {
                text.push_str(if place > 0 { "," } else { "" });
                line(text, depth + 1);
                write(member, depth + 1, text);
            }
            line(text, depth);
            text.push(']');
        }
        other => text.push_str(other.to_string().trim_end_matches(".0")),
    }
}
