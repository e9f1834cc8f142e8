//! Asks a token server for an access token (the distribution token protocol).

use super::answer::{Answer, REFUSAL_LIMIT, malformed};
use super::home::Home;
use super::redirect::{self, HOPS};
use super::retry::Failure;
use super::wire::{Payload, Wire};
use super::{Asked, Credential, Distrust, Identity, Missing, RegistryError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use oci_client::token_cache::RegistryToken;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use url::{Url, form_urlencoded};

/// How long a token lasts whose server does not say (distribution, "Token Authentication Specification").
const DEFAULT_LIFE: u64 = 60;

/// The longest a token is kept, whatever its server says.
const LONGEST_LIFE: u64 = 24 * 60 * 60;

/// How long before its end a token is no longer used.
const MARGIN: Duration = Duration::from_secs(5);

/// Where a registry has its clients sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Realm {
    pub(super) url: Url,
    pub(super) service: Option<String>,
}

/// An access token, as the header that shows it.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) header: HeaderValue,
    pub(super) until: Instant,
}

/// A token server's answer, as far as it counts.
#[derive(Deserialize)]
struct Grant {
    #[serde(flatten)]
    token: RegistryToken,
    expires_in: Option<f64>,
}

/// What a token request needs to know.
pub(super) struct TokenServer<'a> {
    pub(super) wire: &'a Wire,
    pub(super) home: &'a Home,
    pub(super) credential: &'a Credential,
    pub(super) identity: Option<Arc<Identity>>,
    pub(super) trusted: &'a [String],
}

impl TokenServer<'_> {
    /// A token for `scopes`. The realm was judged when it was chosen; each redirect on the way is judged again.
    pub(super) async fn token(&self, realm: &Realm, scopes: &[String]) -> Result<Token, Failure> {
        let place = realm.url.host_str().unwrap_or_default();
        let place = self.wire.secrets().hide(place);
        let asked = Asked::new(self.home.named(), format!("sign in at {place}")).by(self.identity.clone());
        let since = Instant::now();
        let mut answer = match self.credential {
            Credential::IdentityToken(token) => {
                let form = form(realm, scopes, token.expose());
                let headers = HeaderMap::from_iter([(
                    CONTENT_TYPE,
                    HeaderValue::from_static("application/x-www-form-urlencoded"),
                )]);
                self.once(&Method::POST, &realm.url, headers, &Payload::Bytes(form), &asked).await?
            }
            _ => self.get(realm, scopes, &asked).await?,
        };
        if answer.status != StatusCode::OK {
            return Err(answer.refusal(&asked, Missing::Interface).await);
        }
        let body = answer.read(REFUSAL_LIMIT, &asked).await?;
        // The reader's message could quote the token: it is not passed on.
        let grant: Grant =
            serde_json::from_slice(&body).map_err(|_| malformed(&asked, "the token server sent no token"))?;
        let header = bearer(grant.token.token())
            .filter(|_| !grant.token.token().is_empty())
            .ok_or_else(|| malformed(&asked, "the token server sent a token that cannot be used"))?;
        self.wire.secrets().add(grant.token.token());
        Ok(Token { header, until: since + life(grant.expires_in) })
    }

    async fn get(&self, realm: &Realm, scopes: &[String], asked: &Asked) -> Result<Answer, Failure> {
        let mut url = realm.url.clone();
        for (name, value) in query(realm, scopes) {
            url.query_pairs_mut().append_pair(name, value);
        }
        for _ in 0..=HOPS {
            let mut headers = HeaderMap::new();
            if let Credential::Basic { username, password } = self.credential {
                headers.insert(AUTHORIZATION, basic(username, password.expose()));
            }
            let answer = self.once(&Method::GET, &url, headers, &Payload::Empty, asked).await?;
            let Some(next) = redirect::target(&answer, asked)? else { return Ok(answer) };
            self.home
                .may_lead(&url, &next)
                .and_then(|()| self.home.may_sign_in_at(&next, self.credential.is_some(), self.trusted))
                .map_err(|distrust| untrusted(asked, &next, distrust))?;
            answer.discard().await;
            url = next;
        }
        Err(untrusted(asked, &url, Distrust::TooManyRedirects).into())
    }

    async fn once(
        &self,
        method: &Method,
        url: &Url,
        headers: HeaderMap,
        payload: &Payload,
        asked: &Asked,
    ) -> Result<Answer, Failure> {
        let response = self.wire.send(self.home, method, url, headers, payload, asked).await.map_err(|failure| {
            // A token server's name with a private address is a matter of the realm.
            let again = failure.again;
            match failure.error {
                RegistryError::UntrustedLocation { asked, host, distrust } => {
                    Failure { error: RegistryError::UntrustedRealm { asked, realm: host, distrust }, again }
                }
                error => Failure { error, again },
            }
        })?;
        Ok(Answer::new(response, url.clone(), true, self.credential.is_some(), self.wire))
    }
}

