//! The system's keyring. A file in the store root lists the registries whose passwords it holds, so that no other run
//! has to ask it.

use super::file::{lock_beside, shown};
use super::{Entry, Found, KeychainError, Kind, Login};
use crate::files::{self, Access};
use crate::secret::Secret;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The name under which the keyring files this program's entries.
const SERVICE: &str = "policy";

/// How the keyring is called where a credential's origin is told.
pub(super) const ORIGIN: &str = "the system's keyring";

/// The most bytes the list may have.
const LIMIT: u64 = 1 << 20;

/// What stands for the user of an identity token, as with Docker's helpers.
const TOKEN_USER: &str = "<token>";

fn list_path(store_root: &Path) -> PathBuf {
    store_root.join("keyring.json")
}

/// The registries the keyring holds credentials for, with their users.
pub(super) fn list(store_root: &Path) -> Result<BTreeMap<String, String>, KeychainError> {
    let path = list_path(store_root);
    let mut text = String::new();
    match std::fs::File::open(&path).and_then(|file| file.take(LIMIT).read_to_string(&mut text)) {
        Ok(_) => serde_json::from_str(&text).map_err(|_| KeychainError::Format {
            place: shown(&path, None),
            cause: "it is not a list of registries and their users".to_owned(),
        }),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(cause) => Err(file(&path, cause)),
    }
}

/// The credentials the keyring holds, for a list.
pub(super) fn entries(store_root: &Path) -> Result<Vec<Entry>, KeychainError> {
    let entry = |(registry, username): (String, String)| {
        let is_token = username == TOKEN_USER;
        let kind = if is_token { Kind::IdentityToken } else { Kind::Password };
        Entry { registry, username: Some(username).filter(|_| !is_token), kind, source: ORIGIN.to_owned() }
    };
    Ok(list(store_root)?.into_iter().map(entry).collect())
}

/// Changes the list under the lock for changes in the store root.
fn change(store_root: &Path, edit: impl FnOnce(&mut BTreeMap<String, String>)) -> Result<(), KeychainError> {
    let path = list_path(store_root);
    let lock = lock_beside(&path).map_err(|cause| file(&path, cause))?;
    let mut list = list(store_root)?;
    edit(&mut list);
    let text = serde_json::to_vec(&list).map_err(|error| KeychainError::Keyring(error.to_string()))?;
    files::write(&path, &text, Access::Private).map_err(|cause| file(&path, cause))?;
    drop(lock);
    Ok(())
}

fn file(path: &Path, cause: io::Error) -> KeychainError {
    KeychainError::File { place: shown(path, None), cause }
}

/// The login the keyring holds for a registry; `None` when it never was given one.
pub(super) fn find(store_root: &Path, registry: &str) -> Result<Option<Found>, KeychainError> {
    if !list(store_root)?.contains_key(registry) {
        return Ok(None);
    }
    let text = match entry(registry)?.get_password() {
        Ok(text) => text,
        // Somebody has removed it with the keyring's own tools.
        Err(keyring::Error::NoEntry) => return Ok(None),
        Err(error) => return Err(KeychainError::Keyring(error.to_string())),
    };
    let (username, secret) = text.split_once('\n').unwrap_or_default();
    let secret = Secret::new(secret);
    let login = match username {
        TOKEN_USER => Login::IdentityToken(secret),
        _ => Login::Password { username: username.to_owned(), password: secret },
    };
    Ok(Some(Found { login, origin: ORIGIN.to_owned(), caution: None }))
}

/// Stores a login, reads it back, and only then relies on it.
pub(super) fn keep(store_root: &Path, registry: &str, login: &Login) -> Result<(), KeychainError> {
    let entry = entry(registry)?;
    let (username, secret) = match login {
        Login::Password { username, password } => (username.as_str(), password),
        Login::IdentityToken(token) | Login::AccessToken(token) => (TOKEN_USER, token),
    };
    let text = format!("{username}\n{}", secret.expose());
    let failed = |error: keyring::Error| KeychainError::Keyring(error.to_string());
    entry.set_password(&text).map_err(failed)?;
    if entry.get_password().map_err(failed)? != text {
        return Err(KeychainError::Keyring("it does not give back what it was given".to_owned()));
    }
    change(store_root, |list| {
        list.insert(registry.to_owned(), username.to_owned());
    })
}

/// Forgets a login, and says whether there was one.
pub(super) fn erase(store_root: &Path, registry: &str) -> Result<bool, KeychainError> {
    if !list(store_root)?.contains_key(registry) {
        return Ok(false);
    }
    match entry(registry)?.delete_credential() {
        Ok(()) | Err(keyring::Error::NoEntry) => {}
        Err(error) => return Err(KeychainError::Keyring(error.to_string())),
    }
    change(store_root, |list| {
        list.remove(registry);
    })?;
    Ok(true)
}

fn entry(registry: &str) -> Result<keyring::Entry, KeychainError> {
    keyring::Entry::new(SERVICE, registry).map_err(|error| KeychainError::Keyring(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_cannot_be_read_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        assert!(find(root.path(), "ghcr.io").unwrap().is_none());
        assert!(!erase(root.path(), "ghcr.io").unwrap());
        std::fs::write(list_path(root.path()), "{").unwrap();
        assert!(matches!(find(root.path(), "ghcr.io"), Err(KeychainError::Format { .. })));
    }
}
