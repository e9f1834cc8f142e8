//! Credentials of Docker's format, read: `auths`, `credHelpers`, `credsStore`.

use super::helper::{self, Helper};
use super::matching::{fit, helper_keys, shown};
use super::{Entry, Found, KeychainError, Kind, Login};
use crate::secret::Secret;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};
use std::ffi::OsStr;

/// Base64 as people and programs write it: with or without the padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A file or variable that has been read.
pub(super) struct Document<'a> {
    pub(super) fields: Map<String, Value>,
    /// Where it was read, in words.
    pub(super) place: &'a str,
    /// The folders in which helpers are looked for.
    pub(super) helper_path: Option<&'a OsStr>,
}

impl<'a> Document<'a> {
    /// Reads a text; an empty one says nothing.
    pub(super) fn parse(text: &str, place: &'a str, helper_path: Option<&'a OsStr>) -> Result<Self, KeychainError> {
        let text = text.trim_start_matches('\u{feff}').trim();
        let fields = match text {
            "" => Map::new(),
            text => match serde_json::from_str(text) {
                Ok(Value::Object(fields)) => fields,
                Ok(_) => return Err(wrong(place, "it is not a JSON object".to_owned())),
                // serde_json names positions and kinds, and never quotes the text.
                Err(error) if error.is_syntax() || error.is_eof() => return Err(wrong(place, error.to_string())),
                Err(_) => return Err(wrong(place, "it is not JSON".to_owned())),
            },
        };
        Ok(Self { fields, place, helper_path })
    }

    /// The credential for a repository in Docker's order: `credHelpers`, `credsStore`, `auths`. Entries that say nothing
    /// are passed over. The other value tells whether the credential stands in the text itself.
    pub(super) fn find(&self, registry: &str, path: &str) -> Result<Option<(Found, bool)>, KeychainError> {
        if let Some(name) = self.helper_for(registry, path)? {
            let helper = self.helper(&name);
            for key in helper_keys(registry) {
                if let Some(login) = helper.get(key)? {
                    let origin = format!("docker-credential-{name} (named in {})", self.place);
                    return Ok(Some((Found { login, origin, caution: None }, false)));
                }
            }
        }
        for (key, entry) in self.fitting("auths", registry, path)? {
            if let Some(login) = self.login_of(key, entry)? {
                return Ok(Some((Found { login, origin: self.place.to_owned(), caution: None }, true)));
            }
        }
        Ok(None)
    }

    /// The helper that keeps the credentials of a registry, if one does.
    pub(super) fn helper_for(&self, registry: &str, path: &str) -> Result<Option<String>, KeychainError> {
        if let Some((key, name)) = self.fitting("credHelpers", registry, path)?.into_iter().next() {
            let name = text(name).ok_or_else(|| self.wrong(format!("credHelpers names no helper for {key}")))?;
            // An empty name says that this registry has no helper, whatever `credsStore` says.
            return Ok(Some(name.to_owned()).filter(|name| !name.is_empty()));
        }
        self.general_helper()
    }

    /// The helper for all registries.
    fn general_helper(&self) -> Result<Option<String>, KeychainError> {
        // The misspelling stands in the Go CLI's documentation.
        let Some(name) = self.fields.get("credsStore").or_else(|| self.fields.get("credStore")) else {
            return Ok(None);
        };
        let name = text(name).ok_or_else(|| self.wrong("credsStore is not a text".to_owned()))?;
        Ok(Some(name.to_owned()).filter(|name| !name.is_empty()))
    }

    pub(super) fn helper<'b>(&'b self, name: &'b str) -> Helper<'b> {
        Helper { name, place: self.place, path: self.helper_path }
    }

    /// Whether `auths` has an entry for the registry as a whole, and whether one says something: beside a helper, empty
    /// entries tell which registries it is used for.
    pub(super) fn has_entry(&self, registry: &str) -> Result<(bool, bool), KeychainError> {
        let entries = self.fitting("auths", registry, "")?;
        let says_something = |(key, entry): &(&str, &Value)| !matches!(self.login_of(key, entry), Ok(None));
        Ok((!entries.is_empty(), entries.iter().any(says_something)))
    }

    /// The registries that have been signed in to: those of `auths`, empty entries too, and those of `credHelpers`.
    pub(super) fn registries(&self) -> Result<Vec<String>, KeychainError> {
        let objects = [self.object("auths")?, self.object("credHelpers")?];
        let keys = objects.into_iter().flatten().flat_map(Map::keys).map(|key| shown(key));
        // Parts of registries are other programs' entries.
        Ok(keys.filter(|key| !key.contains('/')).collect())
    }

