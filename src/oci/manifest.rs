//! An image manifest (image-spec, manifest.md), read with suspicion.

use super::descriptor::null_as_default;
use super::{Descriptor, media_types};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The largest manifest or index taken from a registry or a store, in bytes.
pub const MANIFEST_LIMIT: u64 = 4 << 20;

/// The most layers a manifest may have.
const LAYER_LIMIT: usize = 1000;

/// What an image consists of. The bytes it was read from stay the authority: this is never written back.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// What the document says of itself.
    #[serde(default)]
    pub media_type: Option<String>,
    /// The configuration blob.
    pub config: Descriptor,
    /// The layers, lowest first.
    #[serde(default, deserialize_with = "null_as_default")]
    pub layers: Vec<Descriptor>,
    /// Notes about the image.
    #[serde(default, deserialize_with = "null_as_default")]
    pub annotations: BTreeMap<String, String>,
    /// The manifest this one refers to.
    #[serde(default)]
    pub subject: Option<Descriptor>,
}

/// Why a document is not a manifest this tool can use.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// More than [`MANIFEST_LIMIT`] bytes.
    #[error("the manifest is larger than {MANIFEST_LIMIT} bytes")]
    TooLarge,
    /// Not JSON, or JSON of another shape.
    #[error("not an image manifest: {0}")]
    Json(#[from] serde_json::Error),
    /// Something that makes the document mean two things, or nothing.
    #[error("not an image manifest: {0}")]
    Ambiguous(&'static str),
    /// More than a thousand layers.
    #[error("the manifest lists {0} layers")]
    TooManyLayers(usize),
    /// No layer holds a bundle.
    #[error("the image holds no bundle: none of its layers is a tar archive")]
    NoBundle,
}

/// The parts of a document that decide what it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    schema_version: Option<u64>,
    media_type: Option<String>,
    manifests: Option<serde::de::IgnoredAny>,
    layers: Option<serde::de::IgnoredAny>,
    config: Option<serde::de::IgnoredAny>,
}

impl Manifest {
    /// Reads a manifest from the bytes it was born with. `content_type` is what the sender called it; a document that
    /// calls itself something else is refused (distribution-spec, "Pulling manifests").
    ///
    /// # Errors
    /// A document that is too large, no manifest, or ambiguous (CVE-2021-41190).
    pub fn parse(bytes: &[u8], content_type: Option<&str>) -> Result<Self, ManifestError> {
        if bytes.len() as u64 > MANIFEST_LIMIT {
            return Err(ManifestError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ManifestError::Ambiguous("it is not UTF-8"))?;
        let shape: Shape = serde_json::from_str(text)?;
        if shape.schema_version != Some(2) {
            return Err(ManifestError::Ambiguous("schemaVersion is not 2"));
        }
        if shape.manifests.is_some() && (shape.layers.is_some() || shape.config.is_some()) {
            return Err(ManifestError::Ambiguous("it is an index and a manifest at once"));
        }
        if let (Some(own), Some(sent)) = (&shape.media_type, content_type) {
            let sent = sent.split(';').next().unwrap_or_default().trim();
            if (media_types::is_manifest(sent) || media_types::is_index(sent)) && own != sent {
                return Err(ManifestError::Ambiguous("its mediaType differs from the Content-Type it was sent with"));
            }
        }
        if shape.media_type.as_deref().is_some_and(|own| !media_types::is_manifest(own)) {
            return Err(ManifestError::Ambiguous("its mediaType is not that of a manifest"));
        }
        let manifest: Self = serde_json::from_str(text)?;
        if manifest.layers.len() > LAYER_LIMIT {
            return Err(ManifestError::TooManyLayers(manifest.layers.len()));
        }
        Ok(manifest)
    }

    /// The layer that holds the bundle: the first that is a tar archive, as the Go CLI and OPA choose it.
    ///
    /// # Errors
    /// [`ManifestError::NoBundle`] when there is none.
    pub fn bundle_layer(&self) -> Result<&Descriptor, ManifestError> {
        self.layers.iter().find(|layer| media_types::is_bundle_layer(&layer.media_type)).ok_or(ManifestError::NoBundle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(extra: &str) -> String {
        let digest = super::super::Digest::of(b"{}");
        format!(
            r#"{{"schemaVersion":2,"config":{{"mediaType":"{}","digest":"{digest}","size":2}},"layers":[]{extra}}}"#,
            media_types::CONFIG
        )
    }

    #[test]
    fn a_document_that_is_index_and_manifest_is_refused() {
        let error = Manifest::parse(manifest(r#","manifests":[]"#).as_bytes(), None).unwrap_err();
        assert!(matches!(error, ManifestError::Ambiguous(_)));
    }

    #[test]
    fn a_document_that_denies_its_content_type_is_refused() {
        let text = manifest(&format!(r#","mediaType":"{}""#, media_types::MANIFEST));
        assert!(Manifest::parse(text.as_bytes(), Some(media_types::MANIFEST)).is_ok());
        assert!(Manifest::parse(text.as_bytes(), Some(media_types::DOCKER_MANIFEST)).is_err());
        assert!(Manifest::parse(text.as_bytes(), Some("application/json; charset=utf-8")).is_ok());
    }

    #[test]
    fn an_image_without_a_tar_layer_holds_no_bundle() {
        let manifest = Manifest::parse(manifest("").as_bytes(), None).unwrap();
        assert!(matches!(manifest.bundle_layer(), Err(ManifestError::NoBundle)));
    }
}
