//! Blobs to a registry: in one request as long as that works, in chunks where it does not, and on from where it broke off.

use super::retry::{Again, Failure, Tries};
use super::scope::Scope;
use super::upload_content::Content;
use super::upload_session::{Session, Standing, Upload};
use super::upload_whole::{broke_off, wants_chunks};
use super::{Client, Fault, Progress, RegistryError};
use crate::oci::{Descriptor, Reference};
use std::io::{self, Read};
use std::sync::atomic::Ordering;

/// So much progress makes up for all failures before it, in bytes.
const GAIN: u64 = 1 << 20;

/// How often a request for the whole blob may break off before smaller ones are tried.
const BREAKS: u32 = 2;

/// What is done about a blob that the registry says it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It is asked for first, and not sent if it is there.
    Skip,
    /// It is not asked for but sent: the registry has claimed to have it before, and then missed it.
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
        let content = Content::new(source, descriptor.size, progress);
        let upload = Upload { client: self, repository, descriptor, content, scope, asked };
        if existing == Existing::Skip && upload.is_there().await? {
            return Ok(Uploaded::Existed);
        }
        let mut course = Course {
            tries: self.transport.tries(),
            upload: &upload,
            believes: existing == Existing::Skip,
            manner: if self.wants_chunks.load(Ordering::Relaxed) { Manner::Chunks } else { Manner::Whole },
            refused: None,
            no_chunks: false,
            broken: 0,
            opened: 0,
            record: 0,
            session: None,
        };
        let outcome = course.run().await;
        let unreachable = |error: &RegistryError| matches!(error, RegistryError::Unreachable { fault, .. } if !matches!(fault, Fault::CutOff | Fault::Stalled));
        match outcome {
            Ok(()) if course.refused.is_some() => self.wants_chunks.store(true, Ordering::Relaxed),
            Ok(()) => {}
            Err(error) => {
                if !unreachable(&error) {
                    course.give_up().await;
                }
                return Err(error);
            }
        }
        Ok(Uploaded::Sent)
    }
}

/// How a blob is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Whole,
    Chunks,
}

/// What an upload was at when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Opening,
    Whole,
    Chunks,
}

/// The way of one blob into the registry, and what was learnt on it.
struct Course<'a> {
    upload: &'a Upload<'a>,
    /// Whether a registry's word that it has the blob counts.
    believes: bool,
    manner: Manner,
    /// Why the blob was not taken in one request, where the registry wants chunks.
    refused: Option<RegistryError>,
    /// Whether the registry takes no chunks.
    no_chunks: bool,
    /// How often a request for the whole blob came to nothing on the way.
    broken: u32,
    /// How many uploads were opened.
    opened: u32,
    /// The most bytes the registry has confirmed so far.
    record: u64,
    tries: Tries,
    session: Option<Session>,
}

impl Course<'_> {
    async fn run(&mut self) -> Result<(), RegistryError> {
        loop {
            let (stage, failure) = match self.attempt().await {
                Ok(()) => return Ok(()),
                Err(failed) => failed,
            };
            if let Some(cause) = self.upload.content.trouble() {
                return Err(RegistryError::Local { asked: self.upload.asked.clone(), cause });
            }
            if stage == Stage::Whole && self.refused.is_none() && !self.no_chunks && wants_chunks(&failure.error) {
                log::info!("{}; again in chunks", failure.error);
                self.refused = Some(failure.error);
                self.manner = Manner::Chunks;
                self.give_up().await;
                continue;
            }
            let failure = self.without_chunks(stage, failure).await?;
            if self.recover(stage, failure).await? {
                return Ok(());
            }
        }
    }

    /// Sends the blob, or what is missing of it, in the manner that has turned out to be right.
    async fn attempt(&mut self) -> Result<(), (Stage, Failure)> {
        let session = match &mut self.session {
            Some(session) => session,
            none => match self.upload.open().await.map_err(|failure| (Stage::Opening, failure))? {
                // The registry has it, and says so only now.
                None => return Ok(()),
                Some(session) => {
                    self.opened += 1;
                    none.insert(session)
                }
            },
        };
        if self.manner == Manner::Chunks || session.kept > 0 {
            self.upload.send_chunks(session).await.map_err(|failure| (Stage::Chunks, failure))
        } else {
            self.upload.send_whole(session).await.map_err(|failure| (Stage::Whole, failure))
        }
    }

    /// Takes note of a registry that refuses chunks: the blob is sent whole then, unless that was refused before.
    async fn without_chunks(&mut self, stage: Stage, failure: Failure) -> Result<Failure, RegistryError> {
        let refused = matches!(
            failure.error,
            RegistryError::Refused { .. } | RegistryError::StorageRefused { .. } | RegistryError::ServerError { .. }
        );
        if stage != Stage::Chunks || failure.again != Again::Never || !refused {
            return Ok(failure);
        }
        let began = self.session.as_ref().is_some_and(|session| session.kept > 0);
        match self.refused.take() {
            Some(first) if !began => Err(first),
            Some(_) => Err(failure.error),
            None => {
                self.no_chunks = true;
                self.manner = Manner::Whole;
                self.give_up().await;
                Ok(Failure { again: Again::Soon, ..failure })
            }
        }
    }

    /// Waits until another try is due, and finds out what the last one has left in the registry. `true` when that is the
    /// blob.
    async fn recover(&mut self, stage: Stage, failure: Failure) -> Result<bool, RegistryError> {
        let gone = matches!(failure.error, RegistryError::NotFound { .. });
        if stage == Stage::Whole && (gone || broke_off(&failure.error)) {
            self.broken += 1;
        }
        // The answer may have got lost on its way back.
        let unknown = self.believes
            && stage != Stage::Opening
            && failure.again != Again::Never
            && !matches!(failure.error, RegistryError::RateLimited { .. });
        self.credit();
        let due = self.tries.again(failure).await;
        match due {
            Ok(()) if unknown && self.upload.is_there().await? => return Ok(true),
            Ok(()) => {}
            Err(error) if unknown => {
                return if let Ok(true) = self.upload.is_there().await { Ok(true) } else { Err(error) };
            }
            Err(error) => return Err(error),
        }
        if gone {
            self.session = None;
        }
        if let Some(session) = &mut self.session {
            match self.upload.ask(session).await {
                Standing::Kept if !self.no_chunks => self.credit(),
                Standing::Kept | Standing::Unknown => self.give_up().await,
                Standing::Gone => self.session = None,
            }
        }
        if self.session.is_none() && self.broken >= BREAKS && !self.no_chunks {
            self.manner = Manner::Chunks;
        }
        Ok(false)
    }

    /// Counts the tries anew after progress, though not for a registry that loses every upload.
    fn credit(&mut self) {
        let kept = self.session.as_ref().map_or(0, |session| session.kept);
        if kept >= self.record.saturating_add(GAIN) && self.opened <= self.tries.allowed() {
            self.record = kept;
            self.tries.restart();
        }
    }

    async fn give_up(&mut self) {
        if let Some(session) = self.session.take() {
            self.upload.give_up(session).await;
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
            assert_eq!(seen.len(), if arrived { 4 } else { 7 }, "{:?}", lines(&seen));
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
