//! Manifests, in and out (distribution-spec, "Pulling manifests", "Pushing Manifests", "Deleting Manifests").

use super::answer::{Answer, CONTENT_DIGEST};
use super::body::Incoming;
use super::document::{Document, Fault};
use super::limits::TAGS_AT_ONCE;
use super::names::{ManifestName, RepositoryName, Tag};
use super::refusal::Refusal;
use super::route::Query;
use super::router::Registry;
use super::storage::{Kind, NewManifest};
use crate::oci::{Digest, MANIFEST_LIMIT};
use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, LOCATION};
use axum::http::{Response, StatusCode};

/// Says that the registry knows what the manifest refers to.
const SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
/// Lists the tags that were given with the manifest.
const TAGS: HeaderName = HeaderName::from_static("oci-tag");

pub(super) async fn get(
    registry: &Registry,
    repository: RepositoryName,
    name: ManifestName,
) -> Result<Response<Body>, Refusal> {
    let name_of = repository.clone();
    let found = registry
        .with_storage(move |storage| {
            let digest = match name {
                ManifestName::Digest(digest) => Some(digest),
                ManifestName::Tag(tag) => storage.resolve(&name_of, &tag)?,
            };
            let Some(digest) = digest else { return Ok(None) };
            Ok(storage.manifest(&name_of, &digest)?.map(|bytes| (digest, bytes)))
        })
        .await?;
    let (digest, bytes) = found.ok_or_else(unknown)?;
    if !digest.matches(&bytes) {
        registry.set_aside(&repository, Kind::Manifest, &digest).await?;
        return Err(Refusal::internal());
    }
    let document = Document::parse(&bytes)?;
    Ok(Answer::new(StatusCode::OK)
        .header(CONTENT_TYPE, document.media_type())
        .header(CONTENT_LENGTH, bytes.len().to_string())
        .header(ETAG, format!("\"{digest}\""))
        .header(CONTENT_DIGEST, digest.as_str())
        .body(bytes))
}

pub(super) async fn put(
    registry: &Registry,
    repository: RepositoryName,
    name: ManifestName,
    query: &Query,
    headers: &HeaderMap,
    body: &mut Incoming,
) -> Result<Response<Body>, Refusal> {
    let (wanted, tags) = match name {
        ManifestName::Digest(digest) => (Some(digest), tags(query)?),
        ManifestName::Tag(tag) => (None, vec![tag]),
    };
    let given: Vec<&str> = if wanted.is_some() { tags.iter().map(Tag::as_str).collect() } else { Vec::new() };
    let given = given.join(", ");
    let bytes = body.whole(MANIFEST_LIMIT).await?;
    let digest = match wanted {
        Some(digest) if digest.matches(&bytes) => digest,
        Some(digest) => {
            let message = format!("the manifest has the digest {}, not {digest}", Digest::of(&bytes));
            return Err(Refusal::bad("DIGEST_INVALID", message));
        }
        None => Digest::of(&bytes),
    };
    let document = Document::parse(&bytes)?;
    document.check_content_type(headers.get(CONTENT_TYPE).and_then(|own| own.to_str().ok()))?;
    let mut answer = Answer::new(StatusCode::CREATED)
        .header(LOCATION, format!("/v2/{repository}/manifests/{digest}"))
        .header(CONTENT_DIGEST, digest.as_str());
    if let Some(subject) = document.subject() {
        answer = answer.header(SUBJECT, subject.as_str());
    }
    if !given.is_empty() {
        answer = answer.header(TAGS, given);
    }
    let faults = registry
        .with_storage(move |storage| {
            let faults = document.faults(storage, &repository)?;
            if faults.is_empty() {
                let subject = document.subject().cloned();
                storage.put_manifest(&repository, &NewManifest { digest, bytes, subject, tags })?;
            }
            Ok(faults)
        })
        .await?;
    Fault::refuse(&faults)?;
    Ok(answer.empty())
}

/// The tags a manifest put by its digest is to have (distribution-spec after 1.1, "Pushing Manifests").
fn tags(query: &Query) -> Result<Vec<Tag>, Refusal> {
    let tags: Result<Vec<Tag>, _> = query.all("tag").map(str::parse).collect();
    let tags = tags.map_err(|_| Refusal::bad("TAG_INVALID", "invalid tag"))?;
    if tags.len() > TAGS_AT_ONCE {
        let message = format!("more than {TAGS_AT_ONCE} tags at once");
        return Err(Refusal::new(StatusCode::URI_TOO_LONG, "TAG_INVALID", message));
    }
    Ok(tags)
}

