//! A blob on its way from one registry to another, checked as it passes.

use crate::oci::{Descriptor, Hasher, Reference};
use crate::registry::{Client, Distribution as _, RegistryError};
use bytes::Bytes;
use std::io::{self, Read, Write};
use std::sync::Arc;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How many pieces may wait between the two sides.
const WAITING: usize = 4;

/// What passes through.
enum Parcel {
    Piece(Bytes),
    /// The download has ended; nothing follows.
    End(Result<(), RegistryError>),
}

/// Opens a blob of a registry for reading, each time anew, from a thread that may block. The reader fails at the end if
/// the content does not match its digest.
pub(super) fn source(
    client: Client,
    repository: Reference,
    descriptor: Descriptor,
) -> impl Fn() -> io::Result<Content> + Send + Sync + 'static {
    let runtime = tokio::runtime::Handle::current();
    move || {
        let (sender, receiver) = channel(WAITING);
        let (client, repository, descriptor) = (client.clone(), repository.clone(), descriptor.clone());
        let hasher = Some(descriptor.digest.hasher());
        let wanted = descriptor.digest.clone();
        let download = runtime.spawn(async move {
            let writer = Inlet(sender.clone());
            let outcome = client.get_blob(&repository, &descriptor, writer, Arc::new(|_| {})).await.map(|_| ());
            // Nobody waits for the end of what was given up.
            let _ = sender.send(Parcel::End(outcome)).await;
        });
        Ok(Content { receiver, piece: Bytes::new(), hasher, wanted, download })
    }
}

/// The end a download writes to.
struct Inlet(Sender<Parcel>);

impl Write for Inlet {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        match self.0.blocking_send(Parcel::Piece(Bytes::copy_from_slice(piece))) {
            Ok(()) => Ok(piece.len()),
            Err(_) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The content of a blob that is being downloaded.
pub(super) struct Content {
    receiver: Receiver<Parcel>,
    piece: Bytes,
    /// Absent once the end was reached.
    hasher: Option<Hasher>,
    wanted: crate::oci::Digest,
    download: tokio::task::JoinHandle<()>,
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            let Some(hasher) = &mut self.hasher else { return Ok(0) };
            match self.receiver.blocking_recv() {
                Some(Parcel::Piece(piece)) => {
                    hasher.update(&piece);
                    self.piece = piece;
                }
                Some(Parcel::End(Ok(()))) => {
                    let got = self.hasher.take().map(Hasher::finish);
                    if got.as_ref() != Some(&self.wanted) {
                        return Err(io::Error::other(Damaged));
                    }
                }
                Some(Parcel::End(Err(error))) => return Err(io::Error::other(error)),
                None => return Err(io::ErrorKind::BrokenPipe.into()),
            }
        }
        let piece = self.piece.split_to(self.piece.len().min(buffer.len()));
        if let Some(place) = buffer.get_mut(..piece.len()) {
            place.copy_from_slice(&piece);
        }
        Ok(piece.len())
    }
}

impl Drop for Content {
    fn drop(&mut self) {
        self.download.abort();
    }
}

/// The source registry's content is not what its digest says.
#[derive(Debug, thiserror::Error)]
#[error("the content of the blob does not match its digest")]
pub(super) struct Damaged;
