//! What a registry was asked for, as errors tell it.

use super::Credential;
use crate::oci::is_repository_path;
use std::fmt;
use std::sync::Arc;

/// A request in words: the host it went to, what it was to achieve, and who asked. Holds no secret and no query string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked(Arc<Parts>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Parts {
    host: String,
    deed: String,
    identity: Option<Arc<Identity>>,
}

/// Who asks: a credential without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user, where the credential names one.
    pub user: Option<String>,
    /// What signs in where there is no user: `identity token`, `access token`.
    pub kind: &'static str,
    /// Where the credential came from, in words; empty where that is not known.
    pub origin: String,
}

/// What a request does to a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Reads.
    Pull,
    /// Writes.
    Push,
    /// Deletes.
    Delete,
    /// Only signs in.
    SignIn,
}

impl Asked {
    /// A request to a host. The deed begins with a verb, and ends with the path of the repository it is about.
    #[must_use]
    pub fn new(host: &str, deed: impl Into<String>) -> Self {
        Self(Arc::new(Parts { host: host.to_owned(), deed: deed.into(), identity: None }))
    }

    /// The same, by somebody.
    #[must_use]
    pub fn by(mut self, identity: Option<Arc<Identity>>) -> Self {
        Arc::make_mut(&mut self.0).identity = identity;
        self
    }

    /// The registry as the user named it, with its port if it has one.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// What was to be done, such as `get manifest acme/hello:1`.
    #[must_use]
    pub fn deed(&self) -> &str {
        &self.0.deed
    }

    /// Who asked; `None` for an anonymous client.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.0.identity.as_deref()
    }

    /// What the request does, by the verb of its deed.
    #[must_use]
    pub fn action(&self) -> Action {
        match self.0.deed.split(' ').next().unwrap_or_default() {
            "put" | "upload" | "mount" | "push" => Action::Push,
            "delete" => Action::Delete,
            "sign" => Action::SignIn,
            _ => Action::Pull,
        }
    }

    /// The repository it is about: deeds end with its path, with or without a tag or digest.
    #[must_use]
    pub fn repository(&self) -> Option<&str> {
        if self.action() == Action::SignIn || self.0.deed == "list the repositories" {
            return None;
        }
        let last = self.0.deed.rsplit(' ').next()?;
        let last = last.split('@').next().unwrap_or_default();
        Some(last.split(':').next().unwrap_or_default()).filter(|path| is_repository_path(path))
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: cannot {}", self.0.host, self.0.deed)
    }
}

impl Identity {
    /// Who a credential stands for, and where it came from.
    pub(super) fn of(credential: &Credential, origin: &str) -> Option<Arc<Self>> {
        let (user, kind) = match credential {
            Credential::Anonymous => return None,
            Credential::Basic { username, .. } => (Some(username.clone()), "password"),
            Credential::IdentityToken(_) => (None, "identity token"),
            Credential::Bearer(_) => (None, "access token"),
        };
        Some(Arc::new(Self { user, kind, origin: origin.to_owned() }))
    }
}

impl fmt::Display for Identity {
    /// `user alice, from ~/.docker/config.json`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.user {
            Some(user) => write!(formatter, "user {user}")?,
            None => write!(formatter, "an {}", self.kind)?,
        }
        if self.origin.is_empty() { Ok(()) } else { write!(formatter, ", from {}", self.origin) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_deed_tells_what_is_done_to_which_repository() {
        let table = [
            ("put manifest acme/authz:1.0.0", Action::Push, Some("acme/authz")),
            ("upload blob sha256:00 to acme/authz", Action::Push, Some("acme/authz")),
            ("mount blob sha256:00 of a/b in c/d", Action::Push, Some("c/d")),
            ("get manifest acme/authz@sha256:00", Action::Pull, Some("acme/authz")),
            ("list the tags of acme/authz", Action::Pull, Some("acme/authz")),
            ("delete manifest acme/authz:1", Action::Delete, Some("acme/authz")),
            ("list the repositories", Action::Pull, None),
            ("sign in at ghcr.io", Action::SignIn, None),
            ("sign in", Action::SignIn, None),
        ];
        for (deed, action, repository) in table {
            let asked = Asked::new("ghcr.io", deed);
            assert_eq!((asked.action(), asked.repository()), (action, repository), "{deed}");
        }
    }

    #[test]
    fn an_identity_is_told_without_its_secret() {
        let basic = Credential::Basic { username: "alice".to_owned(), password: Secret::new("hunter2") };
        let shown = |credential: &Credential, origin| Identity::of(credential, origin).map(|found| found.to_string());
        assert_eq!(shown(&basic, "GITHUB_TOKEN").as_deref(), Some("user alice, from GITHUB_TOKEN"));
        assert_eq!(shown(&basic, "").as_deref(), Some("user alice"));
        assert_eq!(shown(&Credential::IdentityToken(Secret::new("t")), "").as_deref(), Some("an identity token"));
        assert_eq!(shown(&Credential::Anonymous, "x"), None);
    }
}
