//! A request to the registry and what comes of it: signing in, redirects, and further tries.

use super::answer::{Answer, is_passing};
use super::challenge::challenges;
use super::fault::Fault;
use super::home::{Home, Scheme};
use super::redirect::{self, HOPS};
use super::retry::{Failure, Tries};
use super::scope::Scope;
use super::secrets::Secrets;
use super::sign_in::SignIn;
use super::wire::{Payload, Wire};
use super::{Asked, Credential, Distrust, Missing, RegistryError, Settings};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use url::Url;

/// What servers answer when plain HTTP is spoken to their TLS port: Go's words, and nginx's.
const WANTS_TLS: [&str; 2] = ["HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port"];

/// One request of the distribution API.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) headers: HeaderMap,
    pub(super) payload: Payload,
    /// What a token must allow for it.
    pub(super) scope: &'a Scope,
    pub(super) asked: &'a Asked,
    /// What a 404 means.
    pub(super) missing: Missing,
}

/// Where a request goes.
#[derive(Clone)]
pub(super) enum Target {
    /// A path under the registry's root, with its query.
    Path(String),
    /// A place the registry itself has named, already judged.
    Place(Url),
}

impl<'a> Call<'a> {
    /// A request without headers or body.
    pub(super) fn new(method: Method, path: String, scope: &'a Scope, asked: &'a Asked, missing: Missing) -> Self {
        let (headers, payload) = (HeaderMap::new(), Payload::Empty);
        Self { method, target: Target::Path(path), headers, payload, scope, asked, missing }
    }

    /// Whether it asks for nothing but the registry itself.
    fn is_ping(&self) -> bool {
        matches!(&self.target, Target::Path(path) if path == "/v2/")
    }
}

/// Everything between a request's meaning and the wire.
#[derive(Debug)]
pub(super) struct Transport {
    wire: Wire,
    home: Home,
    sign_in: SignIn,
    settings: Settings,
}

impl Transport {
    pub(super) fn new(
        registry: &str,
        credential: Credential,
        origin: &str,
        settings: &Settings,
    ) -> Result<Self, RegistryError> {
        let home = Home::new(registry, settings)?;
        Ok(Self {
            wire: Wire::new(&home, settings, Secrets::of(&credential, settings))?,
            home,
            sign_in: SignIn::new(credential, origin, settings),
            settings: settings.clone(),
        })
    }

    pub(super) fn home(&self) -> &Home {
        &self.home
    }

