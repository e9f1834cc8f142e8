//! A blob in several requests (distribution-spec, "Pushing a blob in chunks"): for registries that take no large request,
//! and to go on with what has arrived of one.

use super::answer::malformed;
use super::retry::{Again, Failure};
use super::upload_session::{Session, Upload, kept};
use super::wire::Payload;
use reqwest::header::{CONTENT_RANGE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, StatusCode};

/// How large a chunk is, in bytes: the most that GHCR takes.
const CHUNK: u64 = 4 << 20;

/// The largest chunk that is sent because a registry asks for no smaller ones.
const CHUNK_LIMIT: u64 = 64 << 20;

impl Upload<'_> {
    /// Sends what the registry has not, in chunks, and has the blob confirmed. After a failure the session says how far
    /// that went.
    pub(super) async fn send_chunks(&self, session: &mut Session) -> Result<(), Failure> {
        let chunk = session.min_chunk.unwrap_or(0).clamp(CHUNK, CHUNK_LIMIT);
        while session.kept < self.descriptor.size {
            let end = session.kept.saturating_add(chunk).min(self.descriptor.size);
            self.send_chunk(session, end).await?;
        }
        self.close(session, Payload::Empty).await
    }

    async fn send_chunk(&self, session: &mut Session, end: u64) -> Result<(), Failure> {
        let start = session.kept;
        let mut headers = HeaderMap::new();
        if let Ok(range) = HeaderValue::try_from(format!("{start}-{}", end - 1)) {
            headers.insert(CONTENT_RANGE, range);
        }
        let payload = self.content.part(start..end);
        let answer = self.send(Method::PATCH, session.place.clone(), headers, payload).await?;
        match answer.status {
            // The specification knows 202 alone. ECR answers 201.
            StatusCode::OK | StatusCode::CREATED | StatusCode::ACCEPTED | StatusCode::NO_CONTENT => {
                if answer.header(LOCATION).is_some() {
                    session.place = self.place(&answer)?;
                }
                let said = kept(&answer).filter(|kept| *kept < end);
                answer.discard().await;
                match said {
                    // Registries that count each chunk for itself, or say nothing sensible, have the digest to answer for.
                    None => session.kept = end,
                    Some(kept) if kept <= start => session.kept = end,
                    Some(kept) => {
                        session.kept = kept;
                        let what = format!("the registry took {} of {} bytes", kept - start, end - start);
                        return Err(Failure { error: malformed(&self.asked, what), again: Again::Soon });
                    }
                }
                Ok(())
            }
            // The registry is elsewhere than it was thought to be; asked, it says where.
            StatusCode::RANGE_NOT_SATISFIABLE => Err(Failure { again: Again::Soon, ..self.refusal(answer).await }),
            _ => Err(self.refusal(answer).await),
        }
    }
}
