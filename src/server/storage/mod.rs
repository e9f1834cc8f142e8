//! Where a registry keeps what is pushed to it.

mod folder;
mod layout;
mod memory;
mod plain_files;

pub use folder::Folder;
pub use memory::Memory;

use super::names::{RepositoryName, Tag};
use crate::oci::{Digest, Hasher};
use bytes::Bytes;
use std::fs::File;
use std::io;
use std::path::PathBuf;

/// Keeps repositories: blobs and manifests by their digests, tags that name manifests.
///
/// The calls block; the registry makes them away from its asynchronous threads. Whatever a call reports as done is
/// there for every later call, and as durable as the storage is. Content is handed in with the digest it was found to
/// have: a storage does not hash.
pub trait Storage: Send + Sync + 'static {
    /// The repositories that hold a manifest, sorted.
    ///
    /// # Errors
    /// When the storage cannot be read.
    fn repositories(&self) -> Result<Vec<RepositoryName>, StorageError>;

    /// The tags of a repository, sorted; nothing when it holds no manifest.
    ///
    /// # Errors
    /// When the storage cannot be read.
    fn tags(&self, repository: &RepositoryName) -> Result<Option<Vec<Tag>>, StorageError>;

    /// What a tag names.
    ///
    /// # Errors
    /// When the storage cannot be read.
    fn resolve(&self, repository: &RepositoryName, tag: &Tag) -> Result<Option<Digest>, StorageError>;

    /// The bytes of a manifest as they were received.
    ///
    /// # Errors
    /// When the storage cannot be read.
    fn manifest(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<Bytes>, StorageError>;

    /// Keeps a manifest, then points its tags at it.
    ///
    /// # Errors
    /// When the storage cannot be written.
    fn put_manifest(&self, repository: &RepositoryName, manifest: &NewManifest) -> Result<(), StorageError>;

    /// Forgets a tag and nothing else; false when there was none.
    ///
    /// # Errors
    /// When the storage cannot be written.
    fn remove_tag(&self, repository: &RepositoryName, tag: &Tag) -> Result<bool, StorageError>;

    /// Forgets a manifest with every tag that names it; false when there was none. `subject` is what the manifest
    /// refers to.
    ///
    /// # Errors
    /// When the storage cannot be written.
    fn remove_manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
        subject: Option<&Digest>,
    ) -> Result<bool, StorageError>;

    /// The manifests that were put with this subject, sorted. Some of them may have gone since.
    ///
    /// # Errors
    /// When the storage cannot be read.
    fn referrers(&self, repository: &RepositoryName, subject: &Digest) -> Result<Vec<Digest>, StorageError>;

    /// A blob of a repository.
    ///
    /// # Errors
    /// When the storage cannot be read.
    fn blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<Blob>, StorageError>;

    /// Gives a repository a blob that another one (any other, when none is named) has; false when it has not.
    ///
    /// # Errors
    /// When the storage cannot be written.
    fn mount(
        &self,
        digest: &Digest,
        source: Option<&RepositoryName>,
        target: &RepositoryName,
    ) -> Result<bool, StorageError>;

    /// Forgets a blob of one repository; false when there was none.
    ///
    /// # Errors
    /// When the storage cannot be written.
    fn remove_blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<bool, StorageError>;

    /// Takes content that turned out damaged out of the repository, so that it can be pushed again.
    ///
    /// # Errors
    /// When the storage cannot be written.
    fn set_aside(&self, repository: &RepositoryName, kind: Kind, digest: &Digest) -> Result<(), StorageError>;

    /// Room for a blob whose digest is not known yet. Dropped, it leaves nothing.
    ///
    /// # Errors
    /// When the storage cannot be written.
    fn start_upload(&self) -> Result<Box<dyn Upload>, StorageError>;
}

/// A blob on its way in.
pub trait Upload: Send {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// When they cannot be kept; the upload is then of no more use.
    fn append(&mut self, bytes: &[u8]) -> Result<(), StorageError>;

    /// What all bytes so far hash to. Every byte is read again.
    ///
    /// # Errors
    /// When they cannot be read.
    fn hash(&mut self, hasher: Hasher) -> Result<Digest, StorageError>;

    /// Makes the bytes a blob of the repository, replacing one of the same digest.
    ///
    /// # Errors
    /// When they cannot be kept; then there is no such blob, or the one that was there.
    fn finish(self: Box<Self>, repository: &RepositoryName, digest: &Digest) -> Result<(), StorageError>;
}

/// A manifest to be kept.
#[derive(Debug, Clone)]
pub struct NewManifest {
    /// What the bytes hash to.
    pub digest: Digest,
    /// The manifest as it was received.
    pub bytes: Bytes,
    /// The manifest it refers to.
    pub subject: Option<Digest>,
    /// The tags to point at it.
    pub tags: Vec<Tag>,
}

/// Which of a repository's two kinds of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A manifest or an index.
    Manifest,
    /// Anything else.
    Blob,
}

/// A blob as its storage holds it.
#[derive(Debug)]
pub struct Blob {
    /// The length in bytes.
    pub size: u64,
    /// The bytes, or where they are.
    pub content: Content,
}

/// The bytes of a blob.
#[derive(Debug)]
pub enum Content {
    /// In memory.
    Memory(Bytes),
    /// In a file, open at its start.
    File(File),
}

/// Why a storage could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The file system refused.
    #[error("{}: the registry's files cannot be read or written", path.display())]
    Files {
        /// The file or folder in question.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// Another registry serves the same folder.
    #[error("{}: another registry is serving this folder", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// Something that is no plain file stands where a blob or manifest should be.
    #[error("{}: not a plain file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
}

impl StorageError {
    /// Whether there is no room left.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Files { source, .. }
            if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
    }
}
