//! Keeps web pages away from a registry that is open to whoever reaches it.
//!
//! A page can make a browser send requests to this machine. By its own name rebound to a loopback address it could also
//! read the answers, so the name in `Host` must be one of this registry; a page of another site may not write, so
//! `Origin` must be this registry's. No header ever allows another site more.

use super::refusal::Refusal;
use crate::oci::is_loopback_registry;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{Method, Response, StatusCode};
use axum::middleware::Next;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// What a browser says about where a request comes from.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The names and addresses a registry answers to.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard {
    /// Reached from elsewhere, by whatever name the network has for this machine.
    is_public: bool,
    addresses: Vec<IpAddr>,
    names: Vec<String>,
}

impl Guard {
    /// A guard for these listening addresses.
    pub(super) fn new(addresses: &[SocketAddr]) -> Self {
        let addresses: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
        Self { is_public: !addresses.iter().all(IpAddr::is_loopback), addresses, names: Vec::new() }
    }

    /// One more name to answer to, without a port.
    pub(super) fn allow(&mut self, name: &str) {
        self.names.push(name.to_owned());
    }

    fn check(&self, parts: &Parts) -> Result<(), Refusal> {
        let host = host(parts)?;
        if !self.is_public && !self.knows(&host) {
            let message =
                format!("this registry does not answer to the name {}, only to this machine's own", host.host());
            return Err(Refusal::new(StatusCode::FORBIDDEN, "DENIED", message));
        }
        if parts.method != Method::GET && parts.method != Method::HEAD && is_foreign(&parts.headers, &host) {
            let message = "pages of other sites may not write to this registry";
            return Err(Refusal::new(StatusCode::FORBIDDEN, "DENIED", message));
        }
        Ok(())
    }

    fn knows(&self, host: &Authority) -> bool {
        let name = host.host();
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        is_loopback_registry(name)
            || address.is_ok_and(|address| self.addresses.contains(&address))
            || self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// Lets a request through or answers it here.
pub(super) async fn check(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response<Body> {
    let (parts, body) = request.into_parts();
    match guard.check(&parts) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => {
            log::warn!("refused {} {}: its Host or Origin is not of this registry", parts.method, parts.uri.path());
            refusal.into_response()
        }
    }
}

/// The host a request is for: that of an absolute request target, else that of the header (RFC 9112, section 3.2).
fn host(parts: &Parts) -> Result<Authority, Refusal> {
    if let Some(authority) = parts.uri.authority() {
        return Ok(authority.clone());
    }
    let header = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let missing = || Refusal::bad("UNSUPPORTED", "the request does not say which host it is for");
    header.and_then(|host| host.parse().ok()).ok_or_else(missing)
}

fn is_foreign(headers: &HeaderMap, host: &Authority) -> bool {
    let foreign_origin = headers.get(ORIGIN).is_some_and(|origin| {
        let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
        origin.is_none_or(|(_, authority)| !authority.eq_ignore_ascii_case(host.as_str()))
    });
    let foreign_fetch = headers.get(FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none");
    foreign_origin || foreign_fetch
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(guard: &Guard, method: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().method(method).uri("/v2/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        guard.check(&parts).map_or_else(|refusal| refusal.status().as_u16(), |()| 200)
    }

    #[test]
    fn a_loopback_registry_answers_to_this_machine_alone() {
        let mut guard = Guard::new(&["127.0.0.1:5050".parse().unwrap(), "[::1]:5050".parse().unwrap()]);
        guard.allow("registry.test");
        for host in ["localhost:5050", "localhost", "LocalHost:1", "127.0.0.1:5050", "127.9.9.9", "[::1]:5050"] {
            assert_eq!(status(&guard, "GET", &[("host", host)]), 200, "{host}");
        }
        assert_eq!(status(&guard, "GET", &[("host", "Registry.test:5050")]), 200);
        for host in
            ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io:5050", "192.168.1.5", "evil@localhost.x"]
        {
            assert_eq!(status(&guard, "GET", &[("host", host)]), 403, "{host}");
        }
        assert_eq!(status(&guard, "GET", &[]), 400);
    }

    #[test]
    fn an_absolute_target_counts_more_than_the_header() {
        let guard = Guard::new(&["127.0.0.1:5050".parse().unwrap()]);
        let request = Request::builder().uri("http://evil.example/v2/").header("host", "localhost").body(()).unwrap();
        assert!(guard.check(&request.into_parts().0).is_err());
    }

    #[test]
    fn a_registry_others_can_reach_answers_to_any_name() {
        let guard = Guard::new(&["0.0.0.0:5050".parse().unwrap()]);
        assert_eq!(status(&guard, "GET", &[("host", "registry.example:5050")]), 200);
    }

    #[test]
    fn a_page_of_another_site_may_not_write() {
        let guard = Guard::new(&["127.0.0.1:5050".parse().unwrap()]);
        let host = ("host", "localhost:5050");
        for headers in [
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("origin", "http://localhost:3000"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            for method in ["POST", "PUT", "PATCH", "DELETE"] {
                assert_eq!(status(&guard, method, &[host, headers]), 403, "{method} {headers:?}");
            }
            assert_eq!(status(&guard, "GET", &[host, headers]), 200, "{headers:?}");
        }
        assert_eq!(status(&guard, "PUT", &[host, ("origin", "http://localhost:5050")]), 200);
        assert_eq!(status(&guard, "PUT", &[host]), 200);
    }
}
