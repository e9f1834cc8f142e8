//! The one registry a client belongs to, which alone gets its credentials.

use super::addresses::{Reach, is_private_host};
use super::{RegistryError, Settings};
use crate::oci::is_loopback_registry;
use std::fmt;
use std::sync::Arc;
use tokio::sync::OnceCell;
use url::{Host, Url};

/// Docker Hub answers at another host than it is named by.
const DOCKER_HUB: (&str, &str) = ("docker.io", "registry-1.docker.io");

/// Token servers of registries whose domain is another one: the registry's domain and its token server.
const KNOWN_REALMS: [(&str, &str); 1] = [("scw.cloud", "api.scaleway.com")];

/// How the registry is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Plain,
    Tls,
}

/// Why a place that a registry leads to is not gone to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    /// Not an HTTP address.
    NotHttp,
    /// The address holds a user name.
    UserName,
    /// From TLS to plain HTTP.
    Downgrade,
    /// From TLS to plain HTTP at the registry itself, which does not know that TLS is spoken in front of it.
    OwnDowngrade,
    /// From a public registry to a private address.
    PrivateAddress,
    /// More than five redirects.
    TooManyRedirects,
    /// A redirect of a request that changes something.
    RedirectedChange,
    /// Credentials would go to a host of another domain.
    OtherDomain,
    /// A list goes on somewhere else.
    OtherPlace,
}

impl fmt::Display for Distrust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotHttp => "that is not an HTTP address",
            Self::UserName => "the address holds a user name",
            Self::Downgrade => "that would be plain HTTP where TLS was spoken",
            Self::OwnDowngrade => "the registry gives its own address as plain HTTP, and TLS was spoken to it",
            Self::PrivateAddress => "a public registry does not lead to private addresses",
            Self::TooManyRedirects => "there are too many redirects",
            Self::RedirectedChange => "uploads are not redirected",
            Self::OtherDomain => "credentials are not given to another domain",
            Self::OtherPlace => "a list ends where it began",
        })
    }
}

/// The registry: how it is named, where it is, how it is spoken to.
#[derive(Debug)]
pub(super) struct Home {
    named: String,
    plain: Url,
    tls: Url,
    /// Known from the settings, or found out by the first request.
    scheme: OnceCell<Scheme>,
    reach: Arc<Reach>,
}

impl Home {
    pub(super) fn new(registry: &str, settings: &Settings) -> Result<Self, RegistryError> {
        let authority = if registry == DOCKER_HUB.0 { DOCKER_HUB.1 } else { registry };
        let refused = || RegistryError::Setting(format!("{registry:?} is not a registry host"));
        let at = |scheme: &str| Url::parse(&format!("{scheme}://{authority}/")).map_err(|_| refused());
        let (plain, tls) = (at("http")?, at("https")?);
        let clean = plain.username().is_empty()
            && plain.password().is_none()
            && plain.path() == "/"
            && plain.query().is_none()
            && plain.fragment().is_none();
        let host = plain.host().filter(|_| clean).ok_or_else(refused)?;
        let loopback = is_loopback_registry(registry);
        let wants_tls = settings.insecure || !settings.ca_files.is_empty() || settings.client_certificate.is_some();
        let scheme = match settings.plaintext {
            Some(true) => Some(Scheme::Plain),
            Some(false) => Some(Scheme::Tls),
            None if !loopback || wants_tls => Some(Scheme::Tls),
            None => None,
        };
        let reach = Arc::new(Reach::of(&host));
        Ok(Self { named: registry.to_owned(), scheme: OnceCell::new_with(scheme), reach, plain, tls })
    }

    /// The registry as the user named it.
    pub(super) fn named(&self) -> &str {
        &self.named
    }

    /// The host without its port, as it is looked up.
    pub(super) fn host(&self) -> &str {
        self.plain.host_str().unwrap_or_default()
    }

    pub(super) fn is_loopback(&self) -> bool {
        is_loopback_registry(&self.named)
    }

    pub(super) fn reach(&self) -> &Arc<Reach> {
        &self.reach
    }

    pub(super) fn scheme(&self) -> &OnceCell<Scheme> {
        &self.scheme
    }

    /// The registry's root over one scheme.
    pub(super) fn base(&self, scheme: Scheme) -> &Url {
        match scheme {
            Scheme::Plain => &self.plain,
            Scheme::Tls => &self.tls,
        }
    }

    fn speaks_plain(&self) -> bool {
        self.scheme.get() == Some(&Scheme::Plain)
    }

    /// Whether `url` is at the registry itself: the same scheme, host and port. Only such requests carry credentials.
    pub(super) fn owns(&self, url: &Url) -> bool {
        let base = if self.speaks_plain() { &self.plain } else { &self.tls };
        url.origin() == base.origin()
    }

