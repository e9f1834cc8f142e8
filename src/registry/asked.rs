//! What a registry was asked for, as errors tell it.

use std::fmt;
use std::sync::Arc;

/// A request in words: the host it went to, and what it was to achieve. Holds no secret and no query string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    host: Arc<str>,
    deed: Arc<str>,
}

impl Asked {
    pub(super) fn new(host: &str, deed: impl Into<String>) -> Self {
        Self { host: host.into(), deed: deed.into().into() }
    }

    /// The registry as the user named it, with its port if it has one.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What was to be done, such as `get manifest acme/hello:1`.
    #[must_use]
    pub fn deed(&self) -> &str {
        &self.deed
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: cannot {}", self.host, self.deed)
    }
}
