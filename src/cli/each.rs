//! A command for several things: what is told of each, and of all.

use super::{Context, failure};
use crate::ops::{Jobs, OpsError};
use crate::ui::{Format, Report};
use futures_util::StreamExt;

impl Context {
    /// Does something for each of several things, one after the other, and goes on after a failure, which is told at once.
    /// The outcome of a single thing is its own; of several, that some failed.
    pub(super) fn each<T: Report>(
        &self,
        what: &str,
        things: &[String],
        mut deed: impl FnMut(&str) -> Result<T, OpsError>,
    ) -> Result<(), OpsError> {
        let mut tally = Tally::new(self, what, things.len());
        for thing in things {
            tally.take(thing, deed(thing))?;
        }
        tally.end()
    }

    /// The same for as many things at once as `jobs` has room for. Each outcome is told as soon as all before it are, and
    /// handed to `done`.
    pub(super) fn each_at_once<T: Report>(
        &self,
        what: &str,
        things: &[String],
        jobs: &Jobs,
        deed: impl AsyncFn(&String) -> Result<T, OpsError>,
        mut done: impl FnMut(&T),
    ) -> Result<(), OpsError> {
        let mut tally = Tally::new(self, what, things.len());
        let all = async {
            let mut outcomes = std::pin::pin!(jobs.each(things, deed));
            while let Some((thing, outcome)) = outcomes.next().await {
                if let Ok(outcome) = &outcome {
                    done(outcome);
                }
                tally.take(thing, outcome)?;
            }
            Ok(())
        };
        self.wait(&self.runtime()?, all)?;
        tally.end()
    }
}

/// What has come of several things so far.
struct Tally<'a, T> {
    context: &'a Context,
    what: &'a str,
    asked: usize,
    outcomes: Vec<T>,
    failed: usize,
}

impl<'a, T: Report> Tally<'a, T> {
    fn new(context: &'a Context, what: &'a str, asked: usize) -> Self {
        Self { context, what, asked, outcomes: Vec::new(), failed: 0 }
    }

    /// Tells what came of one thing. What ends the whole command is an error.
    fn take(&mut self, thing: &str, outcome: Result<T, OpsError>) -> Result<(), OpsError> {
        let ui = &self.context.ui;
        match outcome {
            Ok(outcome) => {
                ui.report_item(&outcome)?;
                self.outcomes.push(outcome);
                Ok(())
            }
            Err(error) if self.asked == 1 => Err(error),
            Err(error @ (OpsError::Interrupted(_) | OpsError::OutputClosed)) => Err(error),
            Err(error) => {
                self.failed += 1;
                failure::tell(ui, Some(&format!("{thing} was not {}", self.what)), &error);
                Ok(())
            }
        }
    }

    /// Shows what is shown of all things together.
    fn end(self) -> Result<(), OpsError> {
        let ui = &self.context.ui;
        if !ui.look().quiet && ui.look().format == Format::Json {
            let outcomes: Vec<&dyn Report> = self.outcomes.iter().map(|outcome| outcome as &dyn Report).collect();
            ui.reports(&outcomes, self.asked != 1)?;
        }
        if self.failed == 0 { Ok(()) } else { Err(OpsError::Some { failed: self.failed, asked: self.asked }) }
    }
}
