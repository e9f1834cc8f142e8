//! Blobs on their way out (distribution-spec, "Pulling blobs", "Deleting Blobs").

use super::answer::{Answer, CONTENT_DIGEST};
use super::names::RepositoryName;
use super::range::{self, Wanted};
use super::refusal::Refusal;
use super::router::Registry;
use super::storage::{Blob, Content};
use super::stream::Outgoing;
use crate::oci::Digest;
use axum::body::Body;
use axum::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, RANGE};
use axum::http::{Method, Response, StatusCode};
use std::ops::RangeInclusive;

pub(super) async fn get(
    registry: &Registry,
    repository: RepositoryName,
    digest: Digest,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response<Body>, Refusal> {
    let wanted = digest.clone();
    let found = registry.with_storage(move |storage| storage.blob(&repository, &wanted)).await?;
    let blob = found.ok_or_else(|| unknown(&digest))?;
    let answer = |status, length: u64| {
        Answer::new(status)
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_LENGTH, length.to_string())
            .header(ACCEPT_RANGES, "bytes")
            .header(ETAG, format!("\"{digest}\""))
            .header(CONTENT_DIGEST, digest.as_str())
    };
    if method == Method::HEAD {
        return Ok(answer(StatusCode::OK, blob.size).empty());
    }
    // What a digest names never changes, so whatever `If-Range` asks is so.
    let size = blob.size;
    match range::wanted(headers.get(RANGE).and_then(|range| range.to_str().ok()), size) {
        Wanted::Whole => Ok(answer(StatusCode::OK, size).body(whole(blob, digest.clone()))),
        Wanted::Part(part) => {
            let (first, last) = (*part.start(), *part.end());
            Ok(answer(StatusCode::PARTIAL_CONTENT, last - first + 1)
                .header(CONTENT_RANGE, format!("bytes {first}-{last}/{size}"))
                .body(piece(blob, part)?))
        }
        Wanted::Nothing => {
            let message = format!("the blob has {size} bytes");
            Err(Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, "SIZE_INVALID", message)
                .header(CONTENT_RANGE, &format!("bytes */{size}")))
        }
    }
}

fn whole(blob: Blob, digest: Digest) -> Body {
    match blob.content {
        Content::Memory(bytes) => Body::from(bytes),
        Content::File(file) => Outgoing::whole(file, blob.size, digest).into_body(),
    }
}

fn piece(blob: Blob, part: RangeInclusive<u64>) -> Result<Body, Refusal> {
    let (first, length) = (*part.start(), part.end() - part.start() + 1);
    match blob.content {
        Content::Memory(bytes) => {
            let ends = usize::try_from(first).ok().zip(usize::try_from(first + length).ok());
            let slice = ends.filter(|(_, end)| *end <= bytes.len()).map(|(start, end)| bytes.slice(start..end));
            slice.map(Body::from).ok_or_else(Refusal::internal)
        }
        Content::File(file) => Outgoing::part(file, first, length).map(Outgoing::into_body).map_err(|error| {
            log::error!("a blob cannot be read from byte {first} on: {error}");
            Refusal::internal()
        }),
    }
}

pub(super) async fn delete(
    registry: &Registry,
    repository: RepositoryName,
    digest: Digest,
) -> Result<Response<Body>, Refusal> {
    let wanted = digest.clone();
    if registry.with_storage(move |storage| storage.remove_blob(&repository, &wanted)).await? {
        Ok(Answer::new(StatusCode::ACCEPTED).empty())
    } else {
        Err(unknown(&digest))
    }
}

fn unknown(digest: &Digest) -> Refusal {
    Refusal::unknown("BLOB_UNKNOWN", format!("blob {digest} is not in this repository"))
}
