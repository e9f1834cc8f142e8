//! What to test, as it was typed: paths, and names of images where there is no such path.

use crate::cli::Context;
use crate::cli::commands::tell_choice;
use crate::cli::jobs::JobsArgs;
use crate::cli::sign_in::SignInArgs;
use crate::ops::test_sources::Source;
use crate::ops::{Names, OpsError, pull::pull, repl::bundle};
use std::path::PathBuf;

/// Files and folders that are there are taken for themselves; of all else what names an image in the local store, or
/// states a tag or digest, for an image.
pub(super) fn sources(
    typed: &[PathBuf],
    as_bundles: bool,
    sign_in: &SignInArgs,
    context: &Context,
) -> Result<Vec<Source>, OpsError> {
    let source = |path: &PathBuf| match path.to_str().filter(|_| !path.exists()) {
        Some(text) if !text.starts_with(['.', '/']) => match image(text, sign_in, context)? {
            Some(source) => Ok(source),
            None => Ok(of_path(path, as_bundles)),
        },
        _ => Ok(of_path(path, as_bundles)),
    };
    typed.iter().map(source).collect()
}

fn of_path(path: &PathBuf, as_bundle: bool) -> Source {
    if as_bundle { Source::BundlePath(path.clone()) } else { Source::Path(path.clone()) }
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
    Ok(Some(Source::Image(typed.to_owned(), bundle(&store, &chosen, &image)?)))
}
