//! Signing in to the registry of a reference.

use super::{OpsError, error};
use crate::keychain::{Found, Keychain, Login};
use crate::oci::Reference;
use crate::registry::{Client, Credential, Progress, RegistryError, Settings};
use std::sync::Arc;

/// What it takes to talk to registries.
#[derive(Debug, Clone)]
pub struct Remote {
    /// How they are reached.
    pub settings: Settings,
    /// Who asks.
    pub keychain: Keychain,
}

impl Remote {
    /// A client for a registry as a whole, with the credential the keychain has for it.
    ///
    /// # Errors
    /// Credentials that cannot be read, or settings that cannot be used.
    pub fn client(&self, registry: &str) -> Result<Client, OpsError> {
        self.client_at(registry, "")
    }

    /// A client for the repository of a reference: some credentials are for one repository alone.
    ///
    /// # Errors
    /// As [`Remote::client`].
    pub fn client_for(&self, reference: &Reference) -> Result<Client, OpsError> {
        self.client_at(reference.registry(), reference.path())
    }

    fn client_at(&self, registry: &str, path: &str) -> Result<Client, OpsError> {
        Ok(Client::new(registry, self.credential(registry, path)?, &self.settings)?)
    }

    /// The credential the keychain has for a repository.
    pub(super) fn credential(&self, registry: &str, path: &str) -> Result<Credential, OpsError> {
        let found = self.keychain.find(registry, path)?;
        if let Some(found) = &found {
            log::debug!("{registry}: signing in with the credential from {}", found.origin);
        }
        Ok(credential_of(found))
    }
}

/// A credential as the registry module takes it.
pub(super) fn credential_of(found: Option<Found>) -> Credential {
    match found.map(|found| found.login) {
        None => Credential::Anonymous,
        Some(Login::Password { username, password }) => Credential::Basic { username, password },
        Some(Login::IdentityToken(token)) => Credential::IdentityToken(token),
        Some(Login::AccessToken(token)) => Credential::Bearer(token),
    }
}

/// A display of the bytes of one image on their way.
#[derive(Clone)]
pub struct Shown {
    show: Arc<dyn Fn(u64) + Send + Sync>,
    finish: Arc<dyn Fn() + Send + Sync>,
}

impl Shown {
    /// A display from what shows a position in bytes, and what takes it away.
    pub fn new(show: impl Fn(u64) + Send + Sync + 'static, finish: impl Fn() + Send + Sync + 'static) -> Self {
        Self { show: Arc::new(show), finish: Arc::new(finish) }
    }

    /// The part of the display that begins at a position: one blob of the image.
    pub(super) fn part(&self, begin: u64) -> Progress {
        let show = Arc::clone(&self.show);
        Arc::new(move |bytes| show(begin + bytes))
    }

    pub(super) fn finish(&self) {
        (self.finish)();
    }
}

/// The store's own error, where that is what stopped a transfer.
pub(super) fn store_first(error: RegistryError) -> OpsError {
    match error {
        RegistryError::Local { cause, .. } => error::from_store(cause),
        other => OpsError::Registry(other),
    }
}