/// A tag goes alone; a manifest goes with its tags.
pub(super) async fn delete(
    registry: &Registry,
    repository: RepositoryName,
    name: ManifestName,
) -> Result<Response<Body>, Refusal> {
    let removed = registry
        .with_storage(move |storage| match name {
            ManifestName::Tag(tag) => storage.remove_tag(&repository, &tag),
            ManifestName::Digest(digest) => {
                let Some(bytes) = storage.manifest(&repository, &digest)? else { return Ok(false) };
                // A damaged manifest can be removed too; it is then nobody's referrer any more.
                let document = Document::parse(&bytes).ok();
                storage.remove_manifest(&repository, &digest, document.as_ref().and_then(Document::subject))
            }
        })
        .await?;
    if removed { Ok(Answer::new(StatusCode::ACCEPTED).empty()) } else { Err(unknown()) }
}

fn unknown() -> Refusal {
    Refusal::unknown("MANIFEST_UNKNOWN", "no such manifest in this repository")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Client, manifest};
    use super::*;
    use crate::oci::media_types;
    use serde_json::json;

    #[tokio::test]
    async fn a_manifest_comes_back_byte_for_byte_by_tag_and_by_digest() {
        for client in Client::of_each_kind() {
            // Odd spacing and unknown fields are part of the bytes.
            client.push_image("a/b/c/d", "first", b"layer", json!({})).await;
            let text = format!(" {}\n", manifest(b"layer", json!({"org.example.unknown": [1.10, null]})));
            let digest = Digest::of(text.as_bytes());
            let put = client.put_manifest("a/b/c/d", "V1", &text).await;
            assert_eq!(put.status, 201);
            assert_eq!(put.header("location"), format!("/v2/a/b/c/d/manifests/{digest}"));
            for name in ["V1", digest.as_str()] {
                for method in ["GET", "HEAD"] {
                    let path = format!("/v2/a/b/c/d/manifests/{name}");
                    let reply = client.send(method, &path, &[], Body::empty()).await;
                    assert_eq!(reply.status, 200);
                    assert_eq!(reply.header("docker-content-digest"), digest.as_str());
                    assert_eq!(reply.header("content-type"), media_types::MANIFEST);
                    assert_eq!(reply.header("content-length"), text.len().to_string());
                    assert_eq!(reply.bytes(), if method == "GET" { text.as_bytes() } else { b"" });
                }
            }
            assert_eq!(client.get("/v2/a/b/c/d/manifests/v1").await.refusal(), (404, "MANIFEST_UNKNOWN".to_owned()));
            assert_eq!(client.get("/v2/a/b/c/manifests/V1").await.status, 404);
        }
    }

    #[tokio::test]
    async fn a_manifest_needs_its_blobs_in_the_same_repository_and_of_the_stated_size() {
        for client in Client::of_each_kind() {
            client.push_image("a", "1", b"layer", json!({})).await;
            client.push_blob("b", b"{}").await;
            let refused = client.put_manifest("b", "1", &manifest(b"layer", json!({}))).await;
            assert_eq!(refused.refusal(), (400, "MANIFEST_BLOB_UNKNOWN".to_owned()));
            assert_eq!(refused.json()["errors"][0]["detail"]["digest"], Digest::of(b"layer").as_str());
            assert_eq!(client.get("/v2/b/manifests/1").await.status, 404);
            let layers = json!([{"mediaType": "x", "digest": Digest::of(b"layer"), "size": 4}]);
            let lying = client.put_manifest("a", "2", &manifest(b"layer", json!({"layers": layers}))).await;
            assert_eq!(lying.refusal(), (400, "SIZE_INVALID".to_owned()));
            let kind = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
            let layers = json!([{"mediaType": kind, "digest": Digest::of(b"elsewhere"), "size": 4}]);
            let foreign = client.put_manifest("a", "3", &manifest(b"layer", json!({"layers": layers}))).await;
            assert_eq!(foreign.status, 201);
        }
    }

    #[tokio::test]
    async fn an_index_needs_its_manifests() {
        for client in Client::of_each_kind() {
            let digest = client.push_image("a", "1", b"layer", json!({})).await;
            let size = manifest(b"layer", json!({})).len();
            let child = json!({"mediaType": media_types::MANIFEST, "digest": digest, "size": size});
            let index = json!({"schemaVersion": 2, "manifests": [child]}).to_string();
            assert_eq!(client.put_manifest("a", "all", &index).await.status, 201);
            assert_eq!(client.get("/v2/a/manifests/all").await.header("content-type"), media_types::INDEX);
            let missing = client.put_manifest("b", "all", &index).await;
            assert_eq!(missing.refusal(), (400, "MANIFEST_BLOB_UNKNOWN".to_owned()));
        }
    }

    #[tokio::test]
    async fn what_is_no_manifest_is_refused() {
        let client = Client::in_memory();
        client.push_image("a", "1", b"layer", json!({})).await;
        let image = |extra| manifest(b"layer", extra);
        for text in [
            String::new(),
            "{".to_owned(),
            "[]".to_owned(),
            "{}".to_owned(),
            "[".repeat(100_000),
            image(json!({"schemaVersion": 1})),
            image(json!({"manifests": []})),
            image(json!({"mediaType": media_types::INDEX})),
            image(json!({"mediaType": "text/html"})),
            image(json!({"config": null})),
            image(json!({"layers": [{"mediaType": "x", "digest": "sha256:../../x", "size": 1}]})),
            image(json!({"layers": [{"mediaType": "x", "digest": Digest::of(b"layer"), "size": -1}]})),
            image(json!({})).replacen('{', r#"{"schemaVersion":2,"#, 1),
        ] {
            let reply = client.put_manifest("a", "x", &text).await;
            assert_eq!(reply.refusal(), (400, "MANIFEST_INVALID".to_owned()), "{text:.200}");
        }
        let headers = [("content-type", media_types::DOCKER_MANIFEST)];
        let reply = client.send("PUT", "/v2/a/manifests/x", &headers, image(json!({}))).await;
        assert_eq!(reply.refusal(), (400, "MANIFEST_INVALID".to_owned()));
        assert_eq!(client.get("/v2/a/manifests/x").await.status, 404);
    }

    #[tokio::test]
    async fn a_manifest_has_the_digest_in_its_path_and_a_size_within_the_limit() {
        let client = Client::in_memory();
        client.push_image("a", "1", b"layer", json!({})).await;
        let text = manifest(b"layer", json!({}));
        let wrong = client.put_manifest("a", Digest::of(b"x").as_str(), &text).await;
        assert_eq!(wrong.refusal(), (400, "DIGEST_INVALID".to_owned()));
        let fill = |length: usize| format!("{text}{}", " ".repeat(length - text.len()));
        assert_eq!(client.put_manifest("a", "2", &fill(MANIFEST_LIMIT as usize)).await.status, 201);
        assert_eq!(client.get("/v2/a/manifests/2").await.bytes().len() as u64, MANIFEST_LIMIT);
        let large = client.put_manifest("a", "3", &fill(MANIFEST_LIMIT as usize + 1)).await;
        assert_eq!(large.refusal(), (413, "SIZE_INVALID".to_owned()));
    }

    #[tokio::test]
    async fn a_manifest_put_by_digest_can_bring_its_tags() {
        for client in Client::of_each_kind() {
            let digest = client.push_image("a", "1", b"layer", json!({})).await;
            let text = manifest(b"layer", json!({}));
            let reply = client.put_manifest("a", &format!("{digest}?tag=2&tag=3"), &text).await;
            assert_eq!((reply.status.as_u16(), reply.header("oci-tag")), (201, "2, 3"));
            assert_eq!(client.get("/v2/a/tags/list").await.json()["tags"], json!(["1", "2", "3"]));
            let bad = client.put_manifest("a", &format!("{digest}?tag=.."), &text).await;
            assert_eq!(bad.refusal(), (400, "TAG_INVALID".to_owned()));
            let many = client.put_manifest("a", &format!("{digest}?{}", "tag=x&".repeat(101)), &text).await;
            assert_eq!(many.status, 414);
        }
    }

    #[tokio::test]
    async fn a_tag_goes_alone_and_a_manifest_goes_with_its_tags() {
        for client in Client::of_each_kind() {
            let digest = client.push_image("a", "1", b"layer", json!({})).await;
            client.push_image("a", "2", b"layer", json!({})).await;
            client.push_image("a", "other", b"other", json!({})).await;
            let delete = |name: &str| {
                let path = format!("/v2/a/manifests/{name}");
                let client = &client;
                async move { client.send("DELETE", &path, &[], Body::empty()).await.status.as_u16() }
            };
            assert_eq!(delete("1").await, 202);
            assert_eq!(delete("1").await, 404);
            assert_eq!(client.get("/v2/a/manifests/2").await.status, 200);
            client.push_image("a", "3", b"layer", json!({})).await;
            assert_eq!(delete(digest.as_str()).await, 202);
            assert_eq!(delete(digest.as_str()).await, 404);
            assert_eq!(client.get("/v2/a/tags/list").await.json()["tags"], json!(["other"]));
            assert_eq!(client.get(&format!("/v2/a/manifests/{digest}")).await.status, 404);
        }
    }

    #[tokio::test]
    async fn a_damaged_manifest_is_not_served_and_can_be_pushed_again() {
        let client = Client::in_folder();
        let digest = client.push_image("a", "1", b"layer", json!({})).await;
        let folder = client.folder.as_ref().unwrap().path();
        let file = folder.join("repositories/a/_manifests/sha256").join(digest.hex());
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, manifest(b"layer", json!({"annotations": {"a": "b"}}))).unwrap();
        assert_eq!(client.get("/v2/a/manifests/1").await.status, 500);
        assert_eq!(client.get("/v2/a/manifests/1").await.status, 404);
        client.push_image("a", "1", b"layer", json!({})).await;
        assert_eq!(client.get("/v2/a/manifests/1").await.status, 200);
    }
}
