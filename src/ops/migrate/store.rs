//! Images of the local store on their way to a registry.

use super::{Account, Move};
use crate::oci::Reference;
use crate::ops::copy::{Done, Item, Meter, Options, Pair, Selection, Status};
use crate::ops::push::{ready, send};
use crate::ops::{Chosen, Jobs, OpsError, Remote, Shown, Why};
use crate::registry::Distribution as _;
use crate::store::{Entry, Store};
use futures_util::StreamExt as _;

/// An image of the store, and where it is to be.
#[derive(Debug)]
pub struct Stored {
    /// The image.
    pub entry: Entry,
    /// Its name, and its name to be.
    pub pair: Pair,
}

/// The images of the store that belong to an account, or that `moves` name.
///
/// # Errors
/// A store that cannot be read.
pub fn stored(
    store: &Store,
    accounts: Option<(&Account, &Account)>,
    moves: Option<&[Move]>,
    selection: &Selection,
) -> Result<Vec<Stored>, OpsError> {
    let mut found = Vec::new();
    for entry in store.entries()?.entries {
        let reference = &entry.reference;
        let Some(tag) = reference.tag().filter(|tag| selection.takes(tag)) else { continue };
        let repository = match (moves, accounts) {
            (Some(moves), _) => named(moves, reference),
            (None, Some((source, target))) if source.registry() == reference.registry() => {
                match source.within(reference.path()) {
                    None => None,
                    Some("") => target.itself(),
                    Some(rest) => Some(target.repository(rest)?),
                }
            }
            (None, _) => None,
        };
        if let Some(repository) = repository {
            let pair = Pair { source: reference.clone(), target: repository.with_tag(tag)? };
            found.push(Stored { entry, pair });
        }
    }
    Ok(found)
}

/// The repository a list gives for an image.
fn named(moves: &[Move], reference: &Reference) -> Option<Reference> {
    let named = moves.iter().find(|one| {
        one.source.repository() == reference.repository()
            && one.tag.as_deref().is_none_or(|tag| reference.tag() == Some(tag))
    });
    named.map(|one| one.target.clone())
}

/// Sends images of the store, several at once, and tells of each as it ends. Images kept as a layer alone get a manifest
/// on the way, the same each time. The store is not changed.
pub async fn push_stored(
    store: &Store,
    remote: Remote,
    images: Vec<Stored>,
    options: &Options,
    meter: &Meter,
    told: &mut dyn FnMut(&Item),
) -> Vec<Item> {
    let jobs = &Jobs::new(remote, options.jobs);
    let sending = images.into_iter().map(async |Stored { entry, pair }| {
        let outcome = push_one(store, jobs, entry, &pair, options, meter).await;
        Item { pair, outcome }
    });
    let mut running = futures_util::stream::iter(sending).buffer_unordered(options.jobs.get());
    let mut items = Vec::new();
    while let Some(item) = running.next().await {
        told(&item);
        items.push(item);
    }
    items
}

async fn push_one(
    store: &Store,
    jobs: &Jobs,
    entry: Entry,
    pair: &Pair,
    options: &Options,
    meter: &Meter,
) -> Result<Done, OpsError> {
    let source = Chosen { entry, asked: pair.target.clone(), why: Why::OtherRegistry };
    let image = store.image(&source.entry)?;
    let ready = ready(store, source, image)?;
    let digest = ready.digest();
    let client = jobs.client(&pair.target)?;
    let present = client.head_manifest(&pair.target).await?;
    let status = match present {
        Some(present) if present.digest == digest => Status::Exists,
        Some(_) if options.no_clobber => Status::Skipped,
        _ if options.dry_run => Status::Planned,
        _ => Status::Copied,
    };
    let mut bytes = 0;
    if status == Status::Copied {
        let progress = meter.blob();
        bytes =
            send(store, jobs, &client, &ready, &Shown::new(move |bytes| progress(bytes), || {})).await?.uploaded_bytes;
    }
    Ok(Done { digest, status, companions: 0, bytes })
}
