//! Where the credentials of registries live: files of Docker's format, Docker's credential helpers, the system's keyring,
//! and variables.

mod document;
mod error;
mod file;
mod helper;
mod matching;
mod system;

pub use error::KeychainError;
pub use matching::registry_of;

use crate::secret::Secret;
use document::Document;
use file::AuthFile;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where to look, in which order, and what that takes.
#[derive(Debug, Clone, Default)]
pub struct Keychain {
    /// The places to look in. The first that has a credential for a registry counts.
    pub places: Vec<Place>,
    /// The folder of this program's own `config.json`.
    pub store_root: PathBuf,
    /// Docker's `config.json`, where there is a home or `DOCKER_CONFIG`.
    pub docker_config: Option<PathBuf>,
    /// The folders in which credential helpers are looked for, as in `PATH`.
    pub helper_path: Option<OsString>,
    /// The home folder, which is shown as `~`.
    pub home: Option<PathBuf>,
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
    /// Variables or flags that cannot be used, and why: whoever needs a credential is told.
    Unusable(String),
    /// Text of Docker's format.
    Text {
        /// The text.
        text: Secret,
        /// Where it came from, in words.
        origin: String,
    },
    /// What `login` keeps: this program's own `config.json`, else the system's keyring.
    Own,
    /// A file of Docker's or the containers tools' format, read only.
    File(PathBuf),
}

/// A credential, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What to sign in with.
    pub login: Login,
    /// In words: a file, a helper, a variable, the keyring.
    pub origin: String,
    /// What to tell whoever uses it, such as that others can read it.
    pub caution: Option<String>,
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

    /// What kind of credential it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Password { .. } => Kind::Password,
            Self::IdentityToken(_) => Kind::IdentityToken,
            Self::AccessToken(_) => Kind::AccessToken,
        }
    }
}

/// What kind of credential one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A user and a password or access token.
    Password,
    /// A refresh token.
    IdentityToken,
    /// An access token for the registry.
    AccessToken,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Password => "password",
            Self::IdentityToken => "identity token",
            Self::AccessToken => "access token",
        })
    }
}

/// A credential in a list: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The registry, or the part of it that the credential is for.
    pub registry: String,
    /// The user, where the credential names one.
    pub username: Option<String>,
    /// What kind of credential it is.
    pub kind: Kind,
    /// Where it is.
    pub source: String,
}

impl Entry {
    fn of(registry: String, login: &Login, source: String) -> Self {
        Self { registry, username: login.username().map(str::to_owned), kind: login.kind(), source }
    }
}

/// Where a new credential is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// In this program's own `config.json`, or with the helper that names.
    Own,
    /// In the system's keyring.
    Keyring,
    /// In Docker's `config.json`, or with the helper that names.
    Docker,
}

