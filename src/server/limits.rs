//! How much a client may ask of the registry.

use std::time::Duration;

/// The most bytes a request's head may have.
pub(super) const HEADER_BYTES: usize = 32 << 10;

/// How long a connection may take to send a request's head, the wait between two requests included.
pub(super) const HEADER_TIME: Duration = Duration::from_secs(30);

/// How long a request's body, or a client reading a response, may stand still.
pub(super) const IDLE_TIME: Duration = Duration::from_secs(30);

/// The most connections served at once; further ones wait to be accepted.
pub(super) const CONNECTIONS: usize = 256;

/// How long running requests may take to end once the server is told to stop.
pub(super) const SHUTDOWN_TIME: Duration = Duration::from_secs(10);

/// The most uploads open at once.
pub(super) const UPLOADS: usize = 256;

/// How long an upload may be left alone before it is forgotten.
pub(super) const UPLOAD_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// How long an upload must have been left alone before a new one may take its place when [`UPLOADS`] are open.
pub(super) const UPLOAD_EVICTION_TIME: Duration = Duration::from_secs(5 * 60);

/// The most entries one page of a listing has.
pub(super) const PAGE: usize = 1000;

/// The most tags one manifest may be pushed with in one request.
pub(super) const TAGS_AT_ONCE: usize = 100;

/// The most of a refused request's body that is read, so that the client gets to see the refusal.
pub(super) const DRAIN_BYTES: u64 = 16 << 20;

/// How many bytes of a blob are read, hashed or written at a time.
pub(super) const PIECE: usize = 256 << 10;
