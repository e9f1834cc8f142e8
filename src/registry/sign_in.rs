//! Answers a registry's challenge, and remembers how it wants to be answered.

use super::challenge::Challenge;
use super::home::Home;
use super::retry::Failure;
use super::scope::Scope;
use super::tokens::{Realm, Token, TokenServer, basic, bearer, untrusted};
use super::wire::Wire;
use super::{Asked, Credential, Identity, RegistryError, Settings};
use reqwest::header::HeaderValue;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;
use url::Url;

/// One token per scope. Whoever needs one while it is being asked for waits for it, instead of asking too.
type Slot = Arc<tokio::sync::Mutex<Option<Token>>>;

/// The signing in of one client with one credential.
#[derive(Debug)]
pub(super) struct SignIn {
    credential: Credential,
    identity: Option<Arc<Identity>>,
    trusted: Vec<String>,
    way: Mutex<Option<Way>>,
    tokens: Mutex<HashMap<Scope, Slot>>,
}

/// How the registry wants its clients to prove who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    /// With this header, each time.
    Header(HeaderValue),
    /// With a token from there.
    Token(Realm),
}

impl SignIn {
    pub(super) fn new(credential: Credential, origin: &str, settings: &Settings) -> Self {
        Self {
            identity: Identity::of(&credential, origin),
            credential,
            trusted: settings.trusted_realms.clone(),
            way: Mutex::new(None),
            tokens: Mutex::new(HashMap::new()),
        }
    }

    /// Who signs in, as errors tell it.
    pub(super) fn identity(&self) -> Option<Arc<Identity>> {
        self.identity.clone()
    }

    /// Whether there is a credential at all.
    pub(super) fn has_credential(&self) -> bool {
        self.credential.is_some()
    }

    /// The header the credential makes without a token server, if it can make one.
    pub(super) fn direct(&self) -> Option<HeaderValue> {
        match &self.credential {
            Credential::Basic { username, password } => Some(basic(username, password.expose())),
            Credential::Bearer(token) => bearer(token.expose()),
            Credential::Anonymous | Credential::IdentityToken(_) => None,
        }
    }

    /// What to send with a request before the registry challenges it: nothing until it has challenged one.
    pub(super) async fn ahead(&self, wire: &Wire, home: &Home, scope: &Scope) -> Result<Option<HeaderValue>, Failure> {
        let way = self.way.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match way {
            None => Ok(None),
            Some(Way::Header(header)) => Ok(Some(header)),
            Some(Way::Token(realm)) => {
                let slot = self.slot(scope);
                let mut held = slot.lock().await;
                match &*held {
                    Some(token) if token.until > Instant::now() => Ok(Some(token.header.clone())),
                    _ => {
                        let token = self.server(wire, home).token(&realm, &scope.with(None)).await?;
                        Ok(Some(held.insert(token).header.clone()))
                    }
                }
            }
        }
    }

    /// What to send after a challenge to a request that carried `used`; `None` when there is nothing better to send.
    pub(super) async fn answer(
        &self,
        wire: &Wire,
        home: &Home,
        scope: &Scope,
        challenges: &[Challenge],
        used: Option<&HeaderValue>,
        asked: &Asked,
    ) -> Result<Option<HeaderValue>, Failure> {
        let Some((way, challenged)) = self.choose(home, challenges, asked)? else { return Ok(None) };
        *self.way.lock().unwrap_or_else(PoisonError::into_inner) = Some(way.clone());
        match way {
            Way::Header(header) => Ok(Some(header).filter(|header| used != Some(header))),
            Way::Token(realm) => {
                let slot = self.slot(scope);
                let mut held = slot.lock().await;
                match &*held {
                    // Another request has fetched a newer one in the meantime.
                    Some(token) if used != Some(&token.header) && token.until > Instant::now() => {
                        Ok(Some(token.header.clone()))
                    }
                    _ => {
                        let token = self.server(wire, home).token(&realm, &scope.with(challenged)).await?;
                        Ok(Some(held.insert(token).header.clone()))
                    }
                }
            }
        }
    }

