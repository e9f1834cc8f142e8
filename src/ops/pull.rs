//! Fetches an image from its registry into the store.

use super::OpsError;
use super::jobs::{Jobs, aside};
use super::transfer::{Shown, store_first};
use crate::oci::{Contents, Descriptor, Digest, Manifest, Reference};
use crate::registry::{Client, Distribution as _, Fetched, Progress};
use crate::store::{Ingest, Store, StoreError};
use futures_util::future::try_join_all;
use std::sync::Arc;

/// How deep an index may nest in another.
const INDEX_DEPTH: usize = 4;

/// The most manifests of an index that are looked at.
const INDEX_WIDTH: usize = 1000;

/// An image that is in the store now.
#[derive(Debug)]
pub struct Pulled {
    /// Its name.
    pub reference: Reference,
    /// Its manifest's digest.
    pub digest: Digest,
    /// Its manifest's media type.
    pub media_type: String,
    /// Its manifest's size in bytes.
    pub size: u64,
    /// The layer that holds the bundle.
    pub bundle: Descriptor,
    /// Whether everything but the name was there before.
    pub up_to_date: bool,
}

/// Pulls an image: the manifest, then the blobs it names that are not in the store, each checked, then the name.
/// `progress` starts a display for that many bytes.
///
/// # Errors
/// Whatever the registry refuses or gets wrong, and a store that cannot be written; then the name stands as before.
pub async fn pull(
    store: &Store,
    jobs: &Jobs,
    reference: &Reference,
    progress: &dyn Fn(u64) -> Shown,
) -> Result<Pulled, OpsError> {
    let client = jobs.client(reference)?;
    let fetched = policy_manifest(&client, reference).await?;
    let bad = |cause| OpsError::Manifest { reference: reference.to_string(), cause };
    let manifest = Manifest::parse(&fetched.bytes, Some(&fetched.media_type)).map_err(bad)?;
    let bundle = manifest.bundle_layer().map_err(bad)?.clone();
    let blobs: Vec<&Descriptor> = std::iter::once(&manifest.config).chain(&manifest.layers).collect();
    if blobs.iter().any(|blob| blob.other.contains_key("urls")) {
        return Err(OpsError::ForeignLayer { reference: reference.to_string() });
    }
    let store = store.clone();
    let ingest = Arc::new(aside(move || store.ingest()).await?);
    let mut absent: Vec<&Descriptor> = Vec::new();
    for blob in blobs {
        if !absent.iter().any(|other| other.digest == blob.digest) && !keep(&ingest, blob).await? {
            absent.push(blob);
        }
    }
    let bar = progress(absent.iter().map(|blob| blob.size).sum());
    try_join_all(absent.iter().map(|blob| fetch(jobs, &client, reference, blob, &ingest, bar.part()))).await?;
    bar.finish();
    let size = fetched.bytes.len() as u64;
    let (name, media_type) = (reference.clone(), fetched.media_type.clone());
    let tagged = aside(move || {
        let mut descriptor = ingest.put(&fetched.bytes, &fetched.media_type)?;
        descriptor.annotations = manifest.annotations;
        ingest.commit(std::slice::from_ref(&name), descriptor)
    })
    .await?;
    Ok(Pulled {
        reference: reference.clone(),
        digest: tagged.digest,
        media_type,
        size,
        bundle,
        up_to_date: absent.is_empty(),
    })
}

/// The manifest a reference leads to. An index is followed to its first image that holds a bundle, as OPA does it;
/// entries of platform `unknown` are attestations.
pub(super) async fn policy_manifest(client: &Client, reference: &Reference) -> Result<Fetched, OpsError> {
    let mut waiting = vec![(reference.clone(), 0)];
    let mut looked_at = 0;
    let too_large = || OpsError::IndexTooLarge { reference: reference.to_string() };
    while let Some((next, depth)) = waiting.pop() {
        let fetched = client.get_manifest(&next).await?;
        let contents = Contents::parse(&fetched.bytes, Some(&fetched.media_type))
            .map_err(|cause| OpsError::Manifest { reference: next.to_string(), cause })?;
        if !contents.is_index {
            let holds_bundle = Manifest::parse(&fetched.bytes, Some(&fetched.media_type))
                .is_ok_and(|manifest| manifest.bundle_layer().is_ok());
            if depth == 0 || holds_bundle {
                return Ok(fetched);
            }
            continue;
        }
        if depth == INDEX_DEPTH {
            return Err(too_large());
        }
        looked_at += contents.manifests.len();
        if looked_at > INDEX_WIDTH {
            return Err(too_large());
        }
        let entries = contents.manifests.iter().filter(|entry| !is_attestation(entry));
        let mut children: Vec<(Reference, usize)> =
            entries.map(|entry| (reference.with_digest(entry.digest.clone()), depth + 1)).collect();
        children.reverse();
        waiting.extend(children);
    }
    Err(OpsError::NoPolicyInIndex { reference: reference.to_string() })
}

fn is_attestation(entry: &Descriptor) -> bool {
    entry.other.get("platform").and_then(|platform| platform.get("os")).and_then(|os| os.as_str()) == Some("unknown")
}

/// Says that a blob is needed, and whether it is there.
async fn keep(ingest: &Arc<Ingest>, blob: &Descriptor) -> Result<bool, OpsError> {
    let (ingest, blob) = (Arc::clone(ingest), blob.clone());
    aside(move || ingest.keep(&blob)).await
}

/// Fetches one blob, unless another image has brought it meanwhile; its writer checks the content before it gets its name.
async fn fetch(
    jobs: &Jobs,
    client: &Client,
    reference: &Reference,
    blob: &Descriptor,
    ingest: &Arc<Ingest>,
    progress: Progress,
) -> Result<(), OpsError> {
    let _place = jobs.place(reference, &blob.digest).await;
    if !keep(ingest, blob).await? {
        let writer = ingest.blob(Some(blob))?;
        let writer = client.get_blob(reference, blob, writer, Arc::clone(&progress)).await.map_err(store_first)?;
        // Whatever becomes of the pull, it ends after this: what was added in vain is then taken back.
        let held = Arc::clone(ingest);
        let finish = move || {
            let finished = writer.finish();
            drop(held);
            finished
        };
        aside(finish).await.map_err(|error| match error {
            OpsError::Store(StoreError::WrongDigest { digest, .. } | StoreError::WrongSize { digest, .. }) => {
                OpsError::Content { reference: reference.to_string(), digest }
            }
            other => other,
        })?;
    }
    progress(blob.size);
    Ok(())
}
