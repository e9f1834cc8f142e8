//! Writing one blob: hashed on the way in, invisible until it is whole and right.

use super::ingest::{is_durable, need};
use super::session::Session;
use super::{Store, StoreError};
use crate::files::Pending;
use crate::oci::{Descriptor, Digest, Hasher};
use std::io::{self, Write};
use std::sync::Arc;

/// Takes the bytes of a blob. Dropped before [`BlobWriter::finish`], it leaves nothing.
#[derive(Debug)]
pub struct BlobWriter {
    store: Store,
    session: Arc<Session>,
    pending: Pending,
    hasher: Hasher,
    written: u64,
    expected: Option<(Digest, u64)>,
}

impl BlobWriter {
    pub(super) fn new(store: Store, session: Arc<Session>, expected: Option<&Descriptor>) -> Result<Self, StoreError> {
        let pending = session.pending().map_err(StoreError::write(store.layout().ingest()))?;
        let expected = expected.map(|descriptor| (descriptor.digest.clone(), descriptor.size));
        let hasher = expected.as_ref().map_or_else(Hasher::default, |(digest, _)| digest.hasher());
        Ok(Self { store, session, pending, hasher, written: 0, expected })
    }

    /// Puts the blob in its place, durably. One that stands there already is left alone if it is right and replaced if it
    /// is not. Returns its digest and its size in bytes.
    ///
    /// # Errors
    /// [`StoreError::WrongSize`] or [`StoreError::WrongDigest`] when it is not the blob that was expected; otherwise when
    /// the store cannot be written to. Then nothing was added.
    pub fn finish(self) -> Result<(Digest, u64), StoreError> {
        let digest = self.hasher.finish();
        if let Some((expected, size)) = self.expected {
            if self.written != size {
                return Err(StoreError::WrongSize { digest: expected, expected: size, actual: self.written });
            }
            if digest != expected {
                return Err(StoreError::WrongDigest { digest: expected, actual: digest });
            }
        }
        let layout = self.store.layout();
        need(&self.store, &self.session, &digest)?;
        if is_durable(&self.store, &digest, self.written)? {
            return Ok((digest, self.written));
        }
        let path = layout.blob(&digest);
        if path.symlink_metadata().is_ok() {
            log::warn!("blob {digest} in the store was damaged; it is replaced");
        } else {
            self.session.add(&digest)?;
        }
        super::layout::make(&layout.shelf(&digest), 0o755)?;
        self.pending.commit(&path).map_err(StoreError::write(path))?;
        Ok((digest, self.written))
    }

    /// What an error of [`Write`] means.
    pub fn explain(&self, error: io::Error) -> StoreError {
        StoreError::carried_by(error).unwrap_or_else(StoreError::write(self.store.layout().ingest()))
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some((digest, size)) = &self.expected {
            let total = self.written.saturating_add(bytes.len() as u64);
            if total > *size {
                let error = StoreError::WrongSize { digest: digest.clone(), expected: *size, actual: total };
                return Err(error.into_io());
            }
        }
        let length = self.pending.write(bytes)?;
        self.hasher.update(bytes.get(..length).unwrap_or_default());
        self.written += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pending.flush()
    }
}