/// Where a credential was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// In a file that others on this account can read, unencrypted.
    File(PathBuf),
    /// With a credential helper.
    Helper {
        /// What follows `docker-credential-`.
        name: String,
        /// The file that names it.
        place: String,
    },
    /// In the system's keyring.
    Keyring,
}

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

    fn look(&self, place: &Place, registry: &str, path: &str) -> Result<Option<Found>, KeychainError> {
        match place {
            Place::Given { registry: own, login, origin } => {
                let found = || Found { login: login.clone(), origin: origin.clone(), caution: None };
                Ok(matching::fit(own, registry, path).map(|_| found()))
            }
            Place::Unusable(why) => Err(KeychainError::Variables(why.clone())),
            Place::Text { text, origin } => {
                let document = Document::parse(text.expose(), origin, self.helper_path.as_deref())?;
                Ok(document.find(registry, path)?.map(|(found, _)| found))
            }
            Place::Own => match self.file(&self.own_path()).find(registry, path)? {
                Some(found) => Ok(Some(found)),
                None => system::find(&self.store_root, registry),
            },
            Place::File(file) => self.file(file).find(registry, path),
        }
    }

    /// Every credential of every place in the order in which they count, and what could not be read. Nothing secret.
    #[must_use]
    pub fn list(&self) -> (Vec<Entry>, Vec<KeychainError>) {
        let (mut entries, mut failures) = (Vec::new(), Vec::new());
        let mut add = |(more, failed): (Vec<Entry>, Vec<KeychainError>)| {
            entries.extend(more);
            failures.extend(failed);
        };
        let path = self.helper_path.as_deref();
        let parts = |document: Result<Document<'_>, KeychainError>| match document {
            Ok(document) => document.entries(),
            Err(error) => (Vec::new(), vec![error]),
        };
        for place in &self.places {
            match place {
                Place::Given { registry, login, origin } => {
                    add((vec![Entry::of(matching::shown(registry), login, origin.clone())], Vec::new()));
                }
                Place::Unusable(why) => add((Vec::new(), vec![KeychainError::Variables(why.clone())])),
                Place::Text { text, origin } => add(parts(Document::parse(text.expose(), origin, path))),
                Place::Own => {
                    add(parts(self.file(&self.own_path()).read()));
                    add(match system::entries(&self.store_root) {
                        Ok(entries) => (entries, Vec::new()),
                        Err(error) => (Vec::new(), vec![error]),
                    });
                }
                Place::File(file) => add(parts(self.file(file).read())),
            }
        }
        (entries, failures)
    }

    /// Keeps a credential for a registry.
    ///
    /// # Errors
    /// When it cannot be kept; what was kept before stays.
    pub fn keep(&self, keep: Keep, registry: &str, login: &Login) -> Result<Kept, KeychainError> {
        check_server(registry)?;
        let own = self.own_path();
        match keep {
            Keep::Own => {
                let kept = self.file(&own).keep(registry, login)?;
                // One credential a registry. Where the keyring cannot be asked, its older one stays behind the file's.
                if let Err(error) = system::erase(&self.store_root, registry) {
                    log::debug!("{registry}: {error}");
                }
                Ok(kept)
            }
            Keep::Docker => self.file(&self.docker_path()?).keep(registry, login),
            Keep::Keyring => {
                system::keep(&self.store_root, registry, login)?;
                self.file(&own).erase(registry)?;
                Ok(Kept::Keyring)
            }
        }
    }

    /// Forgets the credential of a registry where `login` keeps it, or where Docker does; gives the places it was erased
    /// from, in words.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn erase(&self, registry: &str, docker: bool) -> Result<Vec<String>, KeychainError> {
        check_server(registry)?;
        if docker {
            return self.file(&self.docker_path()?).erase(registry);
        }
        let mut erased = self.file(&self.own_path()).erase(registry)?;
        if system::erase(&self.store_root, registry)? {
            erased.push(system::ORIGIN.to_owned());
        }
        Ok(erased)
    }

    /// The registries `login` has kept credentials for, or Docker has, each once.
    ///
    /// # Errors
    /// When a place cannot be read.
    pub fn kept(&self, docker: bool) -> Result<Vec<String>, KeychainError> {
        let path = if docker { self.docker_path()? } else { self.own_path() };
        let mut registries = self.file(&path).read()?.registries()?;
        if !docker {
            registries.extend(system::entries(&self.store_root)?.into_iter().map(|entry| entry.registry));
        }
        registries.sort();
        registries.dedup();
        Ok(registries)
    }

    /// A path as people write it.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        file::shown(path, self.home.as_deref())
    }

    fn file<'a>(&'a self, path: &'a Path) -> AuthFile<'a> {
        AuthFile::at(path, self.home.as_deref(), self.helper_path.as_deref())
    }

    fn own_path(&self) -> PathBuf {
        self.store_root.join("config.json")
    }

    fn docker_path(&self) -> Result<PathBuf, KeychainError> {
        let none =
            || KeychainError::Variables("there is no folder for Docker's config.json: set DOCKER_CONFIG".to_owned());
        self.docker_config.clone().ok_or_else(none)
    }
}

