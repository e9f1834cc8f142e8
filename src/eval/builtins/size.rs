//! How much a function may make.

use super::BuiltinError;
use super::error::failed;

/// The most bytes that one answer may take.
const MOST: usize = 256 << 20;

/// What a value takes in a list, about.
pub(super) const VALUE: usize = 48;

/// Refuses an answer of more bytes than one may take.
pub(super) fn check(bytes: usize) -> Result<(), BuiltinError> {
    if bytes > MOST { Err(failed("the result is too large")) } else { Ok(()) }
}

/// The room that is left for an answer that grows.
pub(super) struct Room(usize);

impl Room {
    pub(super) fn new() -> Self {
        Self(0)
    }

    /// Takes some bytes.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), BuiltinError> {
        self.0 = self.0.saturating_add(bytes);
        check(self.0)
    }
}
