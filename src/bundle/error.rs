//! What can be wrong with a bundle.

use super::json::JsonError;
use super::name::NameFault;
use super::yaml::YamlError;
use std::io;

/// Why files are no bundle, or cannot be read or written as one.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The archive cannot be read.
    #[error("the bundle cannot be read: {0}")]
    Read(io::Error),
    /// The archive cannot be written.
    #[error("the bundle cannot be written: {0}")]
    Write(io::Error),
    /// No bytes at all.
    #[error("the bundle is empty: it has no bytes")]
    Empty,
    /// Neither a tar archive nor a compressed one.
    #[error("the bundle is no tar archive, compressed or not")]
    NoArchive,
    /// A compressed archive within a compressed archive.
    #[error("the bundle is compressed twice: unpack it once")]
    CompressedTwice,
    /// An archive that ends too early, or whose parts contradict each other.
    #[error("the bundle is damaged: {0}")]
    Damaged(String),
    /// An entry with a name that is not taken.
    #[error("the bundle has an entry {name:?}: {fault}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// An entry that is neither a file nor a folder.
    #[error("{0}: neither a file nor a folder, but a link or a device")]
    Special(String),
    /// Two files of one name.
    #[error("{0}: the bundle has two files of this name")]
    Twice(String),
    /// A limit is exceeded.
    #[error("the bundle is too large: {0}")]
    TooLarge(SizeLimit),
    /// A module that is no text.
    #[error("{path}: not UTF-8, from byte {offset} on")]
    NotUtf8 {
        /// The module.
        path: String,
        /// Where the first wrong byte is.
        offset: usize,
    },
    /// A data file or manifest that is no JSON.
    #[error("{path}: {cause}")]
    Json {
        /// The file.
        path: String,
        /// What is wrong.
        cause: JsonError,
    },
    /// A data file that is no YAML.
    #[error("{path}: {cause}")]
    Yaml {
        /// The file.
        path: String,
        /// What is wrong.
        cause: YamlError,
    },
    /// A data file of the top folder that holds no object.
    #[error("{path}: the root value must be an object, not {found}")]
    RootNotObject {
        /// The file.
        path: String,
        /// What it is.
        found: &'static str,
    },
    /// Two data files that say different things of one key.
    #[error("{path}: its data at {key} stands in {other} too, and they cannot be merged")]
    Clash {
        /// The later file.
        path: String,
        /// The key.
        key: String,
        /// The earlier file.
        other: String,
    },
    /// A manifest with fields of another kind.
    #[error("{path}: {cause}")]
    Manifest {
        /// The manifest.
        path: String,
        /// What is wrong.
        cause: String,
    },
    /// Roots of which one holds another.
    #[error("manifest has overlapped roots: '{0}' and '{1}'")]
    OverlappedRoots(String, String),
    /// A package outside the roots.
    #[error("manifest roots {} do not permit 'package {package}' in module '{path}'", list(.roots))]
    PackageOutsideRoots {
        /// The roots.
        roots: Vec<String>,
        /// The package.
        package: String,
        /// The module.
        path: String,
    },
    /// Data outside the roots.
    #[error("manifest roots {} do not permit data at path '/{path}'", list(.roots))]
    DataOutsideRoots {
        /// The roots.
        roots: Vec<String>,
        /// Where the data is.
        path: String,
    },
    /// A version of Rego that is not known.
    #[error("unknown bundle rego-version {0}")]
    RegoVersion(i64),
    /// Something that OPA reads and this program does not carry.
    #[error("{path}: {what} are not supported")]
    Unsupported {
        /// The file.
        path: String,
        /// What it is.
        what: &'static str,
    },
}

/// What there is too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SizeLimit {
    /// The archive itself.
    #[error("it has more than {0} bytes")]
    Compressed(u64),
    /// What is in the archive.
    #[error("it unpacks to more than {0} bytes")]
    Uncompressed(u64),
    /// How many times larger the content is than the archive.
    #[error("its content is more than {0} times as large as the archive")]
    Ratio(u64),
    /// The files.
    #[error("it has more than {0} files")]
    Entries(usize),
    /// One file.
    #[error("a file of it has more than {0} bytes")]
    File(u64),
}

fn list(roots: &[String]) -> String {
    format!("[{}]", roots.join(" "))
}
