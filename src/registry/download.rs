//! Blobs from a registry.

use super::answer::{Answer, range_from};
use super::buffers::{Buffer, Buffers};
use super::retry::{Again, Failure};
use super::scope::Scope;
use super::transport::Call;
use super::wire::unreachable;
use super::{Asked, Client, Missing, Progress, RegistryError};
use crate::oci::{Descriptor, Digest, Reference};
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, HeaderValue};
use reqwest::{Method, StatusCode};
use std::io::{self, Write};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// How many bytes are handed to the writer at once. Copying them out of the connection's own buffer lets that be used
/// again, which is cheaper than a new one for each read.
const PIECE: usize = 512 << 10;

/// How many pieces may wait for the writer.
const WAITING: usize = 3;

/// So much progress makes up for all failures before it.
const GAIN: u64 = 1 << 20;

impl Client {
    pub(super) async fn has_blob(&self, repository: &Reference, digest: &Digest) -> Result<bool, RegistryError> {
        let asked = self.asked(format!("look for blob {digest} in {}", repository.path()));
        self.blob_head(repository, digest, &Scope::pull(repository.path()), &asked).await
    }

    /// Whether a HEAD finds the blob.
    pub(super) async fn blob_head(
        &self,
        repository: &Reference,
        digest: &Digest,
        scope: &Scope,
        asked: &Asked,
    ) -> Result<bool, RegistryError> {
        let answer = self
            .transport
            .send(&Call::new(Method::HEAD, path(repository, digest), scope, asked, Missing::Blob))
            .await?;
        match answer.status.as_u16() {
            200 => Ok(true),
            404 => Ok(false),
            _ => Err(answer.refusal(asked, Missing::Blob).await.error),
        }
    }

    pub(super) async fn download<W: Write + Send + 'static>(
        &self,
        repository: &Reference,
        descriptor: &Descriptor,
        into: W,
        progress: Progress,
    ) -> Result<W, RegistryError> {
        let asked = self.asked(format!("get blob {} of {}", descriptor.digest, repository.path()));
        let (sender, writer) = writer(into);
        let got = self.receive(repository, descriptor, &asked, sender, progress).await;
        // The writer ends before its bytes' fate is told, whatever happened: nobody writes behind the caller's back.
        let written = match writer.await {
            Ok(written) => written.map_err(|cause| RegistryError::Local { asked, cause }),
            Err(error) => Err(RegistryError::Local { asked, cause: io::Error::other(error) }),
        };
        match (got, written) {
            // The writer's failure explains why nobody took the bytes.
            (Err(Stopped::WriterGone) | Ok(()), written) => written,
            (Err(Stopped::Failed(error)), _) => Err(error),
        }
    }

    /// Passes a blob on, piece by piece, through as many answers as it takes.
    async fn receive(
        &self,
        repository: &Reference,
        descriptor: &Descriptor,
        asked: &Asked,
        sender: mpsc::Sender<Buffer>,
        progress: Progress,
    ) -> Result<(), Stopped> {
        let scope = Scope::pull(repository.path());
        let mut call = Call::new(Method::GET, path(repository, &descriptor.digest), &scope, asked, Missing::Blob);
        let mut tries = self.transport.tries();
        let buffers = Buffers::of(usize::try_from(descriptor.size).unwrap_or(PIECE).min(PIECE));
        let filling = buffers.take();
        let mut transfer = Transfer { size: descriptor.size, done: 0, asked, buffers, filling, sender, progress };
        loop {
            let before = transfer.done;
            if before > 0 {
                let (name, value) = range_from(before);
                call.headers
                    .insert(name, HeaderValue::from_str(&value).unwrap_or_else(|_| HeaderValue::from_static("")));
            }
            let failure = match self.transport.exchange(&call).await {
                Ok(answer) => match transfer.take(answer).await {
                    Ok(()) => return transfer.hand_over().await.map_err(|_| Stopped::WriterGone),
                    Err(Interrupted::WriterGone) => return Err(Stopped::WriterGone),
                    Err(Interrupted::Failed(failure)) => failure,
                },
                Err(failure) => failure,
            };
            if transfer.done >= before + GAIN {
                tries.restart();
            }
            tries.again(failure).await.map_err(Stopped::Failed)?;
        }
    }
}

