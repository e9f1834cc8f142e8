//! How a client reaches its registry.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// The choices of whoever runs the program. Nothing here is read from the environment by this module; only the
/// machine's certificate authorities are looked up, where `SSL_CERT_FILE` and `SSL_CERT_DIR` count.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Plain HTTP (`true`), TLS (`false`), or by the host: plain for loopback hosts, TLS for all others.
    pub plaintext: Option<bool>,
    /// Accept any certificate. Whoever sets this warns the user.
    pub insecure: bool,
    /// PEM files with certificates to trust besides those of the machine.
    pub ca_files: Vec<PathBuf>,
    /// A PEM file with the client's certificate chain.
    pub client_certificate: Option<PathBuf>,
    /// A PEM file with the client's private key; where absent, it is looked for in `client_certificate`.
    pub client_key: Option<PathBuf>,
    /// The proxies to go through.
    pub proxies: Proxies,
    /// Hosts that may be given credentials as token servers, although the registry is of another domain.
    pub trusted_realms: Vec<String>,
    /// How long a connection may take to come up, TLS included.
    pub connect_timeout: Duration,
    /// How long a registry may stay silent, or send less than 1 KiB a second.
    pub idle_timeout: Duration,
    /// How often a request is made, the first time included, where its failure may pass.
    pub tries: u32,
    /// The longest wait before the second try; it doubles with each further one. A registry's `Retry-After` goes before.
    pub backoff: Duration,
    /// What the program calls itself.
    pub user_agent: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            plaintext: None,
            insecure: false,
            ca_files: Vec::new(),
            client_certificate: None,
            client_key: None,
            proxies: Proxies::default(),
            trusted_realms: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            tries: 5,
            backoff: Duration::from_millis(500),
            user_agent: concat!("policy/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// The values of the usual variables. Loopback hosts are never reached through a proxy.
#[derive(Clone, Default)]
pub struct Proxies {
    /// `HTTP_PROXY`: for plain HTTP.
    pub http: Option<String>,
    /// `HTTPS_PROXY`: for TLS.
    pub https: Option<String>,
    /// `ALL_PROXY`: for what the other two leave.
    pub all: Option<String>,
    /// `NO_PROXY`: hosts, domains and networks to reach directly, separated by commas.
    pub no_proxy: Option<String>,
}

impl fmt::Debug for Proxies {
    /// A proxy's address may hold its password: only which are set is shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Proxies")
            .field("http", &self.http.is_some())
            .field("https", &self.https.is_some())
            .field("all", &self.all.is_some())
            .field("no_proxy", &self.no_proxy)
            .finish()
    }
}
