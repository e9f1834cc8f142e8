//! Removes names from the store.

use super::{Names, OpsError};
use crate::oci::Reference;
use crate::store::Store;

/// A name that is gone.
#[derive(Debug)]
pub struct Removed {
    /// The name.
    pub reference: Reference,
    /// The bytes that became free.
    pub freed: u64,
}

/// The name a typed text means, to ask about before it is removed. A damaged entry may be removed too.
///
/// # Errors
/// When there is no such name, or the text is a digest that several names share.
pub fn resolve(store: &Store, reader: Names<'_>, typed: &str) -> Result<Reference, OpsError> {
    match reader.find_exact(store, typed) {
        Ok(chosen) if chosen.why == super::Why::Digest => {
            let digest = &chosen.entry.descriptor.digest;
            let names = store.find_digest_prefix(digest.hex())?;
            if names.len() > 1 {
                let matches = names.iter().map(|entry| entry.reference.to_string()).collect();
                return Err(OpsError::Ambiguous { typed: typed.to_owned(), matches });
            }
            Ok(chosen.entry.reference)
        }
        Ok(chosen) => Ok(chosen.entry.reference),
        Err(OpsError::Store(crate::store::StoreError::Unusable { reference, .. })) => Ok(reference),
        Err(error) => Err(error),
    }
}

/// Takes a name away, and the blobs that nothing names any more.
///
/// # Errors
/// When it is not there, or the store cannot be changed.
pub fn remove(store: &Store, reference: &Reference) -> Result<Removed, OpsError> {
    let removed = store.remove(std::slice::from_ref(reference))?;
    if removed.names.is_empty() {
        return Err(OpsError::NotInStore { name: reference.to_string(), near: Vec::new() });
    }
    Ok(Removed { reference: reference.clone(), freed: removed.reclaimed.bytes })
}
