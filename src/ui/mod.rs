//! The only place that prints: results to standard output, everything else to standard error.

pub mod answers;
pub mod editor;
mod escape;
pub mod faults;
mod log;
mod progress;
mod prompt;
pub mod repl_help;
mod snippet;
mod table;
mod tally;
pub mod traces;

pub use escape::{Safe, lines};
pub use progress::{Bars, Bytes};
pub use snippet::{Lines, Mark, Snippet};
pub use table::table;
pub use tally::Tally;

use std::io::{self, IsTerminal, Write};

/// How results are rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people: the Go CLI's sentences and tables.
    Text,
    /// For programs: one JSON document.
    Json,
}

/// What is known of the terminal and of the wishes for output.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// How results are rendered.
    pub format: Format,
    /// Print the digest, or the name, alone.
    pub quiet: bool,
    /// Whether messages on standard error may be coloured.
    pub colour: bool,
    /// Whether progress bars may be drawn.
    pub progress: bool,
}

/// A result that can be shown to people and to programs.
pub trait Report {
    /// Lines for people.
    fn text(&self) -> String;
    /// The same as one JSON value.
    fn json(&self) -> serde_json::Value;
    /// What `-q` prints: the digests, or the names, alone.
    fn quiet(&self) -> Vec<String>;
}

/// Prints. One value for the whole run.
#[derive(Debug, Clone)]
pub struct Ui {
    look: Look,
    bars: Bars,
}

impl Ui {
    /// A printer with this look.
    #[must_use]
    pub fn new(look: Look) -> Self {
        Self { look, bars: Bars::new(look.progress) }
    }

    /// Whether somebody sits at standard input.
    #[must_use]
    pub fn is_interactive(&self) -> bool {
        io::stdin().is_terminal()
    }

    /// The wishes for output.
    #[must_use]
    pub fn look(&self) -> Look {
        self.look
    }

    /// Shows one result.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub fn report(&self, outcome: &dyn Report) -> io::Result<()> {
        self.reports(&[outcome], false)
    }

    /// Shows one result of several, now. In JSON they are collected: see [`Ui::reports`].
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub fn report_item(&self, outcome: &dyn Report) -> io::Result<()> {
        if self.look.quiet || self.look.format == Format::Text { self.report(outcome) } else { Ok(()) }
    }

    /// Shows results; in JSON as an array if `list`, else the first alone.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub fn reports(&self, outcomes: &[&dyn Report], list: bool) -> io::Result<()> {
        let mut text = String::new();
        if self.look.quiet {
            for line in outcomes.iter().flat_map(|outcome| outcome.quiet()) {
                text.push_str(&line);
                text.push('\n');
            }
        } else if self.look.format == Format::Json {
            let value = if list {
                serde_json::Value::Array(outcomes.iter().map(|outcome| outcome.json()).collect())
            } else {
                outcomes.first().map_or(serde_json::Value::Null, |outcome| outcome.json())
            };
            text = format!("{value:#}\n");
        } else {
            for outcome in outcomes {
                text.push_str(&outcome.text());
            }
        }
        self.bars.aside(|| write_out(text.as_bytes()))
    }

    /// Writes text to standard output as it is.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub fn content(&self, text: &str) -> io::Result<()> {
        self.bars.aside(|| write_out(text.as_bytes()))
    }

    /// Writes text of a policy or about it to standard output: as it is, but for what a terminal would obey if it is one.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub fn shown(&self, text: &str) -> io::Result<()> {
        if io::stdout().is_terminal() { self.content(&tame(text)) } else { self.content(text) }
    }

    /// Writes text of a policy or about it on standard error, as it is but for what a terminal would obey.
    pub fn plain(&self, text: &str) {
        let text = tame(text);
        self.bars.aside(|| drop(io::Write::write_all(&mut io::stderr(), text.as_bytes())));
    }

    /// Tells something nobody asked for, on standard error.
    pub fn note(&self, text: &str) {
        self.message("note", "1;36", text);
    }

    /// Tells of something that may be wrong, on standard error.
    pub fn warn(&self, text: &str) {
        self.message("warning", "1;33", text);
    }

    /// Tells of a failure and the ways out of it, on standard error.
    pub fn failure(&self, text: &str, hints: &[String]) {
        self.message("error", "1;31", text);
        for hint in hints {
            self.message("  hint", "1;32", hint);
        }
    }

    fn message(&self, label: &str, colour: &str, text: &str) {
        let text = lines(text);
        let line = if self.look.colour {
            format!("\u{1b}[{colour}m{label}:\u{1b}[0m {text}\n")
        } else {
            format!("{label}: {text}\n")
        };
        // Nothing can be told to somebody whose standard error is closed.
        let _ = self.bars.aside(|| io::stderr().lock().write_all(line.as_bytes()));
    }

    /// A bar for bytes on their way, below those that there are; drawn only on a terminal.
    #[must_use]
    pub fn bytes(&self, what: &str, total: u64) -> Bytes {
        self.bars.start(what, total)
    }

    /// Shows the events of a run on standard error, up to a level: 0 errors, 1 information, 2 debugging, 3 everything. A
    /// second call in one process changes only the level.
    pub fn install_log(&self, verbosity: u8, json: bool) {
        log::install(verbosity, json, &self.bars);
    }
}