    pub(super) fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }

    /// A text without the client's secrets.
    pub(super) fn hide(&self, text: &str) -> String {
        self.wire.secrets().hide(text)
    }

    pub(super) fn tries(&self) -> Tries {
        Tries::new(&self.settings)
    }

    /// Sends a request as often as it takes. The answer is whatever the registry finally says, be it a refusal.
    pub(super) async fn send(&self, call: &Call<'_>) -> Result<Answer, RegistryError> {
        let mut tries = self.tries();
        loop {
            match self.exchange(call).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => tries.again(failure).await?,
            }
        }
    }

    /// Sends a request once; signing in, where the registry wants it, counts as part of it. Refusals that may pass are
    /// failures, all other answers are returned.
    pub(super) async fn exchange(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let scheme = *self.home.scheme().get_or_try_init(|| self.find_scheme(call)).await?;
        let url = match &call.target {
            Target::Place(url) => url.clone(),
            Target::Path(path) => {
                let mut url = self.home.base(scheme).clone();
                let (path, query) =
                    path.split_once('?').map_or((path.as_str(), None), |(path, query)| (path, Some(query)));
                url.set_path(path);
                url.set_query(query);
                url
            }
        };
        let own = self.home.owns(&url);
        let mut shown = if own { self.sign_in.ahead(&self.wire, &self.home, call.scope).await? } else { None };
        let mut answer = self.follow(call, url.clone(), shown.as_ref()).await?;
        if answer.status == StatusCode::UNAUTHORIZED && answer.own {
            let offered = challenges(&answer.headers);
            let sign_in = &self.sign_in;
            let next = sign_in.answer(&self.wire, &self.home, call.scope, &offered, shown.as_ref(), call.asked).await?;
            if next.is_some() {
                answer.discard().await;
                shown = next;
                answer = self.follow(call, url, shown.as_ref()).await?;
            }
        }
        if is_passing(answer.status) { Err(answer.refusal(call.asked, call.missing).await) } else { Ok(answer) }
    }

    /// Sends a request with a header of the caller's making, and no other way to sign in.
    pub(super) async fn show(&self, call: &Call<'_>, url: Url, header: &HeaderValue) -> Result<Answer, Failure> {
        let answer = self.follow(call, url, Some(header)).await?;
        if is_passing(answer.status) { Err(answer.refusal(call.asked, call.missing).await) } else { Ok(answer) }
    }

    /// Sends a request and follows where it leads. Only the registry itself gets to see `shown`.
    async fn follow(&self, call: &Call<'_>, mut url: Url, shown: Option<&HeaderValue>) -> Result<Answer, Failure> {
        let asked = call.asked;
        for _ in 0..=HOPS {
            let own = self.home.owns(&url);
            let mut headers = call.headers.clone();
            let shown = shown.filter(|_| own);
            if let Some(shown) = shown {
                headers.insert(AUTHORIZATION, shown.clone());
            }
            let response = self.wire.send(&self.home, &call.method, &url, headers, &call.payload, asked).await?;
            let sent = shown.is_some() && self.sign_in.has_credential();
            let answer = Answer::new(response, url.clone(), own, sent, &self.wire);
            let Some(next) = redirect::target(&answer, asked)? else { return Ok(answer) };
            if !matches!(call.method, Method::GET | Method::HEAD) {
                return Err(untrusted(asked, &next, Distrust::RedirectedChange).into());
            }
            self.home.may_lead(&url, &next).map_err(|distrust| untrusted(asked, &next, distrust))?;
            answer.discard().await;
            url = next;
        }
        Err(untrusted(asked, &url, Distrust::TooManyRedirects).into())
    }

    /// Finds out whether a registry on this machine speaks plain HTTP or TLS. Nothing secret is said meanwhile.
    async fn find_scheme(&self, call: &Call<'_>) -> Result<Scheme, Failure> {
        let asked = call.asked;
        let ask = async |scheme: Scheme| {
            let mut url = self.home.base(scheme).clone();
            url.set_path("/v2/");
            self.wire
                .send(&self.home, &Method::GET, &url, HeaderMap::new(), &Payload::Empty, asked)
                .await
                .map(|response| Answer::new(response, url, true, false, &self.wire))
        };
        match ask(Scheme::Plain).await {
            // What was asked is this very question: it is not asked twice, so that a registry is left alone as it wants.
            Ok(answer) if is_passing(answer.status) && call.is_ping() => Err(answer.refusal(asked, call.missing).await),
            Ok(mut answer) => {
                let body = answer.body.all(super::answer::REFUSAL_LIMIT).await.ok().flatten().unwrap_or_default();
                let text = String::from_utf8_lossy(&body);
                let wants_tls =
                    answer.status == StatusCode::BAD_REQUEST && WANTS_TLS.iter().any(|words| text.contains(words));
                Ok(if wants_tls { Scheme::Tls } else { Scheme::Plain })
            }
            Err(failure) => match fault(&failure) {
                // A TLS alert is no HTTP, and some servers just hang up on plain HTTP. Whoever speaks TLS wants TLS.
                Some(Fault::Garbled | Fault::CutOff | Fault::Other) => match ask(Scheme::Tls).await {
                    Ok(answer) => {
                        answer.discard().await;
                        Ok(Scheme::Tls)
                    }
                    Err(failure) if speaks_tls(&failure) => Ok(Scheme::Tls),
                    // The request itself will tell what is wrong.
                    Err(_) => Ok(Scheme::Plain),
                },
                _ => Err(failure),
            },
        }
    }
}

