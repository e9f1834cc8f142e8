//! Manifests, in and out (distribution-spec, "Pulling manifests", "Pushing Manifests", "Deleting Manifests").

use super::answer::{Answer, CONTENT_DIGEST};
use super::body;
use super::document::{Document, Fault};
use super::limits::TAGS_AT_ONCE;
use super::names::{ManifestName, RepositoryName, Tag};
use super::refusal::Refusal;
use super::route::Query;
use super::router::Registry;
use super::storage::NewManifest;
use crate::oci::{Digest, MANIFEST_LIMIT};
use axum::body::{Body, Bytes};
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
    let found = registry
        .with_storage(move |storage| {
            let digest = match name {
                ManifestName::Digest(digest) => Some(digest),
                ManifestName::Tag(tag) => storage.resolve(&repository, &tag)?,
            };
            let Some(digest) = digest else { return Ok(None) };
            Ok(storage.manifest(&repository, &digest)?.map(|bytes| (digest, bytes)))
        })
        .await?;
    let (digest, bytes) = found.ok_or_else(unknown)?;
    let document = sound(&digest, &bytes)?;
    Ok(Answer::new(StatusCode::OK)
        .header(CONTENT_TYPE, document.media_type())
        .header(CONTENT_LENGTH, bytes.len().to_string())
        .header(ETAG, format!("\"{digest}\""))
        .header(CONTENT_DIGEST, digest.as_str())
        .body(bytes))
}

/// What was stored as a manifest, if it still is what was stored.
fn sound(digest: &Digest, bytes: &Bytes) -> Result<Document, Refusal> {
    if !digest.matches(bytes) {
        log::error!("manifest {digest} is damaged: its content has another digest; push it again");
        return Err(Refusal::internal());
    }
    Document::parse(bytes)
}

pub(super) async fn put(
    registry: &Registry,
    repository: RepositoryName,
    name: ManifestName,
    query: &Query,
    headers: &HeaderMap,
    body: &mut Body,
) -> Result<Response<Body>, Refusal> {
    let (wanted, tags) = match name {
        ManifestName::Digest(digest) => (Some(digest), tags(query)?),
        ManifestName::Tag(tag) => (None, vec![tag]),
    };
    let given: Vec<&str> = if wanted.is_some() { tags.iter().map(Tag::as_str).collect() } else { Vec::new() };
    let given = given.join(", ");
    let bytes = body::whole(body, MANIFEST_LIMIT).await?;
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
