//! One upload in a registry: how it is opened, how far it is, and how it is given up.

use super::answer::{Answer, malformed};
use super::redirect;
use super::retry::{Again, Failure};
use super::scope::Scope;
use super::transport::{Call, Target, untrusted};
use super::upload_content::Content;
use super::wire::Payload;
use super::{Asked, Client, Missing, RegistryError};
use crate::oci::{Descriptor, Reference};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RANGE};
use reqwest::{Method, StatusCode};
use std::time::Duration;
use url::Url;

/// The smallest chunk a registry takes, in bytes.
const MIN_LENGTH: HeaderName = HeaderName::from_static("oci-chunk-min-length");

/// How long a registry may take to say how far an upload is, or to forget it.
const PATIENCE: Duration = Duration::from_secs(5);

/// One blob to be sent to one repository.
pub(super) struct Upload<'a> {
    pub(super) client: &'a Client,
    pub(super) repository: &'a Reference,
    pub(super) descriptor: &'a Descriptor,
    pub(super) content: Content,
    pub(super) scope: Scope,
    pub(super) asked: Asked,
}

/// An upload the registry has opened.
pub(super) struct Session {
    /// Where it goes on, as the registry's latest `Location` says; judged.
    pub(super) place: Url,
    /// How many bytes from the start the registry has for certain.
    pub(super) kept: u64,
    /// The smallest chunk the registry takes, if it says.
    pub(super) min_chunk: Option<u64>,
}

/// What has become of an upload after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The registry has part of the blob, and takes the rest.
    Kept,
    /// The registry has nothing, or does not say how much.
    Unknown,
    /// The registry knows nothing of it any more, or does not answer: some wait for the request that broke off.
    Gone,
}

impl Upload<'_> {
    /// Opens an upload; `None` when the registry says only now that it has the blob.
    pub(super) async fn open(&self) -> Result<Option<Session>, Failure> {
        let path = format!("/v2/{}/blobs/uploads/", self.repository.path());
        let call = Call::new(Method::POST, path, &self.scope, &self.asked, Missing::Repository);
        let answer = self.client.transport.exchange(&call).await?;
        match answer.status {
            StatusCode::CREATED => Ok(None),
            StatusCode::ACCEPTED => {
                let place = self.place(&answer)?;
                let min_chunk = answer.header(MIN_LENGTH).and_then(|length| length.trim().parse().ok());
                answer.discard().await;
                Ok(Some(Session { place, kept: 0, min_chunk }))
            }
            _ => Err(answer.refusal(&self.asked, Missing::Repository).await),
        }
    }

    /// A request to the upload, with the type of what is sent.
    pub(super) async fn send(
        &self,
        method: Method,
        place: Url,
        mut headers: HeaderMap,
        payload: Payload,
    ) -> Result<Answer, Failure> {
        let mut call = Call::new(method, String::new(), &self.scope, &self.asked, Missing::Blob);
        call.target = Target::Place(place);
        if !matches!(payload, Payload::Empty) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        }
        (call.headers, call.payload) = (headers, payload);
        self.client.transport.exchange(&call).await
    }

    /// Ends an upload, with all of the content in `payload` or with nothing where the registry has it. Done when the
    /// registry confirms that it has the blob.
    pub(super) async fn close(&self, session: &Session, payload: Payload) -> Result<(), Failure> {
        let wanted = &self.descriptor.digest;
        let mut place = session.place.clone();
        place.query_pairs_mut().append_pair("digest", wanted.as_str());
        let answer = self.send(Method::PUT, place, HeaderMap::new(), payload).await?;
        match answer.status {
            StatusCode::CREATED => {
                let said = answer.said_digest();
                answer.discard().await;
                match said.filter(|said| said.algorithm() == wanted.algorithm() && said != wanted) {
                    None => Ok(()),
                    Some(got) => {
                        let (asked, wanted) = (self.asked.clone(), wanted.clone());
                        Err(RegistryError::DigestMismatch { asked, wanted, got }.into())
                    }
                }
            }
            status if status.is_success() => {
                answer.discard().await;
                if self.is_there().await? {
                    return Ok(());
                }
                let what = format!("the registry answered {} without taking the blob", status.as_u16());
                Err(Failure { error: malformed(&self.asked, what), again: Again::Soon })
            }
            _ => Err(self.refusal(answer).await),
        }
    }

    /// What a refusal means. An upload that is gone, as it is after a restart of the registry, may be opened anew.
    pub(super) async fn refusal(&self, answer: Answer) -> Failure {
        let failure = answer.refusal(&self.asked, Missing::Repository).await;
        match &failure.error {
            RegistryError::NotFound { .. } => Failure { again: Again::Soon, ..failure },
            _ => failure,
        }
    }

    /// Asks how far an upload is, and takes note of it.
    pub(super) async fn ask(&self, session: &mut Session) -> Standing {
        let asking = self.send(Method::GET, session.place.clone(), HeaderMap::new(), Payload::Empty);
        let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, asking).await else { return Standing::Gone };
        if !answer.status.is_success() {
            answer.discard().await;
            return Standing::Gone;
        }
        let place = if answer.header(LOCATION).is_some() { self.place(&answer) } else { Ok(session.place.clone()) };
        let kept = kept(&answer).filter(|kept| (1..=self.descriptor.size).contains(kept));
        answer.discard().await;
        let (Ok(place), Some(kept)) = (place, kept) else { return Standing::Unknown };
        log::info!("{}: the registry has {kept} bytes of blob {}", self.client.registry(), self.descriptor.digest);
        (session.place, session.kept) = (place, kept);
        Standing::Kept
    }

    /// Tells the registry to forget an upload. One that stays open costs it little, and it will clean up after itself.
    pub(super) async fn give_up(&self, session: Session) {
        if self.client.transport.home().owns(&session.place) {
            let telling = self.send(Method::DELETE, session.place, HeaderMap::new(), Payload::Empty);
            if let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, telling).await {
                answer.discard().await;
            }
        }
    }

    /// Whether the repository says it has the blob.
    pub(super) async fn is_there(&self) -> Result<bool, RegistryError> {
        self.client.blob_head(self.repository, &self.descriptor.digest, &self.scope, &self.asked).await
    }

    /// Where an upload goes on: the `Location` of the last answer, judged.
    pub(super) fn place(&self, answer: &Answer) -> Result<Url, RegistryError> {
        let place = redirect::location(answer, &self.asked)?;
        let home = self.client.transport.home();
        home.may_lead(&answer.url, &place).map_err(|distrust| untrusted(&self.asked, &place, distrust))?;
        Ok(place)
    }
}

/// How many bytes from the start an answer says the registry has: its `Range: 0-LAST` counted. `0-0` is the custom for
/// none at all.
pub(super) fn kept(answer: &Answer) -> Option<u64> {
    let range = answer.header(RANGE)?.trim();
    let last: u64 = range.strip_prefix("bytes=").unwrap_or(range).strip_prefix("0-")?.parse().ok()?;
    Some(if last == 0 { 0 } else { last.saturating_add(1) })
}
