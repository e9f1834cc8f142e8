//! `policy images`.

use super::Context;
use crate::ops::OpsError;
use crate::ops::images::{Images, images};
use crate::ui::{Report, human_size, table};
use clap::Args;
use serde_json::{Value, json};

/// Flags of the Go CLI's time with remote listings.
#[derive(Debug, Args)]
pub struct ImagesArgs {
    #[arg(short, long, hide = true, value_name = "SERVER")]
    server: Option<String>,
    #[arg(short = 'e', long, hide = true)]
    show_empty: bool,
    #[arg(short, long, hide = true, value_name = "ORGANIZATION")]
    organization: Option<String>,
}

/// Lists the store.
pub(in crate::cli) fn run(arguments: &ImagesArgs, context: &Context) -> Result<(), OpsError> {
    let dead = [
        ("--server", arguments.server.is_some()),
        ("--show-empty", arguments.show_empty),
        ("--organization", arguments.organization.is_some()),
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
