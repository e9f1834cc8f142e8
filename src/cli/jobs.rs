//! How much a command does at once, as it was typed.

use super::Context;
use crate::config::ConfigError;
use crate::ops::{Jobs, OpsError, Remote};
use clap::Args;
use std::num::NonZeroUsize;

/// What is done at once where nobody says.
const DEFAULT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(3);

/// The most that makes sense.
const LIMIT: usize = 64;

/// The variable that stands in for the flag.
const VARIABLE: &str = "POLICY_JOBS";

/// For commands that move images.
#[derive(Debug, Default, Clone, Args)]
pub(super) struct JobsArgs {
    /// How many images, and how many blobs of them, to move at once [default: 4]
    #[arg(short, long, alias = "concurrency", value_name = "N", value_parser = read)]
    jobs: Option<NonZeroUsize>,
}

impl JobsArgs {
    /// The registries and the room to deal with them.
    ///
    /// # Errors
    /// As [`JobsArgs::number`].
    pub(super) fn jobs(&self, context: &Context, remote: Remote) -> Result<Jobs, OpsError> {
        Ok(Jobs::new(remote, self.number(context)?))
    }

    /// How many things are to be done at once.
    ///
    /// # Errors
    /// A variable in place of the flag that is no number.
    pub(super) fn number(&self, context: &Context) -> Result<NonZeroUsize, OpsError> {
        Ok(match (self.jobs, context.environment.text(VARIABLE)) {
            (Some(number), _) => number,
            (None, None) => DEFAULT,
            (None, Some(value)) => read(&value).map_err(|_| ConfigError::Variable {
                variable: VARIABLE,
                value,
                wanted: "a number from 1 to 64",
            })?,
        })
    }
}

fn read(text: &str) -> Result<NonZeroUsize, &'static str> {
    match text.trim().parse::<NonZeroUsize>() {
        Ok(number) if number.get() <= LIMIT => Ok(number),
        _ => Err("a number from 1 to 64 is wanted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_jobs_is_between_one_and_the_limit() {
        for (text, wanted) in [("1", Some(1)), (" 8 ", Some(8)), ("64", Some(64)), ("65", None), ("0", None)] {
            assert_eq!(read(text).ok().map(NonZeroUsize::get), wanted, "{text}");
        }
        assert!(["", "-1", "many", "1.5"].iter().all(|text| read(text).is_err()));
    }
}