/// A text with a mark in the place of what a terminal would obey. The text may be long, and its tabs stand below those of
/// a line.
fn tame(text: &str) -> String {
    let is_obeyed = |character: &char| !matches!(character, '\n' | '\t') && Safe::is_dangerous(*character);
    text.chars().map(|character| if is_obeyed(&character) { '\u{fffd}' } else { character }).collect()
}

/// Writes all bytes to standard output and flushes it.
fn write_out(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// The Go CLI's message: a blank line, a sentence, then one `name: value` a line.
#[must_use]
pub fn sentence(text: &str, values: &[(&str, &str)]) -> String {
    let mut message = format!("\n{}\n", Safe(text));
    for (name, value) in values {
        message.push_str(&format!("{name}: {}\n", Safe(value)));
    }
    message
}

/// A size as people read it, in powers of 1000 as the Go CLI prints it: `924B`, `1.0kB`, `12MB`.
#[must_use]
pub fn human_size(bytes: u64) -> String {
    let mut unit = 1u64;
    for (name, next) in [("B", 1000u64), ("kB", 1_000_000), ("MB", 1_000_000_000), ("GB", 1_000_000_000_000)] {
        if bytes < next {
            return scaled(bytes, unit, name);
        }
        unit = next;
    }
    scaled(bytes, unit, "TB")
}

/// One decimal below ten units, none above, rounded to the nearest.
fn scaled(bytes: u64, unit: u64, name: &str) -> String {
    if unit == 1 {
        return format!("{bytes}{name}");
    }
    let tenths = bytes.saturating_mul(10).saturating_add(unit / 2) / unit;
    if tenths < 100 {
        format!("{}.{}{name}", tenths / 10, tenths % 10)
    } else {
        format!("{}{name}", bytes.saturating_add(unit / 2) / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_the_go_cli_prints_them() {
        for (bytes, wanted) in [
            (0, "0B"),
            (924, "924B"),
            (999, "999B"),
            (1000, "1.0kB"),
            (1012, "1.0kB"),
            (1550, "1.6kB"),
            (12_345, "12kB"),
            (1_000_000, "1.0MB"),
            (209_715_200, "210MB"),
            (5_000_000_000, "5.0GB"),
        ] {
            assert_eq!(human_size(bytes), wanted);
        }
    }

    #[test]
    fn a_message_is_a_blank_line_a_sentence_and_its_values() {
        assert_eq!(sentence("Tagging image.", &[("reference", "a/b:1")]), "\nTagging image.\nreference: a/b:1\n");
    }
}
