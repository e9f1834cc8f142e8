//! What can go wrong with a store.

use super::entry::EntryProblem;
use crate::oci::{Digest, ManifestError, Reference};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why the store did not do what was asked. Nothing that stood in it before is lost by any of these.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder of the store cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// What could not be read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file or folder of the store cannot be written: no space, no permission, a failing disk.
    #[error("cannot write {}", path.display())]
    Write {
        /// What could not be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something other than a file stands where the store keeps one. Links are not followed.
    #[error("{} is {found}, not a regular file", path.display())]
    NotAFile {
        /// Where it stands.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// Other processes kept the store locked for as long as this one was willing to wait.
    #[error("the store is busy: {} stayed locked for {} s{}", path.display(), waited.as_secs(), by(*holder))]
    Busy {
        /// The lock file.
        path: PathBuf,
        /// The process that seems to hold it.
        holder: Option<u32>,
        /// How long this process waited.
        waited: Duration,
    },
    /// The index is larger than this tool reads.
    #[error("{} has {size} bytes, more than {limit}", path.display())]
    IndexTooLarge {
        /// The index file.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
        /// The largest size read, in bytes.
        limit: u64,
    },
    /// The index does not say which images there are. It is left as it stands.
    #[error("the store's index {} is damaged", path.display())]
    IndexDamaged {
        /// The index file.
        path: PathBuf,
        /// What is wrong with it.
        source: IndexError,
    },
    /// The layout was written by a later version of the format; it can be read but is not changed.
    #[error("{} says layout version {version:?}, this tool writes 1.0.0", path.display())]
    LayoutVersion {
        /// The `oci-layout` file.
        path: PathBuf,
        /// What it says.
        version: String,
    },
    /// The store has an entry of that name, and the entry is no image.
    #[error("the store's entry for {reference} cannot be used")]
    Unusable {
        /// The name.
        reference: Reference,
        /// What is wrong with its entry.
        source: Box<EntryProblem>,
    },
    /// A blob that an image needs is not there.
    #[error("blob {digest} is missing from the store")]
    MissingBlob {
        /// Which blob.
        digest: Digest,
    },
    /// A blob, or what was to become one, is longer or shorter than promised.
    #[error("blob {digest} has {actual} bytes instead of {expected}")]
    WrongSize {
        /// Which blob.
        digest: Digest,
        /// The promised size in bytes.
        expected: u64,
        /// The size found in bytes; of content that is too long, as much as was seen.
        actual: u64,
    },
    /// A blob, or what was to become one, has other content than promised.
    #[error("blob {digest} has other content: it hashes to {actual}")]
    WrongDigest {
        /// Which blob.
        digest: Digest,
        /// What the content hashes to.
        actual: Digest,
    },
    /// A document is larger than the caller takes.
    #[error("blob {digest} has {size} bytes, more than {limit}")]
    TooLarge {
        /// Which blob.
        digest: Digest,
        /// Its declared size in bytes.
        size: u64,
        /// The largest size taken, in bytes.
        limit: u64,
    },
    /// A manifest whose bytes are right makes no sense.
    #[error("manifest {digest} cannot be used")]
    Manifest {
        /// Which manifest.
        digest: Digest,
        /// What is wrong with it.
        source: ManifestError,
    },
    /// The image is no longer in the store: since it was looked up, another process removed or replaced it.
    #[error("{reference} was changed by another process meanwhile")]
    Changed {
        /// The name it was looked up by.
        reference: Reference,
    },
    /// An image cannot get a name: a blob it consists of was not added.
    #[error("image {manifest} cannot be named: its blob {missing} is not in the store")]
    Incomplete {
        /// The image.
        manifest: Digest,
        /// The blob it lacks.
        missing: Digest,
    },
}

/// Why a file is not the index of a store.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// Not JSON, or cut off.
    #[error("not an OCI index: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON that is something else.
    #[error("not an OCI index: {0}")]
    Other(String),
    /// Another program did not stop rewriting it.
    #[error("it did not stop changing")]
    Unsettled,
}

impl StoreError {
    pub(super) fn read(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::Read { path, source }
    }

    pub(super) fn write(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::Write { path, source }
    }

    /// The store's own error inside one that came out of [`std::io::Read`] or [`std::io::Write`].
    ///
    /// # Errors
    /// The error given, when the store did not make it.
    pub fn carried_by(error: io::Error) -> Result<Self, io::Error> {
        error.downcast::<Self>()
    }

    /// As an error of a reader or writer; [`StoreError::carried_by`] undoes it.
    pub(super) fn into_io(self) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, self)
    }
}

fn by(holder: Option<u32>) -> String {
    holder.map_or_else(String::new, |pid| format!(" by process {pid}"))
}
