//! The lists of repositories and of tags, a page at a time (distribution-spec, "Listing Tags").

use super::answer::Answer;
use super::limits::PAGE;
use super::names::{RepositoryName, Tag};
use super::refusal::Refusal;
use super::route::Query;
use super::router::Registry;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, LINK};
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};
use url::form_urlencoded;

pub(super) async fn catalog(registry: &Registry, query: &Query) -> Result<Response<Body>, Refusal> {
    let repositories = registry.with_storage(|storage| storage.repositories()).await?;
    let names = repositories.iter().map(RepositoryName::as_str);
    page("/v2/_catalog", query, names, |names| json!({"repositories": names}))
}

pub(super) async fn tags(
    registry: &Registry,
    repository: RepositoryName,
    query: &Query,
) -> Result<Response<Body>, Refusal> {
    let path = format!("/v2/{repository}/tags/list");
    let name = repository.clone();
    let found = registry.with_storage(move |storage| storage.tags(&repository)).await?;
    let tags = found.ok_or_else(|| Refusal::unknown("NAME_UNKNOWN", format!("no repository {name} here")))?;
    page(&path, query, tags.iter().map(Tag::as_str), |tags| json!({"name": name.as_str(), "tags": tags}))
}

/// The entries after `last`, at most `n`, with a link to the next page where there is one.
fn page<'a>(
    path: &str,
    query: &Query,
    sorted: impl Iterator<Item = &'a str>,
    wrap: impl FnOnce(&[&str]) -> Value,
) -> Result<Response<Body>, Refusal> {
    let size = query.page(PAGE)?;
    let mut rest = sorted.skip_while(|entry| query.get("last").is_some_and(|last| *entry <= last));
    let entries: Vec<&str> = rest.by_ref().take(size).collect();
    let mut answer = Answer::new(StatusCode::OK).header(CONTENT_TYPE, "application/json");
    if let Some(last) = entries.last().filter(|_| rest.next().is_some()) {
        answer = answer.header(LINK, next_page(path, &[("n", &size.to_string()), ("last", last)]));
    }
    Ok(answer.body(wrap(&entries).to_string()))
}

/// A `Link` header's value (RFC 8288).
pub(super) fn next_page(path: &str, parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("<{path}?{query}>; rel=\"next\"")
}
