//! Manifests and indexes, as the bytes they were born with.

use super::answer::{Answer, malformed};
use super::retry::{Again, Failure};
use super::scope::Scope;
use super::transport::Call;
use super::wire::Payload;
use super::{Asked, Client, Missing, RegistryError};
use crate::oci::{Descriptor, Digest, MANIFEST_LIMIT, Reference, Target, media_types};
use bytes::Bytes;
use oci_client::manifest::OciManifest;
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, StatusCode};

/// A manifest or index from a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The document, at most [`MANIFEST_LIMIT`] bytes.
    pub bytes: Vec<u8>,
    /// What it is: the registry's word, or where it has none to say, the document's.
    pub media_type: String,
    /// What the bytes hash to.
    pub digest: Digest,
}

impl Client {
    pub(super) async fn describe_manifest(&self, reference: &Reference) -> Result<Option<Descriptor>, RegistryError> {
        let (asked, scope) =
            (self.asked(format!("look for manifest {}", reference.path_and_target())), Scope::pull(reference.path()));
        if let Some(found) = self.manifest_head(reference, &scope, &asked).await? {
            return Ok(found);
        }
        match self.fetch_manifest(reference).await {
            Ok(Fetched { bytes, media_type, digest }) => {
                Ok(Some(Descriptor::new(&media_type, digest, bytes.len() as u64)))
            }
            Err(RegistryError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What a HEAD says: `Some(None)` there is no manifest, `None` the answer is not enough to tell.
    async fn manifest_head(
        &self,
        reference: &Reference,
        scope: &Scope,
        asked: &Asked,
    ) -> Result<Option<Option<Descriptor>>, RegistryError> {
        let mut call = Call::new(Method::HEAD, path(reference), scope, asked, Missing::Manifest);
        call.headers.insert(ACCEPT, accepted());
        let answer = self.transport.send(&call).await?;
        match answer.status.as_u16() {
            200 => {}
            404 => return Ok(Some(None)),
            405 | 400 | 501 => return Ok(None),
            _ => return Err(answer.refusal(asked, Missing::Manifest).await.error),
        }
        let said = answer.said_digest();
        let digest = match (reference.target(), said) {
            (Target::Digest(wanted), Some(got)) if got.algorithm() == wanted.algorithm() && got != *wanted => {
                return Err(RegistryError::DigestMismatch { asked: asked.clone(), wanted: wanted.clone(), got });
            }
            (Target::Digest(wanted), _) => Some(wanted.clone()),
            (Target::Tag(_), said) => said,
        };
        let size = answer.header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok()).filter(|size| *size > 0);
        Ok(match (digest, size, sent_type(&answer)) {
            (Some(digest), Some(size), Some(media_type)) => Some(Some(Descriptor::new(&media_type, digest, size))),
            _ => None,
        })
    }

    pub(super) async fn fetch_manifest(&self, reference: &Reference) -> Result<Fetched, RegistryError> {
        let (asked, scope) =
            (self.asked(format!("get manifest {}", reference.path_and_target())), Scope::pull(reference.path()));
        let mut call = Call::new(Method::GET, path(reference), &scope, &asked, Missing::Manifest);
        call.headers.insert(ACCEPT, accepted());
        let mut tries = self.transport.tries();
        loop {
            let failure = match self.transport.exchange(&call).await {
                Ok(answer) => match read(answer, reference, &asked).await {
                    Ok(fetched) => return Ok(fetched),
                    Err(failure) => failure,
                },
                Err(failure) => failure,
            };
            tries.again(failure).await?;
        }
    }

    pub(super) async fn store_manifest(
        &self,
        reference: &Reference,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<Digest, RegistryError> {
        let (asked, scope) =
            (self.asked(format!("put manifest {}", reference.path_and_target())), Scope::push(reference.path()));
        let digest = digest_for(reference, bytes, &asked)?;
        let media_type = HeaderValue::from_str(media_type).map_err(|_| malformed(&asked, "its media type is none"))?;
        let mut call = Call::new(Method::PUT, path(reference), &scope, &asked, Missing::Repository);
        call.headers.insert(CONTENT_TYPE, media_type);
        call.payload = Payload::Bytes(Bytes::copy_from_slice(bytes));
        let mut tries = self.transport.tries();
        loop {
            let failure = match self.transport.exchange(&call).await {
                Ok(answer) if answer.status == StatusCode::CREATED => {
                    agree(&answer, bytes, &asked)?;
                    answer.discard().await;
                    return Ok(digest);
                }
                Ok(answer) if answer.status.is_success() => {
                    let what = format!("the registry answered {} without taking the manifest", answer.status.as_u16());
                    Failure { error: malformed(&asked, what), again: Again::Soon }
                }
                Ok(answer) => return Err(manifest_refusal(answer, &asked).await),
                Err(failure) => failure,
            };
            // It may be stored all the same: the answer got lost, or was not the one to give.
            if failure.again != Again::Never && !matches!(failure.error, RegistryError::RateLimited { .. }) {
                let found = self.manifest_head(reference, &scope, &asked).await;
                if let Ok(Some(Some(found))) = found
                    && found.digest.matches(bytes)
                {
                    return Ok(digest);
                }
            }
            tries.again(failure).await?;
        }
    }
}

/// The body of a manifest's answer, checked against all that is known of it.
async fn read(mut answer: Answer, reference: &Reference, asked: &Asked) -> Result<Fetched, Failure> {
    if answer.status != StatusCode::OK {
        return Err(answer.refusal(asked, Missing::Manifest).await);
    }
    answer.check_encoding(asked)?;
    let bytes = answer.read(MANIFEST_LIMIT, asked).await?;
    let digest = digest_for(reference, &bytes, asked)?;
    agree(&answer, &bytes, asked)?;
    let media_type = sent_type(&answer).unwrap_or_else(|| own_type(&bytes));
    Ok(Fetched { bytes, media_type, digest })
}

/// The digest of bytes that stand, or are to stand, under a reference.
fn digest_for(reference: &Reference, bytes: &[u8], asked: &Asked) -> Result<Digest, RegistryError> {
    match reference.target() {
        Target::Tag(_) => Ok(Digest::of(bytes)),
        Target::Digest(wanted) => same(wanted, bytes, asked).map(|()| wanted.clone()),
    }
}

/// Whether the registry's own idea of the digest, if it has one, is that of the bytes.
fn agree(answer: &Answer, bytes: &[u8], asked: &Asked) -> Result<(), RegistryError> {
    answer.said_digest().map_or(Ok(()), |said| same(&said, bytes, asked))
}

fn same(wanted: &Digest, bytes: &[u8], asked: &Asked) -> Result<(), RegistryError> {
    let mut hasher = wanted.hasher();
    hasher.update(bytes);
    let got = hasher.finish();
    if got == *wanted {
        Ok(())
    } else {
        Err(RegistryError::DigestMismatch { asked: asked.clone(), wanted: wanted.clone(), got })
    }
}

async fn manifest_refusal(answer: Answer, asked: &Asked) -> RegistryError {
    match answer.refusal(asked, Missing::Repository).await.error {
        RegistryError::NotFound { asked, said, .. } | RegistryError::Refused { asked, said, .. }
            if matches!(said.code.as_str(), "MANIFEST_BLOB_UNKNOWN" | "BLOB_UNKNOWN") =>
        {
            RegistryError::ManifestBlobUnknown { asked, said }
        }
        other => other,
    }
}

/// The type the registry sent, unless it is one that says nothing.
fn sent_type(answer: &Answer) -> Option<String> {
    let sent = answer.header(CONTENT_TYPE)?.split(';').next()?.trim().to_ascii_lowercase();
    let meaningless = ["", "application/json", "application/octet-stream", "text/plain", "binary/octet-stream"];
    (!meaningless.contains(&sent.as_str())).then_some(sent)
}

/// What a document is by its own account, or by its shape.
fn own_type(bytes: &[u8]) -> String {
    match serde_json::from_slice::<OciManifest>(bytes) {
        Ok(OciManifest::ImageIndex(index)) => index.media_type.unwrap_or_else(|| media_types::INDEX.to_owned()),
        Ok(document) => document.content_type().to_owned(),
        Err(_) => media_types::MANIFEST.to_owned(),
    }
}

fn accepted() -> HeaderValue {
    HeaderValue::from_str(&media_types::ACCEPTED_MANIFESTS.join(", "))
        .unwrap_or_else(|_| HeaderValue::from_static("*/*"))
}

fn path(reference: &Reference) -> String {
    format!("/v2/{}/manifests/{}", reference.path(), reference.target_text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::scripted::{Reply, Scripted, quick};
    use crate::registry::{Credential, Distribution, Fault, Settings};
    use std::time::Duration;

    type Script = fn(usize) -> Reply;

    const DOCUMENT: &[u8] = br#"{"schemaVersion":2,"config":{"mediaType":"a","digest":"b","size":1},"layers":[]}"#;
    const OCI: (&str, &str) = ("content-type", media_types::MANIFEST);

    async fn get(
        script: impl Fn(usize) -> Reply + Send + Sync + 'static,
        target: &str,
    ) -> Result<Fetched, RegistryError> {
        let server = serving(script).await;
        server.client(Credential::Anonymous).get_manifest(&server.reference(target)).await
    }

    async fn serving(script: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Scripted {
        Scripted::start(move |seen, before| if seen.target == "/v2/" { Reply::status(200) } else { script(before) })
            .await
    }

    #[tokio::test]
    async fn a_manifest_comes_with_its_bytes_type_and_digest() {
        let server = serving(|_| {
            Reply::full(200, &[("content-type", "Application/vnd.oci.image.manifest.v1+json; x=y")], DOCUMENT)
        })
        .await;
        let fetched = server.client(Credential::Anonymous).get_manifest(&server.reference("acme/x:1")).await.unwrap();
        assert_eq!(
            fetched,
            Fetched {
                bytes: DOCUMENT.to_vec(),
                media_type: media_types::MANIFEST.to_owned(),
                digest: Digest::of(DOCUMENT)
            }
        );
        let seen = server.seen();
        assert_eq!(seen[0].line(), "GET /v2/acme/x/manifests/1");
        assert_eq!(seen[0].header("accept-encoding"), Some("identity"));
        assert!(seen[0].header("accept").unwrap().contains(media_types::INDEX));
        assert!(seen[0].header("user-agent").unwrap().starts_with("policy/"));
    }

    #[tokio::test]
    async fn a_type_the_registry_does_not_tell_is_the_documents_own() {
        let index = br#"{"schemaVersion":2,"manifests":[]}"#;
        let table: [(&[u8], &str); 3] = [
            (DOCUMENT, media_types::MANIFEST),
            (index, media_types::INDEX),
            (br#"{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"a","digest":"b","size":1},"layers":[]}"#, media_types::DOCKER_MANIFEST),
        ];
        for (document, wanted) in table {
            let fetched =
                get(move |_| Reply::full(200, &[("content-type", "application/json")], document), "a:1").await.unwrap();
            assert_eq!(fetched.media_type, wanted);
        }
    }

    #[tokio::test]
    async fn bytes_that_are_not_those_of_the_digest_are_refused() {
        let other = Digest::of(b"other");
        let by_digest = get(|_| Reply::full(200, &[OCI], DOCUMENT), &format!("a@{other}")).await.unwrap_err();
        assert!(
            matches!(by_digest, RegistryError::DigestMismatch { wanted, got, .. } if wanted == other && got == Digest::of(DOCUMENT))
        );
        let header = other.to_string();
        let by_header =
            get(move |_| Reply::full(200, &[OCI, ("docker-content-digest", &header)], DOCUMENT), "a:1").await;
        assert!(matches!(by_header.unwrap_err(), RegistryError::DigestMismatch { .. }));
        let garbage = get(|_| Reply::full(200, &[OCI, ("docker-content-digest", "../x")], DOCUMENT), "a:1").await;
        assert!(garbage.is_ok());
    }

    #[tokio::test]
    async fn odd_answers_are_errors_that_say_what_is_odd() {
        let huge = vec![b' '; usize::try_from(MANIFEST_LIMIT).unwrap() + 1];
        let error = get(move |_| Reply::full(200, &[OCI], &huge), "a:1").await.unwrap_err();
        assert!(matches!(error, RegistryError::TooLarge { limit: MANIFEST_LIMIT, .. }), "{error}");
        let table: [(Script, &str); 12] = [
            (|_| Reply::full(200, &[("content-encoding", "gzip")], DOCUMENT), "compressed"),
            (
                |_| Reply::json(404, &[], "MANIFEST_UNKNOWN", "manifest unknown"),
                "manifest not found (MANIFEST_UNKNOWN: manifest unknown)",
            ),
            (
                |_| Reply::json(404, &[], "NAME_UNKNOWN", "no such name"),
                "repository not found (NAME_UNKNOWN: no such name)",
            ),
            (|_| Reply::json(403, &[], "DENIED", "no"), "403 Forbidden (DENIED: no)"),
            (|_| Reply::json(405, &[], "UNSUPPORTED", "no"), "405 Method Not Allowed (UNSUPPORTED: no)"),
            (|_| Reply::status(204), "unexpected status 204"),
            (|_| Reply::raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "not HTTP"),
            (|_| Reply::raw(b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nxxxxx"), "not HTTP"),
            (|_| Reply::raw(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nxxxxx"), "not HTTP"),
            (|_| Reply::full(200, &[("x", &"y".repeat(10 << 20))], DOCUMENT), "larger than is taken"),
            (
                |_| Reply::raw(["HTTP/1.1 200 OK\r\n", &"x: y\r\n".repeat(10_000), "\r\n"].concat().as_bytes()),
                "larger than is taken",
            ),
            (|_| Reply::full(418, &[], b"<html><title>teapot</title>"), "418 I'm a teapot (teapot)"),
        ];
        for (script, wanted) in table {
            let error = get(script, "a:1").await.unwrap_err().to_string();
            assert!(error.contains("cannot get manifest a:1: ") && error.contains(wanted), "{error}");
        }
    }

    #[tokio::test]
    async fn what_may_pass_is_tried_five_times_and_no_more() {
        let table: [(Script, &str); 5] = [
            (
                |_| Reply::json(503, &[("retry-after", "0")], "UNAVAILABLE", "later"),
                "503 Service Unavailable (UNAVAILABLE: later)",
            ),
            (
                |_| Reply::json(429, &[("retry-after", "soon")], "TOOMANYREQUESTS", "slow down"),
                "429 Too Many Requests (TOOMANYREQUESTS: slow down)",
            ),
            (|_| Reply::status(500), "500 Internal Server Error"),
            (|_| Reply::hang_up(), "the connection was closed before the answer was complete"),
            (
                |_| Reply::cut(200, &[OCI], Some(500), DOCUMENT),
                "the connection was closed before the answer was complete",
            ),
        ];
        for (script, wanted) in table {
            let server = serving(script).await;
            let got = server
                .client(Credential::Anonymous)
                .get_manifest(&server.reference("a:1"))
                .await
                .unwrap_err()
                .to_string();
            assert!(got.contains(wanted), "{got}");
            assert_eq!(server.seen().len(), 5, "{wanted}");
        }
        let fetched =
            get(|before| if before < 4 { Reply::status(502) } else { Reply::full(200, &[OCI], DOCUMENT) }, "a:1").await;
        assert_eq!(fetched.unwrap().bytes, DOCUMENT);
    }

    #[tokio::test]
    async fn a_wait_of_more_than_a_minute_is_not_waited_for() {
        let server = serving(|_| Reply::full(429, &[("retry-after", "3600")], b"")).await;
        let error = server.client(Credential::Anonymous).get_manifest(&server.reference("a:1")).await.unwrap_err();
        assert!(error.to_string().ends_with("429 Too Many Requests; it asks to wait 3600 s"), "{error}");
        assert_eq!(server.seen().len(), 1);
    }

    #[tokio::test]
    async fn a_registry_that_falls_silent_or_trickles_is_asked_twice() {
        fn trickle() -> Reply {
            let bytes = [b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n".as_slice(), &[b' '; 5000]].concat();
            Reply::Trickle(bytes, Duration::from_millis(3))
        }
        for script in [(|_| Reply::Silence) as Script, |_| trickle()] {
            let server = serving(script).await;
            let impatient = Settings { idle_timeout: Duration::from_millis(300), ..quick() };
            let client = server.client_with(Credential::Anonymous, &impatient);
            let error = client.get_manifest(&server.reference("a:1")).await.unwrap_err();
            assert!(matches!(error, RegistryError::Unreachable { fault: Fault::Stalled, .. }), "{error}");
            assert_eq!(server.seen().len(), 2);
        }
    }

    #[tokio::test]
    async fn a_head_describes_a_manifest() {
        let digest = Digest::of(DOCUMENT).to_string();
        let length = DOCUMENT.len() as u64;
        let said = digest.clone();
        let server = serving(move |_| Reply::Bytes {
            bytes: format!("HTTP/1.1 200 OK\r\ncontent-type: {}\r\ndocker-content-digest: {said}\r\ncontent-length: {length}\r\n\r\n", media_types::MANIFEST).into_bytes(),
            close: false,
        }).await;
        let client = server.client(Credential::Anonymous);
        let found = client.head_manifest(&server.reference("a:1")).await.unwrap().unwrap();
        assert_eq!(found, Descriptor::new(media_types::MANIFEST, digest.parse().unwrap(), length));
        let other = Digest::of(b"other");
        let error = client.head_manifest(&server.reference(&format!("a@{other}"))).await.unwrap_err();
        assert!(matches!(error, RegistryError::DigestMismatch { .. }));
    }

    #[tokio::test]
    async fn a_head_that_says_too_little_is_made_up_for_by_a_get() {
        for status in [200, 405] {
            let server = Scripted::start(move |seen, _| match seen.method.as_str() {
                "HEAD" => Reply::status(status),
                _ => Reply::full(200, &[OCI], DOCUMENT),
            })
            .await;
            let found =
                server.client(Credential::Anonymous).head_manifest(&server.reference("a:1")).await.unwrap().unwrap();
            assert_eq!((found.digest, found.size), (Digest::of(DOCUMENT), DOCUMENT.len() as u64));
        }
        let server = serving(|_| Reply::status(404)).await;
        assert_eq!(server.client(Credential::Anonymous).head_manifest(&server.reference("a:1")).await.unwrap(), None);
    }

    async fn put(
        script: impl Fn(&str, usize) -> Reply + Send + Sync + 'static,
    ) -> (Result<Digest, RegistryError>, Vec<String>) {
        let server = Scripted::start(move |seen, before| match seen.target.as_str() {
            "/v2/" => Reply::status(200),
            _ => script(&seen.method, before),
        })
        .await;
        let stored = server
            .client(Credential::Anonymous)
            .put_manifest(&server.reference("a:1"), media_types::MANIFEST, DOCUMENT)
            .await;
        let sent = server.seen();
        assert!(sent.iter().filter(|seen| seen.method == "PUT").all(|seen| seen.body == DOCUMENT));
        (stored, server.lines())
    }

    fn stored() -> Reply {
        let digest = Digest::of(DOCUMENT).to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {}\r\ndocker-content-digest: {digest}\r\ncontent-length: {}\r\n\r\n",
            media_types::MANIFEST,
            DOCUMENT.len()
        );
        Reply::Bytes { bytes: head.into_bytes(), close: false }
    }

    #[tokio::test]
    async fn a_manifest_is_stored_when_the_registry_says_created() {
        let (digest, lines) = put(|_, _| Reply::status(201)).await;
        assert_eq!(digest.unwrap(), Digest::of(DOCUMENT));
        assert_eq!(lines, ["PUT /v2/a/manifests/1"]);
    }

    #[tokio::test]
    async fn after_a_lost_answer_the_registry_is_asked_whether_it_has_the_manifest() {
        for lost in [(|| Reply::hang_up()) as fn() -> Reply, || Reply::status(500), || Reply::status(202)] {
            let (digest, lines) = put(move |method, _| if method == "PUT" { lost() } else { stored() }).await;
            assert_eq!(digest.unwrap(), Digest::of(DOCUMENT));
            assert_eq!(lines, ["PUT /v2/a/manifests/1", "HEAD /v2/a/manifests/1"]);
        }
    }

    #[tokio::test]
    async fn no_success_is_reported_that_the_registry_does_not_confirm() {
        let (error, lines) = put(|method, _| Reply::status(if method == "PUT" { 202 } else { 404 })).await;
        assert!(error.unwrap_err().to_string().contains("answered 202 without taking the manifest"));
        assert_eq!(lines.iter().filter(|line| line.starts_with("PUT")).count(), 5);
        let other = Digest::of(b"other").to_string();
        let (error, _) = put(move |_, _| Reply::full(201, &[("docker-content-digest", &other)], b"")).await;
        assert!(matches!(error, Err(RegistryError::DigestMismatch { .. })));
    }

    #[tokio::test]
    async fn a_blob_the_registry_misses_is_an_error_of_its_own() {
        for status in [400, 404] {
            let (error, _) = put(move |_, _| Reply::json(status, &[], "MANIFEST_BLOB_UNKNOWN", "blob unknown")).await;
            assert!(matches!(error, Err(RegistryError::ManifestBlobUnknown { .. })), "{status}");
        }
        let (error, _) = put(move |_, _| Reply::json(404, &[], "NAME_UNKNOWN", "no such repository")).await;
        assert!(matches!(error, Err(RegistryError::NotFound { missing: Missing::Repository, .. })));
    }

    #[tokio::test]
    async fn a_manifest_is_not_stored_under_the_digest_of_another() {
        let server = serving(|_| Reply::status(201)).await;
        let reference = server.reference(&format!("a@{}", Digest::of(b"other")));
        let error =
            server.client(Credential::Anonymous).put_manifest(&reference, media_types::MANIFEST, DOCUMENT).await;
        assert!(matches!(error, Err(RegistryError::DigestMismatch { .. })));
        assert!(server.seen().is_empty());
    }
}