    /// Whether `url` is on the registry's host, whatever its port.
    pub(super) fn same_host(&self, url: &Url) -> bool {
        url.host() == self.plain.host()
    }

    /// Whether a redirect or an upload's `Location` may be followed from one place to another. No secret goes along
    /// unless the registry owns it.
    pub(super) fn may_lead(&self, from: &Url, to: &Url) -> Result<(), Distrust> {
        self.acceptable(to)?;
        match (from.scheme(), to.scheme()) {
            ("https", "https") => Ok(()),
            ("https", _) if self.same_host(to) => Err(Distrust::OwnDowngrade),
            ("https", _) => Err(Distrust::Downgrade),
            _ => Ok(()),
        }
    }

    /// Whether `realm` may be asked for a token; with `credentials`, only where they belong.
    pub(super) fn may_sign_in_at(&self, realm: &Url, credentials: bool, trusted: &[String]) -> Result<(), Distrust> {
        self.acceptable(realm)?;
        if realm.scheme() != "https" && !self.speaks_plain() {
            return Err(Distrust::Downgrade);
        }
        let host = realm.host_str().unwrap_or_default();
        let belongs = self.same_host(realm)
            || same_domain(self.host(), host)
            || KNOWN_REALMS.iter().any(|(domain, known)| host == *known && domain_of(self.host()) == Some(domain))
            || trusted.iter().any(|trusted| trusted.eq_ignore_ascii_case(host));
        if credentials && !belongs { Err(Distrust::OtherDomain) } else { Ok(()) }
    }

    fn acceptable(&self, url: &Url) -> Result<(), Distrust> {
        let host = match (url.scheme(), url.host()) {
            ("http" | "https", Some(host)) => host,
            _ => return Err(Distrust::NotHttp),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Distrust::UserName);
        }
        if self.reach.is_public() && !self.same_host(url) && is_private_host(&host) {
            return Err(Distrust::PrivateAddress);
        }
        Ok(())
    }
}

/// Whether two hosts have the same registrable domain (publicsuffix.org). Addresses have none.
fn same_domain(one: &str, other: &str) -> bool {
    domain_of(one).is_some_and(|domain| domain_of(other) == Some(domain))
}

