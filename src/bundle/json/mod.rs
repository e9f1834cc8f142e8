//! JSON text in the one form OPA writes: keys sorted and unique, nothing between the tokens, numbers as they were typed.

mod error;
mod members;
mod normalise;
mod paths;
mod strings;

pub use error::{JsonError, JsonFault};
pub(crate) use members::{elements, members};
pub use normalise::{DEPTH_LIMIT, Duplicates, Normalised, normalise, normalise_first};
pub use paths::Paths;
pub(crate) use strings::{decode, write_string};

use bytes::Bytes;
use std::fmt;

/// One JSON value as normalised text. Two values are equal when their texts are. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Json(Bytes);

impl Json {
    /// The empty object.
    #[must_use]
    pub fn empty_object() -> Self {
        Self(Bytes::from_static(b"{}"))
    }

    /// Takes text that is known to be normalised.
    pub(super) fn from_normalised(text: impl Into<Bytes>) -> Self {
        Self(text.into())
    }

    /// The text, which is valid UTF-8.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text. Checks it for UTF-8 on each call.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The text, sharing its memory.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// Which of JSON's kinds of value this is, as a word for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.0.first() {
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        }
    }

    /// Whether this is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.0.first() == Some(&b'{')
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.0.first() == Some(&b'n')
    }
}

impl Default for Json {
    fn default() -> Self {
        Self::empty_object()
    }
}

impl fmt::Display for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&String::from_utf8_lossy(&self.0))
    }
}
