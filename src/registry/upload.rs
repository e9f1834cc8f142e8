//! Blobs to a registry, each in one piece (distribution-spec, "POST then PUT").

use super::answer::{Answer, malformed};
use super::buffers::Buffers;
use super::redirect;
use super::retry::{Again, Failure};
use super::scope::Scope;
use super::transport::{Call, Target, untrusted};
use super::wire::{Payload, Stream};
use super::{Asked, Client, Missing, Progress, RegistryError};
use crate::oci::{Descriptor, Reference};
use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, StatusCode};
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;
use url::Url;

/// How much is read and sent at once, in bytes.
const PIECE: usize = 1 << 20;

/// What is done about a blob that the registry says it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It is asked for first, and not sent if it is there.
    Skip,
    /// It is not asked for but sent, and no word that it is there counts: the registry has claimed so before, and then
    /// missed it.
    SendAgain,
}

/// How a blob came to be in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uploaded {
    /// It was there.
    Existed,
    /// It was sent.
    Sent,
}

/// Where the reading thread leaves its failure, for the sending side to find.
type Trouble = Arc<Mutex<Option<io::Error>>>;

impl Client {
    pub(super) async fn upload<R: Read + Send + 'static>(
        &self,
        repository: &Reference,
        descriptor: &Descriptor,
        existing: Existing,
        source: impl Fn() -> io::Result<R> + Send + Sync + 'static,
        progress: Progress,
    ) -> Result<Uploaded, RegistryError> {
        let asked = self.asked(format!("upload blob {} to {}", descriptor.digest, repository.path()));
        let scope = Scope::push(repository.path());
        if existing == Existing::Skip && self.blob_head(repository, &descriptor.digest, &scope, &asked).await? {
            return Ok(Uploaded::Existed);
        }
        let trouble = Trouble::default();
        let payload = Payload::Stream(stream(source, descriptor.size, progress, Arc::clone(&trouble)));
        let mut tries = self.transport.tries();
        loop {
            let failure = match self.send_whole(repository, descriptor, &payload, &scope, &asked).await {
                Ok(()) => return Ok(Uploaded::Sent),
                Err(failure) => failure,
            };
            if let Some(cause) = trouble.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return Err(RegistryError::Local { asked, cause });
            }
            let unknown = existing == Existing::Skip
                && failure.again != Again::Never
                && !matches!(failure.error, RegistryError::RateLimited { .. });
            tries.again(failure).await?;
            // The answer may have got lost on its way back.
            if unknown && self.blob_head(repository, &descriptor.digest, &scope, &asked).await? {
                return Ok(Uploaded::Sent);
            }
        }
    }

    /// Opens an upload, sends everything, and has it confirmed.
    async fn send_whole(
        &self,
        repository: &Reference,
        descriptor: &Descriptor,
        payload: &Payload,
        scope: &Scope,
        asked: &Asked,
    ) -> Result<(), Failure> {
        let start = format!("/v2/{}/blobs/uploads/", repository.path());
        let answer =
            self.transport.exchange(&Call::new(Method::POST, start, scope, asked, Missing::Repository)).await?;
        let place = match answer.status {
            // The registry has it, and says so only now.
            StatusCode::CREATED => return Ok(()),
            StatusCode::ACCEPTED => self.place(&answer, descriptor, asked)?,
            _ => return Err(answer.refusal(asked, Missing::Repository).await),
        };
        answer.discard().await;
        let mut call = Call::new(Method::PUT, String::new(), scope, asked, Missing::Blob);
        call.target = Target::Place(place);
        call.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        call.payload = payload.clone();
        let answer = self.transport.exchange(&call).await?;
        match answer.status {
            StatusCode::CREATED => {
                let (wanted, said) = (&descriptor.digest, answer.said_digest());
                answer.discard().await;
                match said.filter(|said| said.algorithm() == wanted.algorithm() && said != wanted) {
                    None => Ok(()),
                    Some(got) => {
                        let (asked, wanted) = (asked.clone(), wanted.clone());
                        Err(RegistryError::DigestMismatch { asked, wanted, got }.into())
                    }
                }
            }
            status if status.is_success() => {
                answer.discard().await;
                if self.blob_head(repository, &descriptor.digest, scope, asked).await? {
                    return Ok(());
                }
                let what = format!("the registry answered {} without taking the blob", status.as_u16());
                Err(Failure { error: malformed(asked, what), again: Again::Soon })
            }
            // The session is gone, as it is after a restart of the registry: a new one may do.
            StatusCode::NOT_FOUND => {
                let failure = answer.refusal(asked, Missing::Repository).await;
                Err(Failure { again: Again::Soon, ..failure })
            }
            _ => Err(answer.refusal(asked, Missing::Repository).await),
        }
    }

    /// Where the bytes are to go: the upload's `Location`, judged, with the digest in its query.
    fn place(&self, answer: &Answer, descriptor: &Descriptor, asked: &Asked) -> Result<Url, RegistryError> {
        let mut place = redirect::location(answer, asked)?;
        self.transport.home().may_lead(&answer.url, &place).map_err(|distrust| untrusted(asked, &place, distrust))?;
        place.query_pairs_mut().append_pair("digest", descriptor.digest.as_str());
        Ok(place)
    }
}

