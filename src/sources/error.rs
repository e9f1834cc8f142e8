//! Why folders give no bundle.

use crate::bundle::BundleError;
use crate::bundle::archive::{ArchiveError, LimitExceeded};
use crate::bundle::name::NameFault;
use std::io;
use std::path::PathBuf;

/// Why PATHs give no bundle.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There is no PATH.
    #[error("no path is given")]
    NoPaths,
    /// A PATH that is not there.
    #[error("{} does not exist", path.display())]
    NotFound {
        /// The PATH.
        path: PathBuf,
    },
    /// A file or folder that cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the file system says.
        #[source]
        source: io::Error,
    },
    /// A PATH that is a URL of something else than a file.
    #[error("{text}: only paths and file:// URLs are taken")]
    UnsupportedUrl {
        /// The PATH.
        text: String,
    },
    /// A PATH that is a file but no bundle.
    #[error("{} is a file but no bundle in a tar.gz", path.display())]
    NotABundle {
        /// The PATH.
        path: PathBuf,
    },
    /// A PATH that is neither a file nor a folder.
    #[error("{} is neither a file nor a folder", path.display())]
    NotAFile {
        /// The PATH.
        path: PathBuf,
    },
    /// A PATH that is a bundle in a damaged or hostile archive.
    #[error("{}", path.display())]
    Archive {
        /// The PATH.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: ArchiveError,
    },
    /// Files that make no bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Bundles of several PATHs that do not go together.
    #[error("the paths make no one bundle")]
    Merge {
        /// What is wrong.
        #[source]
        source: BundleError,
        /// The PATHs that own all of `data`, most often because they have no `.manifest` with roots.
        owning_all: Vec<PathBuf>,
    },
    /// A pattern of names to leave out that does not read.
    #[error("'{pattern}' is no pattern")]
    BadPattern {
        /// The pattern.
        pattern: String,
    },
    /// A file whose name cannot stand in a bundle.
    #[error("{:?} cannot go into a bundle: {fault} in its name", path)]
    BadName {
        /// The file.
        path: PathBuf,
        /// What is wrong with its name.
        fault: NameFault,
    },
    /// A file that is too large.
    #[error("{} is larger than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The bound.
        limit: u64,
    },
    /// More than a bundle may hold.
    #[error("{0}")]
    Limit(LimitExceeded),
    /// A file that changed again and again.
    #[error("{} changes while it is read", path.display())]
    Changing {
        /// The file.
        path: PathBuf,
    },
    /// A signed bundle, which nothing here can verify.
    #[error("{} is signed, and no key to verify it is given", path.display())]
    Signed {
        /// The PATH.
        path: PathBuf,
    },
}
