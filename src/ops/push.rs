//! Sends an image of the store to its registry.

use super::jobs::Jobs;
use super::names::until_settled;
use super::transfer::{Shown, store_first};
use super::{Chosen, Names, OpsError, Why};
use crate::bundle::archive::{self, Limits};
use crate::oci::{Descriptor, Digest, Hasher, ImageFacts, Reference, annotations, compose, media_types};
use crate::registry::{Client, Distribution as _, Existing, RegistryError, Uploaded};
use crate::store::{Image, Store};
use futures_util::future::try_join_all;
use std::io::Read;
use std::sync::Arc;

/// An image that is in the registry now.
#[derive(Debug)]
pub struct Pushed {
    /// Its name.
    pub reference: Reference,
    /// Its manifest's digest, as the registry confirmed it.
    pub digest: Digest,
    /// Its manifest's size in bytes.
    pub size: u64,
    /// The layer that holds the bundle.
    pub bundle: Descriptor,
    /// The image's annotations.
    pub annotations: std::collections::BTreeMap<String, String>,
    /// The bytes of blobs that were sent.
    pub uploaded_bytes: u64,
    /// Whether every blob was there before.
    pub existed: bool,
}

/// What is to be sent.
#[derive(Debug)]
pub struct Ready {
    /// The image that was meant.
    pub source: Chosen,
    image: Image,
    manifest: Vec<u8>,
    media_type: String,
    /// The configuration, where the store has none.
    config: Option<(Descriptor, Vec<u8>)>,
}

/// Finds the image to send. A name that is not in the store, while one other image has its path and tag, gets that image:
/// the one change to the store that a push makes.
///
/// # Errors
/// When there is no such image, or it is damaged.
pub fn prepare(store: &Store, reader: Names<'_>, typed: &str) -> Result<Ready, OpsError> {
    until_settled(|| prepare_once(store, reader, typed))
}

fn prepare_once(store: &Store, reader: Names<'_>, typed: &str) -> Result<Ready, OpsError> {
    let (source, image) = reader.open(store, typed, false)?;
    if source.why == Why::OtherRegistry {
        store.tag(&source.entry, std::slice::from_ref(&source.asked))?;
    }
    ready(store, source, image)
}

/// Makes an image ready to be sent as the name it was asked for by.
pub(super) fn ready(store: &Store, source: Chosen, image: Image) -> Result<Ready, OpsError> {
    let media_type = source.entry.descriptor.media_type.clone();
    match &image.manifest_bytes {
        Some(bytes) => {
            let bytes = bytes.clone();
            let config = missing_empty_config(store, &image)?;
            Ok(Ready { source, image, manifest: bytes, media_type, config })
        }
        None => wrap_legacy(store, source, image),
    }
}

impl Ready {
    /// The digest of the manifest that is to be sent.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }
}

/// The Go CLI v0.3.6 to v0.3.8 named the empty configuration without storing it.
fn missing_empty_config(store: &Store, image: &Image) -> Result<Option<(Descriptor, Vec<u8>)>, OpsError> {
    let empty = b"{}".to_vec();
    match &image.config {
        Some(config) if config.digest == Digest::of(&empty) && !store.has_blob(config)? => {
            Ok(Some((config.clone(), empty)))
        }
        _ => Ok(None),
    }
}

/// Makes a manifest for an image that the Go CLI up to v0.1.51 kept as a layer alone.
fn wrap_legacy(store: &Store, source: Chosen, image: Image) -> Result<Ready, OpsError> {
    let notes = &source.entry.descriptor.annotations;
    let note = |key: &str| notes.get(key).map(String::as_str);
    let mut others = notes.clone();
    others.remove(annotations::REF_NAME);
    let parts = compose(&ImageFacts {
        repository: &source.asked.repository(),
        created: note(annotations::CREATED).unwrap_or("1970-01-01T00:00:00Z"),
        rego_version: note(annotations::REGO_VERSION).unwrap_or("rego.v0"),
        annotations: others,
        layer_digest: image.bundle.digest.clone(),
        layer_size: image.bundle.size,
        diff_id: diff_id(store, &image.bundle)?,
    })
    .map_err(|cause| OpsError::Manifest { reference: source.asked.to_string(), cause: cause.into() })?;
    let config = Descriptor::new(media_types::CONFIG, Digest::of(&parts.config), parts.config.len() as u64);
    Ok(Ready {
        source,
        image,
        manifest: parts.manifest,
        media_type: media_types::MANIFEST.to_owned(),
        config: Some((config, parts.config)),
    })
}