    /// Every credential, and what could not be read.
    pub(super) fn entries(&self) -> (Vec<Entry>, Vec<KeychainError>) {
        let (mut entries, mut failures) = (Vec::new(), Vec::new());
        let mut add = |outcome: Result<Vec<Entry>, KeychainError>| match outcome {
            Ok(found) => entries.extend(found),
            Err(error) => failures.push(error),
        };
        match self.object("credHelpers") {
            Err(error) => add(Err(error)),
            Ok(None) => {}
            Ok(Some(helpers)) => {
                for (key, name) in helpers.iter().take(helper::LIST_LIMIT) {
                    let Some(name) = text(name).filter(|name| !name.is_empty()) else { continue };
                    let source = format!("docker-credential-{name} (named in {})", self.place);
                    let key_there = helper_keys(key);
                    add(key_there
                        .iter()
                        .find_map(|key| self.helper(name).get(key).transpose())
                        .transpose()
                        .map(|login| login.iter().map(|login| Entry::of(shown(key), login, source.clone())).collect()));
                }
            }
        }
        add(self.general_helper().and_then(|name| {
            let Some(name) = name else { return Ok(Vec::new()) };
            let source = format!("docker-credential-{name} (named in {})", self.place);
            let listed = self.helper(&name).list()?;
            Ok(listed
                .into_iter()
                .map(|(server, username)| {
                    let is_token = username == helper::TOKEN_USER;
                    let kind = if is_token { Kind::IdentityToken } else { Kind::Password };
                    let username = Some(username).filter(|_| !is_token);
                    Entry { registry: shown(&server), username, kind, source: source.clone() }
                })
                .collect())
        }));
        match self.object("auths") {
            Err(error) => add(Err(error)),
            Ok(None) => {}
            Ok(Some(auths)) => {
                for (key, entry) in auths {
                    let login = self.login_of(key, entry);
                    add(login.map(|login| {
                        login.iter().map(|login| Entry::of(shown(key), login, self.place.to_owned())).collect()
                    }));
                }
            }
        }
        (entries, failures)
    }

    /// The entries of an object that fit a repository, the closest first.
    fn fitting(&self, name: &str, registry: &str, path: &str) -> Result<Vec<(&str, &Value)>, KeychainError> {
        let Some(object) = self.object(name)? else { return Ok(Vec::new()) };
        let mut found: Vec<(usize, bool, &str, &Value)> = object
            .iter()
            .filter_map(|(key, value)| Some((fit(key, registry, path)?, key == registry, key.as_str(), value)))
            .collect();
        found.sort_by_key(|(fit, is_exact, ..)| std::cmp::Reverse((*fit, *is_exact)));
        Ok(found.into_iter().map(|(_, _, key, value)| (key, value)).collect())
    }

    fn object(&self, name: &str) -> Result<Option<&Map<String, Value>>, KeychainError> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(_) => Err(self.wrong(format!("{name:?} is not an object"))),
        }
    }

    /// What an entry of `auths` says. Of several credentials the one that gets furthest without the others counts, as in
    /// Docker: an access token, an identity token, a password.
    fn login_of(&self, key: &str, entry: &Value) -> Result<Option<Login>, KeychainError> {
        let fields = match entry {
            Value::Null => return Ok(None),
            Value::Object(fields) => fields,
            _ => return Err(self.wrong(format!("the entry of {key} is not an object"))),
        };
        let text = |name: &str| match fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(self.wrong(format!("{name:?} of {key} is not a text"))),
        };
        if let Some(token) = text("registrytoken")? {
            return Ok(Some(Login::AccessToken(Secret::new(token))));
        }
        if let Some(token) = text("identitytoken")? {
            return Ok(Some(Login::IdentityToken(Secret::new(token))));
        }
        if let Some(auth) = text("auth")? {
            let bad = || self.wrong(format!("\"auth\" of {key} is not user:password in base64"));
            let bytes = LENIENT.decode(auth.trim()).map_err(|_| bad())?;
            let pair = String::from_utf8(bytes).map_err(|_| bad())?;
            let (username, password) = pair.split_once(':').ok_or_else(bad)?;
            let password = password.trim_end_matches('\0');
            if username.is_empty() && password.is_empty() {
                return Ok(None);
            }
            return Ok(Some(Login::Password { username: username.to_owned(), password: Secret::new(password) }));
        }
        Ok(match (text("username")?, text("password")?) {
            (Some(username), Some(password)) => {
                Some(Login::Password { username: username.to_owned(), password: Secret::new(password) })
            }
            _ => None,
        })
    }

    fn wrong(&self, cause: String) -> KeychainError {
        wrong(self.place, cause)
    }
}

