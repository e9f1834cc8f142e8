//! What refers to a manifest: its signatures, its statements (distribution-spec, "Listing Referrers").

use super::answer::Answer;
use super::document::Document;
use super::listings::next_page;
use super::names::RepositoryName;
use super::refusal::Refusal;
use super::route::Query;
use super::router::Registry;
use super::storage::{Storage, StorageError};
use crate::oci::{Digest, MANIFEST_LIMIT, media_types};
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName, LINK};
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

/// Lists the parameters by which the list was cut down.
const FILTERS: HeaderName = HeaderName::from_static("oci-filters-applied");

/// How much of a page is left for its descriptions, so that the whole stays within what clients take as an index.
const PAGE_BYTES: usize = MANIFEST_LIMIT as usize - (64 << 10);

pub(super) async fn list(
    registry: &Registry,
    repository: RepositoryName,
    subject: Digest,
    query: &Query,
) -> Result<Response<Body>, Refusal> {
    let path = format!("/v2/{repository}/referrers/{subject}");
    let kind = query.get("artifactType").map(str::to_owned);
    let wanted = kind.clone();
    let last: Option<Digest> = query.get("last").and_then(|last| last.parse().ok());
    let page = registry
        .with_storage(move |storage| Page::gather(storage, &repository, &subject, wanted.as_deref(), last.as_ref()))
        .await?;
    let mut answer = Answer::new(StatusCode::OK).header(CONTENT_TYPE, media_types::INDEX);
    if kind.is_some() {
        answer = answer.header(FILTERS, "artifactType");
    }
    if let Some(last) = &page.more_after {
        let filter = kind.as_deref().map(|kind| ("artifactType", kind));
        let parameters: Vec<_> = filter.into_iter().chain([("last", last.as_str())]).collect();
        answer = answer.header(LINK, next_page(&path, &parameters));
    }
    let index = json!({"schemaVersion": 2, "mediaType": media_types::INDEX, "manifests": page.described});
    Ok(answer.body(index.to_string()))
}

/// A part of the list.
#[derive(Debug, Default)]
struct Page {
    described: Vec<Value>,
    more_after: Option<Digest>,
}

impl Page {
    fn gather(
        storage: &dyn Storage,
        repository: &RepositoryName,
        subject: &Digest,
        kind: Option<&str>,
        last: Option<&Digest>,
    ) -> Result<Self, StorageError> {
        let mut page = Self::default();
        let mut length = 0;
        let mut previous: Option<Digest> = None;
        for digest in storage.referrers(repository, subject)? {
            if last.is_some_and(|last| digest <= *last) {
                continue;
            }
            let Some(bytes) = storage.manifest(repository, &digest)? else { continue };
            let Ok(document) = Document::parse(&bytes) else { continue };
            let fits = kind.is_none_or(|kind| document.artifact_type() == Some(kind));
            if document.subject() != Some(subject) || !fits {
                continue;
            }
            let described = document.describe(&digest, bytes.len());
            length += described.to_string().len() + 1;
            if length > PAGE_BYTES && previous.is_some() {
                page.more_after = previous;
                break;
            }
            page.described.push(described);
            previous = Some(digest);
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Client, manifest};
    use super::*;

    /// Fields that make a manifest refer to another.
    fn about(subject: &Digest, extra: Value) -> Value {
        let mut fields = json!({"subject": {"mediaType": media_types::MANIFEST, "digest": subject, "size": 1}});
        for (key, value) in extra.as_object().unwrap() {
            fields[key] = value.clone();
        }
        fields
    }

    #[tokio::test]
    async fn what_refers_to_a_manifest_is_listed_and_filtered() {
        for client in Client::of_each_kind() {
            // The subject need not be there yet.
            let subject = Digest::of(b"not pushed");
            let path = format!("/v2/a/referrers/{subject}");
            let empty = client.get(&path).await;
            assert_eq!((empty.status.as_u16(), empty.header("content-type")), (200, media_types::INDEX));
            assert_eq!(empty.json(), json!({"schemaVersion": 2, "mediaType": media_types::INDEX, "manifests": []}));
            let notes = json!({"artifactType": "application/x.signature", "annotations": {"who": "me"}});
            let signature = client.push_image("a", "s", b"signature", about(&subject, notes.clone())).await;
            let plain = client.push_image("a", "p", b"plain", about(&subject, json!({}))).await;
            client.push_image("a", "o", b"other", about(&plain, json!({}))).await;
            let text = manifest(b"signature", about(&subject, notes));
            assert_eq!(client.put_manifest("a", "s", &text).await.header("oci-subject"), subject.as_str());
            let listed = client.get(&path).await;
            assert_eq!(listed.header("oci-filters-applied"), "");
            let digests: Vec<Digest> = listed.json()["manifests"]
                .as_array()
                .unwrap()
                .iter()
                .map(|own| own["digest"].as_str().unwrap().parse().unwrap())
                .collect();
            let mut expected = vec![signature.clone(), plain];
            expected.sort();
            assert_eq!(digests, expected);
            let filtered = client.get(&format!("{path}?artifactType=application%2Fx.signature")).await;
            assert_eq!(filtered.header("oci-filters-applied"), "artifactType");
            assert_eq!(
                filtered.json()["manifests"],
                json!([{
                    "mediaType": media_types::MANIFEST,
                    "digest": signature,
                    "size": text.len(),
                    "artifactType": "application/x.signature",
                    "annotations": {"who": "me"},
                }])
            );
            let by_config =
                client.get(&format!("{path}?artifactType={}", media_types::CONFIG.replace('+', "%2B"))).await;
            assert_eq!(by_config.json()["manifests"].as_array().unwrap().len(), 1);
            client.send("DELETE", &format!("/v2/a/manifests/{signature}"), &[], Body::empty()).await;
            assert_eq!(client.get(&path).await.json()["manifests"].as_array().unwrap().len(), 1);
            assert_eq!(client.get("/v2/a/referrers/sha256:abc").await.refusal(), (400, "DIGEST_INVALID".to_owned()));
        }
    }

    #[tokio::test]
    async fn a_list_longer_than_an_index_may_be_comes_in_pages() {
        let client = Client::in_memory();
        let subject = Digest::of(b"subject");
        for number in 0..5 {
            let notes = json!({"annotations": {"long": "x".repeat(1_500_000), "number": number.to_string()}});
            client.push_image("a", "x", b"layer", about(&subject, notes)).await;
        }
        let mut seen = 0;
        let mut pages = 0;
        let mut next = format!("/v2/a/referrers/{subject}");
        while !next.is_empty() {
            let reply = client.get(&next).await;
            assert!(reply.bytes().len() as u64 <= MANIFEST_LIMIT);
            seen += reply.json()["manifests"].as_array().unwrap().len();
            pages += 1;
            let link = reply.header("link");
            next = link.trim_start_matches('<').trim_end_matches(">; rel=\"next\"").to_owned();
        }
        assert_eq!((seen, pages), (5, 3));
    }
}
