//! The body of a request, read in pieces that may not keep the registry waiting.

use super::limits::{DRAIN_BYTES, IDLE_TIME};
use super::refusal::Refusal;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{EXPECT, HeaderMap};
use http_body_util::BodyExt;
use tokio::time::timeout;

/// A body that is still coming.
pub(super) struct Incoming {
    body: Body,
    /// The client sends nothing before it is told to, which reading the body does.
    is_held_back: bool,
}

impl Incoming {
    /// The body of a request with these headers.
    pub(super) fn new(body: Body, headers: &HeaderMap) -> Self {
        Self { body, is_held_back: headers.contains_key(EXPECT) }
    }

    /// The next bytes; nothing once all have come.
    pub(super) async fn next_piece(&mut self) -> Result<Option<Bytes>, Refusal> {
        self.is_held_back = false;
        loop {
            let Ok(frame) = timeout(IDLE_TIME, self.body.frame()).await else {
                return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "UNKNOWN", "the request's body stopped coming"));
            };
            match frame {
                None => return Ok(None),
                Some(Err(error)) => {
                    log::debug!("a request's body ended early: {error}");
                    return Err(Refusal::bad("SIZE_INVALID", "the request's body ended early"));
                }
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) if !bytes.is_empty() => return Ok(Some(bytes)),
                    _ => {}
                },
            }
        }
    }

    /// The whole body, if it has no more than `limit` bytes.
    pub(super) async fn whole(&mut self, limit: u64) -> Result<Bytes, Refusal> {
        let mut all = Vec::new();
        while let Some(piece) = self.next_piece().await? {
            if (all.len() + piece.len()) as u64 > limit {
                let message = format!("more than {limit} bytes");
                return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID", message));
            }
            all.extend_from_slice(&piece);
        }
        Ok(all.into())
    }

    /// Reads what is left of a refused request's body, within bounds: a client that is still sending may not look for
    /// the answer before it is done.
    pub(super) async fn drain(mut self) {
        if self.is_held_back {
            return;
        }
        let mut left = DRAIN_BYTES;
        let read = async {
            while left > 0 {
                match self.next_piece().await {
                    Ok(Some(piece)) => left = left.saturating_sub(piece.len() as u64),
                    _ => return,
                }
            }
        };
        let _ = timeout(IDLE_TIME, read).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use futures_util::stream;
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const PIECE: usize = 1 << 20;

    /// A body without end that counts its pieces.
    fn endless(headers: &HeaderMap) -> (Incoming, Arc<AtomicUsize>) {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let pieces = stream::repeat_with(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(Bytes::from(vec![0; PIECE]))
        });
        (Incoming::new(Body::from_stream(pieces), headers), count)
    }

    #[tokio::test]
    async fn a_refused_body_is_read_so_far_and_no_further() {
        let (body, count) = endless(&HeaderMap::new());
        body.drain().await;
        assert_eq!(count.load(Ordering::Relaxed) as u64, DRAIN_BYTES / PIECE as u64);
    }

    #[tokio::test]
    async fn a_client_that_waits_to_send_is_not_told_to_when_it_is_refused() {
        let headers = HeaderMap::from_iter([(EXPECT, HeaderValue::from_static("100-continue"))]);
        let (body, count) = endless(&headers);
        body.drain().await;
        assert_eq!(count.load(Ordering::Relaxed), 0);
        // Once it has begun it will not stop for an answer.
        let (mut body, count) = endless(&headers);
        assert!(body.whole(1).await.is_err());
        body.drain().await;
        assert!(count.load(Ordering::Relaxed) > 1);
    }
}