/// Why a blob did not arrive.
enum Stopped {
    WriterGone,
    Failed(RegistryError),
}

/// Why one answer did not bring a blob to its end.
enum Interrupted {
    WriterGone,
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for Interrupted {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// A blob on its way.
struct Transfer<'a> {
    size: u64,
    done: u64,
    asked: &'a Asked,
    buffers: Buffers,
    /// What has arrived since the last piece was handed over.
    filling: Buffer,
    sender: mpsc::Sender<Buffer>,
    progress: Progress,
}

impl Transfer<'_> {
    /// Passes on what one answer holds of the blob. Its end must be the blob's.
    async fn take(&mut self, mut answer: Answer) -> Result<(), Interrupted> {
        answer.check_encoding(self.asked)?;
        let mut position = match answer.status {
            // The whole blob, although only the rest was asked for: what is known already is passed over.
            StatusCode::OK => 0,
            StatusCode::PARTIAL_CONTENT if self.done > 0 => self.resumed_at(&answer)?,
            StatusCode::RANGE_NOT_SATISFIABLE if self.done > 0 => return Err(self.wrong_size(self.done).into()),
            _ => return Err(answer.refusal(self.asked, Missing::Blob).await.into()),
        };
        if let Some(length) = answer.header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok())
            && position.saturating_add(length) > self.size
        {
            return Err(self.wrong_size(position.saturating_add(length)).into());
        }
        loop {
            let piece = match answer.body.next().await {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                Err(broken) => return Err(unreachable(self.asked, broken).into()),
            };
            let end = position + piece.len() as u64;
            if end > self.size {
                return Err(self.wrong_size(end).into());
            }
            let known = usize::try_from(self.done.saturating_sub(position)).unwrap_or(usize::MAX).min(piece.len());
            position = end;
            let mut news = piece.get(known..).unwrap_or_default();
            while !news.is_empty() {
                let (now, later) = news.split_at(news.len().min(PIECE - self.filling.len()));
                self.filling.extend_from_slice(now);
                self.done += now.len() as u64;
                news = later;
                if self.filling.len() == PIECE {
                    self.hand_over().await?;
                }
            }
            (self.progress)(self.done);
        }
        if position < self.size {
            return Err(Failure { error: self.wrong_size(position), again: Again::Soon }.into());
        }
        Ok(())
    }

    /// Gives the writer what has arrived.
    async fn hand_over(&mut self) -> Result<(), Interrupted> {
        let full = std::mem::replace(&mut self.filling, self.buffers.take());
        self.sender.send(full).await.map_err(|_| Interrupted::WriterGone)
    }

    /// Where a partial answer begins, which must be where the last one ended.
    fn resumed_at(&self, answer: &Answer) -> Result<u64, RegistryError> {
        let range = answer.header(CONTENT_RANGE).and_then(|range| range.strip_prefix("bytes "));
        let start = range.and_then(|range| range.split_once('-')).and_then(|(start, _)| start.parse::<u64>().ok());
        let total = range.and_then(|range| range.rsplit_once('/')).map(|(_, total)| total);
        if start != Some(self.done) {
            return Err(super::answer::malformed(self.asked, "the registry sent another part than was asked for"));
        }
        match total.map(str::parse::<u64>) {
            Some(Ok(total)) if total != self.size => Err(self.wrong_size(total)),
            _ => Ok(self.done),
        }
    }

    fn wrong_size(&self, got: u64) -> RegistryError {
        RegistryError::SizeMismatch { asked: self.asked.clone(), wanted: self.size, got }
    }
}

