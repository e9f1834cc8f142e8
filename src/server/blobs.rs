//! Blobs on their way out (distribution-spec, "Pulling blobs", "Deleting Blobs").

use super::answer::{Answer, CONTENT_DIGEST};
use super::names::RepositoryName;
use super::range::{self, Wanted};
use super::refusal::Refusal;
use super::router::Registry;
use super::storage::{Blob, Content, Kind, StorageError};
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
    let (name, wanted) = (repository.clone(), digest.clone());
    let found = registry.with_storage(move |storage| storage.blob(&name, &wanted)).await?;
    let blob = found.ok_or_else(|| unknown(&digest))?;
    if blob.size == 0 && !digest.matches(b"") {
        // Of the others one finds out on the way, but here is no last piece to hold back.
        registry.set_aside(&repository, Kind::Blob, &digest).await?;
        return Err(Refusal::internal());
    }
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
        Wanted::Whole => Ok(answer(StatusCode::OK, size).body(whole(
            blob,
            digest.clone(),
            registry.setting_aside(&repository, Kind::Blob, &digest),
        ))),
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

fn whole(blob: Blob, digest: Digest, set_aside: impl FnOnce() -> Result<(), StorageError> + Send + 'static) -> Body {
    match blob.content {
        Content::Memory(bytes) => Body::from(bytes),
        Content::File(file) => Outgoing::whole(file, blob.size, digest, set_aside).into_body(),
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

#[cfg(test)]
mod tests {
    use super::super::limits::PIECE;
    use super::super::testing::Client;
    use super::*;
    use std::fs;

    /// Longer than some pieces, and not a multiple of them.
    fn long() -> Vec<u8> {
        (0..2 * PIECE + 1000).map(|position| (position % 251) as u8).collect()
    }

    #[tokio::test]
    async fn a_blob_comes_back_whole_and_in_parts() {
        for client in Client::of_each_kind() {
            let bytes = long();
            let digest = client.push_blob("a/b", &bytes).await;
            let path = format!("/v2/a/b/blobs/{digest}");
            let reply = client.get(&path).await;
            assert_eq!((reply.status.as_u16(), reply.bytes()), (200, bytes.as_slice()));
            assert_eq!(reply.header("docker-content-digest"), digest.as_str());
            assert_eq!(reply.header("content-type"), "application/octet-stream");
            assert_eq!(reply.header("content-length"), bytes.len().to_string());
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
            let head = client.send("HEAD", &path, &[], Body::empty()).await;
            assert_eq!((head.header("content-length"), head.bytes()), (reply.header("content-length"), &b""[..]));
            let part = client.send("GET", &path, &[("range", "bytes=100-400099")], Body::empty()).await;
            assert_eq!((part.status.as_u16(), part.bytes()), (206, &bytes[100..400_100]));
            assert_eq!(part.header("content-range"), format!("bytes 100-400099/{}", bytes.len()));
            let beyond = client.send("GET", &path, &[("range", "bytes=99999999-")], Body::empty()).await;
            assert_eq!(beyond.status, 416);
            assert_eq!(beyond.header("content-range"), format!("bytes */{}", bytes.len()));
        }
    }

    #[tokio::test]
    async fn a_blob_is_removed_from_its_own_repository_alone() {
        for client in Client::of_each_kind() {
            let digest = client.push_blob("a", b"x").await;
            client.push_blob("b", b"x").await;
            let (a, b) = (format!("/v2/a/blobs/{digest}"), format!("/v2/b/blobs/{digest}"));
            assert_eq!(client.send("DELETE", &a, &[], Body::empty()).await.status, 202);
            assert_eq!(client.get(&a).await.refusal(), (404, "BLOB_UNKNOWN".to_owned()));
            assert_eq!(client.send("DELETE", &a, &[], Body::empty()).await.status, 404);
            assert_eq!(client.get(&b).await.status, 200);
        }
    }

    #[tokio::test]
    async fn a_damaged_blob_is_never_served_whole_and_can_be_pushed_again() {
        for (damage, status) in [("flip", 200), ("cut", 200), ("empty", 500)] {
            let client = Client::in_folder();
            let bytes = long();
            let digest = client.push_blob("a", &bytes).await;
            let folder = client.folder.as_ref().unwrap().path().join("repositories/a/_blobs/sha256");
            let mut damaged = bytes.clone();
            match damage {
                "flip" => damaged[70_000] ^= 1,
                "cut" => damaged.truncate(PIECE),
                _ => damaged.clear(),
            }
            fs::remove_file(folder.join(digest.hex())).unwrap();
            fs::write(folder.join(digest.hex()), damaged).unwrap();
            let path = format!("/v2/a/blobs/{digest}");
            let reply = client.get(&path).await;
            assert_eq!(reply.status, status, "{damage}");
            assert!(status == 500 || reply.body.is_err(), "{damage}");
            assert_eq!(client.send("HEAD", &path, &[], Body::empty()).await.status, 404, "{damage}");
            assert!(folder.join(format!("{}.damaged", digest.hex())).exists(), "{damage}");
            client.push_blob("a", &bytes).await;
            assert_eq!(client.get(&path).await.bytes(), bytes, "{damage}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_link_among_the_blobs_is_not_followed() {
        let client = Client::in_folder();
        client.push_blob("a", b"x").await;
        let digest = Digest::of(b"secret");
        let folder = client.folder.as_ref().unwrap().path();
        let secret = folder.join("secret");
        fs::write(&secret, "secret").unwrap();
        std::os::unix::fs::symlink(&secret, folder.join("repositories/a/_blobs/sha256").join(digest.hex())).unwrap();
        assert_eq!(client.get(&format!("/v2/a/blobs/{digest}")).await.status, 500);
    }
}
