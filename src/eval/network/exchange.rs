//! One request out, its answer in, as Go's client does it: redirects, time, and what is unpacked on the way.

use super::connection::Connection;
use super::response::{Response, taken};
use super::words::{of_failure, operation, shown};
use super::{Certificates, Fault, Network, redirect, words};
use reqwest::Method;
use reqwest::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, RANGE, REFERER,
};
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::Url;

/// How often an answer may lead to another address.
const REDIRECTS: usize = 100;

/// What is sent.
#[derive(Debug, Default)]
pub(in crate::eval) struct Request {
    pub(in crate::eval) method: String,
    /// As it was written.
    pub(in crate::eval) url: String,
    pub(in crate::eval) headers: Vec<(String, String)>,
    /// The host that is told to the server, where it is not that of the address.
    pub(in crate::eval) host: Option<String>,
    pub(in crate::eval) body: Vec<u8>,
    /// How long all of it may take.
    pub(in crate::eval) timeout: Option<Duration>,
    /// Whether another address that an answer leads to is asked then.
    pub(in crate::eval) follows: bool,
    pub(in crate::eval) certificates: Certificates,
    /// The name that the server's certificate must be for, where it is not the host.
    pub(in crate::eval) server_name: Option<String>,
    /// The path of the socket that is spoken to.
    pub(in crate::eval) socket: Option<String>,
}

/// Where a request is, for what is said of it.
struct Place {
    method: Method,
    url: Url,
    /// The address as it is told.
    told: String,
}

impl Place {
    fn fault(&self, cause: String) -> Fault {
        let operation = operation(self.method.as_str());
        Fault::Unanswered { operation, url: self.told.clone(), cause, timed_out: false }
    }

    fn timed_out(&self) -> Fault {
        let cause = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)".to_owned();
        let operation = operation(self.method.as_str());
        Fault::Unanswered { operation, url: self.told.clone(), cause, timed_out: true }
    }
}

impl Network {
    /// Sends a request.
    pub(in crate::eval) fn send(&self, request: &Request) -> Result<Response, Fault> {
        let first = first(request)?;
        self.wait(async {
            let deadline = request.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
            let within = deadline.unwrap_or_else(|| Instant::now() + Duration::from_secs(86_400 * 365));
            let mut place = first;
            let Ok(answered) = timeout_at(within, self.follow(request, &mut place)).await else {
                return Err(place.timed_out());
            };
            let (response, unpacks) = answered?;
            timeout_at(within, taken(response, unpacks)).await.unwrap_or_else(|_| {
                let told = "context deadline exceeded (Client.Timeout or context cancellation while reading body)";
                Err(Fault::Broken(told.to_owned()))
            })
        })
    }

    /// Sends a request, and those that its answers lead to. Gives the last answer, and whether it may have to be unpacked.
    async fn follow(&self, request: &Request, place: &mut Place) -> Result<(reqwest::Response, bool), Fault> {
        let start = place.url.clone();
        let (mut headers, unpacks) = headers(request, place)?;
        let mut host = request.host.clone();
        let mut has_body = true;
        for _ in 0..=REDIRECTS {
            let body = if has_body { request.body.clone() } else { Vec::new() };
            let mut sent = headers.clone();
            redirect::strip(&mut sent, &start, &place.url);
            let response = self.once(request, place, sent, host.as_deref(), body).await?;
            let next = redirect::method(response.status().as_u16(), &place.method).filter(|_| request.follows);
            let location = response.headers().get("location").map(|value| value.as_bytes().to_vec());
            let (Some((method, keeps_body)), Some(location)) = (next, location) else {
                return Ok((response, unpacks));
            };
            let location = String::from_utf8_lossy(&location).into_owned();
            let Ok(url) = place.url.join(&location) else {
                let told = format!("failed to parse Location header {location:?}");
                return Err(place.fault(told));
            };
            // A host of its own stays with an address that names none.
            host = host.filter(|_| Url::parse(&location).is_err());
            let referer = redirect::referer(&place.url, &url).and_then(|referer| HeaderValue::try_from(referer).ok());
            let _ = match referer {
                Some(referer) => headers.insert(REFERER, referer),
                None => headers.remove(REFERER),
            };
            has_body &= keeps_body;
            *place = Place { method, told: shown(url.as_str()), url };
            let name = place.url.host_str().unwrap_or_default();
            if !self.hosts().have(name, place.url.port_or_known_default()) {
                return Err(place.fault(format!("disallowed host: {name}")));
            }
        }
        Err(place.fault(format!("stopped after {REDIRECTS} redirects")))
    }

