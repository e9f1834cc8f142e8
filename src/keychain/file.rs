//! A credentials file of Docker's format: `auths`, `credHelpers`, `credsStore`.

use super::{DOCKER_HUB_KEY, Found, Kept, Keychain, KeychainError, Login, helper, key_matches, keys_of};
use crate::files::{self, Access};
use crate::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use std::io::Read;
use std::path::PathBuf;

/// The most bytes a credentials file may have.
const LIMIT: u64 = 4 << 20;

/// One file. It need not exist.
#[derive(Debug, Clone)]
pub struct AuthFile {
    path: PathBuf,
}

impl AuthFile {
    /// The file at a path.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// The credential for a registry, in Docker's order: `credHelpers`, `credsStore`, `auths`.
    pub(super) fn find(&self, registry: &str, keychain: &Keychain) -> Result<Option<Found>, KeychainError> {
        let document = self.read()?;
        if let Some((name, key)) = helper_for(&document, registry) {
            let login = helper::get(&name, &key, keychain.helper_path.as_deref())?;
            if let Some(login) = login {
                return Ok(Some(Found { login, origin: format!("docker-credential-{name}") }));
            }
        }
        let Some(entry) = auth_entry(&document, registry) else { return Ok(None) };
        let origin = self.path.display().to_string();
        Ok(self.login_of(entry)?.map(|login| Found { login, origin }))
    }

    /// Keeps a password for a registry and keeps every field this program does not know.
    pub(super) fn keep(
        &self,
        registry: &str,
        username: &str,
        password: &Secret,
        keychain: &Keychain,
    ) -> Result<Kept, KeychainError> {
        let name = helper_for(&self.read()?, registry);
        if let Some((name, key)) = name {
            helper::store(&name, &key, username, password, keychain.helper_path.as_deref())?;
            return Ok(Kept::Helper(name));
        }
        let auth = STANDARD.encode(format!("{username}:{}", password.expose()));
        self.change(|document| {
            let auths = object_at(document, "auths");
            auths.retain(|key, _| !key_matches(key, registry));
            let key = keys_of(registry).into_iter().next().unwrap_or_else(|| registry.to_owned());
            auths.insert(key, serde_json::json!({ "auth": auth }));
        })?;
        Ok(Kept::File(self.path.clone()))
    }

    /// Forgets the credential of a registry.
    pub(super) fn erase(&self, registry: &str, keychain: &Keychain) -> Result<bool, KeychainError> {
        let document = self.read()?;
        let mut removed = false;
        if let Some((name, key)) = helper_for(&document, registry) {
            removed = helper::get(&name, &key, keychain.helper_path.as_deref())?.is_some();
            helper::erase(&name, &key, keychain.helper_path.as_deref())?;
        }
        if auth_entry(&document, registry).is_some() {
            self.change(|document| object_at(document, "auths").retain(|key, _| !key_matches(key, registry)))?;
            removed = true;
        }
        Ok(removed)
    }

    fn login_of(&self, entry: &Value) -> Result<Option<Login>, KeychainError> {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        if let Some(token) = text("identitytoken") {
            return Ok(Some(Login::IdentityToken(Secret::new(token))));
        }
        if let Some(auth) = text("auth") {
            let bad = || self.format("an \"auth\" value is not user:password in base64");
            let bytes = STANDARD.decode(auth).map_err(|_| bad())?;
            let pair = String::from_utf8(bytes).map_err(|_| bad())?;
            let (username, password) = pair.split_once(':').ok_or_else(bad)?;
            let password = Secret::new(password.trim_end_matches('\0'));
            return Ok(Some(Login::Password { username: username.to_owned(), password }));
        }
        Ok(match (text("username"), text("password")) {
            (Some(username), Some(password)) => {
                Some(Login::Password { username: username.to_owned(), password: Secret::new(password) })
            }
            _ => None,
        })
    }

    fn read(&self) -> Result<Map<String, Value>, KeychainError> {
        let file = match std::fs::File::open(&self.path) {
            Ok(file) => file,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Map::new()),
            Err(cause) => return Err(self.file(cause)),
        };
        let mut text = String::new();
        file.take(LIMIT).read_to_string(&mut text).map_err(|cause| self.file(cause))?;
        if text.trim().is_empty() {
            return Ok(Map::new());
        }
        serde_json::from_str(&text).map_err(|cause| self.format(&cause.to_string()))
    }

    /// Reads, changes and replaces the file under a lock of its own, so that no login is lost to another at the same time.
    fn change(&self, edit: impl FnOnce(&mut Map<String, Value>)) -> Result<(), KeychainError> {
        let folder = self.path.parent().map(PathBuf::from).unwrap_or_default();
        files::make_folders(&folder, 0o700).map_err(|cause| self.file(cause))?;
        let lock = std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(".config.json.lock"))
            .and_then(|file| file.lock().map(|()| file))
            .map_err(|cause| self.file(cause))?;
        let mut document = self.read()?;
        edit(&mut document);
        let mut bytes = Vec::new();
        let mut serializer =
            serde_json::Serializer::with_formatter(&mut bytes, serde_json::ser::PrettyFormatter::with_indent(b"\t"));
        serde::Serialize::serialize(&document, &mut serializer).map_err(|cause| self.format(&cause.to_string()))?;
        files::write(&self.path, &bytes, Access::Private).map_err(|cause| self.file(cause))?;
        drop(lock);
        Ok(())
    }

    fn file(&self, cause: std::io::Error) -> KeychainError {
        KeychainError::File { path: self.path.clone(), cause }
    }

    fn format(&self, cause: &str) -> KeychainError {
        KeychainError::Format { path: self.path.clone(), cause: cause.to_owned() }
    }
}

