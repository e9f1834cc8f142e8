//! Tests as commands of a workflow of GitHub, which shows them at the lines they stand on.

use super::pretty::summary;
use super::words::{outcome_word, reason};
use crate::eval::testing::{Outcome, Tested, Totals};

/// A test as a command; none where it passed.
pub(super) fn tested(tested: &Tested) -> String {
    let command = match tested.outcome {
        Outcome::Passed => return String::new(),
        Outcome::Failed | Outcome::Broken(_) => "error",
        Outcome::Skipped => "notice",
    };
    let rule = &tested.rule;
    let title = format!("{}.{}: {}", rule.package, rule.name, outcome_word(&tested.outcome));
    let mut message = reason(tested);
    if !tested.output.trim().is_empty() {
        message.push_str(&format!("\n{}", tested.output.trim_end()));
    }
    format!(
        "::{command} file={},line={},col={},title={}::{}\n",
        property(&rule.file),
        rule.row,
        rule.column,
        property(&title),
        data(&message)
    )
}

/// The end of the report.
pub(super) fn end(totals: Totals) -> String {
    summary(totals)
}

/// A text as the value of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text as a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_a_command() {
        assert_eq!(data("a%\r\n::error::b"), "a%25%0D%0A::error::b");
        assert_eq!(property("a,b:c"), "a%2Cb%3Ac");
    }
}
