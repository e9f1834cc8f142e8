//! A credentials file: read within limits, replaced whole.

use super::document::Document;
use super::matching::{fit, key_of};
use super::{Found, Kept, KeychainError, Login};
use crate::files::{self, Access};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

/// The most bytes a credentials file may have.
const LIMIT: u64 = 4 << 20;

/// One file, which need not exist, and what it takes to make sense of it.
pub(super) struct AuthFile<'a> {
    path: &'a Path,
    /// The path in words.
    place: String,
    helper_path: Option<&'a OsStr>,
}

impl<'a> AuthFile<'a> {
    /// The file at a path; `home` is shown as `~`.
    pub(super) fn at(path: &'a Path, home: Option<&Path>, helper_path: Option<&'a OsStr>) -> Self {
        Self { path, place: shown(path, home), helper_path }
    }

    /// The credential for a repository, with a word of caution where others on this machine can read it.
    pub(super) fn find(&self, registry: &str, path: &str) -> Result<Option<Found>, KeychainError> {
        let Some((mut found, inside)) = self.read()?.find(registry, path)? else { return Ok(None) };
        if inside && is_open_to_others(self.path) {
            found.caution = Some(format!("{} holds credentials, and others can read it: chmod 600 it", self.place));
        }
        Ok(Some(found))
    }

    /// What the file says now.
    pub(super) fn read(&self) -> Result<Document<'_>, KeychainError> {
        Document::parse(&self.text()?, &self.place, self.helper_path)
    }

    /// Keeps a credential for a registry, with the helper the file names for it or in the file, and keeps every field this
    /// program does not know.
    pub(super) fn keep(&self, registry: &str, login: &Login) -> Result<Kept, KeychainError> {
        let document = self.read()?;
        if let Some(name) = document.helper_for(registry, "")? {
            document.helper(&name).store(key_of(registry), login)?;
            // As Docker does it: the file says for which registries the helper is used, and holds no copy of the secret.
            self.change(|fields| {
                forget(fields, registry);
                auths(fields).insert(key_of(registry).to_owned(), json!({}));
            })?;
            return Ok(Kept::Helper { name, place: self.place.clone() });
        }
        let entry = match login {
            Login::Password { username, password } => {
                json!({ "auth": STANDARD.encode(format!("{username}:{}", password.expose())) })
            }
            Login::IdentityToken(token) => json!({ "identitytoken": token.expose() }),
            Login::AccessToken(token) => json!({ "registrytoken": token.expose() }),
        };
        self.change(|fields| {
            forget(fields, registry);
            auths(fields).insert(key_of(registry).to_owned(), entry);
        })?;
        Ok(Kept::File(self.path.to_owned()))
    }

    /// Forgets the credential of a registry; gives the places it was erased from, in words.
    pub(super) fn erase(&self, registry: &str) -> Result<Vec<String>, KeychainError> {
        let document = self.read()?;
        let mut erased = Vec::new();
        if let Some(name) = document.helper_for(registry, "")? {
            let helper = document.helper(&name);
            let key = key_of(registry);
            if helper.get(key)?.is_some() {
                helper.erase(key)?;
                erased.push(format!("docker-credential-{name} (named in {})", self.place));
            }
        }
        let (is_there, says_something) = document.has_entry(registry)?;
        if is_there {
            self.change(|fields| forget(fields, registry))?;
        }
        if says_something {
            erased.push(self.place.clone());
        }
        Ok(erased)
    }

    fn text(&self) -> Result<String, KeychainError> {
        let kind = match fs::metadata(self.path) {
            Ok(metadata) => metadata,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
            Err(cause) => return Err(self.failed(cause)),
        };
        let place = || self.place.clone();
        if kind.is_dir() {
            return Err(KeychainError::NotAFile { place: place(), what: "a folder" });
        }
        // Opening a pipe would wait for somebody to write to it.
        if !kind.is_file() {
            return Err(KeychainError::NotAFile { place: place(), what: "a device or a pipe" });
        }
        let mut bytes = Vec::new();
        let read = fs::File::open(self.path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes));
        match read {
            Ok(_) if bytes.len() as u64 > LIMIT => Err(KeychainError::TooLarge { place: place(), limit: LIMIT }),
            Ok(_) => String::from_utf8(bytes).map_err(|_| self.format("it is not UTF-8 text")),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(cause) => Err(self.failed(cause)),
        }
    }

    /// Reads, changes and replaces the file under a lock of its own, so that no login is lost to another at the same time.
    /// Where the path is a symbolic link, the file it leads to is replaced.
    fn change(&self, edit: impl FnOnce(&mut Map<String, Value>)) -> Result<(), KeychainError> {
        let failed = |cause| self.failed(cause);
        let target = fs::canonicalize(self.path).unwrap_or_else(|_| self.path.to_owned());
        let lock = lock_beside(&target).map_err(failed)?;
        let mut fields = self.read()?.fields;
        edit(&mut fields);
        let mut bytes = Vec::new();
        let mut serializer =
            serde_json::Serializer::with_formatter(&mut bytes, serde_json::ser::PrettyFormatter::with_indent(b"\t"));
        serde::Serialize::serialize(&fields, &mut serializer).map_err(|cause| self.format(&cause.to_string()))?;
        let mut pending = files::Pending::beside(&target, Access::Private).map_err(failed)?;
        if !is_of_one_owner(&target, pending.file()).map_err(failed)? {
            return Err(KeychainError::Foreign { place: self.place.clone() });
        }
        pending.write_all(&bytes).and_then(|()| pending.commit(&target)).map_err(failed)?;
        drop(lock);
        Ok(())
    }

    fn failed(&self, cause: io::Error) -> KeychainError {
        KeychainError::File { place: self.place.clone(), cause }
    }

    fn format(&self, cause: &str) -> KeychainError {
        KeychainError::Format { place: self.place.clone(), cause: cause.to_owned() }
    }
}