fn domain_of(host: &str) -> Option<&str> {
    match Host::parse(host) {
        Ok(Host::Domain(_)) => psl::domain_str(host),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(registry: &str, plaintext: Option<bool>) -> Home {
        Home::new(registry, &Settings { plaintext, ..Settings::default() }).unwrap()
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn the_scheme_follows_from_the_host_and_the_settings() {
        let scheme = |registry: &str, settings: Settings| Home::new(registry, &settings).unwrap().scheme.get().copied();
        let default = Settings::default;
        assert_eq!(scheme("ghcr.io", default()), Some(Scheme::Tls));
        assert_eq!(scheme("localhost:5000", default()), None);
        assert_eq!(scheme("[::1]:5000", default()), None);
        assert_eq!(scheme("localhost:5000", Settings { insecure: true, ..default() }), Some(Scheme::Tls));
        assert_eq!(scheme("localhost:5000", Settings { plaintext: Some(false), ..default() }), Some(Scheme::Tls));
        assert_eq!(scheme("localhost:5000", Settings { ca_files: vec!["a".into()], ..default() }), Some(Scheme::Tls));
        assert_eq!(scheme("10.0.0.1:5000", Settings { plaintext: Some(true), ..default() }), Some(Scheme::Plain));
    }

    #[test]
    fn docker_hub_is_found_at_its_own_host() {
        let home = home("docker.io", None);
        assert_eq!(home.base(Scheme::Tls).as_str(), "https://registry-1.docker.io/");
        assert_eq!(home.named(), "docker.io");
        assert_eq!(home.may_sign_in_at(&url("https://auth.docker.io/token"), true, &[]), Ok(()));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for bad in ["", "a b", "user@ghcr.io", "ghcr.io/x", "ghcr.io?x", "ghcr.io#x", "ghcr.io:99999"] {
            assert!(Home::new(bad, &Settings::default()).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_the_same_scheme_host_and_port_is_the_registry_itself() {
        let home = home("ghcr.io", None);
        for own in ["https://ghcr.io/v2/", "https://GHCR.io:443/x"] {
            assert!(home.owns(&url(own)), "{own}");
        }
        for other in [
            "http://ghcr.io/",
            "https://ghcr.io:8443/",
            "https://ghcr.io./",
            "https://a.ghcr.io/",
            "https://ghcr.io.evil.com/",
        ] {
            assert!(!home.owns(&url(other)), "{other}");
        }
    }

    #[test]
    fn credentials_go_to_realms_of_the_registrys_own_domain_alone() {
        let table = [
            ("registry.gitlab.com", "https://gitlab.com/jwt/auth", Ok(())),
            ("ghcr.io", "https://ghcr.io/token", Ok(())),
            ("ghcr.io", "https://ghcr.io:8443/token", Ok(())),
            ("rg.fr-par.scw.cloud", "https://api.scaleway.com/registry-internal/v1/regions/fr-par/tokens", Ok(())),
            ("auth.example.com", "https://api.scaleway.com/tokens", Err(Distrust::OtherDomain)),
            ("registry.foo.co.uk", "https://auth.foo.co.uk/", Ok(())),
            ("registry.foo.co.uk", "https://auth.bar.co.uk/", Err(Distrust::OtherDomain)),
            ("one.github.io", "https://two.github.io/", Err(Distrust::OtherDomain)),
            ("ghcr.io", "https://ghcr.io.evil.com/token", Err(Distrust::OtherDomain)),
            ("ghcr.io", "http://ghcr.io/token", Err(Distrust::Downgrade)),
            ("ghcr.io", "https://user@ghcr.io/token", Err(Distrust::UserName)),
            ("ghcr.io", "file:///etc/passwd", Err(Distrust::NotHttp)),
            ("ghcr.io", "https://169.254.169.254/", Err(Distrust::PrivateAddress)),
            ("ghcr.io", "https://2130706433/", Err(Distrust::PrivateAddress)),
            ("ghcr.io", "https://[fd00:ec2::254]/", Err(Distrust::PrivateAddress)),
            ("ghcr.io", "https://localhost/", Err(Distrust::PrivateAddress)),
            ("10.0.0.1:5000", "https://10.0.0.2/", Err(Distrust::OtherDomain)),
            ("10.0.0.1:5000", "https://10.0.0.1:9000/", Ok(())),
            ("ghcr.io", "https://login.corp.example/", Ok(())),
        ];
        for (registry, realm, wanted) in table {
            let trusted = ["login.corp.example".to_owned()];
            assert_eq!(home(registry, None).may_sign_in_at(&url(realm), true, &trusted), wanted, "{registry} {realm}");
        }
    }

    #[test]
    fn without_credentials_a_public_realm_of_any_domain_will_do() {
        let home = home("ghcr.io", None);
        assert_eq!(home.may_sign_in_at(&url("https://auth.example.com/"), false, &[]), Ok(()));
        assert_eq!(home.may_sign_in_at(&url("http://auth.example.com/"), false, &[]), Err(Distrust::Downgrade));
        assert_eq!(home.may_sign_in_at(&url("https://10.0.0.1/"), false, &[]), Err(Distrust::PrivateAddress));
    }

    #[test]
    fn a_plain_registry_may_have_a_plain_realm() {
        let home = home("127.0.0.1:5000", Some(true));
        assert_eq!(home.may_sign_in_at(&url("http://127.0.0.1:5001/token"), true, &[]), Ok(()));
        assert_eq!(home.may_sign_in_at(&url("http://127.0.0.2:5001/token"), true, &[]), Err(Distrust::OtherDomain));
        assert_eq!(home.may_sign_in_at(&url("http://127.0.0.2:5001/token"), false, &[]), Ok(()));
    }

    #[test]
    fn the_names_of_this_machine_are_several_hosts() {
        let names = ["localhost", "127.0.0.1", "[::1]"];
        for (one, other) in names.iter().flat_map(|one| names.map(|other| (one, other))) {
            let home = home(&format!("{one}:5000"), Some(true));
            let realm = url(&format!("http://{other}:5001/token"));
            let wanted = if one == &other { Ok(()) } else { Err(Distrust::OtherDomain) };
            assert_eq!(home.may_sign_in_at(&realm, true, &[]), wanted, "{one} {other}");
        }
    }

    #[test]
    fn tls_never_leads_to_plain_http() {
        let home = home("ghcr.io", None);
        let from = url("https://ghcr.io/v2/a");
        assert_eq!(home.may_lead(&from, &url("http://ghcr.io/v2/b")), Err(Distrust::OwnDowngrade));
        assert_eq!(home.may_lead(&from, &url("http://storage.example.com/b")), Err(Distrust::Downgrade));
        assert_eq!(home.may_lead(&from, &url("https://storage.example.com/b")), Ok(()));
        assert_eq!(home.may_lead(&from, &url("https://192.168.0.1/b")), Err(Distrust::PrivateAddress));
        assert_eq!(home.may_lead(&from, &url("https://x:y@storage.example.com/b")), Err(Distrust::UserName));
        assert_eq!(home.may_lead(&from, &url("ftp://storage.example.com/b")), Err(Distrust::NotHttp));
    }
}
