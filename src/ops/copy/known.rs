//! What is known of the registry that is copied to, so that nothing is asked or sent twice.

use crate::oci::{Digest, Reference};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Held while a thing is seen to; `true` once it is there.
pub(super) type Slot = Arc<tokio::sync::Mutex<bool>>;

/// The blobs and companions that were seen to, by repository.
#[derive(Debug, Default)]
pub(super) struct Known {
    slots: Mutex<HashMap<(String, Digest), Slot>>,
    /// A repository that has a blob, by registry.
    homes: Mutex<HashMap<(String, Digest), Reference>>,
}

impl Known {
    /// The slot of a blob or manifest in a repository: whoever holds it sees to it alone.
    pub(super) fn slot(&self, repository: &Reference, digest: &Digest) -> Slot {
        let key = (repository.repository(), digest.clone());
        Arc::clone(self.slots.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default())
    }

    /// Another repository of the same registry that has a blob.
    pub(super) fn home(&self, repository: &Reference, digest: &Digest) -> Option<Reference> {
        let key = (repository.registry().to_owned(), digest.clone());
        let homes = self.homes.lock().unwrap_or_else(PoisonError::into_inner);
        homes.get(&key).filter(|home| home.path() != repository.path()).cloned()
    }

    /// Notes that a repository has a blob.
    pub(super) fn settle(&self, repository: &Reference, digest: &Digest) {
        let key = (repository.registry().to_owned(), digest.clone());
        let mut homes = self.homes.lock().unwrap_or_else(PoisonError::into_inner);
        homes.entry(key).or_insert_with(|| repository.clone());
    }
}