fn fault(failure: &Failure) -> Option<Fault> {
    match &failure.error {
        RegistryError::Unreachable { fault, .. } => Some(*fault),
        _ => None,
    }
}

/// Whether a failure of TLS shows that there was TLS to fail.
fn speaks_tls(failure: &Failure) -> bool {
    matches!(
        fault(failure),
        Some(Fault::UnknownAuthority | Fault::WrongHost | Fault::ClientCertificate | Fault::NoAuthorities | Fault::Tls)
    )
}

pub(super) fn untrusted(asked: &Asked, place: &Url, distrust: Distrust) -> RegistryError {
    let host = place.host_str().unwrap_or_default().to_owned();
    RegistryError::UntrustedLocation { asked: asked.clone(), host, distrust }
}

#[cfg(test)]
mod tests {
    use crate::registry::scripted::{ALICE, Reply, Scripted, Seen, alice, blob, nobody, quick};
    use crate::registry::{
        Client, Credential, Distribution, Distrust, Existing, Fault, Progress, RegistryError, Settings,
    };
    use std::io;
    use std::sync::{Arc, OnceLock};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// A registry where alice has signed in, and whose one blob is wherever `place` says.
    async fn leading(status: u16, place: String) -> Scripted {
        Scripted::start(move |seen, _| match (seen.header("authorization"), seen.target.as_str()) {
            (_, "/v2/") => Reply::status(200),
            (Some(ALICE), "/here") => Reply::full(200, &[], b"blob"),
            (Some(ALICE), _) => Reply::full(status, &[("location", &place)], b"away"),
            _ => Reply::full(401, &[("www-authenticate", "Basic realm=x")], b""),
        })
        .await
    }

    async fn get(server: &Scripted) -> Result<Vec<u8>, RegistryError> {
        server.client(alice()).get_blob(&server.reference("a:1"), &blob(b"blob"), Vec::new(), nobody()).await
    }

    fn no_secret_in(seen: &[Seen]) {
        for seen in seen {
            let text = format!("{seen:?}").to_ascii_lowercase();
            assert!(!text.contains("authorization") && !text.contains("cookie") && !text.contains("hunter2"), "{text}");
        }
    }

    #[tokio::test]
    async fn storage_elsewhere_is_read_without_the_credential() {
        for status in [301, 302, 303, 307, 308] {
            let storage = Scripted::listen("127.0.0.2:0", None, |_, _| Reply::full(200, &[], b"blob")).await;
            let server = leading(status, storage.url("/x?signature=s")).await;
            assert_eq!(get(&server).await.unwrap(), b"blob");
            assert_eq!(storage.lines(), ["GET /x?signature=s"]);
            no_secret_in(&storage.seen());
        }
    }

    #[tokio::test]
    async fn another_port_is_elsewhere_too() {
        let storage = Scripted::start(|_, _| Reply::full(200, &[], b"blob")).await;
        let server = leading(307, storage.url("/x")).await;
        assert_eq!(get(&server).await.unwrap(), b"blob");
        no_secret_in(&storage.seen());
    }

    #[tokio::test]
    async fn storage_that_wants_a_credential_does_not_get_it() {
        for challenge in ["Basic realm=x", r#"Bearer realm="http://127.0.0.2:1/token""#] {
            let reply = move |_: &Seen, _| Reply::full(401, &[("www-authenticate", challenge)], b"");
            let storage = Scripted::listen("127.0.0.2:0", None, reply).await;
            let server = leading(307, storage.url("/x")).await;
            let error = get(&server).await.unwrap_err();
            assert!(
                matches!(&error, RegistryError::StorageRefused { status: 401, host, .. } if host == "127.0.0.2"),
                "{error}"
            );
            assert_eq!(storage.seen().len(), 1);
            no_secret_in(&storage.seen());
        }
    }

    #[tokio::test]
    async fn a_redirect_within_the_registry_keeps_the_credential() {
        let server = leading(307, "/here".to_owned()).await;
        assert_eq!(get(&server).await.unwrap(), b"blob");
    }

