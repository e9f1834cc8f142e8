//! Blobs on their way in (distribution-spec, "Pushing blobs", "Mounting a blob from another repository").

use super::answer::{Answer, CONTENT_DIGEST};
use super::names::RepositoryName;
use super::range::chunk;
use super::received::{Finished, Interrupted, Received, receive};
use super::refusal::Refusal;
use super::route::{self, Query};
use super::router::Registry;
use super::sessions::Held;
use crate::oci::Digest;
use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_RANGE, HeaderMap, HeaderName, LOCATION, RANGE};
use axum::http::{Response, StatusCode};
use std::sync::Arc;
use tokio::sync::Mutex;

/// The name of an upload; clients of Docker's registry look for it.
const UPLOAD_UUID: HeaderName = HeaderName::from_static("docker-upload-uuid");

/// Starts an upload, or does without one: the blob is mounted, or comes with this very request.
pub(super) async fn start(
    registry: &Registry,
    repository: RepositoryName,
    query: &Query,
    body: &mut Body,
) -> Result<Response<Body>, Refusal> {
    // A mount that is not possible, for whatever reason, becomes an ordinary upload.
    if let Some(digest) = query.get("mount").and_then(|text| text.parse::<Digest>().ok())
        && mount(registry, &repository, digest.clone(), query.get("from")).await?
    {
        return Ok(created(&repository, &digest));
    }
    let digest = query.get("digest").map(route::digest).transpose()?;
    let mut received = Received::new(registry.with_storage(|storage| storage.start_upload()).await?);
    match digest {
        Some(digest) => {
            received.expect(&digest);
            let held = Arc::new(Mutex::new(Some(received))).lock_owned().await;
            let held = receive(held, body).await.map_err(Interrupted::into_refusal)?;
            keep(registry, repository, held, digest).await
        }
        None => {
            let session = registry.sessions.start(repository.clone(), received)?;
            Ok(progress(StatusCode::ACCEPTED, &repository, &session, 0).empty())
        }
    }
}

async fn mount(
    registry: &Registry,
    repository: &RepositoryName,
    digest: Digest,
    from: Option<&str>,
) -> Result<bool, Refusal> {
    let source = match from.map(str::parse::<RepositoryName>) {
        Some(Ok(source)) => Some(source),
        Some(Err(_)) => return Ok(false),
        None => None,
    };
    let target = repository.clone();
    registry.with_storage(move |storage| storage.mount(&digest, source.as_ref(), &target)).await
}

/// Says how far an upload is.
pub(super) async fn status(
    registry: &Registry,
    repository: &RepositoryName,
    session: &str,
) -> Result<Response<Body>, Refusal> {
    let held = registry.sessions.hold(repository, session).await?;
    Ok(progress(StatusCode::NO_CONTENT, repository, session, size(&held)).empty())
}

/// Adds a chunk, or a stream that does not say how long it is.
pub(super) async fn append(
    registry: &Registry,
    repository: &RepositoryName,
    session: &str,
    headers: &HeaderMap,
    body: &mut Body,
) -> Result<Response<Body>, Refusal> {
    let held = registry.sessions.hold(repository, session).await?;
    let length = chunk_length(repository, session, &held, headers)?;
    let held = take(registry, session, held, length, body).await?;
    Ok(progress(StatusCode::ACCEPTED, repository, session, size(&held)).empty())
}

/// Ends an upload, with the last part of the blob or the whole of it in the body, or with nothing there.
pub(super) async fn finish(
    registry: &Registry,
    repository: RepositoryName,
    session: &str,
    query: &Query,
    headers: &HeaderMap,
    body: &mut Body,
) -> Result<Response<Body>, Refusal> {
    let missing = || Refusal::bad("DIGEST_INVALID", "the request must say which digest the blob has");
    let digest = query.get("digest").ok_or_else(missing).and_then(route::digest)?;
    let mut held = registry.sessions.hold(&repository, session).await?;
    let length = chunk_length(&repository, session, &held, headers)?;
    if let Some(received) = held.as_mut() {
        received.expect(&digest);
    }
    let held = take(registry, session, held, length, body).await?;
    // Right or wrong, the upload is over.
    registry.sessions.forget(session);
    keep(registry, repository, held, digest).await
}

