//! Lists of a registry: repositories, tags, and what refers to an image.

use super::answer::{Answer, malformed};
use super::scope::Scope;
use super::transport::{Call, Target, untrusted};
use super::{Asked, Client, Distrust, Missing, RegistryError};
use crate::oci::{Descriptor, Digest, Index, MANIFEST_LIMIT, Reference, media_types};
use oci_client::client::{CatalogResponse, TagResponse};
use reqwest::header::{ACCEPT, HeaderValue, LINK};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::sync::atomic::Ordering;
use url::Url;

/// How many entries are asked for at once: what the strictest registries allow.
const PAGE: usize = 1000;

/// The most pages of a list.
const PAGE_LIMIT: usize = 1000;

/// The most entries of a list.
const ENTRY_LIMIT: usize = 1_000_000;

/// The most bytes of a page. Old registries put everything on one.
const PAGE_BYTES: u64 = 64 << 20;

impl Client {
    pub(super) async fn list_tags(&self, repository: &Reference) -> Result<Vec<String>, RegistryError> {
        let (path, scope) = (repository.path(), Scope::pull(repository.path()));
        let asked = self.asked(format!("list the tags of {path}"));
        let call =
            Call::new(Method::GET, format!("/v2/{path}/tags/list?n={PAGE}"), &scope, &asked, Missing::Repository);
        self.pages(call, PAGE_BYTES, |page: TagResponse| page.tags).await
    }

    pub(super) async fn list_repositories(&self) -> Result<Vec<String>, RegistryError> {
        let (asked, scope) = (self.asked("list the repositories"), Scope::catalog());
        let call = Call::new(Method::GET, format!("/v2/_catalog?n={PAGE}"), &scope, &asked, Missing::Interface);
        self.pages(call, PAGE_BYTES, |page: CatalogResponse| page.repositories).await
    }

    pub(super) async fn list_referrers(
        &self,
        repository: &Reference,
        subject: &Digest,
    ) -> Result<Vec<Descriptor>, RegistryError> {
        let path = repository.path();
        let (asked, scope) = (self.asked(format!("list what refers to {path}@{subject}")), Scope::pull(path));
        let mut call =
            Call::new(Method::GET, format!("/v2/{path}/referrers/{subject}"), &scope, &asked, Missing::Manifest);
        call.headers.insert(ACCEPT, HeaderValue::from_static(media_types::INDEX));
        if !self.lists_no_referrers() {
            match self.pages(call, MANIFEST_LIMIT, |page: Index| page.manifests).await {
                // A code would tell that it is the image which is missing, not the list.
                Err(RegistryError::NotFound { said, .. }) if said.code.is_empty() => {
                    self.lists_no_referrers.store(true, Ordering::Relaxed);
                }
                Err(RegistryError::NotFound { .. } | RegistryError::Refused { .. }) => {}
                found => return found,
            }
        }
        self.tagged_referrers(repository, subject, &asked).await
    }

    /// What refers to an image in a registry without the list for it: the index under a tag made of the digest
    /// (distribution-spec, "Referrers Tag Schema").
    async fn tagged_referrers(
        &self,
        repository: &Reference,
        subject: &Digest,
        asked: &Asked,
    ) -> Result<Vec<Descriptor>, RegistryError> {
        let tag = subject.as_str().replace(':', "-");
        let reference = repository.with_tag(&tag).map_err(|error| malformed(asked, error.to_string()))?;
        match self.fetch_manifest(&reference).await {
            Ok(found) if !media_types::is_index(&found.media_type) => Ok(Vec::new()),
            Ok(found) => serde_json::from_slice::<Index>(&found.bytes)
                .map(|index| index.manifests)
                .map_err(|_| malformed(asked, "the list is no index")),
            Err(RegistryError::NotFound { .. }) => Ok(Vec::new()),
            Err(other) => Err(other),
        }
    }