    #[tokio::test]
    async fn a_credential_does_not_come_back_by_way_of_another_host() {
        let own = Arc::new(OnceLock::<String>::new());
        let back = Arc::clone(&own);
        let storage = Scripted::listen("127.0.0.2:0", None, move |_, _| {
            Reply::full(307, &[("location", back.get().unwrap())], b"")
        })
        .await;
        let server = leading(307, storage.url("/x")).await;
        own.set(server.url("/here")).unwrap();
        // The registry itself may see it again.
        assert_eq!(get(&server).await.unwrap(), b"blob");
        no_secret_in(&storage.seen());
    }

    #[tokio::test]
    async fn places_that_must_not_be_gone_to_are_not() {
        let table = [
            ("http://user@127.0.0.2/x", Distrust::UserName),
            ("ftp://127.0.0.2/x", Distrust::NotHttp),
            ("file:///etc/passwd", Distrust::NotHttp),
            ("/circle", Distrust::TooManyRedirects),
        ];
        for (place, wanted) in table {
            let server = leading(302, place.to_owned()).await;
            let error = get(&server).await.unwrap_err();
            assert!(
                matches!(&error, RegistryError::UntrustedLocation { distrust, .. } if *distrust == wanted),
                "{place}: {error}"
            );
        }
        let server = leading(302, "http://[".to_owned()).await;
        assert!(matches!(get(&server).await, Err(RegistryError::Malformed { .. })));
    }

    /// A registry whose uploads go wherever `place` says.
    async fn uploading_to(place: String) -> Scripted {
        Scripted::start(move |seen, _| match (seen.header("authorization"), seen.method.as_str()) {
            (Some(ALICE), "HEAD") => Reply::status(404),
            (Some(ALICE), "POST") => Reply::full(202, &[("location", &place)], b""),
            _ if seen.target == "/v2/" => Reply::status(200),
            _ => Reply::full(401, &[("www-authenticate", "Basic realm=x")], b""),
        })
        .await
    }

    async fn put(server: &Scripted) -> Result<(), RegistryError> {
        let source = || Ok(io::Cursor::new(b"blob"));
        server
            .client(alice())
            .put_blob(&server.reference("a:1"), &blob(b"blob"), Existing::Skip, source, nobody())
            .await
            .map(|_| ())
    }

    #[tokio::test]
    async fn uploads_to_another_host_go_without_the_credential() {
        let storage = Scripted::listen("127.0.0.2:0", None, |_, _| Reply::status(201)).await;
        let server = uploading_to(storage.url("/up?x=y")).await;
        put(&server).await.unwrap();
        assert_eq!(storage.seen()[0].body, b"blob");
        no_secret_in(&storage.seen());
        let greedy = |_: &Seen, _| Reply::full(401, &[("www-authenticate", "Basic realm=x")], b"");
        let storage = Scripted::listen("127.0.0.2:0", None, greedy).await;
        let server = uploading_to(storage.url("/up")).await;
        assert!(matches!(put(&server).await, Err(RegistryError::StorageRefused { status: 401, .. })));
        no_secret_in(&storage.seen());
    }

    #[tokio::test]
    async fn uploads_are_not_redirected() {
        let storage = Scripted::listen("127.0.0.2:0", None, |_, _| Reply::full(307, &[("location", "/z")], b"")).await;
        let server = uploading_to(storage.url("/up")).await;
        let error = put(&server).await.unwrap_err();
        assert!(
            matches!(error, RegistryError::UntrustedLocation { distrust: Distrust::RedirectedChange, .. }),
            "{error}"
        );
        let server = uploading_to("ftp://127.0.0.2/up".to_owned()).await;
        assert!(matches!(
            put(&server).await,
            Err(RegistryError::UntrustedLocation { distrust: Distrust::NotHttp, .. })
        ));
    }

