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
