//! `policy remote images`, which is `policy images --remote` too.

use super::{repository, server};
use crate::cli::sign_in::SignInArgs;
use crate::cli::{Context, failure};
use crate::ops::OpsError;
use crate::ops::remote::listing::{Listing, Row, Wanted, one_repository, repositories};
use crate::ui::{Report, table};
use clap::Args;
use serde_json::{Value, json};

/// Which repositories and tags to list.
#[derive(Debug, Args)]
pub struct ListingArgs {
    /// Repository to list the tags of, instead of all repositories of the registry
    #[arg(value_name = "REPOSITORY")]
    pub(in crate::cli) repository: Option<String>,
    /// Registry to list [default: the default domain]
    #[arg(short, long, value_name = "SERVER")]
    pub(in crate::cli) server: Option<String>,
    /// Only repositories of an organization or user
    #[arg(short, long, value_name = "ORGANIZATION", conflicts_with = "repository")]
    pub(in crate::cli) organization: Option<String>,
    /// Repositories without tags too
    #[arg(short = 'e', long)]
    pub(in crate::cli) show_empty: bool,
    /// Tags of signatures and other attachments too (sha256-…)
    #[arg(short, long)]
    pub(in crate::cli) all: bool,
    /// Only repositories that everybody may see, where the registry tells
    #[arg(long)]
    pub(in crate::cli) public: bool,
    #[command(flatten)]
    sign_in: SignInArgs,
}

/// Lists a registry, or one repository.
pub(in crate::cli) fn run(arguments: &ListingArgs, context: &Context) -> Result<(), OpsError> {
    let wanted = Wanted { empty: arguments.show_empty, attachments: arguments.all, public: arguments.public };
    let organization = arguments.organization.as_deref().filter(|organization| !organization.is_empty());
    let one = arguments.repository.as_deref().map(|typed| repository(typed, arguments.server.as_ref(), context));
    let one = one.transpose()?;
    let server = match &one {
        Some(reference) => reference.registry().to_owned(),
        None => server(arguments.server.as_ref(), context)?,
    };
    let side = context.side(&arguments.sign_in, [server.as_str()])?;
    let runtime = context.runtime()?;
    let mut listing = match &one {
        Some(reference) => context.wait(&runtime, one_repository(&side, reference, wanted))?,
        None => context.wait(&runtime, repositories(&side, &server, organization, wanted))?,
    };
    let odd = listing.rows.iter().filter(|row| !row.sound).count();
    if odd > 0 {
        context.ui.warn(&format!("the registry lists names that no reference can have ({odd}): they cannot be used"));
    }
    context.ui.report(&listing)?;
    let closed = std::mem::take(&mut listing.closed);
    let failed = closed.len();
    for (name, error) in closed {
        failure::tell(&context.ui, Some(&format!("{name} was not listed")), &error.into());
    }
    if failed == 0 { Ok(()) } else { Err(OpsError::Some { failed, asked: repositories_in(&listing) + failed }) }
}

fn repositories_in(listing: &Listing) -> usize {
    let mut names: Vec<&str> = listing.rows.iter().map(|row| row.repository.as_str()).collect();
    names.dedup();
    names.len()
}

impl Report for Listing {
    fn text(&self) -> String {
        let rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| {
                let tag = row.tag.as_deref().unwrap_or(if row.sound { "<no tags>" } else { "<not a name>" });
                let public = match (&row.tag, row.public) {
                    (None, _) | (_, None) => "-",
                    (Some(_), Some(true)) => "Yes",
                    (Some(_), Some(false)) => "No",
                };
                vec![row.repository.clone(), tag.to_owned(), public.to_owned()]
            })
            .collect();
        table(&["REPOSITORY", "TAG", "PUBLIC"], &rows)
    }

    fn json(&self) -> Value {
        self.rows.iter().map(row_json).collect()
    }

    fn quiet(&self) -> Vec<String> {
        let sound = self.rows.iter().filter(|row| row.sound);
        sound.filter_map(|row| Some(format!("{}:{}", row.repository, row.tag.as_ref()?))).collect()
    }
}

fn row_json(row: &Row) -> Value {
    let mut document = json!({ "repository": row.repository, "tag": row.tag });
    if let Some(object) = document.as_object_mut() {
        let digest = row.digest.as_ref().map(|digest| ("digest", json!(digest)));
        let public = row.public.map(|public| ("public", json!(public)));
        object.extend(digest.into_iter().chain(public).map(|(name, value)| (name.to_owned(), value)));
    }
    document
}
