//! What can go wrong with a registry.

use super::{Asked, Distrust, Fault};
use crate::oci::Digest;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a registry did not do what it was asked. Texts from the network are bounded but otherwise as they came: whoever
/// shows them escapes them.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// No answer: the network, TLS or the other side's HTTP failed.
    #[error("{asked}: {cause}")]
    Unreachable {
        /// The request.
        asked: Asked,
        /// What kind of failure it was.
        fault: Fault,
        /// The innermost cause in words.
        cause: String,
    },
    /// 401: signing in is needed, or failed.
    #[error("{asked}: 401 Unauthorized{said}")]
    Unauthorized {
        /// The request.
        asked: Asked,
        /// Whether the credential was sent and refused; `false`: none was sent.
        sent: bool,
        /// The registry's words.
        said: Said,
    },
    /// 403: the credential does not reach this far.
    #[error("{asked}: 403 Forbidden{said}")]
    Forbidden {
        /// The request.
        asked: Asked,
        /// Whether a credential was sent.
        sent: bool,
        /// The registry's words.
        said: Said,
    },
    /// 404.
    #[error("{asked}: {missing} not found{said}")]
    NotFound {
        /// The request.
        asked: Asked,
        /// What is not there.
        missing: Missing,
        /// The registry's words.
        said: Said,
    },
    /// A manifest was refused because the registry misses a blob it names, whatever it said of the blob before.
    #[error("{asked}: the registry misses a blob of it{said}")]
    ManifestBlobUnknown {
        /// The request.
        asked: Asked,
        /// The registry's words.
        said: Said,
    },
    /// 405, or another 4xx: the registry does not do this.
    #[error("{asked}: {}{said}", status_line(*status))]
    Refused {
        /// The request.
        asked: Asked,
        /// The HTTP status.
        status: u16,
        /// The registry's words.
        said: Said,
    },
    /// 429, and again after waiting as often as allowed, or with a wait that is too long.
    #[error("{asked}: 429 Too Many Requests{said}{}", wait_line(*wait))]
    RateLimited {
        /// The request.
        asked: Asked,
        /// How long the registry asked to wait.
        wait: Option<Duration>,
        /// The registry's words.
        said: Said,
    },
    /// 5xx, and again after several tries.
    #[error("{asked}: {}{said}{}", status_line(*status), wait_line(*wait))]
    ServerError {
        /// The request.
        asked: Asked,
        /// The HTTP status.
        status: u16,
        /// How long the registry asked to wait.
        wait: Option<Duration>,
        /// The registry's words.
        said: Said,
    },
    /// The host a registry sent the client to for content refused to give it, or to take it.
    #[error("{asked}: {host}, where the registry keeps its content, answered {}", status_line(*status))]
    StorageRefused {
        /// The request.
        asked: Asked,
        /// The other host.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// Content hashes to something else than its name.
    #[error("{asked}: the content hashes to {got}, not {wanted}")]
    DigestMismatch {
        /// The request.
        asked: Asked,
        /// What it should hash to.
        wanted: Digest,
        /// What it hashes to.
        got: Digest,
    },
    /// Content is longer or shorter than was said.
    #[error("{asked}: the size is {got} bytes{}, not {wanted}", if got > wanted { " or more" } else { "" })]
    SizeMismatch {
        /// The request.
        asked: Asked,
        /// The size that was said.
        wanted: u64,
        /// The size seen; where it is larger, there may be more.
        got: u64,
    },
    /// An answer is larger than is taken.
    #[error("{asked}: the answer is larger than {limit} bytes")]
    TooLarge {
        /// The request.
        asked: Asked,
        /// The limit in bytes.
        limit: u64,
    },
    /// A list has more entries, or pages, than are taken.
    #[error("{asked}: there are more than {limit} entries")]
    TooMany {
        /// The request.
        asked: Asked,
        /// The limit.
        limit: usize,
    },
    /// The registry names a token server that must not be asked.
    #[error("{asked}: the registry sends its clients to sign in at {realm}: {distrust}")]
    UntrustedRealm {
        /// The request.
        asked: Asked,
        /// The host of the token server.
        realm: String,
        /// What is wrong with it.
        distrust: Distrust,
    },
    /// The registry sends the client to a place that must not be gone to.
    #[error("{asked}: the registry leads to {host}: {distrust}")]
    UntrustedLocation {
        /// The request.
        asked: Asked,
        /// The host of the place.
        host: String,
        /// What is wrong with it.
        distrust: Distrust,
    },
    /// An answer that no registry should give.
    #[error("{asked}: {what}")]
    Malformed {
        /// The request.
        asked: Asked,
        /// What is wrong with it.
        what: String,
    },
    /// Reading what is to be sent, or writing what arrives, failed on this side.
    #[error("{asked}")]
    Local {
        /// The request.
        asked: Asked,
        /// What the other party on this side said.
        #[source]
        cause: io::Error,
    },
    /// A file of the settings cannot be used.
    #[error("{}: {what}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A setting cannot be used.
    #[error("{0}")]
    Setting(String),
}

/// What is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The repository, or the right to know of it.
    Repository,
    /// The manifest a tag or digest names.
    Manifest,
    /// A blob.
    Blob,
    /// The interface itself: this is no registry.
    Interface,
}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Repository => "repository",
            Self::Manifest => "manifest",
            Self::Blob => "blob",
            Self::Interface => "registry",
        })
    }
}

/// The registry's own words: a code such as `DENIED`, a message, or neither.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// The code of the OCI error envelope, or empty.
    pub code: String,
    /// The message of the envelope, or the first line of an answer that has none, or empty.
    pub message: String,
}

impl fmt::Display for Said {
    /// Nothing, or the words in parentheses with a space before them.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.as_str(), self.message.as_str()) {
            ("", "") => Ok(()),
            ("", text) | (text, "") => write!(formatter, " ({text})"),
            (code, message) => write!(formatter, " ({code}: {message})"),
        }
    }
}

fn status_line(status: u16) -> String {
    match reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()) {
        Some(reason) => format!("{status} {reason}"),
        None => status.to_string(),
    }
}

fn wait_line(wait: Option<Duration>) -> String {
    wait.map_or_else(String::new, |wait| format!("; it asks to wait {} s", wait.as_secs()))
}
