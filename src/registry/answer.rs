//! A registry's answer, and what its refusals mean.

use super::pieces::Pieces;
use super::retry::{Again, Failure, retry_after};
use super::secrets::Secrets;
use super::wire::{Wire, unreachable};
use super::{Asked, Missing, RegistryError, Said};
use crate::oci::Digest;
use oci_client::errors::{OciEnvelope, OciErrorCode};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderName, RANGE};
use std::sync::Arc;
use std::time::SystemTime;
use url::Url;

/// The most of a refusal that is read, in bytes.
pub(super) const REFUSAL_LIMIT: u64 = 64 << 10;

const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// The most of a registry's words that is kept, in characters.
const WORDS_LIMIT: usize = 400;

/// An answer whose status is in and whose body is still to be read.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// Where it came from, after redirects.
    pub(super) url: Url,
    /// Whether it came from the registry itself, not from where that led to.
    pub(super) own: bool,
    /// Whether the user's credential had a part in the request.
    pub(super) sent: bool,
    pub(super) body: Pieces,
    secrets: Arc<Secrets>,
}

impl Answer {
    pub(super) fn new(response: reqwest::Response, url: Url, own: bool, sent: bool, wire: &Wire) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let (body, secrets) = (Pieces::new(response, wire.idle()), Arc::clone(wire.secrets()));
        Self { status, headers, url, own, sent, body, secrets }
    }

    /// A header as text, where it is there and is text.
    pub(super) fn header(&self, name: impl Into<HeaderName>) -> Option<&str> {
        self.headers.get(name.into()).and_then(|value| value.to_str().ok())
    }

    /// The registry's own idea of the content's digest: a hint, which must not contradict the bytes.
    pub(super) fn said_digest(&self) -> Option<Digest> {
        self.header(CONTENT_DIGEST)?.parse().ok()
    }

    /// Refuses a body that is compressed although nothing but the plain bytes was asked for.
    pub(super) fn check_encoding(&self, asked: &Asked) -> Result<(), RegistryError> {
        match self.header(CONTENT_ENCODING) {
            None | Some("" | "identity") => Ok(()),
            Some(_) => Err(malformed(asked, "the answer is compressed, which was not asked for")),
        }
    }

    /// Reads the whole body. A failure on the way may pass.
    pub(super) async fn read(&mut self, limit: u64, asked: &Asked) -> Result<Vec<u8>, Failure> {
        match self.body.all(limit).await {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(RegistryError::TooLarge { asked: asked.clone(), limit }.into()),
            Err(broken) => Err(unreachable(asked, broken)),
        }
    }

    /// Reads what is left of a short answer nobody needs, so that its connection can be used again.
    pub(super) async fn discard(mut self) {
        let _ = self.body.all(REFUSAL_LIMIT).await;
    }

    /// What this answer means, given that it is not the one hoped for.
    pub(super) async fn refusal(mut self, asked: &Asked, missing: Missing) -> Failure {
        let status = self.status.as_u16();
        let wait = retry_after(&self.headers, SystemTime::now());
        let passing = match wait {
            Some(wait) => Again::After(wait),
            None => Again::Soon,
        };
        let said = words(&self.body.all(REFUSAL_LIMIT).await.ok().flatten().unwrap_or_default(), &self.secrets);
        let (asked, sent) = (asked.clone(), self.sent);
        let (error, again) = match status {
            429 => (RegistryError::RateLimited { asked, wait, said }, passing),
            408 => (RegistryError::Refused { asked, status, said }, passing),
            500 | 502 | 503 | 504 => (RegistryError::ServerError { asked, status, wait, said }, passing),
            400..500 if !self.own && status != 404 => {
                let host = self.secrets.hide(self.url.host_str().unwrap_or_default());
                (RegistryError::StorageRefused { asked, host, status }, Again::Never)
            }
            401 => (RegistryError::Unauthorized { asked, sent, said }, Again::Never),
            403 => (RegistryError::Forbidden { asked, sent, said }, Again::Never),
            404 => {
                let missing = if said.code == "NAME_UNKNOWN" { Missing::Repository } else { missing };
                (RegistryError::NotFound { asked, missing, said }, Again::Never)
            }
            400..500 => (RegistryError::Refused { asked, status, said }, Again::Never),
            500.. => (RegistryError::ServerError { asked, status, wait, said }, Again::Never),
            _ => {
                (malformed(&asked, format!("the registry answered with the unexpected status {status}")), Again::Never)
            }
        };
        Failure { error, again }
    }
}

