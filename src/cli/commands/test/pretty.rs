//! Tests for people, as OPA 1.22.2 reports them.

use super::words::{outcome_word, told, traceback};
use crate::cli::durations::written;
use crate::eval::testing::{Case, Outcome, Tested, Totals};
use crate::eval::{Failed, TraceLine};
use crate::ui::traces::padded;

/// The line between parts of a report.
const RULE: &str = "--------------------------------------------------------------------------------\n";

/// How far columns of a trace are apart, besides a blank.
const COLUMN_GAP: usize = 4;

/// A report that is written while tests run.
#[derive(Debug, Default)]
pub(super) struct Pretty {
    verbose: bool,
    values: bool,
    totals: Totals,
    last_file: Option<String>,
    failures: String,
}

impl Pretty {
    /// A report; of tests that pass too, where it is verbose. Failures are told with the values in what did not hold,
    /// where these are wanted.
    pub(super) fn new(verbose: bool, values: bool) -> Self {
        Self { verbose, values, ..Self::default() }
    }

    /// What is to be told of one more test.
    pub(super) fn tested(&mut self, tested: &Tested) -> String {
        self.totals.add(tested);
        if (self.verbose || self.values) && matches!(tested.outcome, Outcome::Failed) {
            self.failures.push_str(&self.failure(tested));
        }
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
        let mut text = String::new();
        if !self.failures.is_empty() && self.totals.failed > 0 {
            text.push_str(&format!("{RULE}FAILURES\n{RULE}{}", self.failures));
        }
        if self.last_file.is_some() {
            text.push_str(RULE);
        }
        text.push_str(&summary(self.totals));
        text
    }

    /// All cases of a test, a line each.
    pub(super) fn cases(tested: &Tested) -> String {
        let mut text = String::new();
        Self { verbose: true, ..Self::default() }.write_cases(&tested.cases, 0, &mut text);
        text
    }

    /// What is known of a failure.
    fn failure(&self, tested: &Tested) -> String {
        let mut text = format!("{}\n", line(tested));
        if self.verbose {
            text.push_str(&format!("\n{}", trace(&tested.trace)));
        }
        if !tested.cases.is_empty() {
            text.push('\n');
            self.write_failed(&tested.cases, &mut Vec::new(), &mut text);
        } else if self.values {
            text.push_str(&failed_expression(tested.failed.as_ref(), ""));
        }
        text.push('\n');
        text
    }

    /// The cases that failed and have none in them, each below those it is in.
    fn write_failed<'c>(&self, cases: &'c [Case], above: &mut Vec<&'c str>, text: &mut String) {
        for case in cases {
            above.push(case.key());
            if case.failed && case.cases.is_empty() {
                let lines = above.iter().enumerate();
                text.extend(lines.map(|(depth, name)| format!("{}{name}: FAIL\n", "  ".repeat(depth + 1))));
                if self.values {
                    text.push_str(&failed_expression(case.failed_at.as_ref(), &"  ".repeat(above.len() + 1)));
                }
            }
            self.write_failed(&case.cases, above, text);
            let _ = above.pop();
        }
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
    let counts =
        [("PASS", totals.passed), ("FAIL", totals.failed), ("SKIPPED", totals.skipped), ("ERROR", totals.broken)];
    let lines = counts.iter().filter(|(_, count)| *count > 0);
    lines.map(|(word, count)| format!("{word}: {count}/{}\n", totals.all())).collect()
}

/// A test, and what came of it.
pub(super) fn line(tested: &Tested) -> String {
    let word = outcome_word(&tested.outcome);
    let line = format!("{}.{}: {word}", tested.rule.package, tested.rule.name);
    match tested.outcome {
        Outcome::Skipped => line,
        _ => format!("{line} ({})", written(tested.duration)),
    }
}

/// Events, each on a line, in columns.
fn trace(lines: &[TraceLine]) -> String {
    let width = |column: fn(&TraceLine) -> &str| {
        lines.iter().map(|line| column(line).len()).max().unwrap_or_default() + COLUMN_GAP
    };
    let (places, events) = (width(|line| &line.place), width(|line| &line.event));
    let mut text = String::new();
    for line in lines {
        // OPA indents each piece of a line that it writes: the place, the event and the end of the line.
        text.push_str(&format!("  {}   ", padded(&line.place, places)));
        match &line.values {
            Some(values) => text.push_str(&format!("{}   {values}  \n", padded(&line.event, events))),
            None => text.push_str(&format!("{}  \n", line.event)),
        }
    }
    text
}

/// An expression that did not hold, behind an empty line and with such a line after it, each line so far from the left.
fn failed_expression(failed: Option<&Failed>, indent: &str) -> String {
    let mut text = format!("{indent}\n");
    if let Some(failed) = failed {
        let (file, row) = failed.place();
        text.push_str(&format!("{indent}  {file}:{row}:\n{}", indented(&failed.text(), &format!("{indent}    "))));
        // What is written at once is indented once more, even the end of the line.
        text.push_str(&format!("{indent}\n"));
    }
    text
}

fn indented(text: &str, by: &str) -> String {
    text.split('\n').map(|line| format!("{by}{line}")).collect::<Vec<_>>().join("\n")
}
