//! The line that somebody types at a terminal: editing, earlier lines, names that complete a word.

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Helper};
use std::io;

/// How many earlier lines can be found again.
const REMEMBERED: usize = 100_000;

/// What came of a line.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// It was entered. It has several lines where they were pasted or were entered so before.
    Line(String),
    /// Somebody pressed control and C.
    Interrupted,
    /// Somebody pressed control and D on an empty line.
    Ended,
}

/// A name that may complete a word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// The name.
    pub name: String,
    /// What is listed.
    pub shown: String,
    /// Whether it completes the first word of a line alone.
    pub leads: bool,
}

/// Reads lines of a terminal.
pub struct Editor {
    inner: rustyline::Editor<Names, MemHistory>,
}

impl std::fmt::Debug for Editor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Editor")
    }
}

impl Editor {
    /// An editor that knows earlier lines, the oldest first.
    ///
    /// # Errors
    /// When there is no terminal.
    pub fn new(earlier: impl IntoIterator<Item = String>) -> io::Result<Self> {
        let builder = Config::builder().auto_add_history(false).history_ignore_dups(true).map_err(read)?;
        let builder = builder.max_history_size(REMEMBERED).map_err(read)?;
        let builder = builder.completion_type(CompletionType::List).completion_show_all_if_ambiguous(true);
        let config = builder.build();
        let history = MemHistory::with_config(&config);
        let mut inner = rustyline::Editor::with_history(config, history).map_err(read)?;
        inner.set_helper(Some(Names::default()));
        for line in earlier {
            let _ = inner.add_history_entry(line).map_err(read)?;
        }
        Ok(Self { inner })
    }

    /// Names that complete words from now on.
    pub fn complete_with(&mut self, mut candidates: Vec<Candidate>) {
        candidates.sort();
        candidates.dedup();
        self.inner.set_helper(Some(Names { candidates }));
    }

    /// Finds a line again from now on.
    pub fn remember(&mut self, line: &str) {
        let _ = self.inner.add_history_entry(line);
    }

    /// The line that is typed behind a prompt; `begun` stands there at first.
    ///
    /// # Errors
    /// When the terminal cannot be read.
    pub fn line(&mut self, prompt: &str, begun: &str) -> io::Result<Typed> {
        loop {
            return match self.inner.readline_with_initial(prompt, (begun, "")) {
                Ok(line) => Ok(Typed::Line(line)),
                Err(ReadlineError::Interrupted) => Ok(Typed::Interrupted),
                Err(ReadlineError::Eof) => Ok(Typed::Ended),
                // The window has another size now.
                Err(ReadlineError::Signal(_)) => continue,
                Err(error) => Err(read(error)),
            };
        }
    }
}

fn read(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

/// Completes words.
#[derive(Default)]
struct Names {
    candidates: Vec<Candidate>,
}

impl Helper for Names {}
impl Highlighter for Names {}
impl Validator for Names {}
impl Hinter for Names {
    type Hint = String;
}

impl Completer for Names {
    type Candidate = Pair;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = line.get(..position).unwrap_or_default();
        let start = word(before);
        let typed = before.get(start..).unwrap_or_default();
        let leads = before.get(..start).unwrap_or_default().trim().is_empty();
        let fits = |candidate: &&Candidate| candidate.name.starts_with(typed) && (leads || !candidate.leads);
        let pair =
            |candidate: &Candidate| Pair { display: candidate.shown.clone(), replacement: candidate.name.clone() };
        Ok((start, self.candidates.iter().filter(fits).map(pair).collect()))
    }
}

/// Where the word begins that a text ends with.
fn word(before: &str) -> usize {
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.');
    let start = before
        .rfind(|character| !is_part(character))
        .map_or(0, |place| place + before.get(place..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    // Commands have hyphens.
    let is_command =
        !before.is_empty() && before.chars().all(|character| character.is_ascii_lowercase() || character == '-');
    if is_command { 0 } else { start }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_goes_back_to_what_is_part_of_no_name() {
        assert_eq!(word("1 + data.app.al"), 4);
        assert_eq!(word("unset-pa"), 0);
        assert_eq!(word("x-da"), 0);
        assert_eq!(word("x -da"), 3);
        assert_eq!(word("é.a"), 2);
        assert_eq!(word(""), 0);
    }
}
