//! What registries hold: listed, looked at and deleted without the local store.

pub mod deletion;
mod error;
pub mod inspect;
pub mod listing;
pub mod visibility;

pub use error::RemoteError;

use super::{OpsError, Remote};
use crate::keychain::Login;
use crate::oci::Reference;
use crate::registry::{Account, Client, GitHub, GitHubError, GitHubPlace};

/// How many requests to one registry are under way at once.
const PARALLEL: usize = 8;

/// What it takes to ask registries, and the GitHub behind one of them.
#[derive(Debug)]
pub struct Side {
    /// How registries are reached.
    pub remote: Remote,
    /// The GitHub.
    pub github: GitHubPlace,
}

impl Side {
    fn client(&self, registry: &str) -> Result<Client, OpsError> {
        self.remote.client(registry)
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

/// Whether a tag is one by which cosign and others attach something to an image: `sha256-` and its digest, with or without
/// an ending.
#[must_use]
pub fn is_attachment(tag: &str) -> bool {
    let Some(rest) = tag.strip_prefix("sha256-") else { return false };
    let (hex, ending) = rest.split_once('.').map_or((rest, None), |(hex, ending)| (hex, Some(ending)));
    hex.len() == 64
        && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && ending.is_none_or(|ending| matches!(ending, "sig" | "att" | "sbom"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attachment_is_known_by_its_tag() {
        let hex = "0123456789abcdef".repeat(4);
        for ending in ["", ".sig", ".att", ".sbom"] {
            assert!(is_attachment(&format!("sha256-{hex}{ending}")));
        }
        for other in [
            "latest".to_owned(),
            format!("sha256-{hex}.txt"),
            format!("sha256-{hex}0"),
            format!("sha256-{}", hex.to_uppercase()),
            format!("sha512-{hex}"),
            "sha256-".to_owned(),
        ] {
            assert!(!is_attachment(&other), "{other}");
        }
    }
}
