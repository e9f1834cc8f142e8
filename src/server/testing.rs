//! A client for the tests of this area: requests straight into the registry, without a network.

use super::storage::{Folder, Memory, Storage};
use crate::oci::{Digest, media_types};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) struct Client {
    service: TowerToHyperService<axum::Router>,
    pub(super) folder: Option<tempfile::TempDir>,
}

/// A response, read whole.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// What came before the body broke off, if it did.
    pub(super) body: Result<Bytes, String>,
}

impl Client {
    fn new(storage: Arc<dyn Storage>, folder: Option<tempfile::TempDir>) -> Self {
        Self { service: TowerToHyperService::new(super::router(storage)), folder }
    }

    pub(super) fn in_memory() -> Self {
        Self::new(Arc::new(Memory::default()), None)
    }

    pub(super) fn in_folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::new(Arc::new(Folder::open(folder.path()).unwrap()), Some(folder))
    }

    /// A registry of each kind.
    pub(super) fn of_each_kind() -> [Self; 2] {
        [Self::in_memory(), Self::in_folder()]
    }

    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.service.call(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map(|whole| whole.to_bytes()).map_err(|error| error.to_string());
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], Body::empty()).await
    }

    /// Pushes a blob in one request.
    pub(super) async fn push_blob(&self, repository: &str, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        let path = format!("/v2/{repository}/blobs/uploads/?digest={digest}");
        let reply = self.send("POST", &path, &[], bytes.to_vec()).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        digest
    }

    /// Starts an upload and returns its path.
    pub(super) async fn start_upload(&self, repository: &str) -> String {
        let reply = self.send("POST", &format!("/v2/{repository}/blobs/uploads/"), &[], Body::empty()).await;
        assert_eq!(reply.status, 202);
        reply.header("location").to_owned()
    }

    /// Pushes an image of one layer and returns the manifest's digest. `extra` are further fields of the manifest.
    pub(super) async fn push_image(&self, repository: &str, tag: &str, layer: &[u8], extra: Value) -> Digest {
        self.push_blob(repository, b"{}").await;
        self.push_blob(repository, layer).await;
        let manifest = manifest(layer, extra);
        let reply = self.put_manifest(repository, tag, &manifest).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        Digest::of(manifest.as_bytes())
    }

    pub(super) async fn put_manifest(&self, repository: &str, name: &str, manifest: &str) -> Reply {
        self.send("PUT", &format!("/v2/{repository}/manifests/{name}"), &[], manifest.to_owned()).await
    }
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.body.as_ref().unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(self.bytes()).unwrap()
    }

    /// The status and the code of the first error.
    pub(super) fn refusal(&self) -> (u16, String) {
        (self.status.as_u16(), self.json()["errors"][0]["code"].as_str().unwrap().to_owned())
    }
}

/// The manifest of an image of one layer and an empty configuration.
pub(super) fn manifest(layer: &[u8], extra: Value) -> String {
    let mut manifest = json!({
        "schemaVersion": 2,
        "mediaType": media_types::MANIFEST,
        "config": {"mediaType": media_types::CONFIG, "digest": Digest::of(b"{}"), "size": 2},
        "layers": [{"mediaType": media_types::LAYER_GZIP, "digest": Digest::of(layer), "size": layer.len()}],
    });
    for (key, value) in extra.as_object().unwrap() {
        manifest[key] = value.clone();
    }
    manifest.to_string()
}
