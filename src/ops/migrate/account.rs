//! A registry, or the part of it that begins with a path.

use crate::oci::{Name, Reference};
use crate::ops::OpsError;

/// The last part of a name that stands in for the repositories of an account while the account is read.
const ANY: &str = "any";

/// An account: `opcr.io/acme`, or `opcr.io` for the whole registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    registry: String,
    /// The beginning of its repositories' paths, without the slash behind it; empty for the whole registry.
    path: String,
}

impl Account {
    /// Reads what was typed; an account without a registry is one of the default domain.
    ///
    /// # Errors
    /// A text outside the grammar of references, or one with a tag.
    pub fn parse(typed: &str, default_domain: &str) -> Result<Self, OpsError> {
        let text = typed.strip_prefix("https://").unwrap_or(typed).trim_end_matches('/');
        if text.contains('@') || text.rsplit('/').next().is_some_and(|last| text.contains('/') && last.contains(':')) {
            return Err(OpsError::Usage(format!(
                "{typed} is an image: name an account or a repository, without a tag"
            )));
        }
        let name = Name::parse(&format!("{text}/{ANY}"), default_domain)?;
        let path = name.reference.path();
        let path = path.strip_suffix(ANY).unwrap_or(path).trim_end_matches('/');
        let path = if path == "library" && !text.contains("library") { "" } else { path };
        Ok(Self { registry: name.reference.registry().to_owned(), path: path.to_owned() })
    }

    /// The registry's host.
    #[must_use]
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The first part of its path: who owns its repositories; `None` for the whole registry.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.path.split('/').next().filter(|owner| !owner.is_empty())
    }

    /// The account's path taken for that of one repository; `None` for a whole registry.
    #[must_use]
    pub fn itself(&self) -> Option<Reference> {
        Name::parse(&format!("{}/{}", self.registry, self.path), &self.registry).ok().map(|name| name.reference)
    }

    /// What of a repository's path follows the account's; empty for the account itself, `None` for a stranger's.
    #[must_use]
    pub fn within<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.path.is_empty() {
            return Some(path);
        }
        let rest = path.strip_prefix(self.path.as_str())?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }

    /// A repository of the account.
    ///
    /// # Errors
    /// A path outside the grammar.
    pub fn repository(&self, rest: &str) -> Result<Reference, OpsError> {
        let separator = if self.path.is_empty() { "" } else { "/" };
        let name = format!("{}/{}{separator}{rest}", self.registry, self.path);
        Ok(Name::parse(&name, &self.registry)?.reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(typed: &str) -> Account {
        Account::parse(typed, "ghcr.io").unwrap()
    }

    #[test]
    fn accounts_read_as_registries_with_or_without_a_path() {
        for (typed, registry, path) in [
            ("opcr.io/acme", "opcr.io", "acme"),
            ("opcr.io/acme/", "opcr.io", "acme"),
            ("https://opcr.io/acme", "opcr.io", "acme"),
            ("opcr.io", "opcr.io", ""),
            ("docker.io", "docker.io", ""),
            ("docker.io/library", "docker.io", "library"),
            ("localhost:5000", "localhost:5000", ""),
            ("localhost:5000/a/b", "localhost:5000", "a/b"),
            ("acme", "ghcr.io", "acme"),
        ] {
            assert_eq!(account(typed), Account { registry: registry.into(), path: path.into() }, "{typed}");
        }
        for bad in ["opcr.io/acme:1", "opcr.io/acme@sha256:0", "opcr.io/Acme", ""] {
            assert!(Account::parse(bad, "ghcr.io").is_err(), "{bad}");
        }
    }

    #[test]
    fn only_whole_parts_of_a_path_count() {
        assert_eq!(account("opcr.io/acme").within("acme/x/y"), Some("x/y"));
        assert_eq!(account("opcr.io/acme").within("acme"), Some(""));
        assert_eq!(account("opcr.io/acme").within("acmeish/x"), None);
        assert_eq!(account("opcr.io").within("acme/x"), Some("acme/x"));
        assert_eq!(account("opcr.io/acme").repository("x").unwrap().repository(), "opcr.io/acme/x");
        assert!(account("opcr.io/acme").repository("X").is_err());
    }
}