/// Starts a thread that writes what it is sent, and gives the writer back at the end.
fn writer<W: Write + Send + 'static>(mut into: W) -> (mpsc::Sender<Buffer>, JoinHandle<io::Result<W>>) {
    let (sender, mut receiver) = mpsc::channel::<Buffer>(WAITING);
    let writer = tokio::task::spawn_blocking(move || {
        while let Some(piece) = receiver.blocking_recv() {
            into.write_all(&piece)?;
        }
        into.flush()?;
        Ok(into)
    });
    (sender, writer)
}

pub(super) fn path(repository: &Reference, digest: &Digest) -> String {
    format!("/v2/{}/blobs/{digest}", repository.path())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::scripted::{Reply, Scripted, Seen, blob, nobody};
    use crate::registry::{Credential, Distribution};
    use std::sync::{Arc, Mutex};

    fn content() -> Vec<u8> {
        (0..400u32).flat_map(|block| [block as u8; 1000]).collect()
    }

    /// What is written, what a test made of it, and what the registry was asked.
    async fn get(
        descriptor: &Descriptor,
        script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> (Result<Vec<u8>, RegistryError>, Vec<Seen>) {
        let server = Scripted::start(
            move |seen, before| {
                if seen.target == "/v2/" { Reply::status(200) } else { script(seen, before) }
            },
        )
        .await;
        let client = server.client(Credential::Anonymous);
        let got = client.get_blob(&server.reference("acme/x:1"), descriptor, Vec::new(), nobody()).await;
        (got, server.seen())
    }

    #[tokio::test]
    async fn a_blob_is_written_whole_and_its_progress_told() {
        let bytes = content();
        let server = Scripted::start(move |_, _| Reply::full(200, &[], &content())).await;
        let moved = Arc::new(Mutex::new(0));
        let counter = Arc::clone(&moved);
        let progress: Progress = Arc::new(move |so_far| *counter.lock().unwrap() = so_far);
        let client = server.client(Credential::Anonymous);
        let got = client.get_blob(&server.reference("acme/x:1"), &blob(&bytes), Vec::new(), progress).await.unwrap();
        assert!(got == bytes);
        assert_eq!(*moved.lock().unwrap(), bytes.len() as u64);
        assert_eq!(server.lines(), [format!("GET /v2/acme/x/blobs/{}", Digest::of(&bytes))]);
    }

    #[tokio::test]
    async fn an_empty_blob_is_a_blob() {
        let (got, _) = get(&blob(b""), |_, _| Reply::full(200, &[], b"")).await;
        assert_eq!(got.unwrap(), b"");
    }

    #[tokio::test]
    async fn a_broken_transfer_goes_on_where_it_stopped() {
        let bytes = content();
        let (got, seen) = get(&blob(&bytes), |seen, _| {
            let bytes = content();
            let start: usize = seen.header("range").map_or(0, |range| range[6..range.len() - 1].parse().unwrap());
            let end = (start + 150_000).min(bytes.len());
            let range = format!("bytes {start}-{}/{}", bytes.len() - 1, bytes.len());
            let status = if start == 0 { 200 } else { 206 };
            Reply::cut(status, &[("content-range", &range)], Some((bytes.len() - start) as u64), &bytes[start..end])
        })
        .await;
        assert!(got.unwrap() == bytes);
        assert_eq!(seen.len(), 3);
    }

    #[tokio::test]
    async fn a_registry_without_ranges_sends_again_and_nothing_is_written_twice() {
        let bytes = content();
        let (got, seen) = get(&blob(&bytes), |_, before| {
            let bytes = content();
            let end = if before == 0 { 70_001 } else { bytes.len() };
            Reply::cut(200, &[], Some(bytes.len() as u64), &bytes[..end])
        })
        .await;
        assert!(got.unwrap() == bytes);
        assert_eq!(seen[1].header("range"), Some("bytes=70001-"));
    }

    #[tokio::test]
    async fn more_bytes_than_promised_are_not_taken() {
        let bytes = content();
        let size = bytes.len() as u64;
        for announced in [Some(size + 1), None] {
            let (error, seen) =
                get(&blob(&bytes), move |_, _| Reply::cut(200, &[], announced, &[content(), vec![0]].concat())).await;
            assert!(
                matches!(error, Err(RegistryError::SizeMismatch { wanted, got, .. }) if wanted == size && got == size + 1)
            );
            assert_eq!(seen.len(), 1);
        }
        let lie = Descriptor { size: 1 << 62, ..blob(&bytes) };
        let (error, _) = get(&lie, |_, _| Reply::full(200, &[], &content())).await;
        assert!(matches!(error, Err(RegistryError::SizeMismatch { got, .. }) if got == size));
    }

    #[tokio::test]
    async fn too_few_bytes_are_asked_for_again_and_then_refused() {
        let bytes = content();
        let (error, seen) = get(&blob(&bytes), |seen, _| match seen.header("range") {
            None => Reply::full(200, &[], &content()[..1000]),
            Some(_) => Reply::status(416),
        })
        .await;
        assert!(matches!(error, Err(RegistryError::SizeMismatch { got: 1000, .. })));
        assert_eq!(seen.len(), 2);
        let (error, seen) = get(&blob(&bytes), |_, _| Reply::full(200, &[], &content()[..1000])).await;
        assert!(matches!(error, Err(RegistryError::SizeMismatch { got: 1000, .. })));
        assert_eq!(seen.len(), 5);
    }

    #[tokio::test]
    async fn a_part_that_was_not_asked_for_is_refused() {
        let bytes = content();
        for range in ["bytes 0-1/400000", "bytes 70002-399999/400000", "chapters 2-3/4", ""] {
            let (error, _) = get(&blob(&bytes), move |_, before| match before {
                0 => Reply::cut(200, &[], Some(400_000), &content()[..70_001]),
                _ => Reply::full(206, &[("content-range", range)], b"xx"),
            })
            .await;
            assert!(matches!(error, Err(RegistryError::Malformed { .. })), "{range}");
        }
        let (error, _) = get(&blob(&bytes), |_, before| match before {
            0 => Reply::cut(200, &[], Some(400_000), &content()[..70_001]),
            _ => Reply::full(206, &[("content-range", "bytes 70001-399999/400001")], b"xx"),
        })
        .await;
        assert!(matches!(error, Err(RegistryError::SizeMismatch { got: 400_001, .. })));
        let (error, _) = get(&blob(&bytes), |_, _| Reply::full(206, &[], b"xx")).await;
        assert!(error.unwrap_err().to_string().contains("unexpected status 206"));
    }

    #[tokio::test]
    async fn a_blob_that_is_not_there_is_named() {
        let descriptor = blob(b"x");
        let (error, _) = get(&descriptor, |_, _| Reply::json(404, &[], "BLOB_UNKNOWN", "blob unknown")).await;
        let wanted =
            format!("cannot get blob {} of acme/x: blob not found (BLOB_UNKNOWN: blob unknown)", descriptor.digest);
        assert!(error.unwrap_err().to_string().ends_with(&wanted));
    }

    #[tokio::test]
    async fn a_writer_that_fails_ends_the_transfer_with_its_own_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let server = Scripted::start(|_, _| Reply::full(200, &[], &content())).await;
        let client = server.client(Credential::Anonymous);
        let got = client.get_blob(&server.reference("a:1"), &blob(&content()), Full, nobody()).await;
        assert!(matches!(got, Err(RegistryError::Local { cause, .. }) if cause.kind() == io::ErrorKind::StorageFull));
    }

    #[tokio::test]
    async fn a_head_tells_whether_a_blob_is_there() {
        for (status, wanted) in [(200, Some(true)), (404, Some(false)), (403, None)] {
            let server =
                Scripted::start(move |seen, _| Reply::status(if seen.method == "HEAD" { status } else { 200 })).await;
            let found =
                server.client(Credential::Anonymous).head_blob(&server.reference("a:1"), &Digest::of(b"x")).await;
            assert_eq!(found.ok(), wanted);
        }
    }
}
