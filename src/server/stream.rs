//! A blob on its way out, piece by piece, hashed as it goes.

use super::limits::PIECE;
use super::storage::StorageError;
use crate::oci::{Digest, Hasher};
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// What is sent of a file.
pub(super) struct Outgoing {
    file: File,
    left: u64,
    check: Option<Check>,
}

type SetAside = Box<dyn FnOnce() -> Result<(), StorageError> + Send>;

struct Check {
    hasher: Hasher,
    digest: Digest,
    set_aside: SetAside,
}

impl Outgoing {
    /// The whole file, whose content must have this digest; `set_aside` is called if it has not.
    pub(super) fn whole(
        file: File,
        size: u64,
        digest: Digest,
        set_aside: impl FnOnce() -> Result<(), StorageError> + Send + 'static,
    ) -> Self {
        let check = Check { hasher: digest.hasher(), digest, set_aside: Box::new(set_aside) };
        Self { file, left: size, check: Some(check) }
    }

    /// `length` bytes from `first` on.
    pub(super) fn part(mut file: File, first: u64, length: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(first))?;
        Ok(Self { file, left: length, check: None })
    }

    /// As a body. It breaks off before its last piece when the file turns out damaged, so that nobody takes the bytes
    /// for a complete blob.
    pub(super) fn into_body(self) -> Body {
        Body::from_stream(stream::try_unfold(self, |outgoing| async move {
            if outgoing.left == 0 {
                return Ok(None);
            }
            tokio::task::spawn_blocking(move || outgoing.next()).await.map_err(io::Error::other)?.map(Some)
        }))
    }

    fn next(mut self) -> io::Result<(Bytes, Self)> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(PIECE);
        let mut piece = Vec::with_capacity(length);
        Read::by_ref(&mut self.file).take(length as u64).read_to_end(&mut piece)?;
        if piece.len() < length {
            log::error!("a blob is shorter than it was when it was opened");
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= length as u64;
        if let Some(check) = &mut self.check {
            check.hasher.update(&piece);
        }
        if self.left == 0
            && let Some(check) = self.check.take()
            && check.hasher.finish() != check.digest
        {
            (check.set_aside)().map_err(io::Error::other)?;
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the blob is damaged"));
        }
        Ok((piece.into(), self))
    }
}
