//! Signs in to a registry, and out.

use super::transfer::credential_of;
use super::{OpsError, Remote};
use crate::keychain::{Keep, Kept, KeychainError, Login};
use crate::registry::Client;

/// Who signs in where.
#[derive(Debug)]
pub struct Request {
    /// The registry.
    pub server: String,
    /// What to sign in with.
    pub login: Login,
    /// Where to keep it.
    pub keep: Keep,
}

/// Where a credential was put, and why not where it was to be put.
#[derive(Debug)]
pub struct Done {
    /// Where it is.
    pub kept: Kept,
    /// Why the system's keyring could not be used.
    pub keyring: Option<KeychainError>,
}

/// Checks a credential with its registry, and only then keeps it. Where the system's keyring was wished for and does not
/// work, it is kept in the file.
///
/// # Errors
/// A registry that refuses it or cannot be reached; what was kept before then stays.
pub async fn login(remote: &Remote, request: &Request) -> Result<Done, OpsError> {
    let client = Client::new(&request.server, credential_of(Some(request.login.clone())), &remote.settings)?;
    client.check_login().await?;
    let keep = |keep| remote.keychain.keep(keep, &request.server, &request.login);
    match keep(request.keep) {
        Err(error @ KeychainError::Keyring(_)) => Ok(Done { kept: keep(Keep::Own)?, keyring: Some(error) }),
        kept => Ok(Done { kept: kept?, keyring: None }),
    }
}

/// What was forgotten of one registry.
#[derive(Debug)]
pub struct Forgotten {
    /// The registry.
    pub server: String,
    /// The places a credential was erased from, in words.
    pub erased: Vec<String>,
    /// Where there still is one, which commands would use.
    pub left: Option<String>,
}

/// Forgets the credential of a registry where `login` keeps it, or where Docker does.
///
/// # Errors
/// When it cannot be removed.
pub fn logout(remote: &Remote, server: &str, docker: bool) -> Result<Forgotten, OpsError> {
    let erased = remote.keychain.erase(server, docker)?;
    // Another place that cannot be read is told when it is needed.
    let left = remote.keychain.find(server, "").ok().flatten().map(|found| found.origin);
    Ok(Forgotten { server: server.to_owned(), erased, left })
}

/// Forgets the credentials of all registries that were signed in to.
///
/// # Errors
/// When one cannot be removed; those before it are.
pub fn logout_everywhere(remote: &Remote, docker: bool) -> Result<Vec<Forgotten>, OpsError> {
    remote.keychain.kept(docker)?.iter().map(|server| logout(remote, server, docker)).collect()
}