/// A body that opens `source` each time it is sent, and must come to exactly `size` bytes.
fn stream<R: Read + Send + 'static>(
    source: impl Fn() -> io::Result<R> + Send + Sync + 'static,
    size: u64,
    progress: Progress,
    trouble: Trouble,
) -> Stream {
    let source = Arc::new(source);
    let buffers = Buffers::of(usize::try_from(size).unwrap_or(PIECE).min(PIECE));
    let taken = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&taken);
    let open = move || {
        counter.store(0, Ordering::Relaxed);
        progress(0);
        let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(2);
        let (source, trouble, buffers) = (Arc::clone(&source), Arc::clone(&trouble), buffers.clone());
        tokio::task::spawn_blocking(move || {
            if let Err(error) = source().and_then(|content| read_all(content, size, &buffers, &sender)) {
                *trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                let _ = sender.blocking_send(Err(io::Error::other("the content could not be read")));
            }
        });
        let (counter, progress) = (Arc::clone(&counter), Arc::clone(&progress));
        let pieces = futures_util::stream::unfold(receiver, move |mut receiver| {
            let (counter, progress) = (Arc::clone(&counter), Arc::clone(&progress));
            async move {
                let piece = receiver.recv().await?;
                if let Ok(piece) = &piece {
                    let length = piece.len() as u64;
                    progress(counter.fetch_add(length, Ordering::Relaxed) + length);
                }
                Some((piece, receiver))
            }
        });
        reqwest::Body::wrap_stream(pieces)
    };
    Stream { open: Arc::new(open), size, taken }
}

