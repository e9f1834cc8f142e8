//! Blobs on their way in (distribution-spec, "Pushing blobs", "Mounting a blob from another repository").

use super::answer::{Answer, CONTENT_DIGEST};
use super::body::Incoming;
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
    body: &mut Incoming,
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
    body: &mut Incoming,
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
    body: &mut Incoming,
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
    body: &mut Incoming,
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

#[cfg(test)]
mod tests {
    use super::super::testing::{Client, Reply};
    use super::*;
    use axum::body::Bytes;
    use futures_util::stream;
    use std::io;

    fn sha512(bytes: &[u8]) -> Digest {
        let digest: Digest = format!("sha512:{}", "0".repeat(128)).parse().unwrap();
        let mut hasher = digest.hasher();
        hasher.update(bytes);
        hasher.finish()
    }

    async fn put(client: &Client, upload: &str, digest: &Digest, body: &'static [u8]) -> Reply {
        client.send("PUT", &format!("{upload}?digest={digest}"), &[], body).await
    }

    #[tokio::test]
    async fn a_blob_can_come_whole_in_one_request_or_two() {
        for client in Client::of_each_kind() {
            for digest in [Digest::of(b"hello"), sha512(b"hello")] {
                let post = client.send("POST", &format!("/v2/a/blobs/uploads/?digest={digest}"), &[], "hello").await;
                let upload = client.start_upload("b").await;
                for (reply, repository) in [(post, "a"), (put(&client, &upload, &digest, b"hello").await, "b")] {
                    assert_eq!(reply.status, 201);
                    assert_eq!(reply.header("docker-content-digest"), digest.as_str());
                    assert_eq!(reply.header("location"), format!("/v2/{repository}/blobs/{digest}"));
                    assert_eq!(client.get(reply.header("location")).await.bytes(), b"hello");
                }
                assert_eq!(client.get(&upload).await.refusal(), (404, "BLOB_UPLOAD_UNKNOWN".to_owned()));
            }
        }
    }

    #[tokio::test]
    async fn chunks_come_in_order_and_the_upload_says_how_far_it_is() {
        for client in Client::of_each_kind() {
            for digest in [Digest::of(b"hello world"), sha512(b"hello world")] {
                let upload = client.start_upload("a").await;
                assert_eq!(client.get(&upload).await.header("range"), "0-0");
                let chunk = |range: &'static str, body: &'static str| {
                    let (client, upload) = (&client, upload.clone());
                    async move { client.send("PATCH", &upload, &[("content-range", range)], body).await }
                };
                let ahead = chunk("5-9", "world").await;
                assert_eq!(ahead.refusal(), (416, "BLOB_UPLOAD_INVALID".to_owned()));
                assert_eq!(ahead.header("location"), upload);
                assert_eq!(chunk("0-4", "hello").await.header("range"), "0-4");
                for (range, body) in [("0-4", "hello"), ("6-9", "orld"), ("nonsense", "x"), ("5-4", "x")] {
                    let reply = chunk(range, body).await;
                    assert_eq!((reply.status.as_u16(), reply.header("range")), (416, "0-4"), "{range}");
                }
                let status = client.get(&upload).await;
                assert_eq!((status.status.as_u16(), status.header("range")), (204, "0-4"));
                // A chunk that does not say where it belongs goes on where the upload is.
                assert_eq!(client.send("PATCH", &upload, &[], " wor").await.header("range"), "0-8");
                let path = format!("{upload}?digest={digest}");
                let last = client.send("PUT", &path, &[("content-range", "9-10")], "ld").await;
                assert_eq!(last.status, 201);
                assert_eq!(client.get(last.header("location")).await.bytes(), b"hello world");
            }
        }
    }

    #[tokio::test]
    async fn content_of_another_digest_is_refused_and_leaves_nothing() {
        for client in Client::of_each_kind() {
            let digest = Digest::of(b"hello");
            let post = client.send("POST", &format!("/v2/a/blobs/uploads/?digest={digest}"), &[], "hullo").await;
            assert_eq!(post.refusal(), (400, "DIGEST_INVALID".to_owned()));
            let upload = client.start_upload("a").await;
            assert_eq!(put(&client, &upload, &digest, b"hullo").await.refusal(), (400, "DIGEST_INVALID".to_owned()));
            assert_eq!(client.get(&upload).await.status, 404);
            assert_eq!(client.get(&format!("/v2/a/blobs/{digest}")).await.status, 404);
            if let Some(folder) = &client.folder {
                assert_eq!(std::fs::read_dir(folder.path().join("_uploads")).unwrap().count(), 0);
            }
        }
    }

