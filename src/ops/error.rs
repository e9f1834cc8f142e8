//! Why a command did not do what was asked.

use super::Problem;
use super::remote::RemoteError;
use crate::bundle::BundleError;
use crate::bundle::archive::{ArchiveError, ReadError};
use crate::config::ConfigError;
use crate::eval::EvalError;
use crate::keychain::KeychainError;
use crate::oci::{ManifestError, ReferenceError};
use crate::registry::{GitHubError, RegistryError};
use crate::rego::capabilities::CapabilitiesError;
use crate::server::{ServerError, StorageError};
use crate::sources::SourceError;
use crate::store::StoreError;
use crate::templates::TemplateError;
use std::collections::BTreeSet;
use std::io;

/// Everything that stops a command. Engines say what happened; what to do next is told where errors are shown.
#[derive(Debug, thiserror::Error)]
pub enum OpsError {
    /// The local store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// GitHub's Packages API.
    #[error(transparent)]
    GitHub(#[from] GitHubError),
    /// What registries hold.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// An author's files.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The files of a bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The archive of a bundle.
    #[error(transparent)]
    Archive(ArchiveError),
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Credentials.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// A question to a policy.
    #[error(transparent)]
    Eval(#[from] EvalError),
    /// A bundle that cannot be asked, in OPA's words.
    #[error("loading error: {message}")]
    BundleLoading {
        /// What was typed.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// Bundles that cannot be asked together, in OPA's words.
    #[error("bundle activation failed: {0}")]
    BundleActivation(String),
    /// A template.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The embedded registry.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The embedded registry's files.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A name outside the grammar.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// A manifest from a registry that makes no sense.
    #[error("{reference}: {cause}")]
    Manifest {
        /// The image.
        reference: String,
        /// What is wrong.
        cause: ManifestError,
    },
    /// An index that leads to no policy.
    #[error("{reference} is an index of several images, and none of them is a policy")]
    NoPolicyInIndex {
        /// The image.
        reference: String,
    },
    /// A layer whose content is said to be elsewhere, which is never fetched.
    #[error("{reference}: a layer is not in the registry but at a foreign address")]
    ForeignLayer {
        /// The image.
        reference: String,
    },
    /// An index, or what refers to an image, that has no end in sight.
    #[error("{reference}: more manifests belong to it than are copied")]
    IndexTooLarge {
        /// The image.
        reference: String,
    },
    /// A blob whose content is not what its digest says.
    #[error("{reference}: the content of blob {digest} does not match its digest")]
    Content {
        /// The repository.
        reference: String,
        /// The blob.
        digest: crate::oci::Digest,
    },
    /// No image of that name.
    #[error("{name} is not in the local store")]
    NotInStore {
        /// The name.
        name: String,
        /// Names that come near it.
        near: Vec<String>,
    },
    /// A text that means several images.
    #[error("{typed} means several images")]
    Ambiguous {
        /// What was typed.
        typed: String,
        /// The images.
        matches: Vec<String>,
    },
    /// Modules with errors.
    #[error("{}", modules_line(.0))]
    Modules(Vec<Problem>),
    /// A failure that was shown as a result.
    #[error("it was told")]
    Told,
    /// A failure that was shown as a result, with an exit code of its own.
    #[error("it was told")]
    Ended(u8),
    /// Tests of what was to be built failed; each was told.
    #[error("{}", if *.0 == 1 { "a test does not pass".to_owned() } else { format!("{} tests do not pass", .0) })]
    FailedTests(usize),
    /// There was to be a test, and none was run.
    #[error("no tests were run")]
    NoTests,
    /// A capabilities file that is none.
    #[error("{file}")]
    Capabilities {
        /// The file.
        file: String,
        /// What is wrong with it.
        #[source]
        cause: CapabilitiesError,
    },
    /// A manifest that requires built-in functions in a form that does not read.
    #[error("required_builtins in the metadata of .manifest")]
    RequiredBuiltins(#[source] CapabilitiesError),
    /// An entrypoint that names nothing.
    #[error("undefined entrypoint {0}")]
    Entrypoint(String),
    /// Optimisation without an entrypoint.
    #[error("bundle optimizations require at least one entrypoint")]
    NoEntrypoint,
    /// Something this program does not do.
    #[error("{0}")]
    Unsupported(String),
    /// A request that makes no sense.
    #[error("{0}")]
    Usage(String),
    /// A file or stream that cannot be read.
    #[error("cannot read {what}: {cause}")]
    Read {
        /// What was to be read.
        what: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A file or stream that cannot be written.
    #[error("cannot write {what}: {cause}")]
    Write {
        /// What was to be written.
        what: String,
        /// What the system said.
        cause: io::Error,
    },
    /// Standard output was closed by whoever read it.
    #[error("standard output was closed")]
    OutputClosed,
    /// Somebody stopped the program, by the signal of this number.
    #[error("interrupted")]
    Interrupted(u8),
    /// Several things were asked for, and some failed; each was told.
    #[error("{failed} of {asked} failed")]
    Some {
        /// How many failed.
        failed: usize,
        /// How many were asked for.
        asked: usize,
    },
}

fn modules_line(problems: &[Problem]) -> String {
    let files: BTreeSet<&str> = problems.iter().filter_map(|problem| problem.file.as_deref()).collect();
    let (limit, count) = match problems.split_last() {
        Some((last, others)) if last.is_limit() => ("at least ", others.len()),
        _ => ("", problems.len()),
    };
    match (count, files.len()) {
        (1, _) => format!("{limit}1 error"),
        (several, 0 | 1) => format!("{limit}{several} errors"),
        (several, files) => format!("{limit}{several} errors in {files} modules"),
    }
}

/// The store's error inside one of a reader, which it hides there.
pub(super) fn from_store(error: io::Error) -> OpsError {
    match StoreError::carried_by(error) {
        Ok(error) => OpsError::Store(error),
        Err(cause) => OpsError::Read { what: "the local store".to_owned(), cause },
    }
}

/// An error and its causes in one line, each once.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        next = cause.source();
    }
    text
}

impl From<ArchiveError> for OpsError {
    /// A bundle that cannot be read from the store for a reason of the store's is that reason.
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Io(cause) => from_store(cause),
            other => Self::Archive(other),
        }
    }
}

impl From<ReadError> for OpsError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Archive(error) => error.into(),
            ReadError::Bundle(error) => error.into(),
        }
    }
}

impl From<io::Error> for OpsError {
    /// A failure to write a result.
    fn from(cause: io::Error) -> Self {
        if cause.kind() == io::ErrorKind::BrokenPipe {
            return Self::OutputClosed;
        }
        Self::Write { what: "standard output".to_owned(), cause }
    }
}
