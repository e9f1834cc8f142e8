//! Signing in to the registry of a reference.

use super::{OpsError, error};
use crate::keychain::{Found, Keychain, Login};
use crate::oci::Reference;
use crate::registry::{Client, Credential, Progress, RegistryError, Settings};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
    moved: Arc<AtomicU64>,
    finish: Arc<dyn Fn() + Send + Sync>,
}

impl Shown {
    /// A display from what shows a position in bytes, and what takes it away.
    pub fn new(show: impl Fn(u64) + Send + Sync + 'static, finish: impl Fn() + Send + Sync + 'static) -> Self {
        Self { show: Arc::new(show), moved: Arc::default(), finish: Arc::new(finish) }
    }

    /// The part that one blob of the image has in the display: several may move at once.
    pub(super) fn part(&self) -> Progress {
        let (show, moved, own) = (Arc::clone(&self.show), Arc::clone(&self.moved), AtomicU64::new(0));
        Arc::new(move |bytes| {
            // It falls when a transfer starts anew; the sums wrap and come out right.
            let news = bytes.wrapping_sub(own.swap(bytes, Ordering::Relaxed));
            show(moved.fetch_add(news, Ordering::Relaxed).wrapping_add(news));
        })
    }

    /// Shows that nothing has moved: everything is to move once more.
    pub(super) fn restart(&self) {
        self.moved.store(0, Ordering::Relaxed);
        (self.show)(0);
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn parts_that_move_at_once_add_up_though_one_starts_anew() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shown = Arc::clone(&seen);
        let shown = Shown::new(move |bytes| shown.lock().unwrap().push(bytes), || {});
        let (one, other) = (shown.part(), shown.part());
        one(10);
        other(5);
        one(0);
        one(7);
        other(6);
        shown.restart();
        shown.part()(3);
        assert_eq!(*seen.lock().unwrap(), [10, 15, 5, 12, 13, 0, 3]);
    }
}
