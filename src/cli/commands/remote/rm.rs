//! `policy remote rm`, which is `policy rm --remote` too.

use super::name;
use crate::cli::Context;
use crate::cli::sign_in::SignInArgs;
use crate::oci::{Name, Reference};
use crate::ops::OpsError;
use crate::ops::remote::deletion::{Deleted, Plan, Request};
use crate::ui::{Report, sentence};
use clap::Args;
use serde_json::{Value, json};

/// What to delete.
#[derive(Debug, Args)]
pub struct RemoteRmArgs {
    /// Names to delete, by tag or digest
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    force: bool,
    #[command(flatten)]
    extent: ExtentArgs,
    #[command(flatten)]
    sign_in: SignInArgs,
}

/// How much goes with a name.
#[derive(Debug, Args)]
pub struct ExtentArgs {
    /// With --remote: the whole repository, with all its tags
    #[arg(short, long)]
    pub(in crate::cli) all: bool,
    /// With --remote: delete an image that has other tags with all of them, where a tag cannot be deleted alone
    #[arg(long)]
    pub(in crate::cli) with_siblings: bool,
    /// With --remote: show what would be deleted, and delete nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}

/// Deletes each name.
pub(in crate::cli) fn run(arguments: &RemoteRmArgs, context: &Context) -> Result<(), OpsError> {
    delete(&arguments.images, arguments.force, &arguments.extent, &arguments.sign_in, context)
}

/// Deletes each name; without `force` each is asked for, and only a yes is one.
pub(in crate::cli) fn delete(
    names: &[String],
    force: bool,
    extent: &ExtentArgs,
    sign_in: &SignInArgs,
    context: &Context,
) -> Result<(), OpsError> {
    if !force && !extent.dry_run && !context.ui.is_interactive() {
        let text = "nobody is here to ask whether to delete from the registry: -f (--force) deletes without asking";
        return Err(OpsError::Usage(text.to_owned()));
    }
    let named: Vec<Name> = names.iter().filter_map(|typed| name(typed, None, context).ok()).collect();
    let side = context.side(sign_in, named.iter().map(|name| name.reference.registry()))?;
    let runtime = context.runtime()?;
    context.each("deleted", names, |typed| {
        let reference = name(typed, None, context)?.reference;
        let request = Request { reference, whole: extent.all, with_siblings: extent.with_siblings };
        let mut plan = context.wait(&runtime, Plan::make(&side, request))?;
        if extent.dry_run {
            context.wait(&runtime, plan.find_siblings())?;
            return Ok(Answer::Planned(plan));
        }
        if !force && !context.ui.confirm(&format!("{}> [bool] [Y/n]: ", question(&plan)), Some(true), false)? {
            return Ok(Answer::Canceled);
        }
        Ok(Answer::Deleted(context.wait(&runtime, plan.execute())?))
    })
}

enum Answer {
    Planned(Plan),
    Deleted(Deleted),
    Canceled,
}

/// The question before a deletion: what it takes, to the last tag.
fn question(plan: &Plan) -> String {
    if plan.whole() {
        let count = match plan.tags().len() {
            1 => "1 tag".to_owned(),
            count => format!("{count} tags"),
        };
        let repository = plan.reference().repository();
        return sentence("Are you sure?", &[("reference", &repository), ("the whole repository", &count)]);
    }
    let mut text = sentence("Are you sure?", &[("reference", &plan.reference().to_string())]);
    text.push_str(&also("also deletes", plan.tags()));
    text
}

/// Tags, a line each.
fn also(what: &str, tags: &[String]) -> String {
    tags.iter().map(|tag| format!("{what}: {}\n", crate::ui::Safe(tag))).collect()
}

impl Report for Answer {
    fn text(&self) -> String {
        match self {
            Self::Canceled => sentence("Operation canceled by user.", &[]),
            Self::Planned(plan) if plan.whole() => {
                let path = plan.reference().path();
                sentence("Would remove policy definition.", &[("definition", path)]) + &also("tag", plan.tags())
            }
            Self::Planned(plan) => {
                let what = format!("Would remove {}.", kind(plan.reference()));
                let mut text = sentence(&what, &[("ref", &plan.reference().to_string())]);
                text.push_str(&also("digest", plan.digests()));
                text.push_str(&also("also known as", plan.tags()));
                text
            }
            Self::Deleted(deleted) if deleted.whole => {
                let text = sentence("Removing policy definition.", &[("definition", deleted.reference.path())]);
                text + &sentence("OK.", &[])
            }
            Self::Deleted(deleted) => {
                let mut text = format!("Removing {}.\nref: {}\n", kind(&deleted.reference), deleted.reference);
                text.push_str(&also("also deleted", &deleted.tags));
                text + &sentence("OK.", &[])
            }
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Canceled => json!({ "untagged": false, "remote": true }),
            Self::Planned(plan) => json!({
                "reference": named(plan.reference(), plan.whole()),
                "remote": true,
                "untagged": false,
                "dryRun": true,
                "deleted": plan.digests(),
                "siblings": plan.tags(),
            }),
            Self::Deleted(deleted) => json!({
                "reference": named(&deleted.reference, deleted.whole),
                "remote": true,
                "untagged": true,
                "deleted": if deleted.images { deleted.digests.as_slice() } else { &[] },
                "siblings": deleted.tags,
            }),
        }
    }

    fn quiet(&self) -> Vec<String> {
        match self {
            Self::Canceled => Vec::new(),
            Self::Planned(plan) => vec![named(plan.reference(), plan.whole())],
            Self::Deleted(deleted) => vec![named(&deleted.reference, deleted.whole)],
        }
    }
}

/// What a reference names in a registry.
fn kind(reference: &Reference) -> &'static str {
    if reference.tag().is_some() { "tag" } else { "image" }
}

fn named(reference: &Reference, whole: bool) -> String {
    if whole { reference.repository() } else { reference.to_string() }
}