/// Forgets an upload and what has come of it.
pub(super) async fn cancel(
    registry: &Registry,
    repository: &RepositoryName,
    session: &str,
) -> Result<Response<Body>, Refusal> {
    let mut held = registry.sessions.hold(repository, session).await?;
    let received = held.take();
    registry.sessions.forget(session);
    // Its file is removed where waiting for a disk is no matter.
    registry
        .with_storage(move |_| {
            drop(received);
            Ok(())
        })
        .await?;
    Ok(Answer::new(StatusCode::NO_CONTENT).empty())
}

fn size(held: &Held) -> u64 {
    held.as_ref().map_or(0, Received::size)
}

/// Adds a body to an upload; `length` is how long its chunk says it is.
async fn take(
    registry: &Registry,
    session: &str,
    held: Held,
    length: Option<u64>,
    body: &mut Body,
) -> Result<Held, Refusal> {
    let before = size(&held);
    let held = receive(held, body).await.map_err(|interrupted| {
        if interrupted.is_final() {
            registry.sessions.forget(session);
        }
        interrupted.into_refusal()
    })?;
    if length.is_some_and(|length| size(&held) - before != length) {
        registry.sessions.forget(session);
        return Err(Refusal::bad("SIZE_INVALID", "the chunk is not as long as its Content-Range says; start again"));
    }
    Ok(held)
}

/// Makes what has come a blob of the repository.
async fn keep(
    registry: &Registry,
    repository: RepositoryName,
    mut held: Held,
    digest: Digest,
) -> Result<Response<Body>, Refusal> {
    let received = held.take().ok_or_else(Refusal::internal)?;
    let created = created(&repository, &digest);
    let wanted = digest.clone();
    match registry.with_storage(move |_| received.finish(&repository, &wanted)).await? {
        Finished::Kept => Ok(created),
        Finished::Mismatch(found) => {
            let message = format!("the content has the digest {found}, not {digest}");
            Err(Refusal::bad("DIGEST_INVALID", message))
        }
    }
}

/// How many bytes the request's `Content-Range` announces, if it has one that goes on where the upload is.
fn chunk_length(
    repository: &RepositoryName,
    session: &str,
    held: &Held,
    headers: &HeaderMap,
) -> Result<Option<u64>, Refusal> {
    let Some(header) = headers.get(CONTENT_RANGE) else { return Ok(None) };
    let size = size(held);
    let range = header.to_str().ok().and_then(chunk).filter(|range| *range.start() == size).ok_or_else(|| {
        let message = format!("the next chunk is {size}-<last>");
        Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, "BLOB_UPLOAD_INVALID", message)
            .header(LOCATION, &location(repository, session))
            .header(RANGE, &progress_range(size))
    })?;
    let length = range.end() - range.start() + 1;
    match headers.get(CONTENT_LENGTH).map(|length| length.to_str().ok().and_then(|length| length.parse().ok())) {
        Some(sent) if sent != Some(length) => {
            Err(Refusal::bad("SIZE_INVALID", "Content-Length and Content-Range do not fit each other"))
        }
        _ => Ok(Some(length)),
    }
}

fn created(repository: &RepositoryName, digest: &Digest) -> Response<Body> {
    Answer::new(StatusCode::CREATED)
        .header(LOCATION, format!("/v2/{repository}/blobs/{digest}"))
        .header(CONTENT_DIGEST, digest.as_str())
        .empty()
}

fn progress(status: StatusCode, repository: &RepositoryName, session: &str, size: u64) -> Answer {
    Answer::new(status)
        .header(LOCATION, location(repository, session))
        .header(RANGE, progress_range(size))
        .header(UPLOAD_UUID, session)
}

fn location(repository: &RepositoryName, session: &str) -> String {
    format!("/v2/{repository}/blobs/uploads/{session}")
}

/// The first and last byte that have come. For none there is no right way to say so; `0-0` is the custom.
fn progress_range(size: u64) -> String {
    format!("0-{}", size.saturating_sub(1))
}
