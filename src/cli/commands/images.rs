//! `policy images`.

use super::remote::images::ListingArgs;
use super::{Context, remote};
use crate::ops::OpsError;
use crate::ops::images::{Images, images};
use crate::ui::{Report, human_size, table};
use clap::Args;
use serde_json::{Value, json};

/// What to list.
#[derive(Debug, Args)]
pub struct ImagesArgs {
    /// List a registry instead of the local store; the flags below are for that
    #[arg(short, long)]
    remote: bool,
    #[command(flatten)]
    listing: ListingArgs,
}

/// Lists the store, or a registry.
pub(in crate::cli) fn run(arguments: &ImagesArgs, context: &Context) -> Result<(), OpsError> {
    let listing = &arguments.listing;
    if arguments.remote {
        return remote::images::run(listing, context);
    }
    if let Some(repository) = &listing.repository {
        return Err(OpsError::Usage(format!("{repository}: only --remote takes the name of a repository")));
    }
    let dead = [
        ("--server", listing.server.is_some()),
        ("--show-empty", listing.show_empty),
        ("--organization", listing.organization.is_some()),
        ("--all", listing.all),
        ("--public", listing.public),
    ];
    for (flag, _) in dead.iter().filter(|(_, given)| *given) {
        context.ui.note(&format!("{flag} has no effect on the images of the local store"));
    }
    let images = images(&context.store())?;
    for warning in &images.warnings {
        context.ui.warn(warning);
    }
    context.ui.report(&images)?;
    Ok(())
}

impl Report for Images {
    fn text(&self) -> String {
        let rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| {
                vec![
                    row.reference.repository(),
                    row.reference.tag().unwrap_or("<none>").to_owned(),
                    row.digest.short().to_owned(),
                    row.created.clone(),
                    row.bundle.as_ref().map_or_else(|| "<damaged>".to_owned(), |(_, size)| human_size(*size)),
                ]
            })
            .collect();
        table(&["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"], &rows)
    }

    fn json(&self) -> Value {
        self.rows
            .iter()
            .map(|row| {
                json!({
                    "reference": row.reference.to_string(),
                    "repository": row.reference.repository(),
                    "tag": row.reference.tag(),
                    "id": row.digest.short(),
                    "digest": row.digest,
                    "createdAt": row.created,
                    "size": row.bundle.as_ref().map(|(_, size)| size),
                    "bundleDigest": row.bundle.as_ref().map(|(digest, _)| digest),
                    "regoVersion": row.rego_version,
                    "revision": row.revision,
                })
            })
            .collect()
    }

    fn quiet(&self) -> Vec<String> {
        self.rows.iter().map(|row| row.reference.to_string()).collect()
    }
}
