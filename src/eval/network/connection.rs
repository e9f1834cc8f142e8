//! The HTTP clients of requests: one for those that say nothing of their own about the connection, one for each other.

use super::certificates::Certificates;
use super::{Fault, Network};
use std::net::SocketAddr;
use std::sync::OnceLock;
use tokio::runtime::Runtime;
use url::Url;

/// What answers the requests of all evaluations.
#[derive(Debug, Default)]
pub(super) struct Wire {
    runtime: OnceLock<Option<Runtime>>,
    usual: OnceLock<reqwest::Client>,
}

impl Wire {
    /// What runs requests, on a thread of its own.
    pub(super) fn runtime(&self) -> Result<&Runtime, String> {
        let start = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().ok();
        self.runtime.get_or_init(start).as_ref().ok_or_else(|| "the system gives no thread for requests".to_owned())
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        // A look-up that goes on is not waited for.
        if let Some(runtime) = self.runtime.take().flatten() {
            runtime.shutdown_background();
        }
    }
}

/// How a connection is made.
#[derive(Debug, Default)]
pub(super) struct Connection<'r> {
    pub(super) certificates: Option<&'r Certificates>,
    /// The path of the socket that is spoken to.
    pub(super) socket: Option<&'r str>,
    /// The name the server must show, and the addresses it has.
    pub(super) name: Option<(&'r str, Vec<SocketAddr>)>,
}

impl Connection<'_> {
    /// Whether other requests have no use for it.
    pub(super) fn is_of_its_own(&self) -> bool {
        let are_usual = self.certificates.is_none_or(Certificates::are_usual);
        !are_usual || self.socket.is_some() || self.name.is_some()
    }
}

impl Network {
    /// A client for a connection.
    ///
    /// # Errors
    /// The connection cannot be made so.
    pub(super) fn client(&self, connection: &Connection<'_>) -> Result<reqwest::Client, Fault> {
        if connection.is_of_its_own() {
            return self.build(connection);
        }
        if let Some(client) = self.wire.usual.get() {
            return Ok(client.clone());
        }
        let client = self.build(connection)?;
        Ok(self.wire.usual.get_or_init(|| client).clone())
    }

    fn build(&self, connection: &Connection<'_>) -> Result<reqwest::Client, Fault> {
        let usual = Certificates::default();
        let tls = connection.certificates.unwrap_or(&usual).config().map_err(Fault::Broken)?;
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .http1_only()
            .http1_title_case_headers()
            .user_agent(concat!("policy/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(tls);
        for proxy in self.proxies()? {
            builder = builder.proxy(proxy);
        }
        if let Some((name, addresses)) = &connection.name {
            builder = builder.resolve_to_addrs(name, addresses);
        }
        if let Some(path) = connection.socket {
            #[cfg(unix)]
            {
                builder = builder.unix_socket(path);
            }
            #[cfg(not(unix))]
            return Err(Fault::Broken(format!("dial unix {path}: there are no sockets on this system")));
        }
        builder.build().map_err(|error| Fault::Broken(error.to_string()))
    }

    /// The proxies of the environment, which local hosts never go through.
    ///
    /// # Errors
    /// One that is no HTTP proxy; it may hold a password, and is not repeated.
    fn proxies(&self) -> Result<Vec<reqwest::Proxy>, Fault> {
        let either = |names: [&'static str; 2]| {
            let set = names.into_iter().map(|name| (name, self.variable(name)));
            set.into_iter().find(|(_, value)| !value.is_empty())
        };
        let direct = either(["no_proxy", "NO_PROXY"]).map_or("", |(_, value)| value);
        let direct = reqwest::NoProxy::from_string(&format!("{direct},localhost,127.0.0.0/8,::1"));
        // A CGI server turns a request's Proxy header into HTTP_PROXY.
        let plain = if self.variable("REQUEST_METHOD").is_empty() { "HTTP_PROXY" } else { "http_proxy" };
        let named: [(_, MakeProxy); 2] = [
            (either(["http_proxy", plain]), reqwest::Proxy::http),
            (either(["https_proxy", "HTTPS_PROXY"]), reqwest::Proxy::https),
        ];
        let mut proxies = Vec::new();
        for (name, value, make) in
            named.into_iter().filter_map(|(set, make)| set.map(|(name, value)| (name, value, make)))
        {
            let full = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
            let address = Url::parse(&full).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            let proxy = address.and_then(|address| make(address).ok());
            let proxy = proxy.ok_or_else(|| Fault::Broken(format!("the proxy in {name} is no HTTP proxy")))?;
            proxies.push(proxy.no_proxy(direct.clone()));
        }
        Ok(proxies)
    }
}

type MakeProxy = fn(Url) -> reqwest::Result<reqwest::Proxy>;
