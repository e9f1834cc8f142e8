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

#[cfg(test)]
mod tests {
    use super::super::testing::Client;
    use super::*;

    /// The entries of every page, following the links.
    async fn all_pages(client: &Client, first: &str, field: &str) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut next = Some(first.to_owned());
        while let Some(path) = next {
            let reply = client.get(&path).await;
            assert_eq!(reply.status, 200, "{path}");
            pages.push(serde_json::from_value(reply.json()[field].clone()).unwrap());
            let link = reply.header("link");
            next = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).map(str::to_owned);
            assert!(next.is_some() || link.is_empty());
        }
        pages
    }

    #[tokio::test]
    async fn tags_are_sorted_and_come_in_pages() {
        for client in Client::of_each_kind() {
            for tag in ["v2", "V1", "latest", "v10", "_x"] {
                client.push_image("a/b", tag, b"layer", json!({})).await;
            }
            let sorted = ["V1", "_x", "latest", "v10", "v2"];
            assert_eq!(all_pages(&client, "/v2/a/b/tags/list", "tags").await, [sorted.to_vec()]);
            let pages = all_pages(&client, "/v2/a/b/tags/list?n=2", "tags").await;
            assert_eq!(pages, [&sorted[..2], &sorted[2..4], &sorted[4..]]);
            assert_eq!(client.get("/v2/a/b/tags/list").await.json()["name"], "a/b");
            // A name that is not there is a place all the same.
            assert_eq!(all_pages(&client, "/v2/a/b/tags/list?last=m", "tags").await, [&sorted[3..]]);
            assert_eq!(all_pages(&client, "/v2/a/b/tags/list?n=0", "tags").await, [Vec::<String>::new()]);
            let refusal = client.get("/v2/a/b/tags/list?n=-1").await.refusal();
            assert_eq!(refusal, (400, "PAGINATION_NUMBER_INVALID".to_owned()));
        }
    }

    #[tokio::test]
    async fn repositories_are_those_that_hold_a_manifest() {
        for client in Client::of_each_kind() {
            assert_eq!(client.get("/v2/_catalog").await.json(), json!({"repositories": []}));
            for repository in ["b", "a/b/c", "a", "a-b"] {
                client.push_image(repository, "1", b"layer", json!({})).await;
            }
            client.push_blob("only/blobs", b"x").await;
            let pages = all_pages(&client, "/v2/_catalog?n=3", "repositories").await;
            assert_eq!(pages, [vec!["a", "a-b", "a/b/c"], vec!["b"]]);
            assert_eq!(client.get("/v2/only/blobs/tags/list").await.refusal(), (404, "NAME_UNKNOWN".to_owned()));
        }
    }

    #[tokio::test]
    async fn a_repository_whose_tags_are_gone_is_still_there() {
        for client in Client::of_each_kind() {
            let digest = client.push_image("a", "1", b"layer", json!({})).await;
            client.send("DELETE", "/v2/a/manifests/1", &[], Body::empty()).await;
            assert_eq!(client.get("/v2/a/tags/list").await.json(), json!({"name": "a", "tags": []}));
            client.send("DELETE", &format!("/v2/a/manifests/{digest}"), &[], Body::empty()).await;
            assert_eq!(client.get("/v2/a/tags/list").await.status, 404);
            assert_eq!(client.get("/v2/_catalog").await.json(), json!({"repositories": []}));
        }
    }
}
