//! Shows what an image of the store is.

use super::{Chosen, OpsError};
use crate::bundle::archive::{self, Entry, Limits};
use crate::oci::{Descriptor, Reference};
use crate::store::{Image, Store};
use std::collections::BTreeMap;

/// What an image is.
#[derive(Debug)]
pub struct Inspected {
    /// The image that was meant.
    pub reference: Reference,
    /// Names its manifest, or its bundle where there is no manifest.
    pub descriptor: Descriptor,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// The configuration.
    pub config: Option<Descriptor>,
    /// The layers.
    pub layers: Vec<Descriptor>,
    /// The layer that holds the bundle.
    pub bundle: Descriptor,
    /// The names and sizes of the bundle's files, in its order; `None` of an image in a registry.
    pub files: Option<Vec<Entry>>,
    /// What a registry says of an image beyond its manifest; `None` of an image of the store.
    pub remote: Option<InRegistry>,
}

/// What a registry says of an image beyond its manifest.
#[derive(Debug)]
pub struct InRegistry {
    /// The configuration itself; `None` where it is no JSON.
    pub configuration: Option<serde_json::Value>,
    /// The manifests that refer to the image.
    pub referrers: Vec<Descriptor>,
}

/// Looks at an image. Its bundle is opened only if `files` are wanted.
///
/// # Errors
/// An image that is damaged.
pub fn inspect(store: &Store, (source, image): (Chosen, Image), files: bool) -> Result<Inspected, OpsError> {
    let files = if files { archive::entries(store.open_blob(&image.bundle)?, &Limits::default())? } else { Vec::new() };
    let descriptor = source.entry.unnamed_descriptor();
    let (annotations, layers) = match &image.manifest {
        Some(manifest) => (manifest.annotations.clone(), manifest.layers.clone()),
        None => (descriptor.annotations.clone(), vec![image.bundle.clone()]),
    };
    Ok(Inspected {
        descriptor,
        annotations,
        config: image.config.clone(),
        layers,
        bundle: image.bundle.clone(),
        files: Some(files),
        remote: None,
        reference: source.entry.reference,
    })
}