    #[tokio::test]
    async fn errors_hold_no_query() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = leading(307, format!("http://127.0.0.1:{port}/x?signature=hunter2")).await;
        let error = get(&server).await.unwrap_err();
        assert!(matches!(error, RegistryError::Unreachable { fault: Fault::Refused, .. }));
        assert!(!format!("{error:?} {error}").contains("hunter2"));
    }

    #[tokio::test]
    async fn a_password_renewed_in_mid_push_sends_the_body_again() {
        let counted = Arc::new(std::sync::Mutex::new(Vec::new()));
        let counter = Arc::clone(&counted);
        let progress: Progress = Arc::new(move |moved| counter.lock().unwrap().push(moved));
        // A token for one request only.
        let tokens = Scripted::start(|_, before| {
            Reply::full(200, &[], format!(r#"{{"token":"{before}","expires_in":300}}"#).as_bytes())
        })
        .await;
        let challenge = format!(r#"Bearer realm="{}""#, tokens.url("/"));
        let good = std::sync::Mutex::new(0);
        let server = Scripted::start(move |seen, _| {
            let mut good = good.lock().unwrap();
            if seen.header("authorization") != Some(&format!("Bearer {good}")) {
                return Reply::full(401, &[("www-authenticate", &challenge)], b"");
            }
            *good += 1;
            match seen.method.as_str() {
                "HEAD" => Reply::status(404),
                "POST" => Reply::full(202, &[("location", "/up")], b""),
                _ => Reply::status(201),
            }
        })
        .await;
        let source = || Ok(io::Cursor::new(b"blob"));
        let client = server.client(alice());
        client.put_blob(&server.reference("a:1"), &blob(b"blob"), Existing::Skip, source, progress).await.unwrap();
        let bodies: Vec<Vec<u8>> =
            server.seen().into_iter().filter(|seen| seen.method == "PUT").map(|seen| seen.body).collect();
        assert_eq!(bodies, [b"blob", b"blob"]);
        assert_eq!(*counted.lock().unwrap(), [0, 4, 0, 4]);
    }

    #[tokio::test]
    async fn a_loopback_registry_is_asked_once_what_it_speaks() {
        let server = Scripted::start(|_, _| Reply::full(200, &[], b"blob")).await;
        let client = server.client(Credential::Anonymous);
        for _ in 0..2 {
            client.get_blob(&server.reference("a:1"), &blob(b"blob"), Vec::new(), nobody()).await.unwrap();
        }
        assert_eq!(server.seen().len(), 2);
    }

    #[tokio::test]
    async fn a_registry_may_be_named_by_its_ipv6_address() {
        let server = Scripted::listen("[::1]:0", None, |_, _| Reply::full(200, &[], b"blob")).await;
        let client = server.client(Credential::Anonymous);
        let got = client.get_blob(&server.reference("a:1"), &blob(b"blob"), Vec::new(), nobody()).await;
        assert_eq!(got.unwrap(), b"blob");
    }

    #[tokio::test]
    async fn a_handshake_that_is_not_answered_takes_no_longer_than_a_connection_may() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let name = listener.local_addr().unwrap().to_string();
        let connect_timeout = std::time::Duration::from_millis(100);
        let settings = Settings { plaintext: Some(false), insecure: true, connect_timeout, ..quick() };
        let client = Client::new(&name, Credential::Anonymous, &settings).unwrap();
        let error = client.check_login().await.unwrap_err();
        assert!(matches!(error, RegistryError::Unreachable { fault: Fault::ConnectTimeout, .. }), "{error:?}");
    }

    #[tokio::test]
    async fn plain_http_that_answers_tls_is_told() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let name = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n400 Bad Request").await.unwrap();
        });
        let settings = Settings { plaintext: Some(false), insecure: true, ..quick() };
        let client = Client::new(&name, Credential::Anonymous, &settings).unwrap();
        let error = client.check_login().await.unwrap_err();
        assert!(matches!(error, RegistryError::Unreachable { fault: Fault::NotTls, .. }), "{error:?}");
    }
}