/// Whether a status says that the same request may do better later.
pub(super) fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

pub(super) fn malformed(asked: &Asked, what: impl Into<String>) -> RegistryError {
    RegistryError::Malformed { asked: asked.clone(), what: what.into() }
}

/// The header that asks for the rest of a blob.
pub(super) fn range_from(start: u64) -> (HeaderName, String) {
    (RANGE, format!("bytes={start}-"))
}

/// What a refusal's body says: the first error of the OCI envelope, the usual fields of other JSON, the title of a web
/// page, or the first line of a text. Secrets are taken out before anything is cut off, lest a part of one stay.
fn words(body: &[u8], secrets: &Secrets) -> Said {
    let bounded = |text: &str| bounded(&secrets.hide(text));
    if let Ok(envelope) = serde_json::from_slice::<OciEnvelope>(body)
        && let Some(first) = envelope.errors.into_iter().next()
    {
        let message = match (first.message.is_empty(), first.detail) {
            (true, serde_json::Value::String(detail)) => detail,
            _ => first.message,
        };
        return Said { code: bounded(&code_of(&first.code)), message: bounded(&message) };
    }
    if let Ok(document) = serde_json::from_slice::<serde_json::Value>(body) {
        let text = |name: &str| document.get(name).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
        let message = ["error_description", "message", "details", "detail", "error"].into_iter().find_map(text);
        return Said { code: String::new(), message: bounded(message.or(document.as_str()).unwrap_or_default()) };
    }
    let text = String::from_utf8_lossy(body);
    let message = if text.trim_start().starts_with('<') { title(&text) } else { text.trim().lines().next() };
    Said { code: String::new(), message: bounded(message.unwrap_or_default()) }
}

/// The code as the registry wrote it.
fn code_of(code: &OciErrorCode) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

fn title(page: &str) -> Option<&str> {
    let start = page.find("<title>")? + "<title>".len();
    let rest = page.get(start..)?;
    rest.get(..rest.find('<')?)
}

fn bounded(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(WORDS_LIMIT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_registrys_words() {
        let said = |body: &str| words(body.as_bytes(), &Secrets::default()).to_string();
        assert_eq!(
            said(
                r#"{"errors":[{"code":"DENIED","message":"requested access to the resource is denied","detail":null}]}"#
            ),
            " (DENIED: requested access to the resource is denied)"
        );
        assert_eq!(said(r#"{"errors":[{"code":"ARTIFACT_LOCKED"}]}"#), " (ARTIFACT_LOCKED)");
        assert_eq!(said(r#"{"errors":[{"code":"TOOMANYREQUESTS","detail":"slow"}]}"#), " (TOOMANYREQUESTS: slow)");
        assert_eq!(said(r#"{"details":"incorrect username or password"}"#), " (incorrect username or password)");
        assert_eq!(said(r#"{"error":"invalid_grant","error_description":"expired"}"#), " (expired)");
        assert_eq!(said("404 page not found\nmore"), " (404 page not found)");
        assert_eq!(
            said("<html><head><title>502 Bad Gateway</title></head><body>…</body></html>"),
            " (502 Bad Gateway)"
        );
        for silent in ["", "{}", "[]", "<html>", r#"{"errors":[]}"#] {
            assert_eq!(said(silent), "", "{silent}");
        }
    }

    #[test]
    fn words_are_bounded() {
        let said = words("ä".repeat(5000).as_bytes(), &Secrets::default());
        assert_eq!(said.message.chars().count(), WORDS_LIMIT + 1);
    }
}
