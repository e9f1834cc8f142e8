//! Gives an image further names.

use super::names::until_settled;
use super::{Chosen, Names, OpsError};
use crate::oci::{Digest, Reference};
use crate::store::Store;

/// An image with its new names.
#[derive(Debug)]
pub struct Tagged {
    /// The image that was meant.
    pub source: Chosen,
    /// Its digest.
    pub digest: Digest,
    /// The names it has now.
    pub names: Vec<Reference>,
}

/// Tags the image `source` means as each of `names`.
///
/// # Errors
/// When there is no such image, or the store cannot be changed; then no name has changed.
pub fn tag(store: &Store, reader: Names<'_>, source: &str, names: &[Reference]) -> Result<Tagged, OpsError> {
    until_settled(|| {
        let chosen = reader.find(store, source, true)?;
        let tagged = store.tag(&chosen.entry, names)?;
        Ok(Tagged { source: chosen, digest: tagged.digest, names: tagged.names })
    })
}