    #[tokio::test]
    async fn an_upload_ends_only_with_a_digest() {
        let client = Client::in_memory();
        let upload = client.start_upload("a").await;
        for query in ["", "?digest=", "?digest=sha256:abc", "?digest=md5:d41d8cd98f00b204e9800998ecf8427e"] {
            let reply = client.send("PUT", &format!("{upload}{query}"), &[], "x").await;
            assert_eq!(reply.refusal(), (400, "DIGEST_INVALID".to_owned()), "{query}");
        }
        assert_eq!(put(&client, &upload, &Digest::of(b"x"), b"x").await.status, 201);
    }

    #[tokio::test]
    async fn a_chunk_that_is_not_as_long_as_it_says_ends_the_upload() {
        let client = Client::in_memory();
        let upload = client.start_upload("a").await;
        let headers = [("content-range", "0-9"), ("content-length", "5")];
        let lying = client.send("PATCH", &upload, &headers, "hello").await;
        assert_eq!(lying.refusal(), (400, "SIZE_INVALID".to_owned()));
        let short = client.send("PATCH", &upload, &[("content-range", "0-9")], "hello").await;
        assert_eq!(short.refusal(), (400, "SIZE_INVALID".to_owned()));
        assert_eq!(client.get(&upload).await.status, 404);
    }

    #[tokio::test]
    async fn an_upload_goes_on_where_its_client_was_cut_off() {
        for client in Client::of_each_kind() {
            let upload = client.start_upload("a").await;
            let pieces = [Ok(Bytes::from("hello")), Err(io::Error::from(io::ErrorKind::ConnectionReset))];
            let cut = client.send("PATCH", &upload, &[], Body::from_stream(stream::iter(pieces))).await;
            assert_eq!(cut.status, 400);
            assert_eq!(client.get(&upload).await.header("range"), "0-4");
            client.send("PATCH", &upload, &[("content-range", "5-10")], " world").await;
            assert_eq!(put(&client, &upload, &Digest::of(b"hello world"), b"").await.status, 201);
        }
    }

    #[tokio::test]
    async fn a_cancelled_upload_is_gone() {
        for client in Client::of_each_kind() {
            let upload = client.start_upload("a").await;
            client.send("PATCH", &upload, &[], "hello").await;
            assert_eq!(client.send("DELETE", &upload, &[], Body::empty()).await.status, 204);
            assert_eq!(put(&client, &upload, &Digest::of(b"hello"), b"").await.status, 404);
            if let Some(folder) = &client.folder {
                assert_eq!(std::fs::read_dir(folder.path().join("_uploads")).unwrap().count(), 0);
            }
        }
    }

    #[tokio::test]
    async fn an_upload_is_not_found_from_another_repository() {
        let client = Client::in_memory();
        let upload = client.start_upload("a").await.replace("/v2/a/", "/v2/b/");
        for method in ["GET", "PATCH", "DELETE"] {
            assert_eq!(client.send(method, &upload, &[], "x").await.status, 404, "{method}");
        }
    }

    #[tokio::test]
    async fn a_blob_is_mounted_from_a_repository_that_has_it() {
        for client in Client::of_each_kind() {
            let digest = client.push_blob("deep/er/a", b"hello").await;
            for (query, status) in [
                (format!("mount={digest}&from=c"), 202),
                (format!("mount={digest}&from=../a"), 202),
                ("mount=nonsense&from=deep/er/a".to_owned(), 202),
                (format!("mount={}&from=deep/er/a", Digest::of(b"other")), 202),
                (format!("mount={digest}&from=deep%2Fer%2Fa"), 201),
                (format!("mount={digest}"), 201),
            ] {
                let reply = client.send("POST", &format!("/v2/b/blobs/uploads/?{query}"), &[], Body::empty()).await;
                assert_eq!(reply.status, status, "{query}");
                if status == 201 {
                    let path = format!("/v2/b/blobs/{digest}");
                    assert_eq!(reply.header("location"), path);
                    assert_eq!(client.get(&path).await.bytes(), b"hello");
                    client.send("DELETE", &path, &[], Body::empty()).await;
                }
            }
            assert_eq!(client.get(&format!("/v2/deep/er/a/blobs/{digest}")).await.bytes(), b"hello");
        }
    }
}
