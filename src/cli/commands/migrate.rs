//! `policy migrate`.

use super::Context;
use super::copy::{All, ChoiceArgs, SidesArgs};
use super::moved::{Counts, Telling, items_json};
use crate::cli::failure;
use crate::oci::Reference;
use crate::ops::OpsError;
use crate::ops::copy::{Copier, Item, Pair};
use crate::ops::migrate::{Account, Move, Stored, Unlisted, images, lines, push_stored, repositories, stored};
use clap::Args;
use serde_json::json;
use std::io::Read;

/// The most bytes a list of repositories may have.
const LIST_LIMIT: u64 = 16 << 20;

/// What to move, and where to.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Account or repository to move, such as opcr.io/acme
    #[arg(value_name = "SOURCE", required_unless_present = "file", requires = "target")]
    source: Option<String>,
    /// Account or repository that is to have it, such as ghcr.io/acme
    #[arg(value_name = "TARGET")]
    target: Option<String>,
    /// Move the repositories a file names (-: standard input): a repository or a pair, a line
    #[arg(short, long, value_name = "FILE")]
    file: Option<String>,
    /// Take the images from the local store instead of their registry
    #[arg(long)]
    from_store: bool,
    /// Print the pull, tag and push commands that do the same, and change nothing
    #[arg(long)]
    script: bool,
    #[command(flatten)]
    choice: ChoiceArgs,
    #[command(flatten)]
    sides: SidesArgs,
}

/// Moves every image of an account; what is there is skipped, and one failure does not stop the rest.
pub(in crate::cli) fn run(arguments: &MigrateArgs, context: &Context) -> Result<(), OpsError> {
    let account = |typed: &Option<String>| {
        typed.as_ref().map(|typed| Account::parse(typed, context.default_domain())).transpose()
    };
    let accounts = account(&arguments.source)?.zip(account(&arguments.target)?);
    let accounts = accounts.as_ref().map(|(source, target)| (source, target));
    let selection = arguments.choice.selection()?;
    let named = match &arguments.file {
        None => None,
        Some(file) => {
            let read = lines(&read_list(file)?, accounts, context.default_domain());
            Some(read.map_err(|line| OpsError::Usage(format!("{file}:{}: {}", line.number, line.error)))?)
        }
    };
    let side = |pick: fn(&Move) -> &Reference, account: Option<&Account>| -> Vec<String> {
        let named = named.iter().flatten().map(|one| pick(one).registry().to_owned());
        named.chain(account.map(|account| account.registry().to_owned())).collect()
    };
    let sources = side(|one| &one.source, accounts.map(|(source, _)| source));
    let targets = side(|one| &one.target, accounts.map(|(_, target)| target));
    let options = arguments.choice.options(context, true)?;
    let (from, to) = arguments.sides.remotes(context, &sources, &targets)?;
    let side = context.side_of(from.clone());
    let copier = Copier::new(from, to.clone(), options.clone());
    let runtime = context.runtime()?;
    let mut unlisted = Vec::new();
    let store = context.store();
    let mut images_of_store = Vec::new();
    let pairs = if arguments.from_store {
        images_of_store = stored(&store, accounts, named.as_deref(), &selection)?;
        images_of_store.iter().map(|stored| stored.pair.clone()).collect()
    } else {
        let moves = match (named, accounts) {
            (Some(moves), _) => moves,
            (None, Some((source, target))) => context.wait(&runtime, repositories(&side, &copier, source, target))?,
            (None, None) => Vec::new(),
        };
        let listing = images(&copier, moves, &selection, options.jobs);
        let (pairs, missing) = context.wait(&runtime, async { Ok(listing.await) })?;
        unlisted = missing;
        pairs
    };
    for Unlisted { repository, error } in &unlisted {
        failure::tell(&context.ui, Some(&format!("{repository} was not moved")), error);
    }
    if arguments.script {
        context.ui.content(&script(&pairs, arguments.from_store))?;
        return outcome(unlisted.len(), unlisted.len() + pairs.len());
    }
    let mut telling = Telling::of(context, pairs.len());
    let (tally, meter) = (telling.tally(), copier.meter());
    let asked = pairs.clone();
    let work = async {
        let mut tell = |item: &Item| telling.item(item);
        let moving = async {
            match arguments.from_store {
                false => copier.run(pairs, &mut tell).await,
                true => {
                    let images: Vec<Stored> = std::mem::take(&mut images_of_store);
                    push_stored(&store, to, images, &options, &meter, &mut tell).await
                }
            }
        };
        Ok(Telling::during(&tally, &meter, moving).await)
    };
    let items: Vec<Item> = context.wait(&runtime, work)?;
    let took = telling.finish()?;
    summary(context, &items, &asked, &unlisted, took)?;
    let failed = items.iter().filter(|item| item.outcome.is_err()).count();
    outcome(failed + unlisted.len(), asked.len() + unlisted.len())
}

fn outcome(failed: usize, asked: usize) -> Result<(), OpsError> {
    if failed == 0 { Ok(()) } else { Err(OpsError::Some { failed, asked }) }
}

fn summary(
    context: &Context,
    items: &[Item],
    asked: &[Pair],
    unlisted: &[Unlisted],
    took: std::time::Duration,
) -> Result<(), OpsError> {
    let counts = Counts::of(items);
    if context.wants_json() {
        let repositories: Vec<_> = unlisted
            .iter()
            .map(|one| json!({ "repository": one.repository, "error": crate::ops::chain(&one.error) }))
            .collect();
        context.ui.report(&All(json!({
            "copied": counts.copied,
            "exists": counts.exists,
            "skipped": counts.skipped,
            "planned": counts.planned,
            "failed": counts.failed + unlisted.len(),
            "bytes": counts.bytes,
            "items": items_json(items, asked),
            "unlisted": repositories,
        })))?;
        return Ok(());
    }
    if context.ui.look().quiet {
        return Ok(());
    }
    let mut text = format!("\n{}\n", counts.sentence(took));
    let failed = items.iter().filter(|item| item.outcome.is_err()).map(|item| item.pair.source.to_string());
    let failed: Vec<String> = failed.chain(unlisted.iter().map(|one| one.repository.clone())).collect();
    if !failed.is_empty() {
        text.push_str("failed:\n");
        for name in failed {
            text.push_str(&format!("  {name}\n"));
        }
    }
    context.ui.content(&text)?;
    Ok(())
}

/// The commands that do the same one by one.
fn script(pairs: &[Pair], from_store: bool) -> String {
    let mut text = String::new();
    for Pair { source, target } in pairs {
        if !from_store {
            text.push_str(&format!("policy pull {}\n", quoted(source)));
        }
        text.push_str(&format!("policy tag {} {}\n", quoted(source), quoted(target)));
        text.push_str(&format!("policy push {}\n", quoted(target)));
    }
    text
}

/// A reference for a shell. Its grammar leaves nothing to quote but the brackets of an IPv6 address.
fn quoted(reference: &Reference) -> String {
    let text = reference.to_string();
    if text.starts_with('[') { format!("'{text}'") } else { text }
}

fn read_list(file: &str) -> Result<String, OpsError> {
    let mut text = String::new();
    let read = match file {
        "-" => std::io::stdin().lock().take(LIST_LIMIT).read_to_string(&mut text),
        path => std::fs::File::open(path).and_then(|file| file.take(LIST_LIMIT).read_to_string(&mut text)),
    };
    let what = if file == "-" { "the list from standard input" } else { file };
    read.map_err(|cause| OpsError::Read { what: what.to_owned(), cause })?;
    Ok(text)
}
