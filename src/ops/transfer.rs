//! Signing in to the registry of a reference.

use super::{OpsError, error};
use crate::keychain::{Found, Keychain, Login};
use crate::oci::Reference;
use crate::registry::{Client, Credential, Progress, RegistryError, Settings};
use std::collections::BTreeSet;
use std::fmt;
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
    clients: Arc<Mutex<Vec<Known>>>,
}

/// A client that was made, and what for.
#[derive(Debug)]
struct Known {
    registry: String,
    path: String,
    found: Option<Found>,
    client: Client,
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
        Self { settings, keychain, warn, clients: Arc::default() }
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

    /// Clients are kept: they share connections and tokens, and no helper is asked twice.
    pub(super) fn client_at(&self, registry: &str, path: &str) -> Result<Client, OpsError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = clients.iter().find(|known| known.registry == registry && known.path == path) {
            return Ok(known.client.clone());
        }
        let found = self.keychain.find(registry, path)?;
        if let Some(caution) = found.as_ref().and_then(|found| found.caution.as_deref()) {
            self.warn.once(caution);
        }
        let client = match clients.iter().find(|known| known.registry == registry && known.found == found) {
            Some(known) => known.client.clone(),
            None => self.connect(registry, found.as_ref())?,
        };
        let (registry, path) = (registry.to_owned(), path.to_owned());
        clients.push(Known { registry, path, found, client: client.clone() });
        Ok(client)
    }

    fn connect(&self, registry: &str, found: Option<&Found>) -> Result<Client, OpsError> {
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
