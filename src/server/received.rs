//! A blob on its way in: its bytes written and hashed as they come.

use super::body::Incoming;
use super::limits::PIECE;
use super::names::RepositoryName;
use super::refusal::Refusal;
use super::sessions::Held;
use super::storage::{StorageError, Upload};
use crate::oci::{Digest, Hasher};
use axum::body::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};

/// What has come of a blob so far.
pub(super) struct Received {
    upload: Box<dyn Upload>,
    hasher: Hasher,
    algorithm: &'static str,
    size: u64,
}

/// How a blob that has come whole was taken.
pub(super) enum Finished {
    /// It is kept.
    Kept,
    /// It has another digest than its client said: this one.
    Mismatch(Digest),
}

impl Received {
    /// Nothing yet.
    pub(super) fn new(upload: Box<dyn Upload>) -> Self {
        let hasher = Hasher::default();
        Self { upload, algorithm: algorithm_of(&hasher), hasher, size: 0 }
    }

    /// Prepares for the digest the blob will have, as long as nothing has come.
    pub(super) fn expect(&mut self, digest: &Digest) {
        if self.size == 0 {
            self.hasher = digest.hasher();
            self.algorithm = algorithm_of(&self.hasher);
        }
    }

    /// How many bytes have come.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    fn append(&mut self, pieces: &[Bytes]) -> Result<(), StorageError> {
        for piece in pieces {
            self.upload.append(piece)?;
            self.hasher.update(piece);
            self.size += piece.len() as u64;
        }
        Ok(())
    }

    /// Makes it a blob of the repository if it has the digest. Blocks.
    pub(super) fn finish(mut self, repository: &RepositoryName, digest: &Digest) -> Result<Finished, StorageError> {
        // Until now nobody may have said which algorithm the blob would be named by.
        let found = if self.algorithm == digest.algorithm() {
            self.hasher.finish()
        } else {
            self.upload.hash(digest.hasher())?
        };
        if found != *digest {
            return Ok(Finished::Mismatch(found));
        }
        self.upload.finish(repository, digest)?;
        Ok(Finished::Kept)
    }
}

fn algorithm_of(hasher: &Hasher) -> &'static str {
    match hasher {
        Hasher::Sha256(_) => "sha256",
        Hasher::Sha512(_) => "sha512",
    }
}

/// Why a body could not be taken in whole.
pub(super) enum Interrupted {
    /// It stopped coming. What came before is kept; the client may go on from there.
    Body(Refusal),
    /// It could not be kept. The upload is over.
    Storage(Refusal),
}

impl Interrupted {
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Storage(_))
    }

    pub(super) fn into_refusal(self) -> Refusal {
        match self {
            Self::Body(refusal) | Self::Storage(refusal) => refusal,
        }
    }
}

/// Adds a request's body to an upload. While one part of it is written, the next is awaited.
pub(super) async fn receive(held: Held, body: &mut Incoming) -> Result<Held, Interrupted> {
    let mut turn = Turn::Reading(held);
    loop {
        let (pieces, more) = gather(body).await;
        let held = turn.back().await.map_err(Interrupted::Storage)?;
        turn = if pieces.is_empty() { Turn::Reading(held) } else { Turn::Writing(write(held, pieces)) };
        match more {
            Ok(true) => {}
            Ok(false) => return turn.back().await.map_err(Interrupted::Storage),
            Err(refusal) => {
                turn.back().await.map_err(Interrupted::Storage)?;
                return Err(Interrupted::Body(refusal));
            }
        }
    }
}

/// Who has the upload: the one that reads the body, or the thread that writes.
enum Turn {
    Reading(Held),
    Writing(JoinHandle<Result<Held, StorageError>>),
}

impl Turn {
    async fn back(self) -> Result<Held, Refusal> {
        match self {
            Self::Reading(held) => Ok(held),
            Self::Writing(task) => Ok(task.await.map_err(|_| Refusal::internal())??),
        }
    }
}

fn write(mut held: Held, pieces: Vec<Bytes>) -> JoinHandle<Result<Held, StorageError>> {
    // Started, it runs to its end even if the client goes away, so that size and hash always fit the bytes.
    spawn_blocking(move || {
        let written = held.as_mut().map_or(Ok(()), |received| received.append(&pieces));
        if written.is_err() {
            *held = None;
        }
        written.map(|()| held)
    })
}

/// Some pieces of a body, and whether more may come.
async fn gather(body: &mut Incoming) -> (Vec<Bytes>, Result<bool, Refusal>) {
    let mut pieces = Vec::new();
    let mut length = 0;
    while length < PIECE {
        match body.next_piece().await {
            Ok(Some(piece)) => {
                length += piece.len();
                pieces.push(piece);
            }
            Ok(None) => return (pieces, Ok(false)),
            Err(refusal) => return (pieces, Err(refusal)),
        }
    }
    (pieces, Ok(true))
}
