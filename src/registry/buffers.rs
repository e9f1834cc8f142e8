//! Buffers that are used again and again, so that a large blob costs no more memory, nor time to get it, than a few pieces.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the buffers of one transfer wait to be used.
#[derive(Debug, Clone)]
pub(super) struct Buffers {
    size: usize,
    spare: Arc<Mutex<Vec<Vec<u8>>>>,
}

/// A buffer in use; dropped, it is spare again.
#[derive(Debug)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    spare: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Buffers {
    /// Buffers of `size` bytes, none of them made yet.
    pub(super) fn of(size: usize) -> Self {
        Self { size, spare: Arc::default() }
    }

    /// A spare buffer, or a new one where there is none.
    pub(super) fn take(&self) -> Buffer {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let bytes = spare.unwrap_or_else(|| Vec::with_capacity(self.size));
        Buffer { bytes, spare: Arc::clone(&self.spare) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    }
}

impl Deref for Buffer {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_that_is_dropped_is_used_again_and_comes_empty() {
        let buffers = Buffers::of(16);
        let mut first = buffers.take();
        first.extend_from_slice(b"abc");
        let place = first.as_ptr();
        let second = buffers.take();
        assert_ne!(second.as_ptr(), place);
        drop(first);
        let again = buffers.take();
        assert_eq!((again.as_ptr(), again.len(), again.capacity()), (place, 0, 16));
    }
}
