//! Requests to GitHub's API, and what its refusals mean.

use super::super::answer::{Answer, malformed};
use super::super::listing::next_page;
use super::super::retry::{Failure, retry_after};
use super::super::scope::Scope;
use super::super::tokens::bearer;
use super::super::transport::{Call, Target, Transport, untrusted};
use super::super::{Asked, Credential, Distrust, Missing, RegistryError, Settings};
use super::error::Token;
use super::place::authority;
use super::{Account, GitHub, GitHubError, GitHubPlace};
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::time::{Duration, SystemTime};
use url::Url;

const API_VERSION: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-github-api-version"), HeaderValue::from_static("2022-11-28"));

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/vnd.github+json");

const RATE_LEFT: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RATE_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const TOKEN_SCOPES: HeaderName = HeaderName::from_static("x-oauth-scopes");

/// The most entries GitHub puts on a page.
const PAGE: &str = "100";

/// The most pages of a list.
const PAGE_LIMIT: usize = 1000;

/// The most bytes of an answer. A version may have many tags.
const BODY_LIMIT: u64 = 16 << 20;

/// What a token must allow for a request, in GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Read,
    Delete,
}

impl Need {
    fn scopes(self) -> &'static str {
        match self {
            Self::Read => "read:packages",
            Self::Delete => "read:packages and delete:packages",
        }
    }
}

/// An answer to a request that was granted.
struct Granted {
    body: Vec<u8>,
    /// Where the list goes on.
    next: Option<Url>,
}

impl GitHub {
    /// A client for a user. Nothing is sent yet.
    ///
    /// # Errors
    /// An address a token must not be sent to, a token that cannot be sent, or settings that cannot be used.
    pub fn new(place: &GitHubPlace, account: Account, settings: &Settings) -> Result<Self, GitHubError> {
        let base = place.base()?;
        // The client's certificate is the registry's, not the API's.
        let settings = Settings {
            plaintext: Some(base.scheme() == "http"),
            client_certificate: None,
            client_key: None,
            ..settings.clone()
        };
        let header = bearer(account.token.expose())
            .ok_or_else(|| RegistryError::Setting(format!("the token from {} cannot be one", account.origin)))?;
        Ok(Self {
            transport: Transport::new(authority(&base), Credential::Bearer(account.token), &account.origin, &settings)?,
            base,
            header,
            username: account.username,
            origin: account.origin,
        })
    }

    pub(super) fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    pub(super) fn asked(&self, deed: impl Into<String>) -> Asked {
        Asked::new(self.transport.home().named(), deed).by(self.transport.sign_in().identity())
    }

    /// An address of the API; each segment is escaped, slashes too.
    pub(super) fn address(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        // An address with a host always has a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// All entries of a list, or an error: never a part.
    pub(super) async fn pages<T: DeserializeOwned>(
        &self,
        mut url: Url,
        query: &[(&str, &str)],
        asked: &Asked,
    ) -> Result<Vec<T>, GitHubError> {
        url.query_pairs_mut().extend_pairs(query).append_pair("per_page", PAGE);
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        for _ in 0..PAGE_LIMIT {
            seen.insert(url.clone());
            let granted = self.ask(Method::GET, &url, Need::Read, asked).await?;
            let page: Vec<T> = serde_json::from_slice(&granted.body).map_err(|_| garbled(asked))?;
            all.extend(page);
            let Some(next) = granted.next else { return Ok(all) };
            if !self.transport.home().owns(&next) {
                return Err(untrusted(asked, &next, Distrust::OtherPlace).into());
            }
            if seen.contains(&next) {
                return Err(malformed(asked, "the pages of the list lead in a circle").into());
            }
            url = next;
        }
        Err(RegistryError::TooMany { asked: asked.clone(), limit: PAGE_LIMIT * 100 }.into())
    }

    /// One document.
    pub(super) async fn document<T: DeserializeOwned>(&self, url: &Url, asked: &Asked) -> Result<T, GitHubError> {
        let granted = self.ask(Method::GET, url, Need::Read, asked).await?;
        serde_json::from_slice(&granted.body).map_err(|_| garbled(asked))
    }

    /// Deletes what is at an address.
    pub(super) async fn delete(&self, url: &Url, asked: &Asked) -> Result<(), GitHubError> {
        match self.ask(Method::DELETE, url, Need::Delete, asked).await {
            Err(GitHubError::Registry(RegistryError::Refused { status: 400, said, .. }))
                if said.message.contains("last tagged version") =>
            {
                Err(GitHubError::LastTag { asked: asked.clone() })
            }
            other => other.map(|_| ()),
        }
    }

    async fn ask(&self, method: Method, url: &Url, need: Need, asked: &Asked) -> Result<Granted, GitHubError> {
        let scope = Scope::none();
        let mut call = Call::new(method, String::new(), &scope, asked, Missing::Interface);
        call.target = Target::Place(url.clone());
        call.headers.insert(ACCEPT, MEDIA_TYPE);
        call.headers.insert(API_VERSION.0, API_VERSION.1);
        let mut tries = self.transport.tries();
        loop {
            let failure = match self.transport.show(&call, url.clone(), &self.header).await {
                Ok(answer) if matches!(answer.status, StatusCode::OK | StatusCode::NO_CONTENT) => {
                    match granted(answer, asked).await {
                        Ok(granted) => return Ok(granted),
                        Err(failure) => failure,
                    }
                }
                Ok(answer) => return Err(self.refusal(answer, need, asked).await),
                Err(failure) => failure,
            };
            tries.again(failure).await.map_err(limited)?;
        }
    }

    /// What an answer that is no success means.
    async fn refusal(&self, answer: Answer, need: Need, asked: &Asked) -> GitHubError {
        let own = answer.own;
        let limit = rate_limit(&answer.headers, SystemTime::now());
        let has = answer.header(TOKEN_SCOPES).map(|scopes| scopes.chars().take(200).collect());
        let token = Box::new(Token { needs: need.scopes(), has, origin: self.origin.clone() });
        let denied = |status, said| GitHubError::Denied { asked: asked.clone(), status, token, said };
        match (answer.refusal(asked, Missing::Interface).await.error, limit) {
            (RegistryError::Forbidden { said, .. }, Some(wait)) if own => {
                GitHubError::RateLimited { asked: asked.clone(), wait, said }
            }
            (RegistryError::Forbidden { said, .. }, _) => denied(403, said),
            (RegistryError::Unauthorized { said, .. }, _) => denied(401, said),
            (RegistryError::NotFound { said, .. }, _) => GitHubError::NotFound { asked: asked.clone(), said },
            (other, _) => other.into(),
        }
    }
}

async fn granted(mut answer: Answer, asked: &Asked) -> Result<Granted, Failure> {
    answer.check_encoding(asked)?;
    let next = next_page(&answer, asked)?;
    let body = answer.read(BODY_LIMIT, asked).await?;
    Ok(Granted { body, next })
}

/// A refusal after the last try, in GitHub's own terms.
fn limited(error: RegistryError) -> GitHubError {
    match error {
        RegistryError::RateLimited { asked, wait, said } => GitHubError::RateLimited { asked, wait, said },
        other => other.into(),
    }
}

/// Whether a refusal is one for too many requests, and how long it lasts (docs.github.com, "Rate limits for the REST
/// API"): either nothing is left until a time in Unix seconds, or there is a `Retry-After`.
fn rate_limit(headers: &HeaderMap, now: SystemTime) -> Option<Option<Duration>> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(wait) = retry_after(headers, now) {
        return Some(Some(wait));
    }
    if text(RATE_LEFT) != Some("0") {
        return None;
    }
    let reset = text(RATE_RESET).and_then(|seconds| seconds.parse::<u64>().ok());
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Some(reset.map(|seconds| Duration::from_secs(seconds).saturating_sub(now)))
}

