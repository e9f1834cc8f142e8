//! The HTTP clients behind a registry client: one for plain HTTP, one for TLS, one for TLS with other hosts.

use super::addresses::Resolver;
use super::fault::{Broken, Fault};
use super::home::Home;
use super::tls::{self, Trust};
use super::{RegistryError, Settings};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use url::Url;

/// Where proxies are never used, as in Go's clients.
const DIRECT: &str = "localhost,127.0.0.0/8,::1";

/// Connections are kept and used again. Redirects are never followed, answers never decompressed, the environment's
/// proxies never looked at.
#[derive(Debug)]
pub(super) struct Connections {
    trust: Trust,
    proxies: Vec<reqwest::Proxy>,
    proxy_speaks_tls: bool,
    resolver: Arc<Resolver>,
    connect_timeout: Duration,
    user_agent: String,
    plain: OnceLock<reqwest::Client>,
    own: OnceLock<reqwest::Client>,
    other: OnceLock<reqwest::Client>,
}

impl Connections {
    pub(super) fn new(home: &Home, settings: &Settings) -> Result<Self, RegistryError> {
        let parsed = parse_proxies(settings);
        // A proxy nobody goes through cannot be wrong.
        let parsed = if home.is_loopback() { parsed.unwrap_or_default() } else { parsed? };
        Ok(Self {
            trust: Trust::read(settings)?,
            proxy_speaks_tls: parsed.iter().any(|(_, address)| address.scheme() == "https"),
            resolver: Arc::new(Resolver {
                home: home.host().to_owned(),
                proxies: parsed.iter().filter_map(|(_, address)| address.host_str()).map(str::to_owned).collect(),
                reach: Arc::clone(home.reach()),
            }),
            proxies: parsed.into_iter().map(|(proxy, _)| proxy).collect(),
            connect_timeout: settings.connect_timeout,
            user_agent: settings.user_agent.clone(),
            plain: OnceLock::new(),
            own: OnceLock::new(),
            other: OnceLock::new(),
        })
    }

    /// The client for `url`; `own` says that its host is the registry's, which may see the client's certificate.
    pub(super) fn to(&self, url: &Url, own: bool) -> Result<&reqwest::Client, Broken> {
        let (place, config): (_, Box<dyn Fn() -> Result<rustls::ClientConfig, Broken>>) = if url.scheme() == "http" {
            let tls_for_proxy = self.proxy_speaks_tls;
            let config = move || if tls_for_proxy { self.trust.config(false) } else { tls::without_authorities() };
            (&self.plain, Box::new(config))
        } else if own || !self.trust.has_identity() {
            (&self.own, Box::new(|| self.trust.config(true)))
        } else {
            (&self.other, Box::new(|| self.trust.config(false)))
        };
        match place.get() {
            Some(client) => Ok(client),
            None => {
                let client = self.build(config()?)?;
                Ok(place.get_or_init(|| client))
            }
        }
    }

    fn build(&self, tls: rustls::ClientConfig) -> Result<reqwest::Client, Broken> {
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .http1_only()
            .connect_timeout(self.connect_timeout)
            .dns_resolver(Arc::clone(&self.resolver))
            .user_agent(&self.user_agent)
            .tls_backend_preconfigured(tls);
        for proxy in &self.proxies {
            builder = builder.proxy(proxy.clone());
        }
        builder.build().map_err(|error| Broken::new(Fault::Other, error.to_string()))
    }
}

type ParsedProxies = Vec<(reqwest::Proxy, Url)>;

type MakeProxy = fn(Url) -> reqwest::Result<reqwest::Proxy>;

fn parse_proxies(settings: &Settings) -> Result<ParsedProxies, RegistryError> {
    let proxies = &settings.proxies;
    let direct = match proxies.no_proxy.as_deref().map(str::trim) {
        None | Some("") => DIRECT.to_owned(),
        Some(list) => format!("{list},{DIRECT}"),
    };
    let no_proxy = reqwest::NoProxy::from_string(&direct);
    let named: [(_, _, MakeProxy); 3] = [
        (&proxies.http, "HTTP_PROXY", reqwest::Proxy::http),
        (&proxies.https, "HTTPS_PROXY", reqwest::Proxy::https),
        (&proxies.all, "ALL_PROXY", reqwest::Proxy::all),
    ];
    let mut parsed = Vec::new();
    for (value, name, make) in named {
        let Some(value) = value.as_deref().map(str::trim).filter(|value| !value.is_empty()) else { continue };
        // The value may hold a password: it is not repeated.
        let refused = |what: &str| RegistryError::Setting(format!("the proxy in {name} {what}"));
        let full = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let address = Url::parse(&full).map_err(|_| refused("is not an address"))?;
        if !matches!(address.scheme(), "http" | "https") || !address.has_host() {
            return Err(refused("is not an HTTP proxy, which is the only kind this program can use"));
        }
        let proxy = make(address.clone()).map_err(|_| refused("is not an address"))?;
        parsed.push((proxy.no_proxy(no_proxy.clone()), address));
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Proxies;

    fn connections(registry: &str, https_proxy: &str) -> Result<Connections, RegistryError> {
        let proxies = Proxies { https: Some(https_proxy.to_owned()), ..Proxies::default() };
        let settings = Settings { proxies, ..Settings::default() };
        Connections::new(&Home::new(registry, &settings)?, &settings)
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_named_without_its_password() {
        for bad in ["socks5://user:hunter2@proxy:1080", "http://user:hunter2@pro xy"] {
            let error = connections("ghcr.io", bad).unwrap_err().to_string();
            assert!(error.contains("HTTPS_PROXY") && !error.contains("hunter2"), "{error}");
            assert!(connections("localhost:5000", bad).is_ok());
        }
        assert!(connections("ghcr.io", "proxy:3128").is_ok());
        assert!(connections("ghcr.io", "").is_ok());
    }
}
