//! Signing in to the registry of a reference.

use super::{OpsError, error};
use crate::keychain::{Found, Keychain, Login};
use crate::oci::Reference;
use crate::registry::{Client, Credential, Progress, RegistryError, Settings};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What it takes to talk to registries.
#[derive(Debug, Clone)]
pub struct Remote {
    /// How they are reached.
    pub settings: Settings,
    /// Who asks.
    pub keychain: Keychain,
    /// Who is told what is wrong with a credential that is used all the same.
    pub warn: Warn,
}

/// Shows warnings, each once.
#[derive(Clone)]
pub struct Warn {
    show: Arc<dyn Fn(&str) + Send + Sync>,
    shown: Arc<Mutex<BTreeSet<String>>>,
}

impl Warn {
    /// Warnings by what shows one.
    pub fn new(show: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { show: Arc::new(show), shown: Arc::default() }
    }

    fn once(&self, text: &str) {
        if self.shown.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned()) {
            (self.show)(text);
        }
    }
}

impl fmt::Debug for Warn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Warn")
    }
}

impl Remote {
    /// Registries that are reached by these settings, with the credentials of this keychain.
    #[must_use]
    pub fn new(settings: Settings, keychain: Keychain, warn: Warn) -> Self {
        Self { settings, keychain, warn }
    }

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

    pub(super) fn client_at(&self, registry: &str, path: &str) -> Result<Client, OpsError> {
        self.connect(registry, self.find(registry, path)?.as_ref())
    }

    /// The credential the keychain has for a repository.
    pub(super) fn find(&self, registry: &str, path: &str) -> Result<Option<Found>, OpsError> {
        let found = self.keychain.find(registry, path)?;
        if let Some(caution) = found.as_ref().and_then(|found| found.caution.as_deref()) {
            self.warn.once(caution);
        }
        Ok(found)
    }

    /// A client for a registry with a credential that was found.
    pub(super) fn connect(&self, registry: &str, found: Option<&Found>) -> Result<Client, OpsError> {
        let origin = found.map_or("", |found| found.origin.as_str());
        match origin {
            "" => log::debug!("{registry}: there is no credential for it"),
            origin => log::debug!("{registry}: signing in with the credential from {origin}"),
        }
        let credential = credential_of(found.map(|found| found.login.clone()));
        Ok(Client::with_origin(registry, credential, origin, &self.settings)?)
    }
}

/// A credential as the registry module takes it.
pub(super) fn credential_of(login: Option<Login>) -> Credential {
    match login {
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
