//! What tests evaluated, as OPA 1.22.2 reports it in the place of the tests.

use super::pretty::{Pretty, line};
use super::words::told;
use super::{TestArgs, ended};
use crate::cli::Context;
use crate::eval::testing::{Outcome, Tested};
use crate::ops::OpsError;
use crate::ops::test::Suite;
use crate::ui::answers;

/// Runs the tests once and reports what they evaluated; tests that do not pass are reported alone.
pub(super) fn run(suite: &Suite, arguments: &TestArgs, verbose: bool, context: &Context) -> Result<(), OpsError> {
    let mut all = Vec::new();
    let coverage = suite.run(|tested| all.push(tested));
    let error = all.iter().find_map(|tested| match &tested.outcome {
        Outcome::Broken(error) => Some(told(error)),
        _ => None,
    });
    if let Some(error) = error {
        context.ui.plain(&format!("{error}\n"));
        return Err(OpsError::Ended(1));
    }
    let failed: Vec<&Tested> = all.iter().filter(|tested| matches!(tested.outcome, Outcome::Failed)).collect();
    if let Some(first) = failed.first() {
        let mut pretty = Pretty::new(verbose, false);
        let report: String = failed.iter().map(|tested| pretty.tested(tested)).collect();
        context.ui.content(&format!("{report}{}", pretty.end()))?;
        context.ui.plain(&format!("{}\n{}\n", line(first), Pretty::cases(first)));
        return Err(OpsError::Ended(1));
    }
    let percentage = coverage.percentage();
    if percentage < arguments.threshold {
        let mut text =
            format!("Code coverage threshold not met: got {percentage:.2} instead of {:.2}", arguments.threshold);
        if verbose {
            text.push_str("\nLines not covered:");
            text.extend(coverage.rows_not_covered().map(|(file, first, last)| match first == last {
                true => format!("\n\t{file}:{first}"),
                false => format!("\n\t{file}:{first}-{last}"),
            }));
        }
        context.ui.plain(&(text + "\n"));
        return Err(OpsError::Ended(2));
    }
    context.ui.content(&(answers::coverage(&coverage).json() + "\n"))?;
    ended(&all, arguments)
}
