//! `policy remote set-public`.

use super::name;
use crate::cli::Context;
use crate::ops::OpsError;
use crate::ops::remote::visibility::set_public;
use clap::Args;

/// The repository, and whether everybody is to see it.
#[derive(Debug, Args)]
pub struct SetPublicArgs {
    /// Name of the repository
    #[arg(value_name = "REPOSITORY")]
    repository: String,
    /// Whether everybody may see it
    #[arg(value_name = "BOOL", default_value = "true", action = clap::ArgAction::Set)]
    public: bool,
    /// Registry of a name that states none [default: the default domain]
    #[arg(short, long, value_name = "SERVER")]
    server: Option<String>,
}

/// Says why not, and where it can be done.
pub(in crate::cli) fn run(arguments: &SetPublicArgs, context: &Context) -> Result<(), OpsError> {
    let reference = name(&arguments.repository, arguments.server.as_ref(), context)?.reference;
    log::debug!("{} is to be {}", reference.repository(), if arguments.public { "public" } else { "private" });
    match set_public(&context.side_of(context.remote()), &reference)? {}
}
