//! Runs the tests of policies.

mod ask;
mod cases;
mod run;

pub use cases::Case;
pub use run::run;

use super::{EvalError, Failed, TraceLine};
use crate::rego::check::TestRule;
use std::time::Duration;

/// A test, and what came of it.
#[derive(Debug)]
pub struct Tested {
    /// The test.
    pub rule: TestRule,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took.
    pub duration: Duration,
    /// What it printed, lines ended.
    pub output: String,
    /// Its cases, by name.
    pub cases: Vec<Case>,
    /// What did not hold on the way, where it failed and events are kept.
    pub trace: Vec<TraceLine>,
    /// The last expression that did not hold, where it failed and values are to be shown.
    pub failed: Option<Failed>,
}

/// What came of a test.
#[derive(Debug)]
pub enum Outcome {
    /// Its document is `true`, or all its cases passed.
    Passed,
    /// Its document is something else or undefined, or a case failed.
    Failed,
    /// It was not run.
    Skipped,
    /// It could not be evaluated.
    Broken(EvalError),
}

/// How many tests, with each of their cases for one, came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Those that passed.
    pub passed: usize,
    /// Those that failed.
    pub failed: usize,
    /// Those that were not run.
    pub skipped: usize,
    /// Those that could not be evaluated.
    pub broken: usize,
}

impl Totals {
    /// Counts one more test.
    pub fn add(&mut self, tested: &Tested) {
        match tested.outcome {
            Outcome::Skipped => self.skipped += 1,
            Outcome::Broken(_) => self.broken += 1,
            Outcome::Passed | Outcome::Failed if !tested.cases.is_empty() => {
                for case in tested.cases.iter().flat_map(Case::leaves) {
                    *(if case.failed { &mut self.failed } else { &mut self.passed }) += 1;
                }
            }
            Outcome::Passed => self.passed += 1,
            Outcome::Failed => self.failed += 1,
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn all(&self) -> usize {
        self.passed + self.failed + self.skipped + self.broken
    }
}
