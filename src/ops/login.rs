//! Signs in to a registry, and out.

use super::{OpsError, Remote};
use crate::keychain::Kept;
use crate::registry::{Client, Credential};
use crate::secret::Secret;

/// Who signs in where.
#[derive(Debug)]
pub struct Request {
    /// The registry.
    pub server: String,
    /// The user.
    pub username: String,
    /// The password or access token.
    pub password: Secret,
    /// Keep it in the system's keyring.
    pub keyring: bool,
}

/// Checks a credential with its registry, and only then keeps it.
///
/// # Errors
/// A registry that refuses it or cannot be reached; what was kept before then stays.
pub async fn login(remote: &Remote, request: &Request) -> Result<Kept, OpsError> {
    let credential = Credential::Basic { username: request.username.clone(), password: request.password.clone() };
    let client = Client::new(&request.server, credential, &remote.settings)?;
    client.check_login().await?;
    let keep = (&*request.server, &*request.username, &request.password);
    Ok(if request.keyring {
        remote.keychain.keep_in_keyring(keep.0, keep.1, keep.2)?
    } else {
        remote.keychain.keep(keep.0, keep.1, keep.2)?
    })
}

/// Forgets the credential of a registry, and says whether there was one.
///
/// # Errors
/// When it cannot be removed.
pub fn logout(remote: &Remote, server: &str) -> Result<bool, OpsError> {
    Ok(remote.keychain.erase(server)?)
}