/// Makes the folder of a file of secrets, for its owner alone, and takes the lock for changes there.
pub(super) fn lock_beside(path: &Path) -> io::Result<fs::File> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    files::make_folders(folder, 0o700)?;
    let lock = folder.join(".config.json.lock");
    let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(lock)?;
    file.lock()?;
    Ok(file)
}

/// A path as people write it.
pub(super) fn shown(path: &Path, home: Option<&Path>) -> String {
    match home.filter(|home| home.is_absolute()).and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) if !rest.as_os_str().is_empty() => Path::new("~").join(rest).display().to_string(),
        _ => path.display().to_string(),
    }
}

fn auths(fields: &mut Map<String, Value>) -> &mut Map<String, Value> {
    let value = fields.entry("auths").or_insert_with(|| Value::Object(Map::new()));
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("made an object just above"),
    }
}

/// Takes out what is for the registry as a whole.
fn forget(fields: &mut Map<String, Value>, registry: &str) {
    auths(fields).retain(|key, _| fit(key, registry, "").is_none());
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

/// Whether a file, if it is there, belongs to whoever has just made another.
#[cfg(unix)]
fn is_of_one_owner(old: &Path, new: &fs::File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    match fs::metadata(old) {
        Ok(old) => Ok(old.uid() == new.metadata()?.uid()),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(cause) => Err(cause),
    }
}

#[cfg(not(unix))]
fn is_of_one_owner(_: &Path, _: &fs::File) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn password(username: &str, password: &str) -> Login {
        Login::Password { username: username.into(), password: Secret::new(password) }
    }

    fn login_in(path: &Path, registry: &str) -> Option<Login> {
        AuthFile::at(path, None, None).find(registry, "").unwrap().map(|found| found.login)
    }

    #[test]
    fn what_is_kept_is_found_again_and_unknown_fields_stay() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("config.json");
        fs::write(&path, r#"{"psFormat":"x","auths":{"other":{"auth":"YTpi"},"https://ghcr.io/v2/":{}}}"#).unwrap();
        let file = AuthFile::at(&path, None, None);
        assert_eq!(file.keep("ghcr.io", &password("ann", "pa:ss")).unwrap(), Kept::File(path.clone()));
        assert_eq!(login_in(&path, "ghcr.io"), Some(password("ann", "pa:ss")));
        assert_eq!(login_in(&path, "other"), Some(password("a", "b")));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("psFormat") && text.contains("\n\t") && !text.contains("v2"), "{text}");
        assert_eq!(file.erase("ghcr.io").unwrap(), [path.display().to_string()]);
        assert!(file.erase("ghcr.io").unwrap().is_empty());
        assert_eq!(login_in(&path, "ghcr.io"), None);
        file.keep("docker.io", &Login::IdentityToken(Secret::new("t"))).unwrap();
        assert!(fs::read_to_string(&path).unwrap().contains("\"https://index.docker.io/v1/\""));
        assert_eq!(login_in(&path, "docker.io"), Some(Login::IdentityToken(Secret::new("t"))));
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_alone_whatever_it_was() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let (path, link) = (root.path().join("new/real.json"), root.path().join("link.json"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        AuthFile::at(&path, None, None).keep("ghcr.io", &password("ann", "x")).unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let caution = AuthFile::at(&path, Some(root.path()), None).find("ghcr.io", "").unwrap().unwrap().caution;
        assert!(caution.unwrap().starts_with("~/new/real.json holds credentials"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        AuthFile::at(&link, None, None).keep("other", &password("bob", "y")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!((mode(&path), login_in(&path, "other")), (0o600, Some(password("bob", "y"))));
        assert_eq!(AuthFile::at(&link, None, None).find("other", "").unwrap().unwrap().caution, None);
    }

    #[test]
    fn what_is_no_credentials_file_is_an_error_and_stays() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("config.json");
        let huge = " ".repeat(LIMIT as usize + 1);
        for (content, wanted) in
            [(&b"{half"[..], "cannot be understood"), (b"\xff\xfe", "not UTF-8"), (huge.as_bytes(), "is larger than")]
        {
            fs::write(&path, content).unwrap();
            let file = AuthFile::at(&path, None, None);
            let error = file.find("a", "").unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
            assert!(file.keep("a", &password("u", "p")).is_err());
            assert_eq!(fs::read(&path).unwrap(), content);
        }
        let folder = AuthFile::at(root.path(), None, None);
        assert!(matches!(folder.find("a", ""), Err(KeychainError::NotAFile { what: "a folder", .. })));
        let below_a_file = path.join("config.json");
        assert!(matches!(AuthFile::at(&below_a_file, None, None).find("a", ""), Err(KeychainError::File { .. })));
        assert_eq!(login_in(&root.path().join("none.json"), "a"), None);
    }

    #[test]
    fn many_logins_at_once_are_all_kept() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("config.json");
        std::thread::scope(|scope| {
            for number in 0..20 {
                let path = &path;
                scope.spawn(move || {
                    AuthFile::at(path, None, None).keep(&format!("r{number}.example"), &password("u", "p")).unwrap()
                });
            }
        });
        assert!((0..20).all(|number| login_in(&path, &format!("r{number}.example")).is_some()));
    }

    #[cfg(unix)]
    #[test]
    fn a_helper_is_kept_with_and_erased_from_where_the_file_names_one() {
        let root = crate::keychain::helper::tests::helper(
            r#"here="${0%/*}"; case $1 in store) cat > "$here/kept";; erase) rm "$here/kept";;
            get) cat "$here/kept" 2>/dev/null || { echo 'credentials not found in native keychain'; exit 1; };; esac"#,
        );
        let path = root.path().join("config.json");
        fs::write(&path, r#"{"credHelpers":{"ghcr.io":"fake"},"auths":{"ghcr.io":{"auth":"YTpi"}}}"#).unwrap();
        let file = AuthFile::at(&path, None, Some(root.path().as_os_str()));
        let kept = file.keep("ghcr.io", &password("ann", "x")).unwrap();
        assert!(matches!(kept, Kept::Helper { name, .. } if name == "fake"));
        let found = file.find("ghcr.io", "").unwrap().unwrap();
        assert_eq!((found.login, found.caution), (password("ann", "x"), None));
        assert!(found.origin.starts_with("docker-credential-fake (named in "), "{}", found.origin);
        assert!(!fs::read_to_string(&path).unwrap().contains("YTpi"));
        assert_eq!(file.erase("ghcr.io").unwrap().len(), 1);
        assert!(file.erase("ghcr.io").unwrap().is_empty());
    }
}
