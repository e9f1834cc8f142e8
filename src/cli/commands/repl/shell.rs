//! A session and its settings: takes lines, says what came of them.

use super::commands::command;
use super::print;
use super::settings::Settings;
use crate::cli::Context;
use crate::eval::EvalError;
use crate::eval::session::{Answer, Asking, Outcome, Session, SessionError};
use crate::ops::OpsError;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Whether a session goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    GoesOn,
    Ends,
}

/// A session and its settings.
pub(super) struct Shell<'c> {
    context: &'c Context,
    pub(super) session: Session,
    pub(super) settings: Settings,
    /// Ends what is evaluated as soon as it is true.
    pub(super) stop: Arc<AtomicBool>,
    /// The lines of a statement that is not complete.
    buffer: Option<Vec<u8>>,
}

impl<'c> Shell<'c> {
    pub(super) fn new(context: &'c Context, session: Session, settings: Settings) -> Self {
        Self { context, session, settings, stop: Arc::default(), buffer: None }
    }

    /// Writes to standard output; what a terminal would obey is replaced there.
    pub(super) fn write(&self, text: &str) -> Result<(), OpsError> {
        if !text.is_empty() {
            self.context.ui.shown(text)?;
        }
        Ok(())
    }

    /// Takes a line of a pipe: a command, a statement, or a part of a statement that an empty line ends.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<Flow, OpsError> {
        match self.buffer.take() {
            None => {
                let text = String::from_utf8_lossy(line);
                if let Some(typed) = command(&text) {
                    return self.obey(&typed);
                }
                if text.trim().is_empty() {
                    return Ok(Flow::GoesOn);
                }
                let start = Instant::now();
                let read = self.session.read(line);
                self.settings.reading = start.elapsed();
                match read {
                    Ok(typed) => self.run(&typed)?,
                    Err(_) => self.buffer = Some(line.to_vec()),
                }
            }
            Some(mut lines) if line.is_empty() => {
                lines.push(b'\n');
                self.block(&lines)?;
            }
            Some(mut lines) => {
                lines.push(b'\n');
                lines.extend_from_slice(line);
                self.buffer = Some(lines);
            }
        }
        Ok(Flow::GoesOn)
    }

    /// Takes a whole block: a command or statements.
    pub(super) fn block(&mut self, text: &[u8]) -> Result<(), OpsError> {
        if text.trim_ascii().is_empty() {
            return Ok(());
        }
        let start = Instant::now();
        let read = self.session.read(text);
        self.settings.reading = start.elapsed();
        match read {
            Ok(typed) => self.run(&typed),
            Err(errors) => self.refuse(EvalError::Parse { file: String::new(), errors }.into()),
        }
    }

    fn refuse(&mut self, error: SessionError) -> Result<(), OpsError> {
        let _ = self.session.take_times();
        self.write(&(print::refusal(error) + "\n"))
    }

    /// Does what statements say, up to the first that comes to nothing.
    fn run(&mut self, typed: &crate::rego::syntax::Typed) -> Result<(), OpsError> {
        for place in 0..typed.statements.len() {
            let asking = Asking {
                strict_builtin_errors: self.settings.strict_builtin_errors,
                traces: self.settings.traceback,
                events: self.settings.explain.kept(),
                types: self.settings.types,
                stop: Some(self.stop.clone()),
            };
            match self.session.run(typed, place, &asking) {
                Err(error) => return self.refuse(error),
                Ok(Outcome::Done) => {}
                Ok(Outcome::Defined { head, package, again }) => {
                    if !self.settings.json {
                        let defined = if again { "re-defined" } else { "defined" };
                        let text = format!("Rule '{head}' {defined} in package {package}. Type 'show' to see rules.\n");
                        self.write(&text)?;
                    }
                }
                Ok(Outcome::Answered(mut answer)) => {
                    if let Some(message) = self.settings.missing() {
                        let types = if self.settings.unknowns.is_empty() { answer.types } else { Vec::new() };
                        let result = Err(EvalError::Document(message.to_owned()));
                        answer = Answer { result, types, ..Answer::default() };
                    }
                    for line in &answer.prints {
                        self.write(&format!("{line}\n"))?;
                    }
                    let times = self.session.take_times();
                    let types = std::mem::take(&mut answer.types);
                    self.write(&print::answer(answer, &times, &self.settings))?;
                    for (name, of) in types {
                        self.write(&format!("# {name}: {of}\n"))?;
                    }
                }
            }
        }
        let _ = self.session.take_times();
        Ok(())
    }
}
