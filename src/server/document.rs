//! A pushed manifest or index: what it is, and what has to be there for it to be of use.

use super::names::RepositoryName;
use super::refusal::Refusal;
use super::storage::{Storage, StorageError};
use crate::oci::{Digest, media_types};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The most missing blobs one refusal lists.
const MISSING_LISTED: usize = 100;

/// The parts of a manifest or index that a registry looks at.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    schema_version: Option<u64>,
    media_type: Option<String>,
    artifact_type: Option<String>,
    config: Option<Part>,
    layers: Option<Vec<Part>>,
    manifests: Option<Vec<Part>>,
    subject: Option<Part>,
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    #[serde(default)]
    media_type: String,
    digest: Digest,
    size: u64,
}

/// Something a document says must be there and is not.
#[derive(Debug)]
pub(super) enum Fault {
    /// It is not in the repository.
    Missing(Digest),
    /// It has another size than the document says.
    Size { digest: Digest, stated: u64, found: u64 },
}

impl Document {
    /// Reads a document.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let document: Self = serde_json::from_slice(bytes).map_err(|error| invalid(error.to_string()))?;
        if document.schema_version != Some(2) {
            return Err(invalid("schemaVersion is not 2"));
        }
        let is_image = document.config.is_some() || document.layers.is_some();
        if is_image && document.manifests.is_some() {
            return Err(invalid("it is a manifest and an index at once"));
        }
        let own = document.media_type();
        if media_types::is_manifest(own) && document.config.is_some() || media_types::is_index(own) && !is_image {
            Ok(document)
        } else {
            Err(invalid("it is neither an image manifest nor an index, of OCI or of Docker"))
        }
    }

    /// Refuses a `Content-Type` that says something else than the document itself.
    pub(super) fn check_content_type(&self, content_type: Option<&str>) -> Result<(), Refusal> {
        let sent = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        let speaks_of_manifests = media_types::is_manifest(sent) || media_types::is_index(sent);
        if speaks_of_manifests && sent != self.media_type() {
            return Err(invalid(format!("it is sent as {sent} but is {}", self.media_type())));
        }
        Ok(())
    }

    /// What the document is: what it says, or what its shape tells where it does not say.
    pub(super) fn media_type(&self) -> &str {
        match &self.media_type {
            Some(own) => own,
            None if self.manifests.is_some() => media_types::INDEX,
            None => media_types::MANIFEST,
        }
    }

    /// The manifest it refers to.
    pub(super) fn subject(&self) -> Option<&Digest> {
        self.subject.as_ref().map(|subject| &subject.digest)
    }

    /// What kind of thing it holds (distribution-spec, "Listing Referrers": the type of the configuration stands in).
    pub(super) fn artifact_type(&self) -> Option<&str> {
        let own = self.artifact_type.as_deref().filter(|own| !own.is_empty());
        own.or_else(|| self.config.as_ref().map(|config| config.media_type.as_str()))
    }

    /// How a list of referrers describes it.
    pub(super) fn describe(&self, digest: &Digest, size: usize) -> Value {
        let mut description = json!({"mediaType": self.media_type(), "digest": digest, "size": size});
        if let Value::Object(fields) = &mut description {
            fields.extend(self.artifact_type().map(|own| ("artifactType".to_owned(), own.into())));
            fields.extend(self.annotations.as_ref().map(|notes| ("annotations".to_owned(), json!(notes))));
        }
        description
    }

    /// Everything it needs that the repository has not, or has in another size. A subject need not be there, nor a layer
    /// that may not be distributed.
    pub(super) fn faults(
        &self,
        storage: &dyn Storage,
        repository: &RepositoryName,
    ) -> Result<Vec<Fault>, StorageError> {
        let mut needed: BTreeMap<&Digest, (u64, bool)> = BTreeMap::new();
        for part in self.config.iter().chain(self.layers.iter().flatten()) {
            if !is_nondistributable(&part.media_type) {
                needed.insert(&part.digest, (part.size, true));
            }
        }
        needed.extend(self.manifests.iter().flatten().map(|part| (&part.digest, (part.size, false))));
        let mut faults = Vec::new();
        for (digest, (stated, is_blob)) in needed {
            let found = if is_blob {
                storage.blob(repository, digest)?.map(|blob| blob.size)
            } else {
                storage.manifest(repository, digest)?.map(|bytes| bytes.len() as u64)
            };
            match found {
                None => faults.push(Fault::Missing(digest.clone())),
                Some(found) if found != stated => faults.push(Fault::Size { digest: digest.clone(), stated, found }),
                Some(_) => {}
            }
            if faults.len() == MISSING_LISTED {
                break;
            }
        }
        Ok(faults)
    }
}

impl Fault {
    /// All of them as one refusal; nothing when there are none.
    pub(super) fn refuse(faults: &[Self]) -> Result<(), Refusal> {
        let wrong: Vec<Value> = faults
            .iter()
            .filter_map(|fault| match fault {
                Self::Size { digest, stated, found } => {
                    Some(json!({"digest": digest, "stated": stated, "found": found}))
                }
                Self::Missing(_) => None,
            })
            .collect();
        if !wrong.is_empty() {
            let message = "the manifest states another size than its content has";
            return Err(Refusal::about_each(StatusCode::BAD_REQUEST, "SIZE_INVALID", message, wrong));
        }
        let missing: Vec<Value> = faults
            .iter()
            .filter_map(|fault| match fault {
                Self::Missing(digest) => Some(json!({"digest": digest})),
                Self::Size { .. } => None,
            })
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let message = "the manifest needs content that is not in this repository";
        Err(Refusal::about_each(StatusCode::BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN", message, missing))
    }
}

fn invalid(why: impl Into<String>) -> Refusal {
    Refusal::bad("MANIFEST_INVALID", why)
}

/// Layers that stay where they come from (image-spec, layer.md, "Non-Distributable Layers").
fn is_nondistributable(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.oci.image.layer.nondistributable.v1.tar")
        || media_type.starts_with("application/vnd.docker.image.rootfs.foreign.diff.tar")
}
