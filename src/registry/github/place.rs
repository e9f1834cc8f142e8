//! Where a GitHub has its API, its container registry and its web pages.

use super::super::RegistryError;
use crate::oci::is_loopback_registry;
use url::form_urlencoded::byte_serialize;
use url::{Position, Url};

/// Where a GitHub is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHubPlace {
    /// The address of its API.
    pub api: String,
    /// The host of its container registry.
    pub registry: String,
}

/// What kind of account owns a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerKind {
    /// A person.
    User,
    /// An organisation.
    Organization,
}

/// The container registry of the public GitHub.
const REGISTRY: &str = "ghcr.io";

impl Default for GitHubPlace {
    fn default() -> Self {
        Self { api: "https://api.github.com".to_owned(), registry: REGISTRY.to_owned() }
    }
}

impl GitHubPlace {
    /// The host of the API, as errors name it.
    #[must_use]
    pub fn host(&self) -> String {
        Url::parse(&self.api).map_or_else(|_| self.api.clone(), |url| authority(&url).to_owned())
    }

    /// The web page on which an owner sets who may see a package. Paths of a reference need no more escaping than their
    /// slashes.
    #[must_use]
    pub fn settings_page(&self, kind: OwnerKind, owner: &str, package: &str) -> String {
        let kind = match kind {
            OwnerKind::User => "users",
            OwnerKind::Organization => "orgs",
        };
        let package: String = byte_serialize(package.as_bytes()).collect();
        format!("{}/{kind}/{owner}/packages/container/{package}/settings", self.website())
    }

    /// The address of the API, to which a token may be sent.
    pub(super) fn base(&self) -> Result<Url, RegistryError> {
        let refused = |what: &str| RegistryError::Setting(format!("the address of GitHub's API {what}"));
        let url = Url::parse(&self.api).map_err(|_| refused("is no address"))?;
        let clean = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if !url.has_host() || !clean || url.fragment().is_some() {
            return Err(refused("is more or less than https://HOST[:PORT][/PATH]"));
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_loopback_registry(authority(&url)) => Ok(url),
            _ => Err(refused("does not begin with https://, and a token is sent there")),
        }
    }

    /// Where people look at the packages: a private GitHub has its pages where its API is, or a name above.
    fn website(&self) -> String {
        let own = || {
            let url = Url::parse(&self.api).ok()?;
            let authority = authority(&url);
            let place = authority.strip_prefix("api.").unwrap_or(authority);
            Some(format!("{}://{place}", url.scheme()))
        };
        let own = if self.registry == REGISTRY { None } else { own() };
        own.unwrap_or_else(|| "https://github.com".to_owned())
    }
}

/// The host of an address, with its port if it has one.
pub(super) fn authority(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(api: &str, registry: &str) -> GitHubPlace {
        GitHubPlace { api: api.to_owned(), registry: registry.to_owned() }
    }

    #[test]
    fn a_token_goes_over_tls_or_to_this_machine() {
        for (api, fine) in [
            ("https://api.github.com", true),
            ("https://ghe.example:8443/api/v3/", true),
            ("http://127.0.0.1:8080", true),
            ("http://localhost", true),
            ("http://[::1]:9", true),
            ("http://ghe.example/api/v3", false),
            ("http://127.0.0.1.evil.example", false),
            ("https://user:password@ghe.example", false),
            ("https://ghe.example/?token=x", false),
            ("ftp://ghe.example", false),
            ("ghe.example", false),
            ("", false),
        ] {
            assert_eq!(place(api, "ghcr.io").base().is_ok(), fine, "{api}");
        }
    }

    #[test]
    fn the_settings_of_a_package_have_a_page() {
        let public = GitHubPlace::default();
        assert_eq!(
            public.settings_page(OwnerKind::User, "ann", "policies/hello"),
            "https://github.com/users/ann/packages/container/policies%2Fhello/settings"
        );
        for (api, page) in [
            ("https://ghe.example/api/v3", "https://ghe.example/orgs/acme/packages/container/hello/settings"),
            ("https://api.acme.ghe.com", "https://acme.ghe.com/orgs/acme/packages/container/hello/settings"),
        ] {
            let private = place(api, "containers.ghe.example");
            assert_eq!(private.settings_page(OwnerKind::Organization, "acme", "hello"), page);
        }
    }
}
