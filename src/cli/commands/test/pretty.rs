//! Tests for people, as OPA 1.22.2 reports them.

use super::duration::go;
use super::words::{outcome_word, told, traceback};
use crate::eval::testing::{Case, Outcome, Tested, Totals};

/// The line between parts of a report.
const RULE: &str = "--------------------------------------------------------------------------------\n";

/// A report that is written while tests run.
#[derive(Debug, Default)]
pub(super) struct Pretty {
    verbose: bool,
    totals: Totals,
    last_file: Option<String>,
}

impl Pretty {
    /// A report; of tests that pass too, where it is verbose.
    pub(super) fn new(verbose: bool) -> Self {
        Self { verbose, ..Self::default() }
    }

    /// What is to be told of one more test.
    pub(super) fn tested(&mut self, tested: &Tested) -> String {
        self.totals.add(tested);
        if !self.verbose && matches!(tested.outcome, Outcome::Passed) {
            return String::new();
        }
        let mut text = String::new();
        if self.last_file.as_ref().is_some_and(|file| *file != tested.rule.file) {
            text.push('\n');
        }
        self.last_file = Some(tested.rule.file.clone());
        text.push_str(&format!("{}:{}:\n{}\n", tested.rule.file, tested.rule.row, line(tested)));
        self.write_cases(&tested.cases, 1, &mut text);
        if !tested.output.is_empty() {
            text.push_str(&format!("\n{}\n\n", indented(tested.output.trim(), "  ")));
        }
        if let Outcome::Broken(error) = &tested.outcome {
            text.push_str(&format!("  {}\n", told(error)));
            let places = traceback(error);
            if !places.is_empty() {
                text.push_str("  Traceback:\n");
            }
            text.extend(places.iter().map(|place| format!("    {place}\n")));
        }
        text
    }

    /// The end of the report.
    pub(super) fn end(&self) -> String {
        let mut text = if self.last_file.is_some() { RULE.to_owned() } else { String::new() };
        text.push_str(&summary(self.totals));
        text
    }

    fn write_cases(&self, cases: &[Case], depth: usize, text: &mut String) {
        for case in cases {
            if case.failed || self.verbose {
                let word = if case.failed { "FAIL" } else { "PASS" };
                text.push_str(&format!("{}{}: {word}\n", "  ".repeat(depth), case.name));
            }
            self.write_cases(&case.cases, depth + 1, text);
        }
    }
}

/// How many tests came out how, a line each.
pub(super) fn summary(totals: Totals) -> String {
    let counts = [
        ("PASS", totals.passed),
        ("FAIL", totals.failed),
        ("SKIPPED", totals.skipped),
        ("ERROR", totals.broken),
    ];
    let lines = counts.iter().filter(|(_, count)| *count > 0);
    lines.map(|(word, count)| format!("{word}: {count}/{}\n", totals.all())).collect()
}

/// A test, and what came of it.
fn line(tested: &Tested) -> String {
    let word = outcome_word(&tested.outcome);
    let line = format!("{}.{}: {word}", tested.rule.package, tested.rule.name);
    match tested.outcome {
        Outcome::Skipped => line,
        _ => format!("{line} ({})", go(tested.duration)),
    }
}

fn indented(text: &str, by: &str) -> String {
    text.split('\n').map(|line| format!("{by}{line}")).collect::<Vec<_>>().join("\n")
}
