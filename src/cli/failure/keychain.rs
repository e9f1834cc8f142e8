//! What to do about credentials that cannot be read or kept.

use crate::keychain::KeychainError;

/// The exit code of a cause, and the ways out of it.
pub(super) fn judge(error: &KeychainError) -> (u8, Vec<String>) {
    let hint = |text: String| vec![text];
    match error {
        KeychainError::File { cause, .. } if cause.kind() == std::io::ErrorKind::PermissionDenied => (
            1,
            hint("it must be yours, and readable: DOCKER_CONFIG and REGISTRY_AUTH_FILE name other places".to_owned()),
        ),
        KeychainError::File { .. } | KeychainError::NotAFile { .. } | KeychainError::Keyring(_) => (1, Vec::new()),
        KeychainError::Format { .. } => (1, hint("mend it, or remove it and sign in again".to_owned())),
        KeychainError::TooLarge { .. } => (6, Vec::new()),
        KeychainError::Foreign { .. } => {
            (1, hint("nothing was written: change its owner, or sign in as the user it belongs to".to_owned()))
        }
        KeychainError::Helper { helper, place, .. } => (
            1,
            hint(format!(
                "docker-credential-{helper} must be on PATH and work; what names it is credHelpers or credsStore in {place}"
            )),
        ),
        KeychainError::Variables(_) | KeychainError::Server(_) => (2, Vec::new()),
    }
}