fn garbled(asked: &Asked) -> GitHubError {
    malformed(asked, "the answer is garbled").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::scripted::{Reply, Scripted, quick};
    use crate::secret::Secret;

    fn client(server: &Scripted, settings: &Settings) -> GitHub {
        let place = GitHubPlace { api: server.url("/api/v3"), registry: "ghcr.io".to_owned() };
        let account = Account { username: None, token: Secret::new("t0ken"), origin: "a test".to_owned() };
        GitHub::new(&place, account, settings).unwrap()
    }

    #[tokio::test]
    async fn a_request_shows_the_token_and_the_version_of_the_api_it_means() {
        let server = Scripted::start(|_, _| Reply::full(200, &[], b"[]")).await;
        client(&server, &quick()).packages(Some("acme"), false).await.unwrap();
        let seen = &server.seen()[0];
        assert_eq!(seen.line(), "GET /api/v3/orgs/acme/packages?package_type=container&per_page=100");
        for (name, value) in [
            ("authorization", "Bearer t0ken"),
            ("accept", "application/vnd.github+json"),
            ("x-github-api-version", "2022-11-28"),
        ] {
            assert_eq!(seen.header(name), Some(value));
        }
        assert!(seen.header("user-agent").unwrap().starts_with("policy/"));
    }

    #[tokio::test]
    async fn a_list_that_never_ends_or_makes_no_sense_is_an_error() {
        let circle = |seen: &crate::registry::scripted::Seen, _| {
            Reply::full(200, &[("link", &format!("<{}>; rel=\"next\"", seen.target))], b"[]")
        };
        let server = Scripted::start(circle).await;
        let error = client(&server, &quick()).packages(None, false).await.unwrap_err();
        assert!(error.to_string().contains("lead in a circle"), "{error}");
        assert_eq!(server.seen().len(), 1);
        for body in ["", "{}", r#"[{"id":1}]"#, r#"[{"name":1}]"#] {
            let server = Scripted::start(move |_, _| Reply::full(200, &[], body.as_bytes())).await;
            let error = client(&server, &quick()).packages(None, false).await.unwrap_err();
            assert!(error.to_string().contains("the answer is garbled"), "{body}: {error}");
        }
    }

    #[tokio::test]
    async fn what_may_pass_is_tried_again() {
        let server = Scripted::start(|_, before| match before {
            0 => Reply::status(502),
            1 => Reply::cut(200, &[], Some(9), b"["),
            _ => Reply::full(200, &[], b"[]"),
        })
        .await;
        assert!(client(&server, &quick()).packages(None, false).await.unwrap().1.is_empty());
        assert_eq!(server.seen().len(), 3);
    }

    #[test]
    fn a_rate_limit_is_told_from_a_missing_right() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        let limit = |headers: &[(HeaderName, &'static str)]| {
            let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
            rate_limit(&headers.collect(), now).map(|wait| wait.map(|wait| wait.as_secs()))
        };
        assert_eq!(limit(&[]), None);
        assert_eq!(limit(&[(RATE_LEFT, "12")]), None);
        assert_eq!(limit(&[(RATE_LEFT, "0")]), Some(None));
        assert_eq!(limit(&[(RATE_LEFT, "0"), (RATE_RESET, "1060")]), Some(Some(60)));
        assert_eq!(limit(&[(RATE_LEFT, "0"), (RATE_RESET, "10")]), Some(Some(0)));
        assert_eq!(limit(&[(reqwest::header::RETRY_AFTER, "5")]), Some(Some(5)));
    }
}
