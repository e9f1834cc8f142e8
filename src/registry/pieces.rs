//! An answer's body, piece by piece, from a server that may be slow on purpose.

use super::addresses::PrivateAddress;
use super::fault::{Broken, Fault, classify};
use bytes::Bytes;
use std::time::Duration;
use tokio::time::Instant;

/// The slowest a server may send, in bytes a second.
const PACE: u64 = 1024;

/// The body of one answer.
pub(super) struct Pieces {
    response: reqwest::Response,
    idle: Duration,
    /// Time spent waiting for the server since the pace was last judged, and what came in it.
    waited: Duration,
    came: u64,
}

impl Pieces {
    pub(super) fn new(response: reqwest::Response, idle: Duration) -> Self {
        Self { response, idle, waited: Duration::ZERO, came: 0 }
    }

    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        let since = Instant::now();
        let piece = match tokio::time::timeout(self.idle, self.response.chunk()).await {
            Ok(Ok(piece)) => piece,
            Ok(Err(error)) => {
                return Err(classify(&error).unwrap_or_else(|PrivateAddress(name)| Broken::new(Fault::Other, name)));
            }
            Err(_) => {
                return Err(Broken::new(Fault::Stalled, format!("nothing came for {} s", self.idle.as_secs_f32())));
            }
        };
        self.waited += since.elapsed();
        self.came += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        if self.waited >= self.idle && piece.is_some() {
            if self.came < (self.waited.as_secs_f64() * PACE as f64) as u64 {
                let cause = format!("only {} bytes came in {} s", self.came, self.waited.as_secs_f32());
                return Err(Broken::new(Fault::Stalled, cause));
            }
            (self.waited, self.came) = (Duration::ZERO, 0);
        }
        Ok(piece)
    }

    /// All that is left, unless it is more than `limit` bytes: then `None`.
    pub(super) async fn all(&mut self, limit: u64) -> Result<Option<Vec<u8>>, Broken> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.next().await? {
            if bytes.len() as u64 + piece.len() as u64 > limit {
                return Ok(None);
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(Some(bytes))
    }
}