    /// All pages of a list, or an error: never a part.
    async fn pages<P: DeserializeOwned, E>(
        &self,
        mut call: Call<'_>,
        limit: u64,
        entries: impl Fn(P) -> Vec<E>,
    ) -> Result<Vec<E>, RegistryError> {
        let asked = call.asked;
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        for _ in 0..PAGE_LIMIT {
            let (page, next) = self.page::<P>(&call, limit).await?;
            all.extend(entries(page));
            if all.len() > ENTRY_LIMIT {
                return Err(RegistryError::TooMany { asked: asked.clone(), limit: ENTRY_LIMIT });
            }
            let Some(next) = next else { return Ok(all) };
            if !self.transport.home().owns(&next) {
                return Err(untrusted(asked, &next, Distrust::OtherPlace));
            }
            if !seen.insert(next.clone()) {
                return Err(malformed(asked, "the pages of the list lead in a circle"));
            }
            call.target = Target::Place(next);
        }
        Err(RegistryError::TooMany { asked: asked.clone(), limit: ENTRY_LIMIT })
    }

    /// One page, and where the next is.
    async fn page<P: DeserializeOwned>(&self, call: &Call<'_>, limit: u64) -> Result<(P, Option<Url>), RegistryError> {
        let asked = call.asked;
        let mut tries = self.transport.tries();
        loop {
            let failure = match self.transport.exchange(call).await {
                Ok(answer) if answer.status != StatusCode::OK => answer.refusal(asked, call.missing).await,
                Ok(mut answer) => {
                    answer.check_encoding(asked)?;
                    let next = next_page(&answer, asked)?;
                    match answer.read(limit, asked).await {
                        Ok(body) => {
                            let page =
                                serde_json::from_slice(&body).map_err(|_| malformed(asked, "the list is garbled"))?;
                            return Ok((page, next));
                        }
                        Err(failure) => failure,
                    }
                }
                Err(failure) => failure,
            };
            tries.again(failure).await?;
        }
    }
}

