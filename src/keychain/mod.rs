//! Where the credentials of registries live: files of Docker's format, Docker's credential helpers, the system's keyring.

mod file;
mod helper;
mod system;

pub use file::AuthFile;

use crate::secret::Secret;
use std::path::PathBuf;

/// Where to look, in which order, and what helpers need.
#[derive(Debug, Clone)]
pub struct Keychain {
    /// The places to look in. The first that has a credential for a registry counts.
    pub places: Vec<Place>,
    /// The folder of this program's own `config.json`.
    pub store_root: PathBuf,
    /// The folders in which credential helpers are looked for, as in `PATH`.
    pub helper_path: Option<std::ffi::OsString>,
}

/// One place where a credential may be.
#[derive(Debug, Clone)]
pub enum Place {
    /// A credential at hand, for one registry.
    Given {
        /// The registry.
        registry: String,
        /// The credential.
        login: Login,
        /// Where it came from, in words.
        origin: String,
    },
    /// What `login` keeps: this program's own `config.json`, else the system's keyring.
    Own,
    /// Another program's `config.json`, read only.
    Docker(PathBuf),
}

/// A credential, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What to sign in with.
    pub login: Login,
    /// In words: a file, a helper, the keyring.
    pub origin: String,
}

/// What to sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// A user and a password or access token.
    Password {
        /// The user.
        username: String,
        /// The password or token.
        password: Secret,
    },
    /// A refresh token (`identitytoken`).
    IdentityToken(Secret),
    /// An access token the registry takes as it is (`registrytoken`).
    AccessToken(Secret),
}

impl Login {
    /// The user, where the credential names one.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        match self {
            Self::Password { username, .. } => Some(username),
            Self::IdentityToken(_) | Self::AccessToken(_) => None,
        }
    }
}

/// Where `login` put a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// In a file that others on this account can read, unencrypted.
    File(PathBuf),
    /// With a credential helper.
    Helper(String),
    /// In the system's keyring.
    Keyring,
}

/// Why credentials cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum KeychainError {
    /// A file cannot be read or written.
    #[error("the credentials file {}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A file is no JSON of Docker's format.
    #[error("the credentials file {} cannot be understood: {cause}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// A credential helper failed.
    #[error("the credential helper docker-credential-{helper} failed for {server}: {cause}")]
    Helper {
        /// Its name.
        helper: String,
        /// The server it was asked about.
        server: String,
        /// What happened.
        cause: String,
    },
    /// The keyring does not work.
    #[error("the system's keyring cannot be used: {0}")]
    Keyring(String),
    /// A server name with characters that have no place in one.
    #[error("{0:?} is not the name of a registry")]
    Server(String),
}

/// The key under which Docker keeps the credentials of docker.io.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

impl Keychain {
    /// The credential for a repository of a registry, from the first place that has one. `path` is the repository's, or
    /// empty where the registry as a whole is meant.
    ///
    /// # Errors
    /// A file that cannot be understood or a helper that fails: never a silent "none".
    pub fn find(&self, registry: &str, path: &str) -> Result<Option<Found>, KeychainError> {
        for place in &self.places {
            if let Some(found) = self.look(place, registry, path)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn look(&self, place: &Place, registry: &str, _path: &str) -> Result<Option<Found>, KeychainError> {
        match place {
            Place::Given { registry: own, login, origin } => {
                let found = || Found { login: login.clone(), origin: origin.clone() };
                Ok(key_matches(own, registry).then(found))
            }
            Place::Own => {
                if let Some(found) = AuthFile::at(self.own_path()).find(registry, self)? {
                    return Ok(Some(found));
                }
                system::holds(&self.store_root, registry).then(|| system::find(registry)).transpose()
            }
            Place::Docker(path) => AuthFile::at(path.clone()).find(registry, self),
        }
    }

    /// Keeps a password: with the helper the own `config.json` names for the registry, else in that file.
    ///
    /// # Errors
    /// When it cannot be kept; what was kept before stays.
    pub fn keep(&self, registry: &str, username: &str, password: &Secret) -> Result<Kept, KeychainError> {
        check_server(registry)?;
        AuthFile::at(self.own_path()).keep(registry, username, password, self)
    }

    /// Keeps a password in the system's keyring, after a trial that it really keeps things.
    ///
    /// # Errors
    /// When the keyring does not work.
    pub fn keep_in_keyring(&self, registry: &str, username: &str, password: &Secret) -> Result<Kept, KeychainError> {
        check_server(registry)?;
        system::keep(&self.store_root, registry, username, password)?;
        AuthFile::at(self.own_path()).erase(registry, self)?;
        Ok(Kept::Keyring)
    }

    /// Forgets the credential of a registry, and says whether there was one.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn erase(&self, registry: &str) -> Result<bool, KeychainError> {
        check_server(registry)?;
        let from_keyring = system::erase(&self.store_root, registry)?;
        Ok(AuthFile::at(self.own_path()).erase(registry, self)? || from_keyring)
    }

    fn own_path(&self) -> PathBuf {
        self.store_root.join("config.json")
    }
}

/// The keys under which a registry's credential may stand, the canonical one first.
fn keys_of(registry: &str) -> Vec<String> {
    match registry {
        "docker.io" | "index.docker.io" | "registry-1.docker.io" => {
            [DOCKER_HUB_KEY, "docker.io", "index.docker.io", "registry-1.docker.io"].map(str::to_owned).to_vec()
        }
        _ => vec![registry.to_owned()],
    }
}

/// Whether a key of a credentials file means a registry: equal, or equal when reduced to its host.
fn key_matches(key: &str, registry: &str) -> bool {
    let without_scheme = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let host = without_scheme.split('/').next().unwrap_or_default();
    keys_of(registry).iter().any(|wanted| wanted == key || wanted == host)
}

fn check_server(registry: &str) -> Result<(), KeychainError> {
    let sound =
        !registry.is_empty() && registry.bytes().all(|byte| byte.is_ascii_graphic()) && !registry.starts_with('-');
    if sound { Ok(()) } else { Err(KeychainError::Server(registry.to_owned())) }
}