fn check_server(registry: &str) -> Result<(), KeychainError> {
    let sound =
        !registry.is_empty() && registry.bytes().all(|byte| byte.is_ascii_graphic()) && !registry.starts_with('-');
    if sound { Ok(()) } else { Err(KeychainError::Server(registry.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keychain(root: &Path, places: Vec<Place>) -> Keychain {
        Keychain {
            places,
            store_root: root.to_owned(),
            docker_config: Some(root.join("docker.json")),
            helper_path: None,
            home: Some(root.to_owned()),
        }
    }

    fn auths(user: &str, registry: &str) -> String {
        format!(r#"{{"auths":{{"{registry}":{{"username":"{user}","password":"p"}}}}}}"#)
    }

    #[test]
    fn the_first_place_with_a_credential_counts_and_empty_entries_do_not() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(root.path().join(name), text).unwrap();
        let given = |registry: &str| Place::Given {
            registry: registry.to_owned(),
            login: Login::Password { username: "given".to_owned(), password: Secret::new("p") },
            origin: "POLICY_REGISTRY_PASSWORD".to_owned(),
        };
        let text = Place::Text { text: Secret::new(auths("text", "r2")), origin: "DOCKER_AUTH_CONFIG".to_owned() };
        write("config.json", r#"{"auths":{"r3":{"username":"own","password":"p"},"r4":{}}}"#);
        write("docker.json", &auths("docker", "r4"));
        write("auth.json", &auths("containers", "r5/acme"));
        let files = ["docker.json", "auth.json"].map(|name| Place::File(root.path().join(name)));
        let places = [vec![given("r1"), text, Place::Own], files.to_vec()].concat();
        let keychain = keychain(root.path(), places);
        let found = |registry: &str, path: &str| {
            let found = keychain.find(registry, path).unwrap()?;
            Some((found.login.username().unwrap().to_owned(), found.origin))
        };
        let some = |user: &str, origin: &str| Some((user.to_owned(), origin.to_owned()));
        assert_eq!(found("r1", ""), some("given", "POLICY_REGISTRY_PASSWORD"));
        assert_eq!(found("r2", ""), some("text", "DOCKER_AUTH_CONFIG"));
        assert_eq!(found("r3", ""), some("own", "~/config.json"));
        assert_eq!(found("r4", ""), some("docker", "~/docker.json"));
        assert_eq!(found("r5", "acme/x"), some("containers", "~/auth.json"));
        assert_eq!(found("r5", "other/x"), None);
        assert_eq!(found("r6", ""), None);
    }

    #[test]
    fn a_place_that_fails_is_an_error_even_where_a_later_one_would_do() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("docker.json"), auths("docker", "r")).unwrap();
        let good = Place::File(root.path().join("docker.json"));
        for bad in [
            Place::Unusable("it is wrong".to_owned()),
            Place::Text { text: Secret::new("{"), origin: "x".to_owned() },
            Place::Text { text: Secret::new(r#"{"credsStore":"absent"}"#), origin: "x".to_owned() },
            Place::File(root.path().to_owned()),
        ] {
            let chain = keychain(root.path(), vec![bad.clone(), good.clone()]);
            assert!(chain.find("r", "").is_err(), "{bad:?}");
            let (entries, failures) = chain.list();
            assert_eq!((entries.len(), failures.len()), (1, 1), "{bad:?}");
            assert!(keychain(root.path(), vec![good.clone(), bad]).find("r", "").unwrap().is_some());
        }
    }

    #[test]
    fn a_list_has_no_secrets() {
        let root = tempfile::tempdir().unwrap();
        let text = r#"{"auths":{"https://index.docker.io/v1/":{"auth":"YW5uOmh1bnRlcjI="},
            "a.example/b":{"identitytoken":"hunter2"},"c":{"registrytoken":"hunter2"},"d":{}}}"#;
        let chain = keychain(
            root.path(),
            vec![Place::Text { text: Secret::new(text), origin: "DOCKER_AUTH_CONFIG".to_owned() }],
        );
        let (entries, failures) = chain.list();
        assert!(failures.is_empty());
        let rows: Vec<String> = entries
            .iter()
            .map(|entry| format!("{} {:?} {}", entry.registry, entry.username.as_deref(), entry.kind))
            .collect();
        assert_eq!(
            rows,
            ["a.example/b None identity token", "c None access token", "docker.io Some(\"ann\") password"]
        );
        assert!(!format!("{entries:?} {chain:?}").contains("hunter2"));
    }

    #[test]
    fn servers_that_are_no_names_are_refused() {
        let root = tempfile::tempdir().unwrap();
        let login = Login::IdentityToken(Secret::new("t"));
        for bad in ["", "a b", "a\nb", "-x", "ghcr.io\u{7f}", "grüße.example"] {
            assert!(matches!(
                keychain(root.path(), Vec::new()).keep(Keep::Own, bad, &login),
                Err(KeychainError::Server(_))
            ));
        }
    }
}
