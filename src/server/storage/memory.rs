//! A registry's contents in memory, gone with the process.

use super::{Blob, Content, Kind, NewManifest, RepositoryName, Storage, StorageError, Tag, Upload};
use crate::oci::{Digest, Hasher};
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Keeps everything in memory. Clones share their contents.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    repositories: Arc<RwLock<Repositories>>,
}

type Repositories = BTreeMap<RepositoryName, Repository>;

#[derive(Debug, Default)]
struct Repository {
    blobs: HashMap<Digest, Bytes>,
    manifests: HashMap<Digest, Bytes>,
    tags: BTreeMap<Tag, Digest>,
    referrers: HashMap<Digest, BTreeSet<Digest>>,
}

impl Memory {
    // A panic elsewhere cannot leave these maps half changed: each change is one call on one of them.
    fn read(&self) -> RwLockReadGuard<'_, Repositories> {
        self.repositories.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Repositories> {
        self.repositories.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for Memory {
    fn repositories(&self) -> Result<Vec<RepositoryName>, StorageError> {
        let all = self.read();
        Ok(all.iter().filter(|(_, held)| !held.manifests.is_empty()).map(|(name, _)| name.clone()).collect())
    }

    fn tags(&self, repository: &RepositoryName) -> Result<Option<Vec<Tag>>, StorageError> {
        let all = self.read();
        let held = all.get(repository).filter(|held| !held.manifests.is_empty());
        Ok(held.map(|held| held.tags.keys().cloned().collect()))
    }

    fn resolve(&self, repository: &RepositoryName, tag: &Tag) -> Result<Option<Digest>, StorageError> {
        Ok(self.read().get(repository).and_then(|held| held.tags.get(tag)).cloned())
    }

    fn manifest(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<Bytes>, StorageError> {
        Ok(self.read().get(repository).and_then(|held| held.manifests.get(digest)).cloned())
    }

    fn put_manifest(&self, repository: &RepositoryName, manifest: &NewManifest) -> Result<(), StorageError> {
        let mut all = self.write();
        let held = all.entry(repository.clone()).or_default();
        if let Some(subject) = &manifest.subject {
            held.referrers.entry(subject.clone()).or_default().insert(manifest.digest.clone());
        }
        held.manifests.insert(manifest.digest.clone(), manifest.bytes.clone());
        held.tags.extend(manifest.tags.iter().map(|tag| (tag.clone(), manifest.digest.clone())));
        Ok(())
    }

    fn remove_tag(&self, repository: &RepositoryName, tag: &Tag) -> Result<bool, StorageError> {
        Ok(self.write().get_mut(repository).is_some_and(|held| held.tags.remove(tag).is_some()))
    }

    fn remove_manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
        subject: Option<&Digest>,
    ) -> Result<bool, StorageError> {
        let mut all = self.write();
        let Some(held) = all.get_mut(repository) else { return Ok(false) };
        held.tags.retain(|_, named| named != digest);
        if let Some(referrers) = subject.and_then(|subject| held.referrers.get_mut(subject)) {
            referrers.remove(digest);
        }
        Ok(held.manifests.remove(digest).is_some())
    }

    fn referrers(&self, repository: &RepositoryName, subject: &Digest) -> Result<Vec<Digest>, StorageError> {
        let all = self.read();
        let referrers = all.get(repository).and_then(|held| held.referrers.get(subject));
        Ok(referrers.map(|referrers| referrers.iter().cloned().collect()).unwrap_or_default())
    }

    fn blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<Blob>, StorageError> {
        let all = self.read();
        let bytes = all.get(repository).and_then(|held| held.blobs.get(digest));
        Ok(bytes.map(|bytes| Blob { size: bytes.len() as u64, content: Content::Memory(bytes.clone()) }))
    }

    fn mount(
        &self,
        digest: &Digest,
        source: Option<&RepositoryName>,
        target: &RepositoryName,
    ) -> Result<bool, StorageError> {
        let mut all = self.write();
        let bytes = match source {
            Some(source) => all.get(source).and_then(|held| held.blobs.get(digest)),
            None => all.values().find_map(|held| held.blobs.get(digest)),
        };
        let Some(bytes) = bytes.cloned() else { return Ok(false) };
        all.entry(target.clone()).or_default().blobs.insert(digest.clone(), bytes);
        Ok(true)
    }

    fn remove_blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<bool, StorageError> {
        Ok(self.write().get_mut(repository).is_some_and(|held| held.blobs.remove(digest).is_some()))
    }

    fn set_aside(&self, repository: &RepositoryName, kind: Kind, digest: &Digest) -> Result<(), StorageError> {
        if let Some(held) = self.write().get_mut(repository) {
            match kind {
                Kind::Manifest => held.manifests.remove(digest),
                Kind::Blob => held.blobs.remove(digest),
            };
        }
        Ok(())
    }

    fn start_upload(&self) -> Result<Box<dyn Upload>, StorageError> {
        Ok(Box::new(Received { bytes: Vec::new(), memory: self.clone() }))
    }
}

struct Received {
    bytes: Vec<u8>,
    memory: Memory,
}

impl Upload for Received {
    fn append(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn hash(&mut self, mut hasher: Hasher) -> Result<Digest, StorageError> {
        hasher.update(&self.bytes);
        Ok(hasher.finish())
    }

    fn finish(self: Box<Self>, repository: &RepositoryName, digest: &Digest) -> Result<(), StorageError> {
        let bytes = Bytes::from(self.bytes);
        self.memory.write().entry(repository.clone()).or_default().blobs.insert(digest.clone(), bytes);
        Ok(())
    }
}