    /// The way to take, and the scope its challenge names. Tokens go before passwords; a realm that must not be asked is
    /// an error unless there is another way.
    fn choose<'a>(
        &self,
        home: &Home,
        challenges: &'a [Challenge],
        asked: &Asked,
    ) -> Result<Option<(Way, Option<&'a str>)>, RegistryError> {
        if let (Credential::Bearer(_), Some(header)) = (&self.credential, self.direct()) {
            return Ok(Some((Way::Header(header), None)));
        }
        let mut refused = None;
        for challenge in challenges.iter().filter(|challenge| challenge.scheme == "bearer") {
            let Some(Ok(url)) = challenge.parameter("realm").map(Url::parse) else { continue };
            match home.may_sign_in_at(&url, self.credential.is_some(), &self.trusted) {
                Ok(()) => {
                    let service = challenge.parameter("service").map(str::to_owned);
                    return Ok(Some((Way::Token(Realm { url, service }), challenge.parameter("scope"))));
                }
                Err(distrust) => refused = Some(untrusted(asked, &url, distrust)),
            }
        }
        let takes_passwords = challenges.is_empty() || challenges.iter().any(|challenge| challenge.scheme == "basic");
        match (takes_passwords.then(|| self.direct()).flatten(), refused) {
            (Some(header), _) => Ok(Some((Way::Header(header), None))),
            (None, Some(error)) => Err(error),
            (None, None) => Ok(None),
        }
    }

    fn slot(&self, scope: &Scope) -> Slot {
        Arc::clone(self.tokens.lock().unwrap_or_else(PoisonError::into_inner).entry(scope.clone()).or_default())
    }

    fn server<'a>(&'a self, wire: &'a Wire, home: &'a Home) -> TokenServer<'a> {
        let identity = self.identity.clone();
        TokenServer { wire, home, credential: &self.credential, identity, trusted: &self.trusted }
    }
}

