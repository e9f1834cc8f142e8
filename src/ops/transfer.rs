//! Signing in to the registry of a reference.

use super::{OpsError, error};
use crate::keychain::{Keychain, Login};
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
    /// A client for a registry, with the credential the keychain has for it.
    ///
    /// # Errors
    /// Credentials that cannot be read, or settings that cannot be used.
    pub fn client(&self, registry: &str) -> Result<Client, OpsError> {
        let credential = match self.keychain.find(registry)? {
            None => Credential::Anonymous,
            Some(found) => {
                log::debug!("{registry}: signing in with the credential from {}", found.origin);
                credential_of(found.login)
            }
        };
        Ok(Client::new(registry, credential, &self.settings)?)
    }
}

/// A credential as the registry module takes it.
fn credential_of(login: Login) -> Credential {
    match login {
        Login::Password { username, password } => Credential::Basic { username, password },
        Login::IdentityToken(token) => Credential::IdentityToken(token),
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
