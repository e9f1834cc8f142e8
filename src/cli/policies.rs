//! What to ask or test, as it was typed: paths, and names of images where there is no such path.

use super::Context;
use super::commands::tell_choice;
use super::jobs::JobsArgs;
use super::sign_in::SignInArgs;
use crate::ops::policies::Source;
use crate::ops::{Names, OpsError, pull::pull, repl::bundle};
use std::path::Path;

/// Files and folders that are there are taken for themselves; of all else what names an image in the local store, or
/// states a tag or digest, for an image.
pub(super) fn sources(
    typed: &[String],
    as_bundles: bool,
    sign_in: &SignInArgs,
    context: &Context,
) -> Result<Vec<Source>, OpsError> {
    let source = |text: &String| {
        let is_path = text.starts_with(['.', '/']) || is_there(text);
        let image = if is_path { None } else { image(text, sign_in, context)? };
        Ok(image.unwrap_or_else(|| of_path(text, as_bundles)))
    };
    typed.iter().map(source).collect()
}

fn of_path(path: &str, as_bundle: bool) -> Source {
    if as_bundle { Source::BundlePath(path.into()) } else { Source::Path(path.to_owned()) }
}

/// Whether there is a file or folder of this name, or of the one behind the path its data get.
fn is_there(text: &str) -> bool {
    Path::new(text).exists() || text.split_once(':').is_some_and(|(_, path)| Path::new(path).exists())
}

/// The image of a name, pulled where it is not in the local store; none where the text need not be the name of one.
fn image(typed: &str, sign_in: &SignInArgs, context: &Context) -> Result<Option<Source>, OpsError> {
    let store = context.store();
    let reader = Names { default_domain: context.default_domain() };
    let states_one = typed.contains([':', '@']) && !typed.contains("://");
    let (chosen, image) = match reader.open(&store, typed, true) {
        Ok(found) => found,
        Err(_) if !states_one => return Ok(None),
        Err(OpsError::NotInStore { .. }) => {
            let reference = reader.read(typed)?;
            context.ui.note(&format!("{reference} is not in the local store; pulling it"));
            let bar = |total| context.shown(&reference.to_string(), total);
            let remote = context.remote_with(&sign_in.read(context)?, [reference.registry()])?;
            let runtime = context.runtime()?;
            context.wait(&runtime, pull(&store, &JobsArgs::default().jobs(context, remote)?, &reference, &bar))?;
            reader.open(&store, typed, false)?
        }
        Err(error) => return Err(error),
    };
    tell_choice(context, &chosen);
    Ok(Some(Source::Image(typed.to_owned(), Box::new(bundle(&store, &chosen, &image)?))))
}