#[cfg(test)]
mod tests {
    use crate::registry::scripted::{ALICE, Reply, Scripted, Seen, alice, quick};
    use crate::registry::{Client, Credential, Distribution, Distrust, RegistryError, Settings};
    use crate::secret::Secret;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, OnceLock};

    const DOCUMENT: &[u8] = br#"{"schemaVersion":2}"#;

    /// A registry that gives its manifest to whoever shows `wanted`, and asks all others to sign in as `challenges` say.
    async fn registry(challenges: Vec<String>, wanted: impl Fn(&Seen) -> bool + Send + Sync + 'static) -> Scripted {
        Scripted::start(move |seen, _| {
            if wanted(seen) {
                return Reply::full(200, &[("content-type", "application/vnd.oci.image.manifest.v1+json")], DOCUMENT);
            }
            let headers: Vec<(&str, &str)> =
                challenges.iter().map(|line| ("www-authenticate", line.as_str())).collect();
            Reply::json(401, &headers, "UNAUTHORIZED", "authentication required")
        })
        .await
    }

    /// A token server that gives `token-1`, `token-2` and so on to whoever it likes.
    async fn token_server(likes: impl Fn(&Seen) -> bool + Send + Sync + 'static) -> Scripted {
        let count = AtomicUsize::new(0);
        Scripted::start(move |seen, _| match likes(seen) {
            true => {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                Reply::full(200, &[], format!(r#"{{"token":"token-{number}","expires_in":300}}"#).as_bytes())
            }
            false => Reply::full(401, &[], br#"{"details":"incorrect username or password"}"#),
        })
        .await
    }

    fn bearer(realm: &str) -> Vec<String> {
        vec![format!(r#"Bearer realm="{realm}",service="registry, of tests",scope="repository:a:pull""#)]
    }

    fn shows(header: &'static str) -> impl Fn(&Seen) -> bool + Send + Sync {
        move |seen| seen.header("authorization") == Some(header)
    }

    async fn get(server: &Scripted, credential: Credential) -> Result<(), RegistryError> {
        server.client(credential).get_manifest(&server.reference("a:1")).await.map(|_| ())
    }

    #[tokio::test]
    async fn a_password_is_shown_after_the_first_challenge_and_from_then_on_at_once() {
        let server = registry(vec![r#"Basic realm="x""#.to_owned()], shows(ALICE)).await;
        let client = server.client(alice());
        for _ in 0..2 {
            client.get_manifest(&server.reference("a:1")).await.unwrap();
        }
        let shown: Vec<bool> = server.seen().iter().map(|seen| seen.header("authorization").is_some()).collect();
        assert_eq!(shown, [false, true, true]);
    }

    #[tokio::test]
    async fn a_refusal_tells_whether_the_credential_was_sent() {
        let server = registry(vec!["Basic".to_owned()], |_| false).await;
        let wrong = get(&server, alice()).await.unwrap_err();
        assert!(
            matches!(&wrong, RegistryError::Unauthorized { sent: true, said, .. } if said.code == "UNAUTHORIZED"),
            "{wrong}"
        );
        assert_eq!(server.seen().len(), 2);
        let missing = get(&server, Credential::Anonymous).await.unwrap_err();
        assert!(matches!(missing, RegistryError::Unauthorized { sent: false, .. }));
        assert!(!format!("{wrong} {wrong:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn a_password_is_traded_for_a_token_of_the_least_scope() {
        let tokens = token_server(shows(ALICE)).await;
        let server = registry(bearer(&tokens.url("/token?a=b")), shows("Bearer token-1")).await;
        let client = server.client(alice());
        for _ in 0..2 {
            client.get_manifest(&server.reference("a:1")).await.unwrap();
        }
        assert_eq!(tokens.lines(), ["GET /token?a=b&service=registry%2C+of+tests&scope=repository%3Aa%3Apull"]);
        assert!(server.seen().iter().all(|seen| seen.header("authorization") != Some(ALICE)));
        assert_eq!(server.seen().len(), 3);
    }

    #[tokio::test]
    async fn anonymous_clients_get_tokens_too() {
        let tokens = token_server(|seen| seen.header("authorization").is_none()).await;
        let server = registry(bearer(&tokens.url("/")), shows("Bearer token-1")).await;
        get(&server, Credential::Anonymous).await.unwrap();
    }

    #[tokio::test]
    async fn an_identity_token_is_posted_to_the_token_server_alone() {
        let tokens = token_server(|seen| seen.method == "POST").await;
        let server = registry(bearer(&tokens.url("/oauth2/token")), shows("Bearer token-1")).await;
        get(&server, Credential::IdentityToken(Secret::new("re/fresh"))).await.unwrap();
        let seen = tokens.seen();
        assert_eq!(seen[0].header("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(
            String::from_utf8_lossy(&seen[0].body),
            "grant_type=refresh_token&service=registry%2C+of+tests&client_id=policy&scope=repository%3Aa%3Apull&refresh_token=re%2Ffresh"
        );
        let password_only = registry(vec!["Basic".to_owned()], |_| false).await;
        let error = get(&password_only, Credential::IdentityToken(Secret::new("re/fresh"))).await.unwrap_err();
        assert!(matches!(error, RegistryError::Unauthorized { sent: false, .. }));
    }

    #[tokio::test]
    async fn an_access_token_is_shown_as_it_is() {
        let server = registry(bearer("https://auth.example.com/"), shows("Bearer abc")).await;
        get(&server, Credential::Bearer(Secret::new("abc"))).await.unwrap();
    }

    #[tokio::test]
    async fn a_token_that_is_no_longer_taken_is_renewed_once() {
        let tokens = token_server(shows(ALICE)).await;
        let taken = AtomicUsize::new(0);
        // Each token is good for one request.
        let server = registry(bearer(&tokens.url("/")), move |seen| {
            let fresh = format!("Bearer token-{}", taken.load(Ordering::SeqCst) + 1);
            let fits = seen.header("authorization") == Some(&fresh);
            taken.fetch_add(usize::from(fits), Ordering::SeqCst);
            fits
        })
        .await;
        let client = server.client(alice());
        for _ in 0..3 {
            client.get_manifest(&server.reference("a:1")).await.unwrap();
        }
        assert_eq!(tokens.seen().len(), 3);
        let never = registry(bearer(&tokens.url("/")), |_| false).await;
        let error = get(&never, alice()).await.unwrap_err();
        assert!(matches!(error, RegistryError::Unauthorized { sent: true, .. }));
        assert_eq!(tokens.seen().len(), 4);
    }

    #[tokio::test]
    async fn requests_at_the_same_time_share_one_token() {
        let tokens = token_server(shows(ALICE)).await;
        let server = registry(bearer(&tokens.url("/")), shows("Bearer token-1")).await;
        let client = server.client(alice());
        let reference = server.reference("a:1");
        let all = futures_util::future::join_all((0..20).map(|_| client.get_manifest(&reference))).await;
        assert!(all.iter().all(Result::is_ok));
        assert_eq!(tokens.seen().len(), 1);
    }

    #[tokio::test]
    async fn a_token_is_not_used_beyond_its_life() {
        let tokens =
            Scripted::start(|_, _| Reply::full(200, &[], br#"{"access_token":"token-1","expires_in":0}"#)).await;
        let server = registry(bearer(&tokens.url("/")), shows("Bearer token-1")).await;
        let client = server.client(alice());
        for _ in 0..2 {
            client.get_manifest(&server.reference("a:1")).await.unwrap();
        }
        assert_eq!(tokens.seen().len(), 2);
    }

    #[tokio::test]
    async fn a_wrong_password_is_told_in_the_token_servers_words() {
        let tokens = token_server(|_| false).await;
        let server = registry(bearer(&tokens.url("/")), |_| true).await;
        server.client(alice()).check_login().await.unwrap();
        let closed = registry(bearer(&tokens.url("/")), |_| false).await;
        let error = get(&closed, alice()).await.unwrap_err();
        let wanted = format!(
            "{}: cannot sign in at 127.0.0.1: 401 Unauthorized (incorrect username or password)",
            closed.name()
        );
        assert_eq!(error.to_string(), wanted);
        assert!(matches!(error, RegistryError::Unauthorized { sent: true, .. }));
    }

    #[tokio::test]
    async fn odd_token_answers_are_errors_that_do_not_repeat_them() {
        for body in ["", "[]", "{}", r#"{"token":""}"#, r#"{"token":"a\nb"}"#, r#"{"token":7}"#, "<html>secret-abc"] {
            let tokens = Scripted::start(move |_, _| Reply::full(200, &[], body.as_bytes())).await;
            let server = registry(bearer(&tokens.url("/")), |_| false).await;
            let error = get(&server, alice()).await.unwrap_err();
            assert!(matches!(error, RegistryError::Malformed { .. }), "{body}: {error}");
            assert!(!error.to_string().contains("secret-abc"));
        }
        let tokens = Scripted::start(|_, _| Reply::full(200, &[], &vec![b' '; 100_000])).await;
        let server = registry(bearer(&tokens.url("/")), |_| false).await;
        assert!(matches!(get(&server, alice()).await, Err(RegistryError::TooLarge { .. })));
    }

    #[tokio::test]
    async fn a_token_server_that_fails_is_tried_five_times() {
        let tokens = Scripted::start(|_, _| Reply::status(503)).await;
        let server = registry(bearer(&tokens.url("/")), |_| false).await;
        assert!(matches!(get(&server, alice()).await, Err(RegistryError::ServerError { status: 503, .. })));
        assert_eq!(tokens.seen().len(), 5);
    }

    #[tokio::test]
    async fn another_hosts_realm_gets_no_credential() {
        let recorder = Scripted::listen("127.0.0.2:0", None, |_, _| Reply::full(200, &[], br#"{"token":"t"}"#)).await;
        for credential in [alice(), Credential::IdentityToken(Secret::new("hunter2"))] {
            let server = registry(bearer(&recorder.url("/")), |_| false).await;
            let error = get(&server, credential).await.unwrap_err();
            assert!(
                matches!(&error, RegistryError::UntrustedRealm { realm, distrust: Distrust::OtherDomain, .. } if realm == "127.0.0.2"),
                "{error}"
            );
        }
        assert!(recorder.seen().is_empty());
        // Allowed by the user, it gets one.
        let server = registry(bearer(&recorder.url("/")), shows("Bearer t")).await;
        let settings = Settings { trusted_realms: vec!["127.0.0.2".to_owned()], ..quick() };
        let client = Client::new(&server.name(), alice(), &settings).unwrap();
        client.get_manifest(&server.reference("a:1")).await.unwrap();
        assert_eq!(recorder.seen()[0].header("authorization"), Some(ALICE));
    }

    #[tokio::test]
    async fn a_password_goes_to_the_registry_itself_where_its_realm_is_not_trusted() {
        let challenges = [bearer("http://127.0.0.2:1/"), vec![r#"Basic realm="x""#.to_owned()]].concat();
        let server = registry(challenges, shows(ALICE)).await;
        get(&server, alice()).await.unwrap();
    }

    #[tokio::test]
    async fn a_realm_that_leads_elsewhere_gives_nothing_away() {
        let recorder = Scripted::listen("127.0.0.2:0", None, |_, _| Reply::full(200, &[], br#"{"token":"t"}"#)).await;
        let place = recorder.url("/token");
        let tokens = Scripted::start(move |_, _| Reply::full(307, &[("location", &place)], b"")).await;
        let server = registry(bearer(&tokens.url("/")), |_| false).await;
        let error = get(&server, alice()).await.unwrap_err();
        assert!(matches!(error, RegistryError::UntrustedRealm { distrust: Distrust::OtherDomain, .. }), "{error}");
        assert!(recorder.seen().is_empty());
        let own = Arc::new(OnceLock::new());
        let address = Arc::clone(&own);
        let tokens = Scripted::start(move |seen, _| match seen.target.starts_with("/new") {
            true => Reply::full(200, &[], br#"{"token":"t"}"#),
            false => Reply::full(302, &[("location", address.get().map(String::as_str).unwrap())], b""),
        })
        .await;
        own.set(tokens.url("/new")).unwrap();
        let server = registry(bearer(&tokens.url("/")), shows("Bearer t")).await;
        get(&server, alice()).await.unwrap();
    }

    #[tokio::test]
    async fn a_realm_that_leads_in_circles_is_left() {
        let tokens = Scripted::start(|seen, _| Reply::full(302, &[("location", &seen.target)], b"")).await;
        let server = registry(bearer(&tokens.url("/")), |_| false).await;
        let error = get(&server, alice()).await.unwrap_err();
        assert!(matches!(error, RegistryError::UntrustedRealm { distrust: Distrust::TooManyRedirects, .. }));
        assert_eq!(tokens.seen().len(), 6);
    }
}
