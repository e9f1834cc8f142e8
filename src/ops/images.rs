//! Lists the images of the store.

use super::OpsError;
use crate::oci::{Digest, Reference, annotations};
use crate::store::Store;

/// One name of an image.
#[derive(Debug, Clone)]
pub struct Row {
    /// The name.
    pub reference: Reference,
    /// The image's digest.
    pub digest: Digest,
    /// RFC 3339, as the image says it; empty where it does not.
    pub created: String,
    /// The bundle's digest and size in bytes; `None` when the manifest cannot be used.
    pub bundle: Option<(Digest, u64)>,
    /// What the image says of its Rego version.
    pub rego_version: Option<String>,
    /// What the image says of its revision.
    pub revision: Option<String>,
}

/// All names, newest image first.
#[derive(Debug)]
pub struct Images {
    /// The names.
    pub rows: Vec<Row>,
    /// What is wrong with entries that are not, or not fully, shown.
    pub warnings: Vec<String>,
}

/// Lists the store. Damage to one image hides only that image's size.
///
/// # Errors
/// When the index cannot be read.
pub fn images(store: &Store) -> Result<Images, OpsError> {
    let listing = store.listing()?;
    let mut warnings: Vec<String> = listing
        .unusable
        .iter()
        .filter_map(|entry| {
            entry.name.as_ref().map(|name| format!("the store's entry {name:?} is passed over: {}", entry.problem))
        })
        .collect();
    let mut rows: Vec<Row> = listing
        .images
        .iter()
        .map(|image| {
            let bundle = match &image.facts {
                Ok(facts) => Some((facts.bundle.digest.clone(), facts.bundle.size)),
                Err(error) => {
                    warnings.push(format!("{}: {}", image.entry.reference, super::error::chain(error.as_ref())));
                    None
                }
            };
            Row {
                reference: image.entry.reference.clone(),
                digest: image.entry.descriptor.digest.clone(),
                created: image.annotation(annotations::CREATED).unwrap_or_default().to_owned(),
                bundle,
                rego_version: image.annotation(annotations::REGO_VERSION).map(str::to_owned),
                revision: image.annotation(annotations::REVISION).map(str::to_owned),
            }
        })
        .collect();
    rows.sort_by(|one, other| other.created.cmp(&one.created).then_with(|| one.reference.cmp(&other.reference)));
    Ok(Images { rows, warnings })
}