/// Where a `Link` header says the list goes on (RFC 8288).
pub(super) fn next_page(answer: &Answer, asked: &Asked) -> Result<Option<Url>, RegistryError> {
    for line in answer.headers.get_all(LINK) {
        let line = line.to_str().map_err(|_| malformed(asked, "the list goes on at something that is no address"))?;
        for link in line.split(',') {
            let Some((target, parameters)) = link.trim().strip_prefix('<').and_then(|rest| rest.split_once('>')) else {
                continue;
            };
            let next = parameters.split(';').filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
                name.trim().eq_ignore_ascii_case("rel") && value.trim().trim_matches('"').eq_ignore_ascii_case("next")
            });
            if next {
                let place = answer.url.join(target);
                return place
                    .map(Some)
                    .map_err(|_| malformed(asked, "the list goes on at something that is no address"));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::scripted::{Reply, Scripted, Seen};
    use crate::registry::{Credential, Distribution};

    async fn serving(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Scripted {
        Scripted::start(move |seen, _| if seen.target == "/v2/" { Reply::status(200) } else { script(seen) }).await
    }

    async fn tags(
        script: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> (Result<Vec<String>, RegistryError>, Vec<String>) {
        let server = serving(script).await;
        let found = server.client(Credential::Anonymous).tags(&server.reference("acme/x")).await;
        (found, server.lines())
    }

    #[tokio::test]
    async fn tags_come_from_every_page_in_the_registrys_order() {
        let (found, lines) = tags(|seen| match seen.target.as_str() {
            "/v2/acme/x/tags/list?n=1000" => Reply::full(
                200,
                &[("link", "</other>; rel=\"prev\", </v2/acme/x/tags/list?cursor=a%2Bb>; title=x; rel=\"next\"")],
                br#"{"name":"acme/x","tags":["b","a"]}"#,
            ),
            "/v2/acme/x/tags/list?cursor=a%2Bb" => {
                Reply::full(200, &[("link", "<list?cursor=3>;rel=next")], br#"{"name":"acme/x","tags":["c"]}"#)
            }
            _ => Reply::full(200, &[], br#"{"name":"acme/x","tags":null}"#),
        })
        .await;
        assert_eq!(found.unwrap(), ["b", "a", "c"]);
        assert_eq!(lines[2], "GET /v2/acme/x/tags/list?cursor=3");
    }

    #[tokio::test]
    async fn a_list_that_never_ends_or_leads_elsewhere_is_an_error() {
        let page = br#"{"name":"acme/x","tags":["a"]}"#;
        let (found, lines) =
            tags(|seen| Reply::full(200, &[("link", &format!("<{}>; rel=next", seen.target))], page)).await;
        assert!(found.unwrap_err().to_string().contains("lead in a circle"));
        assert_eq!(lines.len(), 2);
        for elsewhere in ["http://127.0.0.2:1/v2/x", "https://ghcr.io/v2/", "//127.0.0.2/x", "file:///x"] {
            let link = format!("<{elsewhere}>; rel=\"next\"");
            let (found, _) = tags(move |_| Reply::full(200, &[("link", &link)], page)).await;
            let error = found.unwrap_err();
            assert!(
                matches!(error, RegistryError::UntrustedLocation { distrust: Distrust::OtherPlace, .. }),
                "{elsewhere}: {error}"
            );
        }
        let (found, lines) =
            tags(|seen| Reply::full(200, &[("link", &format!("<{}x>; rel=next", seen.target))], page)).await;
        assert!(matches!(found, Err(RegistryError::TooMany { .. })));
        assert_eq!(lines.len(), PAGE_LIMIT);
    }

    #[tokio::test]
    async fn a_list_that_is_not_there_or_garbled_is_an_error() {
        let (found, _) = tags(|_| Reply::json(404, &[], "NAME_UNKNOWN", "no such repository")).await;
        assert!(matches!(found, Err(RegistryError::NotFound { missing: Missing::Repository, .. })));
        for body in ["", "[]", r#"{"name":"x","tags":{}}"#, "<html>"] {
            let (found, _) = tags(move |_| Reply::full(200, &[], body.as_bytes())).await;
            assert!(matches!(found, Err(RegistryError::Malformed { .. })), "{body}");
        }
    }

    #[tokio::test]
    async fn repositories_are_listed() {
        let server = serving(|_| Reply::full(200, &[], br#"{"repositories":["a","b/c"]}"#)).await;
        assert_eq!(server.client(Credential::Anonymous).catalog().await.unwrap(), ["a", "b/c"]);
        assert_eq!(server.lines(), ["GET /v2/_catalog?n=1000"]);
    }

    #[tokio::test]
    async fn referrers_come_from_the_list_or_from_the_tag_in_its_place() {
        let subject = Digest::of(b"subject");
        let index = format!(
            r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"m","digest":"{}","size":1,"artifactType":"t"}}]}}"#,
            Digest::of(b"x")
        );
        for status in [200, 404, 400, 405] {
            let body = index.clone();
            let server = serving(move |seen| match (seen.target.contains("/referrers/"), status) {
                (true, 200) | (false, _) => Reply::full(200, &[("content-type", media_types::INDEX)], body.as_bytes()),
                (true, status) => Reply::status(status),
            })
            .await;
            let found = server.client(Credential::Anonymous).referrers(&server.reference("a"), &subject).await.unwrap();
            assert_eq!(found[0].digest, Digest::of(b"x"));
            assert_eq!(found[0].other["artifactType"], "t");
            let tag = format!("GET /v2/a/manifests/{}", subject.as_str().replace(':', "-"));
            assert_eq!(server.lines().contains(&tag), status != 200);
        }
        let server = serving(|_| Reply::status(404)).await;
        assert!(
            server.client(Credential::Anonymous).referrers(&server.reference("a"), &subject).await.unwrap().is_empty()
        );
        let server = serving(|_| Reply::status(403)).await;
        assert!(server.client(Credential::Anonymous).referrers(&server.reference("a"), &subject).await.is_err());
    }
}
