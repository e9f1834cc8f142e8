//! `policy remote tags`.

use super::repository;
use crate::cli::Context;
use crate::cli::sign_in::SignInArgs;
use crate::ops::OpsError;
use crate::ops::remote::listing::{Tags, tags};
use crate::ui::{Report, Safe};
use clap::Args;
use serde_json::{Value, json};

/// The repository to list the tags of.
#[derive(Debug, Args)]
pub struct TagsArgs {
    /// Name of the repository
    #[arg(value_name = "REPOSITORY")]
    repository: String,
    /// Registry of a name that states none [default: the default domain]
    #[arg(short, long, value_name = "SERVER")]
    server: Option<String>,
    /// Tags of signatures and other attachments too (sha256-…)
    #[arg(short, long)]
    all: bool,
    #[command(flatten)]
    sign_in: SignInArgs,
}

/// Prints the tags.
pub(in crate::cli) fn run(arguments: &TagsArgs, context: &Context) -> Result<(), OpsError> {
    let repository = repository(&arguments.repository, arguments.server.as_ref(), context)?;
    let side = context.side(&arguments.sign_in, [repository.registry()])?;
    let runtime = context.runtime()?;
    let found = context.wait(&runtime, tags(&side, &repository, arguments.all))?;
    context.ui.report(&found)?;
    Ok(())
}

impl Report for Tags {
    fn text(&self) -> String {
        self.tags.iter().map(|tag| format!("{}\n", Safe(tag))).collect()
    }

    fn json(&self) -> Value {
        json!({ "repository": self.repository, "tags": self.tags })
    }

    fn quiet(&self) -> Vec<String> {
        self.tags.iter().map(|tag| Safe(tag).to_string()).collect()
    }
}