/// The digest of a layer before compression.
fn diff_id(store: &Store, layer: &Descriptor) -> Result<Digest, OpsError> {
    let mut hasher = Hasher::default();
    archive::copy_tar(store.open_blob(layer)?, &Limits::default(), &mut hasher)?;
    Ok(hasher.finish())
}

/// Sends the blobs the registry misses, then the manifest.
///
/// # Errors
/// Whatever the registry refuses; a blob that is damaged on this side.
pub async fn push(
    store: &Store,
    jobs: &Jobs,
    ready: &Ready,
    progress: &dyn Fn(u64) -> Shown,
) -> Result<Pushed, OpsError> {
    let client = jobs.client(&ready.source.asked)?;
    let bar = progress(ready.image.blobs.iter().map(|blob| blob.size).sum());
    let pushed = send(store, jobs, &client, ready, &bar).await?;
    bar.finish();
    Ok(pushed)
}

/// Sends an image by a client of its registry.
pub(super) async fn send(
    store: &Store,
    jobs: &Jobs,
    client: &Client,
    ready: &Ready,
    bar: &Shown,
) -> Result<Pushed, OpsError> {
    let reference = &ready.source.asked;
    let mut sent = send_blobs(store, jobs, client, ready, Existing::Skip, bar).await?;
    let put = client.put_manifest(reference, &ready.media_type, &ready.manifest).await;
    let digest = match put {
        Err(RegistryError::ManifestBlobUnknown { .. }) => {
            // The registry misses a blob it claimed to have, and does not say which: it gets all of them.
            bar.restart();
            sent += send_blobs(store, jobs, client, ready, Existing::SendAgain, bar).await?;
            client.put_manifest(reference, &ready.media_type, &ready.manifest).await?
        }
        other => other?,
    };
    Ok(Pushed {
        reference: reference.clone(),
        digest,
        size: ready.manifest.len() as u64,
        bundle: ready.image.bundle.clone(),
        annotations: ready.image.manifest.as_ref().map(|manifest| manifest.annotations.clone()).unwrap_or_default(),
        uploaded_bytes: sent,
        existed: sent == 0,
    })
}

/// Sends what is missing, and says how many bytes that were.
async fn send_blobs(
    store: &Store,
    jobs: &Jobs,
    client: &Client,
    ready: &Ready,
    existing: Existing,
    bar: &Shown,
) -> Result<u64, OpsError> {
    let from_memory = ready.config.iter().map(|(descriptor, bytes)| (descriptor, Some(bytes.clone())));
    let held: Vec<&Digest> = ready.config.iter().map(|(descriptor, _)| &descriptor.digest).collect();
    let from_store = ready.image.blobs.iter().filter(|blob| !held.contains(&&blob.digest)).map(|blob| (blob, None));
    let sending = from_memory.chain(from_store).map(|(blob, bytes)| async move {
        let _place = jobs.place(&ready.source.asked, &blob.digest).await;
        let progress = bar.part();
        let open = opener(store, blob, bytes);
        let put = client.put_blob(&ready.source.asked, blob, existing, open, Arc::clone(&progress));
        let uploaded = put.await.map_err(store_first)?;
        progress(blob.size);
        Ok::<u64, OpsError>(if uploaded == Uploaded::Sent { blob.size } else { 0 })
    });
    Ok(try_join_all(sending).await?.iter().sum())
}

/// What opens a blob's content: the bytes at hand, else the store's.
fn opener(
    store: &Store,
    blob: &Descriptor,
    bytes: Option<Vec<u8>>,
) -> impl Fn() -> std::io::Result<Box<dyn Read + Send>> + Send + Sync + 'static {
    let (store, blob) = (store.clone(), blob.clone());
    move || match &bytes {
        Some(bytes) => Ok(Box::new(std::io::Cursor::new(bytes.clone()))),
        None => match store.open_blob(&blob) {
            Ok(reader) => Ok(Box::new(reader)),
            Err(error) => Err(std::io::Error::other(error)),
        },
    }
}
