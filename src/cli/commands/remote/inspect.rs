//! `policy remote inspect`.

use super::name;
use crate::cli::Context;
use crate::cli::sign_in::SignInArgs;
use crate::ops::OpsError;
use crate::ops::remote::inspect::inspect;
use crate::ui::Format;
use clap::Args;

/// The image to look at.
#[derive(Debug, Args)]
pub struct RemoteInspectArgs {
    /// Name of the image
    #[arg(value_name = "IMAGE")]
    image: String,
    #[command(flatten)]
    sign_in: SignInArgs,
}

/// Prints what the image is.
pub(in crate::cli) fn run(arguments: &RemoteInspectArgs, context: &Context) -> Result<(), OpsError> {
    let reference = name(&arguments.image, None, context)?.reference;
    let side = context.side(&arguments.sign_in, [reference.registry()])?;
    let runtime = context.runtime()?;
    let look = context.ui.look();
    let more = look.format == Format::Json && !look.quiet;
    let inspected = context.wait(&runtime, inspect(&side, &reference, more))?;
    context.ui.report(&inspected)?;
    Ok(())
}