/// The helper a document names for a registry, and the key to ask it with.
fn helper_for(document: &Map<String, Value>, registry: &str) -> Option<(String, String)> {
    let helpers = document.get("credHelpers").and_then(Value::as_object);
    let specific = helpers
        .and_then(|helpers| helpers.iter().find(|(key, _)| key_matches(key, registry)))
        .and_then(|(key, name)| Some((name.as_str()?.to_owned(), key.clone())));
    specific
        .or_else(|| {
            // The misspelling stands in the Go CLI's documentation.
            let name = document.get("credsStore").or_else(|| document.get("credStore"))?.as_str()?;
            let key = if keys_of(registry).len() > 1 { DOCKER_HUB_KEY } else { registry };
            Some((name.to_owned(), key.to_owned()))
        })
        .filter(|(name, _)| !name.is_empty())
}

fn auth_entry<'a>(document: &'a Map<String, Value>, registry: &str) -> Option<&'a Value> {
    let auths = document.get("auths")?.as_object()?;
    auths.get(registry).or_else(|| auths.iter().find(|(key, _)| key_matches(key, registry)).map(|(_, entry)| entry))
}

fn object_at<'a>(document: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let value = document.entry(key).or_insert_with(|| Value::Object(Map::new()));
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("made an object just above"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;

    fn keychain(root: &std::path::Path) -> Keychain {
        Keychain {
            places: vec![Place::Own, Place::Docker(root.join("docker.json"))],
            store_root: root.to_owned(),
            helper_path: None,
        }
    }

    fn password(username: &str, password: &str) -> Login {
        Login::Password { username: username.into(), password: Secret::new(password) }
    }

    #[test]
    fn what_is_kept_is_found_again_and_unknown_fields_stay() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("config.json"), r#"{"psFormat":"x","auths":{"other":{"auth":"YTpi"}}}"#)
            .unwrap();
        let keychain = keychain(root.path());
        keychain.keep("ghcr.io", "ann", &Secret::new("pa:ss")).unwrap();
        assert_eq!(keychain.find("ghcr.io", "").unwrap().unwrap().login, password("ann", "pa:ss"));
        assert_eq!(keychain.find("other", "").unwrap().unwrap().login, password("a", "b"));
        let text = std::fs::read_to_string(root.path().join("config.json")).unwrap();
        assert!(text.contains("psFormat") && text.contains("\n\t"), "{text}");
        assert!(keychain.erase("ghcr.io").unwrap());
        assert!(!keychain.erase("ghcr.io").unwrap());
        assert_eq!(keychain.find("ghcr.io", "").unwrap(), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        keychain(root.path()).keep("ghcr.io", "ann", &Secret::new("x")).unwrap();
        let mode = std::fs::metadata(root.path().join("config.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn docker_hub_is_known_by_all_its_names() {
        let root = tempfile::tempdir().unwrap();
        let docker =
            r#"{"auths":{"https://index.docker.io/v1/":{"auth":"YTpi"},"https://ghcr.io/v2":{"identitytoken":"t"}}}"#;
        std::fs::write(root.path().join("docker.json"), docker).unwrap();
        let keychain = keychain(root.path());
        assert_eq!(keychain.find("docker.io", "").unwrap().unwrap().login, password("a", "b"));
        assert_eq!(keychain.find("ghcr.io", "").unwrap().unwrap().login, Login::IdentityToken(Secret::new("t")));
        assert_eq!(keychain.find("cr.io", "").unwrap(), None);
    }

    #[test]
    fn a_file_that_cannot_be_understood_is_an_error_and_stays() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("config.json"), "{half").unwrap();
        let keychain = keychain(root.path());
        assert!(matches!(keychain.find("a", ""), Err(KeychainError::Format { .. })));
        assert!(keychain.keep("a", "u", &Secret::new("p")).is_err());
        assert_eq!(std::fs::read(root.path().join("config.json")).unwrap(), b"{half");
    }

    #[test]
    fn many_logins_at_once_are_all_kept() {
        let root = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for number in 0..20 {
                let keychain = keychain(root.path());
                scope.spawn(move || keychain.keep(&format!("r{number}.example"), "u", &Secret::new("p")).unwrap());
            }
        });
        let keychain = keychain(root.path());
        assert!((0..20).all(|number| keychain.find(&format!("r{number}.example"), "").unwrap().is_some()));
    }
}
