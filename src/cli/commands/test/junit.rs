//! Tests as JUnit's XML: a suite for each package, and each case as a test of its own.

use super::words::{paths, reason};
use crate::eval::testing::{Outcome, Tested, Totals};
use std::time::Duration;

/// All tests as one document.
pub(super) fn report(all: &[Tested]) -> String {
    let mut packages: Vec<&str> = Vec::new();
    for tested in all {
        if !packages.contains(&tested.rule.package.as_str()) {
            packages.push(&tested.rule.package);
        }
    }
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    text.push_str(&format!("<testsuites name=\"policy test\"{}>\n", counts(all.iter())));
    for package in packages {
        let own = || all.iter().filter(|tested| tested.rule.package == package);
        text.push_str(&format!("  <testsuite name=\"{}\"{}>\n", escaped(package), counts(own())));
        text.extend(own().map(suite_part));
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

/// How many tests came out how, and how long they took.
fn counts<'a>(all: impl Iterator<Item = &'a Tested>) -> String {
    let (mut totals, mut time) = (Totals::default(), Duration::ZERO);
    for tested in all {
        totals.add(tested);
        time += tested.duration;
    }
    format!(
        " tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.6}\"",
        totals.all(),
        totals.failed,
        totals.broken,
        totals.skipped,
        time.as_secs_f64()
    )
}

/// A test, or its cases.
fn suite_part(tested: &Tested) -> String {
    let cases = paths(&tested.cases);
    let is_told_whole = cases.is_empty() || matches!(tested.outcome, Outcome::Broken(_));
    if is_told_whole {
        let inside = match &tested.outcome {
            Outcome::Passed => String::new(),
            Outcome::Failed => element("failure", &reason(tested)),
            Outcome::Broken(_) => element("error", &reason(tested)),
            Outcome::Skipped => "      <skipped/>\n".to_owned(),
        };
        return case(tested, &tested.rule.name, tested.duration, &inside, true);
    }
    let mut text = String::new();
    for (number, (path, of)) in cases.into_iter().enumerate() {
        let inside = if of.failed { element("failure", "the case is not true") } else { String::new() };
        // The time and the output are those of all cases together, and told once.
        let is_first = number == 0;
        let time = if is_first { tested.duration } else { Duration::ZERO };
        text.push_str(&case(tested, &format!("{}/{path}", tested.rule.name), time, &inside, is_first));
    }
    text
}

fn case(tested: &Tested, name: &str, time: Duration, inside: &str, with_output: bool) -> String {
    let output = if with_output { tested.output.as_str() } else { "" };
    let mut inside = inside.to_owned();
    if !output.is_empty() {
        inside.push_str(&format!("      <system-out>{}</system-out>\n", escaped(output)));
    }
    let rule = &tested.rule;
    let start = format!(
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.6}\"",
        escaped(&rule.package),
        escaped(name),
        escaped(&rule.file),
        rule.row,
        time.as_secs_f64()
    );
    if inside.is_empty() { format!("{start}/>\n") } else { format!("{start}>\n{inside}    </testcase>\n") }
}

fn element(name: &str, message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    format!("      <{name} message=\"{}\">{}</{name}>\n", escaped(first), escaped(message))
}

/// A text as XML holds it; what XML cannot hold is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(character),
            '\r' => escaped.push_str("&#13;"),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_break_out_of_its_element() {
        assert_eq!(escaped("a<b>&\"\u{1b}[0m\n"), "a&lt;b&gt;&amp;&quot;\u{fffd}[0m\n");
    }
}