pub(super) fn untrusted(asked: &Asked, realm: &Url, distrust: Distrust) -> RegistryError {
    let realm = realm.host_str().unwrap_or_default().to_owned();
    RegistryError::UntrustedRealm { asked: asked.clone(), realm, distrust }
}

/// The header of a Basic credential.
pub(super) fn basic(username: &str, password: &str) -> HeaderValue {
    let text = format!("Basic {}", STANDARD.encode(format!("{username}:{password}")));
    sensitive(&text).unwrap_or_else(|| HeaderValue::from_static("Basic"))
}

/// The header of a token, unless it holds characters no header may hold.
pub(super) fn bearer(token: &str) -> Option<HeaderValue> {
    sensitive(&format!("Bearer {token}"))
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn query<'a>(realm: &'a Realm, scopes: &'a [String]) -> impl Iterator<Item = (&'static str, &'a str)> {
    let service = realm.service.as_deref().map(|service| ("service", service));
    service.into_iter().chain(scopes.iter().map(|scope| ("scope", scope.as_str())))
}

fn form(realm: &Realm, scopes: &[String], refresh_token: &str) -> Bytes {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token");
    form.append_pair("service", realm.service.as_deref().unwrap_or_default());
    form.append_pair("client_id", "policy");
    form.append_pair("scope", &scopes.join(" "));
    form.append_pair("refresh_token", refresh_token);
    form.finish().into()
}

fn life(expires_in: Option<f64>) -> Duration {
    let seconds = match expires_in {
        Some(seconds) if seconds.is_finite() => (seconds.max(0.0) as u64).min(LONGEST_LIFE),
        _ => DEFAULT_LIFE,
    };
    // A short life is not spent on the margin alone.
    let whole = Duration::from_secs(seconds);
    whole - MARGIN.min(whole / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_used_for_as_long_as_its_server_says() {
        let table = [
            (None, 55),
            (Some(300.0), 295),
            (Some(2.0), 1),
            (Some(0.0), 0),
            (Some(-5.0), 0),
            (Some(1e18), LONGEST_LIFE - 5),
            (Some(f64::NAN), 55),
        ];
        for (expires_in, wanted) in table {
            assert_eq!(life(expires_in), Duration::from_secs(wanted), "{expires_in:?}");
        }
    }

    #[test]
    fn both_names_of_a_token_are_read() {
        let token = |text: &str| serde_json::from_str::<Grant>(text).map(|grant| grant.token.token().to_owned()).ok();
        assert_eq!(token(r#"{"token":"a","expires_in":300,"issued_at":"x"}"#).as_deref(), Some("a"));
        assert_eq!(token(r#"{"access_token":"b"}"#).as_deref(), Some("b"));
        assert_eq!(token(r#"{"token":null,"access_token":"c","refresh_token":"d"}"#).as_deref(), Some("c"));
        assert_eq!(token("{}"), None);
    }
}
