//! What can go wrong with credentials.

use std::io;

/// Why credentials cannot be read or kept. Messages never hold what a file or a helper says in place of a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeychainError {
    /// A file cannot be read or written.
    #[error("the credentials file {place}: {cause}")]
    File {
        /// The file.
        place: String,
        /// What the system said.
        cause: io::Error,
    },
    /// Something that is not a file stands in a file's place.
    #[error("the credentials file {place} is {what}, not a file")]
    NotAFile {
        /// The place.
        place: String,
        /// What it is.
        what: &'static str,
    },
    /// A file is larger than any credentials file.
    #[error("the credentials file {place} is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        place: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// A text is no JSON of Docker's format.
    #[error("the credentials in {place} cannot be understood: {cause}")]
    Format {
        /// The file or variable.
        place: String,
        /// What is wrong.
        cause: String,
    },
    /// A file belongs to another user of the machine, who could read what is written to it.
    #[error("the credentials file {place} belongs to another user of this machine")]
    Foreign {
        /// The file.
        place: String,
    },
    /// A credential helper failed.
    #[error("the credential helper docker-credential-{helper} (named in {place}) failed for {server}: {cause}")]
    Helper {
        /// Its name.
        helper: String,
        /// The file that names it.
        place: String,
        /// The server it was asked about.
        server: String,
        /// What happened.
        cause: String,
    },
    /// The keyring does not work.
    #[error("the system's keyring cannot be used: {0}")]
    Keyring(String),
    /// Variables that make no credential together.
    #[error("{0}")]
    Variables(String),
    /// A server name with characters that have no place in one.
    #[error("{0:?} is not the name of a registry")]
    Server(String),
}
