//! What registries hold: listed, looked at and deleted without the local store.

pub mod deletion;
mod error;
pub mod inspect;
pub mod listing;
pub mod visibility;

pub use error::RemoteError;

use super::clients::Clients;
use super::{OpsError, Remote};
use crate::keychain::Login;
use crate::oci::Reference;
use crate::registry::{Account, Client, GitHub, GitHubError, GitHubPlace};

/// How many requests to one registry are under way at once.
const PARALLEL: usize = 8;

/// What it takes to ask registries, and the GitHub behind one of them.
#[derive(Debug)]
pub struct Side {
    remote: Remote,
    clients: Clients,
    github: GitHubPlace,
}

impl Side {
    /// The registries a remote reaches, one of them that of a GitHub.
    #[must_use]
    pub fn new(remote: Remote, github: GitHubPlace) -> Self {
        Self { clients: Clients::new(remote.clone()), remote, github }
    }

    fn client(&self, reference: &Reference) -> Result<Client, OpsError> {
        self.clients.of(reference)
    }

    fn whole(&self, registry: &str) -> Result<Client, OpsError> {
        self.clients.whole(registry)
    }

    /// Whether a registry is GitHub's.
    fn is_github(&self, registry: &str) -> bool {
        registry.eq_ignore_ascii_case(&self.github.registry)
    }

    /// Who is signed in at GitHub's registry.
    fn account(&self) -> Result<Option<Account>, OpsError> {
        let found = self.remote.find(&self.github.registry, "")?;
        Ok(found.map(|found| match found.login {
            Login::Password { username, password } => {
                Account { username: Some(username), token: password, origin: found.origin }
            }
            Login::IdentityToken(token) | Login::AccessToken(token) => {
                Account { username: None, token, origin: found.origin }
            }
        }))
    }

    /// GitHub's API, where somebody is signed in.
    fn github_if_signed_in(&self) -> Result<Option<GitHub>, OpsError> {
        match self.account()? {
            None => Ok(None),
            Some(account) => Ok(Some(GitHub::new(&self.github, account, &self.remote.settings)?)),
        }
    }

    /// GitHub's API.
    fn github(&self) -> Result<GitHub, OpsError> {
        self.github_if_signed_in()?.ok_or_else(|| {
            let (api, registry) = (self.github.host(), self.github.registry.clone());
            GitHubError::NoCredential { api, registry }.into()
        })
    }
}

/// The account and the name of the package that a repository of GitHub's is.
fn package_of(repository: &Reference) -> Result<(&str, &str), OpsError> {
    repository
        .path()
        .split_once('/')
        .ok_or_else(|| OpsError::Usage(format!("{} is no package: they are named OWNER/NAME", repository.repository())))
}
