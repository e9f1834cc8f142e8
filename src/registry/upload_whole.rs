//! A blob in one request (distribution-spec, "POST then PUT"): what registries know best, and do fastest.

use super::retry::Failure;
use super::upload_session::{Session, Upload};
use super::{Fault, RegistryError};

impl Upload<'_> {
    /// Sends everything and has it confirmed.
    pub(super) async fn send_whole(&self, session: &Session) -> Result<(), Failure> {
        self.close(session, self.content.part(0..self.descriptor.size)).await
    }
}

/// Whether a blob in one request was refused in a way that says: not in one request. Registries do not agree on how:
/// proxies and GHCR have a limit on a request (413, 416), others know no body of the last request and say so by status
/// (405, 411, 415, 501), by code, in words, or by hashing nothing.
pub(super) fn wants_chunks(error: &RegistryError) -> bool {
    let (status, said) = match error {
        RegistryError::Refused { status, said, .. } | RegistryError::ServerError { status, said, .. } => {
            (*status, said)
        }
        RegistryError::NotFound { said, .. } => (404, said),
        RegistryError::StorageRefused { status, .. } => return by_status(*status),
        _ => return false,
    };
    let words = said.message.to_ascii_lowercase();
    let says = ["not implemented", "unimplemented", "not supported", "unsupported", "chunk"];
    by_status(status)
        || matches!(said.code.as_str(), "BLOB_UPLOAD_INVALID" | "SIZE_INVALID" | "DIGEST_INVALID" | "UNSUPPORTED")
        || says.iter().any(|phrase| words.contains(phrase))
}

fn by_status(status: u16) -> bool {
    matches!(status, 405 | 411 | 413 | 415 | 416 | 501)
}

/// Whether a request broke off while the registry took it, which smaller ones may survive.
pub(super) fn broke_off(error: &RegistryError) -> bool {
    matches!(error, RegistryError::Unreachable { fault: Fault::CutOff | Fault::Stalled, .. })
}
