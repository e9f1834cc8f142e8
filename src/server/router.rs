//! Every request: to the thing its path means, and into the log.

use super::answer::Answer;
use super::body::Incoming;
use super::names::RepositoryName;
use super::refusal::Refusal;
use super::route::{Query, Route};
use super::sessions::Sessions;
use super::storage::{Kind, Storage, StorageError};
use super::{blobs, listings, manifests, referrers, uploads};
use crate::oci::Digest;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::http::request::Parts;
use axum::http::{Method, Request, Response, StatusCode};
use std::sync::Arc;
use std::time::Instant;

/// Says which protocol this is; old clients look for it.
const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");

/// The registry as a service, for callers that serve it themselves or lay their own layers over it. It does not look at
/// `Host` and `Origin`: [`Server`](super::Server) does.
pub fn router(storage: Arc<dyn Storage>) -> axum::Router {
    let registry = Arc::new(Registry { storage, sessions: Sessions::default() });
    axum::Router::new().fallback(answer).with_state(registry)
}

/// What all requests share.
pub(super) struct Registry {
    storage: Arc<dyn Storage>,
    pub(super) sessions: Sessions,
}

impl Registry {
    /// Does something with the storage, away from the threads that serve connections.
    pub(super) async fn with_storage<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Storage) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let storage = Arc::clone(&self.storage);
        let done = tokio::task::spawn_blocking(move || work(storage.as_ref())).await;
        Ok(done.map_err(|_| Refusal::internal())??)
    }

    /// Takes damaged content out of the way, so that it can be pushed again.
    pub(super) async fn set_aside(
        &self,
        repository: &RepositoryName,
        kind: Kind,
        digest: &Digest,
    ) -> Result<(), Refusal> {
        let set_aside = self.setting_aside(repository, kind, digest);
        self.with_storage(move |_| set_aside()).await
    }

    /// The same, for later and for a thread that may block.
    pub(super) fn setting_aside(
        &self,
        repository: &RepositoryName,
        kind: Kind,
        digest: &Digest,
    ) -> impl FnOnce() -> Result<(), StorageError> + Send + use<> {
        let (storage, repository, digest) = (Arc::clone(&self.storage), repository.clone(), digest.clone());
        move || {
            log::error!("{repository}: {digest} is damaged, its content has another digest; push it again");
            storage.set_aside(&repository, kind, &digest)
        }
    }
}

async fn answer(State(registry): State<Arc<Registry>>, request: Request<Body>) -> Response<Body> {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let mut body = Incoming::new(body, &parts.headers);
    let mut response = match dispatch(&registry, &parts, &mut body).await {
        Ok(response) => response,
        Err(refusal) => {
            body.drain().await;
            refusal.into_response()
        }
    };
    let status = response.status().as_u16();
    let headers = response.headers_mut();
    headers.insert(API_VERSION, HeaderValue::from_static("registry/2.0"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()).unwrap_or("-");
    log::info!("{} {} {status} {length} {} ms", parts.method, parts.uri.path(), started.elapsed().as_millis());
    response
}

async fn dispatch(registry: &Registry, parts: &Parts, body: &mut Incoming) -> Result<Response<Body>, Refusal> {
    let route = Route::parse(parts.uri.path())?;
    let allowed = route.methods();
    let query = Query::parse(parts.uri.query());
    let headers = &parts.headers;
    // hyper leaves out the body of the answer to a HEAD.
    let method = if parts.method == Method::HEAD { &Method::GET } else { &parts.method };
    match (route, method) {
        (Route::Base, &Method::GET) => {
            Ok(Answer::new(StatusCode::OK).header(CONTENT_TYPE, "application/json").body("{}"))
        }
        (Route::Catalog, &Method::GET) => listings::catalog(registry, &query).await,
        (Route::Tags(repository), &Method::GET) => listings::tags(registry, repository, &query).await,
        (Route::Manifest(repository, name), &Method::GET) => manifests::get(registry, repository, name).await,
        (Route::Manifest(repository, name), &Method::PUT) => {
            manifests::put(registry, repository, name, &query, headers, body).await
        }
        (Route::Manifest(repository, name), &Method::DELETE) => manifests::delete(registry, repository, name).await,
        (Route::Blob(repository, digest), &Method::GET) => {
            blobs::get(registry, repository, digest, &parts.method, headers).await
        }
        (Route::Blob(repository, digest), &Method::DELETE) => blobs::delete(registry, repository, digest).await,
        (Route::Uploads(repository), &Method::POST) => uploads::start(registry, repository, &query, body).await,
        (Route::Upload(repository, session), &Method::GET) => uploads::status(registry, &repository, &session).await,
        (Route::Upload(repository, session), &Method::PATCH) => {
            uploads::append(registry, &repository, &session, headers, body).await
        }
        (Route::Upload(repository, session), &Method::PUT) => {
            uploads::finish(registry, repository, &session, &query, headers, body).await
        }
        (Route::Upload(repository, session), &Method::DELETE) => uploads::cancel(registry, &repository, &session).await,
        (Route::Referrers(repository, subject), &Method::GET) => {
            referrers::list(registry, repository, subject, &query).await
        }
        _ => {
            let message = format!("{} is not supported here", parts.method);
            Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", message).header(ALLOW, allowed))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Client;
    use super::*;

    #[tokio::test]
    async fn the_registry_says_what_it_is() {
        let client = Client::in_memory();
        for path in ["/v2", "/v2/"] {
            let reply = client.get(path).await;
            assert_eq!((reply.status.as_u16(), reply.bytes()), (200, &b"{}"[..]));
            assert_eq!(reply.header("docker-distribution-api-version"), "registry/2.0");
        }
        assert_eq!(client.get("/").await.refusal(), (404, "UNSUPPORTED".to_owned()));
    }

    #[tokio::test]
    async fn a_method_that_means_nothing_there_is_refused_with_those_that_do() {
        let client = Client::in_memory();
        for (method, path, allowed) in [
            ("POST", "/v2/", "GET, HEAD"),
            ("DELETE", "/v2/a/tags/list", "GET, HEAD"),
            ("OPTIONS", "/v2/a/manifests/1", "GET, HEAD, PUT, DELETE"),
            ("GET", "/v2/a/blobs/uploads/", "POST"),
        ] {
            let reply = client.send(method, path, &[("origin", "http://evil.example")], Body::empty()).await;
            assert_eq!(reply.refusal(), (405, "UNSUPPORTED".to_owned()));
            assert_eq!(reply.header("allow"), allowed);
            assert!(reply.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
        }
    }
}
