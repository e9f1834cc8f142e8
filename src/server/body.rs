//! The body of a request, read in pieces that may not keep the registry waiting.

use super::limits::{DRAIN_BYTES, IDLE_TIME};
use super::refusal::Refusal;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use http_body_util::BodyExt;
use tokio::time::timeout;

/// The next bytes; nothing once all have come.
pub(super) async fn next_piece(body: &mut Body) -> Result<Option<Bytes>, Refusal> {
    loop {
        let Ok(frame) = timeout(IDLE_TIME, body.frame()).await else {
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
pub(super) async fn whole(body: &mut Body, limit: u64) -> Result<Bytes, Refusal> {
    let mut all = Vec::new();
    while let Some(piece) = next_piece(body).await? {
        if (all.len() + piece.len()) as u64 > limit {
            let message = format!("more than {limit} bytes");
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID", message));
        }
        all.extend_from_slice(&piece);
    }
    Ok(all.into())
}

/// Reads what is left of a refused request's body, within bounds: a client that is still sending may not look for the
/// answer before it is done.
pub(super) async fn drain(body: &mut Body) {
    let mut left = DRAIN_BYTES;
    let read = async {
        while left > 0 {
            match next_piece(body).await {
                Ok(Some(piece)) => left = left.saturating_sub(piece.len() as u64),
                _ => return,
            }
        }
    };
    let _ = timeout(IDLE_TIME, read).await;
}