/// Sends the whole content, unless nobody takes it any more. The last piece goes out only after the content has ended
/// where it should: what fails its own check at the end is never sent whole.
fn read_all(
    mut content: impl Read,
    size: u64,
    buffers: &Buffers,
    sender: &mpsc::Sender<io::Result<Bytes>>,
) -> io::Result<()> {
    let mut left = size;
    loop {
        let mut piece = buffers.take();
        let wanted = left.min(PIECE as u64);
        content.by_ref().take(wanted).read_to_end(&mut piece)?;
        left -= piece.len() as u64;
        if (piece.len() as u64) < wanted {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("the content ends {left} bytes early")));
        }
        if left == 0 && content.read(&mut [0])? != 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the content is longer than it should be"));
        }
        let gone = !piece.is_empty() && sender.blocking_send(Ok(Bytes::from_owner(piece))).is_err();
        if left == 0 || gone {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::Digest;
    use crate::registry::scripted::{Reply, Scripted, Seen, blob, nobody};
    use crate::registry::{Credential, Distribution};

    fn content() -> Vec<u8> {
        b"0123456789abcdef".repeat(175_000)
    }

    async fn put(
        script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> (Result<Uploaded, RegistryError>, Vec<Seen>) {
        let server = Scripted::start(
            move |seen, before| {
                if seen.target == "/v2/" { Reply::status(200) } else { script(seen, before) }
            },
        )
        .await;
        let client = server.client(Credential::Anonymous);
        let put = client
            .put_blob(
                &server.reference("acme/x:1"),
                &blob(&content()),
                Existing::Skip,
                || Ok(io::Cursor::new(content())),
                nobody(),
            )
            .await;
        (put, server.seen())
    }

    fn lines(seen: &[Seen]) -> Vec<String> {
        seen.iter().map(|seen| seen.line().replace(blob(&content()).digest.as_str(), "DIGEST")).collect()
    }

    #[tokio::test]
    async fn a_blob_that_is_there_is_not_sent() {
        let (put, seen) = put(|_, _| Reply::status(200)).await;
        assert_eq!(put.unwrap(), Uploaded::Existed);
        assert_eq!(lines(&seen), ["HEAD /v2/acme/x/blobs/DIGEST"]);
    }

    #[tokio::test]
    async fn a_blob_is_sent_in_one_request_of_known_length() {
        for place in ["/v2/acme/x/blobs/uploads/1?_state=a%2Bb", "1?_state=a%2Bb"] {
            let (put, seen) = put(move |seen, _| match seen.method.as_str() {
                "HEAD" => Reply::status(404),
                "POST" => Reply::full(202, &[("location", place)], b""),
                _ => Reply::status(201),
            })
            .await;
            assert_eq!(put.unwrap(), Uploaded::Sent);
            let digest = blob(&content()).digest.to_string().replace(':', "%3A");
            assert_eq!(
                lines(&seen),
                [
                    "HEAD /v2/acme/x/blobs/DIGEST".to_owned(),
                    "POST /v2/acme/x/blobs/uploads/".to_owned(),
                    format!("PUT /v2/acme/x/blobs/uploads/1?_state=a%2Bb&digest={digest}"),
                ]
            );
            assert_eq!(seen[1].header("content-length"), Some("0"));
            assert_eq!(seen[2].header("content-length"), Some("2800000"));
            assert!(seen[2].header("transfer-encoding").is_none());
            assert!(seen[2].body == content());
        }
    }

    #[tokio::test]
    async fn a_blob_the_registry_turns_out_to_have_is_done() {
        let (put, seen) = put(|seen, _| Reply::status(if seen.method == "HEAD" { 404 } else { 201 })).await;
        assert_eq!(put.unwrap(), Uploaded::Sent);
        assert_eq!(seen.len(), 2);
    }

    #[tokio::test]
    async fn an_upload_whose_answer_is_lost_is_looked_for_and_else_sent_again() {
        for arrived in [true, false] {
            let (put, seen) = put(move |seen, before| match (seen.method.as_str(), before) {
                ("HEAD", 0) => Reply::status(404),
                ("HEAD", _) => Reply::status(if arrived { 200 } else { 404 }),
                ("POST", _) => Reply::full(202, &[("location", "/v2/acme/x/blobs/uploads/1")], b""),
                (_, 0) => Reply::hang_up(),
                _ => Reply::status(201),
            })
            .await;
            assert_eq!(put.unwrap(), Uploaded::Sent);
            assert_eq!(seen.len(), if arrived { 4 } else { 6 }, "{:?}", lines(&seen));
            assert!(seen.last().unwrap().body == if arrived { Vec::new() } else { content() });
        }
    }

    #[tokio::test]
    async fn a_session_the_registry_has_forgotten_is_opened_anew() {
        let (put, seen) = put(|seen, before| match (seen.method.as_str(), before) {
            ("HEAD", _) => Reply::status(404),
            ("POST", _) => Reply::full(202, &[("location", "/v2/acme/x/blobs/uploads/1")], b""),
            (_, 0) => Reply::json(404, &[], "BLOB_UPLOAD_UNKNOWN", "gone"),
            _ => Reply::status(201),
        })
        .await;
        assert_eq!(put.unwrap(), Uploaded::Sent);
        assert_eq!(seen.iter().filter(|seen| seen.method == "POST").count(), 2);
    }

    #[tokio::test]
    async fn each_kind_of_request_is_made_at_most_five_times() {
        for failing in ["HEAD", "POST", "PUT"] {
            let (put, seen) = put(move |seen, _| match seen.method.as_str() {
                method if method == failing => Reply::full(429, &[("retry-after", "0")], b""),
                "HEAD" => Reply::status(404),
                _ => Reply::full(202, &[("location", "/v2/acme/x/blobs/uploads/1")], b""),
            })
            .await;
            assert!(matches!(put, Err(RegistryError::RateLimited { .. })), "{failing}");
            assert_eq!(seen.iter().filter(|seen| seen.method == failing).count(), 5, "{failing}");
        }
    }

    #[tokio::test]
    async fn no_upload_is_done_that_the_registry_does_not_confirm() {
        let (put, _) = put(|seen, _| match seen.method.as_str() {
            "HEAD" => Reply::status(404),
            "POST" => Reply::full(202, &[("location", "/v2/acme/x/blobs/uploads/1")], b""),
            _ => Reply::status(200),
        })
        .await;
        assert!(put.unwrap_err().to_string().contains("answered 200 without taking the blob"));
    }

    #[tokio::test]
    async fn a_registry_that_stored_something_else_is_not_believed() {
        let other = Digest::of(b"other").to_string();
        let (put, _) = put(move |seen, _| match seen.method.as_str() {
            "HEAD" => Reply::status(404),
            "POST" => Reply::full(202, &[("location", "/v2/acme/x/blobs/uploads/1")], b""),
            _ => Reply::full(201, &[("docker-content-digest", &other)], b""),
        })
        .await;
        assert!(matches!(put, Err(RegistryError::DigestMismatch { .. })));
    }

    #[tokio::test]
    async fn refusals_say_what_the_registry_said() {
        let table: [(u16, &str, &str); 3] = [
            (404, "NAME_UNKNOWN", "repository not found (NAME_UNKNOWN: why)"),
            (403, "DENIED", "403 Forbidden (DENIED: why)"),
            (405, "UNSUPPORTED", "405 Method Not Allowed (UNSUPPORTED: why)"),
        ];
        for (status, code, wanted) in table {
            let (put, _) = put(move |seen, _| match seen.method.as_str() {
                "HEAD" => Reply::status(404),
                _ => Reply::json(status, &[], code, "why"),
            })
            .await;
            let error = put.unwrap_err().to_string();
            assert!(
                error.contains("cannot upload blob sha256:")
                    && error.contains(" to acme/x: ")
                    && error.ends_with(wanted),
                "{error}"
            );
        }
    }

    #[tokio::test]
    async fn content_that_is_not_as_long_as_it_should_be_is_never_sent_whole() {
        struct Damaged(io::Cursor<Vec<u8>>);
        impl Read for Damaged {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                match self.0.read(buffer)? {
                    0 if !buffer.is_empty() => Err(io::ErrorKind::InvalidData.into()),
                    read => Ok(read),
                }
            }
        }
        type Source = fn() -> Box<dyn Read + Send>;
        let sources: [(Source, io::ErrorKind); 3] = [
            (|| Box::new(io::Cursor::new(content()[..2_799_999].to_vec())), io::ErrorKind::UnexpectedEof),
            (|| Box::new(io::Cursor::new([content(), vec![0]].concat())), io::ErrorKind::InvalidData),
            (|| Box::new(Damaged(io::Cursor::new(content()))), io::ErrorKind::InvalidData),
        ];
        for (source, wanted) in sources {
            let server = Scripted::start(|seen, _| match seen.method.as_str() {
                "HEAD" => Reply::status(404),
                "POST" => Reply::full(202, &[("location", "/v2/a/blobs/uploads/1")], b""),
                _ => Reply::status(201),
            })
            .await;
            let client = server.client(Credential::Anonymous);
            let error = client
                .put_blob(&server.reference("a:1"), &blob(&content()), Existing::Skip, move || Ok(source()), nobody())
                .await;
            assert!(matches!(&error, Err(RegistryError::Local { cause, .. }) if cause.kind() == wanted), "{error:?}");
            assert!(server.seen().iter().all(|seen| seen.method != "PUT"));
        }
        let server = Scripted::start(|seen, _| Reply::status(if seen.method == "HEAD" { 404 } else { 201 })).await;
        let unopened = || Err::<io::Empty, _>(io::ErrorKind::NotFound.into());
        let put = server
            .client(Credential::Anonymous)
            .put_blob(&server.reference("a:1"), &blob(b"x"), Existing::Skip, unopened, nobody())
            .await;
        assert_eq!(put.unwrap(), Uploaded::Sent);
    }

    #[tokio::test]
    async fn an_empty_blob_can_be_sent() {
        let server = Scripted::start(|seen, _| match seen.method.as_str() {
            "HEAD" => Reply::status(404),
            "POST" => Reply::full(202, &[("location", "/v2/a/blobs/uploads/1")], b""),
            _ => Reply::status(201),
        })
        .await;
        let put = server
            .client(Credential::Anonymous)
            .put_blob(&server.reference("a:1"), &blob(b""), Existing::Skip, || Ok(io::empty()), nobody())
            .await;
        assert_eq!(put.unwrap(), Uploaded::Sent);
        assert!(server.lines()[2].ends_with(&Digest::of(b"").to_string().replace(':', "%3A")));
    }
}
