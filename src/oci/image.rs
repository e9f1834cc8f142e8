//! Wraps a bundle as an image: the configuration blob and the manifest around one layer.

use super::{Descriptor, Digest, annotations, media_types};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the image says about itself and its one layer.
#[derive(Debug, Clone)]
pub struct ImageFacts<'a> {
    /// The repository without its tag, such as `docker.io/acme/hello`.
    pub repository: &'a str,
    /// RFC 3339, UTC, whole seconds.
    pub created: &'a str,
    /// `rego.v0`, `rego.v0v1`, `rego.v1` or `rego.v2`.
    pub rego_version: &'a str,
    /// Further annotations of the manifest: the author's, and git's facts. The four keys above win over them.
    pub annotations: BTreeMap<String, String>,
    /// The digest of the compressed bundle.
    pub layer_digest: Digest,
    /// The size of the compressed bundle in bytes.
    pub layer_size: u64,
    /// The digest of the bundle before compression.
    pub diff_id: Digest,
}

/// The two documents around a layer, as the bytes to store.
#[derive(Debug, Clone)]
pub struct ImageParts {
    /// The configuration blob.
    pub config: Vec<u8>,
    /// The manifest.
    pub manifest: Vec<u8>,
    /// Names the manifest; its annotations are those of the manifest.
    pub descriptor: Descriptor,
}

/// The file name `oras pull` gives the layer.
const LAYER_TITLE: &str = "bundle.tar.gz";

#[derive(Serialize)]
struct Config<'a> {
    created: &'a str,
    architecture: &'static str,
    os: &'static str,
    config: Empty,
    rootfs: RootFs<'a>,
    history: [History<'a>; 1],
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct RootFs<'a> {
    r#type: &'static str,
    diff_ids: [&'a Digest; 1],
}

#[derive(Serialize)]
struct History<'a> {
    created: &'a str,
    created_by: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ManifestDocument<'a> {
    schema_version: u8,
    media_type: &'static str,
    config: Descriptor,
    layers: [Descriptor; 1],
    annotations: &'a BTreeMap<String, String>,
}

/// Builds the documents. The same facts give the same bytes.
///
/// The manifest is a plain OCI 1.0 one without `artifactType`, which some registries refuse; the configuration is a
/// complete image configuration, so that tools that validate images accept it.
///
/// # Errors
/// Only when JSON cannot be written, which these shapes do not allow.
pub fn compose(facts: &ImageFacts<'_>) -> Result<ImageParts, serde_json::Error> {
    let config = serde_json::to_vec(&Config {
        created: facts.created,
        architecture: "unknown",
        os: "unknown",
        config: Empty {},
        rootfs: RootFs { r#type: "layers", diff_ids: [&facts.diff_id] },
        history: [History { created: facts.created, created_by: "policy build" }],
    })?;
    let shared = BTreeMap::from([
        (annotations::CREATED.to_owned(), facts.created.to_owned()),
        (annotations::TYPE.to_owned(), annotations::TYPE_POLICY.to_owned()),
        (annotations::REGO_VERSION.to_owned(), facts.rego_version.to_owned()),
    ]);
    let mut layer = Descriptor::new(media_types::LAYER_GZIP, facts.layer_digest.clone(), facts.layer_size);
    layer.annotations = shared.clone();
    layer.annotations.insert(annotations::TITLE.to_owned(), LAYER_TITLE.to_owned());
    let mut notes = facts.annotations.clone();
    notes.extend(shared);
    notes.insert(annotations::TITLE.to_owned(), facts.repository.to_owned());
    let manifest = serde_json::to_vec(&ManifestDocument {
        schema_version: 2,
        media_type: media_types::MANIFEST,
        config: Descriptor::new(media_types::CONFIG, Digest::of(&config), config.len() as u64),
        layers: [layer],
        annotations: &notes,
    })?;
    let mut descriptor = Descriptor::new(media_types::MANIFEST, Digest::of(&manifest), manifest.len() as u64);
    descriptor.annotations = notes;
    Ok(ImageParts { config, manifest, descriptor })
}