fn wrong(place: &str, cause: String) -> KeychainError {
    KeychainError::Format { place: place.to_owned(), cause }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str, registry: &str, path: &str) -> Result<Option<Login>, KeychainError> {
        let document = Document::parse(text, "the test", None)?;
        Ok(document.find(registry, path)?.map(|(found, _)| found.login))
    }

    fn password(username: &str, password: &str) -> Login {
        Login::Password { username: username.into(), password: Secret::new(password) }
    }

    #[test]
    fn every_way_to_write_a_credential_is_read() {
        let table = [
            (r#"{"auth":"YTpiOmM="}"#, Some(password("a", "b:c"))),
            (r#"{"auth":"YTpiOmM"}"#, Some(password("a", "b:c"))),
            (r#"{"auth":"YTpiAAAA"}"#, Some(password("a", "b"))),
            (r#"{"username":"a","password":"b"}"#, Some(password("a", "b"))),
            (r#"{"auth":"YTpi","identitytoken":"t"}"#, Some(Login::IdentityToken(Secret::new("t")))),
            (r#"{"registrytoken":"r","identitytoken":"t"}"#, Some(Login::AccessToken(Secret::new("r")))),
            ("{}", None),
            ("null", None),
            (r#"{"auth":""}"#, None),
            (r#"{"auth":"Og=="}"#, None),
            (r#"{"auth":null,"identitytoken":""}"#, None),
            (r#"{"username":"a"}"#, None),
        ];
        for (entry, wanted) in table {
            assert_eq!(find(&format!(r#"{{"auths":{{"r":{entry}}}}}"#), "r", "").unwrap(), wanted, "{entry}");
        }
    }

    #[test]
    fn what_cannot_be_understood_is_told_without_being_repeated() {
        let table = [
            (r#"["hunter2"]"#, "not a JSON object"),
            (r#"{"auths":["hunter2"]}"#, "\"auths\" is not an object"),
            (r#"{"auths":{"r":"hunter2"}}"#, "the entry of r is not an object"),
            (r#"{"auths":{"r":{"auth":["hunter2"]}}}"#, "\"auth\" of r is not a text"),
            (r#"{"auths":{"r":{"auth":"hunter2hunter2!"}}}"#, "not user:password in base64"),
            (r#"{"auths":{"r":{"auth":"aHVudGVyMg=="}}}"#, "not user:password in base64"),
            (r#"{"credHelpers":{"r":7}}"#, "names no helper for r"),
            (r#"{"credsStore":{}}"#, "credsStore is not a text"),
            (r#"{"auths":{"hunter2"}}"#, "line 1"),
        ];
        for (text, wanted) in table {
            let error = find(text, "r", "").unwrap_err().to_string();
            assert!(error.contains(wanted) && !error.contains("hunter2"), "{text}: {error}");
        }
    }

    #[test]
    fn the_most_specific_entry_that_says_something_counts() {
        let text = r#"{"auths":{"ghcr.io":{"auth":"cm9vdDpw"},"ghcr.io/acme":{"auth":"YWNtZTpw"},
            "ghcr.io/acme/authz":{"auth":"YXV0aHo6cA=="},"ghcr.io/acme/empty":{}}}"#;
        let user = |path: &str| find(text, "ghcr.io", path).unwrap().unwrap().username().unwrap().to_owned();
        for (path, wanted) in [
            ("acme/authz", "authz"),
            ("acme/other", "acme"),
            ("acme/empty", "acme"),
            ("acmeister/x", "root"),
            ("", "root"),
        ] {
            assert_eq!(user(path), wanted, "{path}");
        }
    }

    #[test]
    fn an_empty_helper_name_stands_for_none() {
        let text = r#"{"credsStore":"absent","credHelpers":{"r":""},"auths":{"r":{"auth":"YTpi"}}}"#;
        assert_eq!(find(text, "r", "").unwrap(), Some(password("a", "b")));
        assert!(matches!(find(text, "other", ""), Err(KeychainError::Helper { .. })));
    }
}
