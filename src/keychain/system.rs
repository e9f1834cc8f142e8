//! The system's keyring. A file in the store root lists the registries whose passwords it holds, so that no other run
//! has to ask it.

use super::{Found, KeychainError, Login};
use crate::files::{self, Access};
use crate::secret::Secret;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name under which the keyring files this program's entries.
const SERVICE: &str = "policy";

fn list_path(store_root: &Path) -> PathBuf {
    store_root.join("keyring.json")
}

/// The registries the keyring holds passwords for, with their users.
fn list(store_root: &Path) -> BTreeMap<String, String> {
    std::fs::read(list_path(store_root)).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

fn write_list(store_root: &Path, list: &BTreeMap<String, String>) -> Result<(), KeychainError> {
    let path = list_path(store_root);
    let text = serde_json::to_vec(list).map_err(|error| KeychainError::Keyring(error.to_string()))?;
    files::make_folders(store_root, 0o700)
        .and_then(|()| files::write(&path, &text, Access::Private))
        .map_err(|cause| KeychainError::File { path, cause })
}

/// Whether the keyring holds a password for a registry.
pub(super) fn holds(store_root: &Path, registry: &str) -> bool {
    list_path(store_root).exists() && list(store_root).contains_key(registry)
}

/// The login the keyring holds.
pub(super) fn find(registry: &str) -> Result<Found, KeychainError> {
    let text = entry(registry)?.get_password().map_err(|error| KeychainError::Keyring(error.to_string()))?;
    let (username, password) = text.split_once('\n').unwrap_or_default();
    let login = Login::Password { username: username.to_owned(), password: Secret::new(password) };
    Ok(Found { login, origin: "the system's keyring".to_owned() })
}

/// Stores a login, reads it back, and only then relies on it.
pub(super) fn keep(store_root: &Path, registry: &str, username: &str, password: &Secret) -> Result<(), KeychainError> {
    let entry = entry(registry)?;
    let text = format!("{username}\n{}", password.expose());
    let failed = |error: keyring::Error| KeychainError::Keyring(error.to_string());
    entry.set_password(&text).map_err(failed)?;
    if entry.get_password().map_err(failed)? != text {
        return Err(KeychainError::Keyring("it does not give back what it was given".to_owned()));
    }
    let mut list = list(store_root);
    list.insert(registry.to_owned(), username.to_owned());
    write_list(store_root, &list)
}

/// Forgets a login, and says whether there was one.
pub(super) fn erase(store_root: &Path, registry: &str) -> Result<bool, KeychainError> {
    if !holds(store_root, registry) {
        return Ok(false);
    }
    entry(registry)?.delete_credential().map_err(|error| KeychainError::Keyring(error.to_string()))?;
    let mut list = list(store_root);
    list.remove(registry);
    write_list(store_root, &list)?;
    Ok(true)
}

fn entry(registry: &str) -> Result<keyring::Entry, KeychainError> {
    keyring::Entry::new(SERVICE, registry).map_err(|error| KeychainError::Keyring(error.to_string()))
}
