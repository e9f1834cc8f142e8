//! `policy rm`.

use super::remote::rm::ExtentArgs;
use super::{Context, remote};
use crate::cli::sign_in::SignInArgs;
use crate::ops::remove::{Removed, remove, resolve};
use crate::ops::{Names, OpsError};
use crate::ui::{Report, sentence};
use clap::Args;
use serde_json::{Value, json};

/// The names to remove.
#[derive(Debug, Args)]
pub struct RmArgs {
    /// Names to remove, or the beginning of an image's digest
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    force: bool,
    /// Delete from the registries instead of the local store
    #[arg(short, long)]
    remote: bool,
    #[command(flatten)]
    extent: ExtentArgs,
    #[command(flatten)]
    sign_in: SignInArgs,
}

/// Removes each name; without `--force` each is asked for, and the end of input is a yes, but for `--remote`.
pub(in crate::cli) fn run(arguments: &RmArgs, context: &Context) -> Result<(), OpsError> {
    let extent = &arguments.extent;
    if arguments.remote {
        return remote::rm::delete(&arguments.images, arguments.force, extent, &arguments.sign_in, context);
    }
    if extent.dry_run {
        return Err(OpsError::Usage("--dry-run is for --remote".to_owned()));
    }
    for (flag, _) in
        [("--all", extent.all), ("--with-siblings", extent.with_siblings)].iter().filter(|(_, given)| *given)
    {
        context.ui.note(&format!("{flag} has no effect on the local store"));
    }
    let store = context.store();
    let reader = Names { default_domain: context.default_domain() };
    context.each("removed", &arguments.images, |typed| {
        let reference = resolve(&store, reader, typed)?;
        if !arguments.force {
            let question = sentence("Are you sure?", &[("reference", &reference.to_string())]);
            if !context.ui.confirm(&format!("{question}> [bool] [Y/n]: "), Some(true), true)? {
                return Ok(Answer::Canceled);
            }
        }
        Ok(Answer::Removed(remove(&store, &reference)?))
    })
}

enum Answer {
    Removed(Removed),
    Canceled,
}

impl Report for Answer {
    fn text(&self) -> String {
        match self {
            Self::Removed(removed) => sentence("Removed reference.", &[("reference", &removed.reference.to_string())]),
            Self::Canceled => sentence("Operation canceled by user.", &[]),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Removed(removed) => {
                json!({ "reference": removed.reference.to_string(), "untagged": true, "freedBytes": removed.freed })
            }
            Self::Canceled => json!({ "untagged": false }),
        }
    }

    fn quiet(&self) -> Vec<String> {
        match self {
            Self::Removed(removed) => vec![removed.reference.to_string()],
            Self::Canceled => Vec::new(),
        }
    }
}