    /// Sends one request.
    async fn once(
        &self,
        request: &Request,
        place: &Place,
        mut headers: HeaderMap,
        host: Option<&str>,
        body: Vec<u8>,
    ) -> Result<reqwest::Response, Fault> {
        if !matches!(place.url.scheme(), "http" | "https") {
            return Err(place.fault(format!("unsupported protocol scheme {:?}", place.url.scheme())));
        }
        let mut url = place.url.clone();
        let authority = url.host_str().unwrap_or_default().to_owned();
        let told = host.map_or_else(|| with_port(&authority, url.port()), str::to_owned);
        let mut connection =
            Connection { certificates: Some(&request.certificates), socket: request.socket.as_deref(), name: None };
        if let Some(name) = request.server_name.as_deref().filter(|name| url.scheme() == "https" && *name != authority)
        {
            // The address has the name that the certificate must be for, and the name the addresses of the host.
            let wrong = || place.fault(words::wrong_name(name));
            if name.parse::<IpAddr>().is_ok() || url.set_host(Some(name)).is_err() || url.host_str() != Some(name) {
                return Err(wrong());
            }
            let bare = authority.trim_start_matches('[').trim_end_matches(']');
            let found = tokio::net::lookup_host((bare, 0)).await;
            let found = found.map_err(|_| place.fault(format!("dial tcp: lookup {bare}: no such host")))?;
            connection.name = Some((name, found.collect()));
        }
        if let Ok(told) = HeaderValue::try_from(told) {
            let _ = headers.insert(HOST, told);
        }
        if connection.is_of_its_own() || request.server_name.is_some() {
            let _ = headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let client = self.client(&connection).map_err(|fault| match fault {
            Fault::Broken(cause) => place.fault(cause),
            other => other,
        })?;
        let mut sent = client.request(place.method.clone(), url).headers(headers);
        if !body.is_empty() {
            sent = sent.body(body);
        } else if matches!(place.method, Method::POST | Method::PUT | Method::PATCH) {
            sent = sent.header(CONTENT_LENGTH, 0);
        }
        match sent.send().await {
            Ok(response) => Ok(response),
            Err(error) => Err(place.fault(of_failure(&error, &place.url, request).await)),
        }
    }
}

/// The first place of a request.
fn first(request: &Request) -> Result<Place, Fault> {
    let unanswered = |url: String, cause: &str| {
        let operation = operation(&request.method);
        Fault::Unanswered { operation, url, cause: cause.to_owned(), timed_out: false }
    };
    let method = if request.method.is_empty() { "GET" } else { &request.method };
    let method = Method::from_bytes(method.as_bytes())
        .map_err(|_| Fault::Broken(format!("net/http: invalid method {:?}", request.method)))?;
    let url = Url::parse(&request.url).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => unanswered(shown(&request.url), "unsupported protocol scheme \"\""),
        url::ParseError::EmptyHost => unanswered(request.url.replacen("//", "", 1), "http: no Host in request URL"),
        other => unanswered(shown(&request.url), &other.to_string()),
    })?;
    Ok(Place { method, told: shown(&request.url), url })
}

/// The name of a header as Go writes it.
fn canonical(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect::<String>()
    });
    words.collect::<Vec<_>>().join("-")
}

fn with_port(host: &str, port: Option<u16>) -> String {
    port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The headers of a request, and whether an answer that is packed is to be unpacked, which nobody asked for.
fn headers(request: &Request, place: &Place) -> Result<(HeaderMap, bool), Fault> {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let header = HeaderName::try_from(name.as_str())
            .map_err(|_| place.fault(format!("net/http: invalid header field name {name:?}")))?;
        // What is wrong with a value is not told: it may be secret.
        let value = HeaderValue::try_from(value.as_str())
            .map_err(|_| place.fault(format!("net/http: invalid header field value for {:?}", canonical(name))))?;
        let _ = headers.append(header, value);
    }
    let unpacks =
        !headers.contains_key(ACCEPT_ENCODING) && !headers.contains_key(RANGE) && place.method != Method::HEAD;
    if unpacks {
        let _ = headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok((headers, unpacks))
}
