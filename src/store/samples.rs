//! Stores for tests, ours and those of the Go CLI in all its versions.

use super::{Store, StoreError, Tagged};
use crate::oci::{Descriptor, Digest, ImageFacts, Reference, compose, media_types};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::PathBuf;

pub(super) const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// A store in a folder of its own.
pub(super) struct Sample {
    pub(super) root: tempfile::TempDir,
    pub(super) store: Store,
}

pub(super) fn name(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}

impl Sample {
    /// A store that does not exist yet.
    pub(super) fn absent() -> Self {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(&root.path().join("store"));
        Self { root, store }
    }

    /// What the Go CLI makes before its first image.
    pub(super) fn go() -> Self {
        let sample = Self::absent();
        fs::create_dir_all(sample.path("blobs/sha256")).unwrap();
        fs::create_dir_all(sample.path("ingest")).unwrap();
        fs::write(sample.path("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        sample.index(&[]);
        sample
    }

    /// The store that v0.4.0 of the Go CLI left after a few builds, a push and a pull.
    pub(super) fn fixture() -> Self {
        let sample = Self::absent();
        let archive = fs::File::open("tests/data/go-cli/store-v0.4.tar").unwrap();
        tar::Archive::new(archive).unpack(sample.root.path().join("store")).unwrap();
        sample
    }

    pub(super) fn path(&self, inside: &str) -> PathBuf {
        self.root.path().join("store/policies-root").join(inside)
    }

    /// Adds an image whose bundle is `content` and gives it names, as a build does.
    pub(super) fn build(&self, content: &str, names: &[&str]) -> Result<Tagged, StoreError> {
        let ingest = self.store.ingest()?;
        let mut writer = ingest.blob(None)?;
        writer.write_all(content.as_bytes()).map_err(|error| writer.explain(error))?;
        let (layer_digest, layer_size) = writer.finish()?;
        let facts = ImageFacts {
            repository: "docker.io/acme/sample",
            created: "2026-01-02T03:04:05Z",
            rego_version: "rego.v1",
            annotations: BTreeMap::new(),
            diff_id: layer_digest.clone(),
            layer_digest,
            layer_size,
        };
        let parts = compose(&facts).unwrap();
        ingest.put(&parts.config, media_types::CONFIG)?;
        ingest.put(&parts.manifest, media_types::MANIFEST)?;
        ingest.commit(&names.iter().map(|text| name(text)).collect::<Vec<_>>(), parts.descriptor)
    }

    /// Puts a blob in its place.
    pub(super) fn blob(&self, content: &[u8]) -> Digest {
        let digest = Digest::of(content);
        fs::write(self.path("blobs/sha256").join(digest.hex()), content).unwrap();
        digest
    }

    /// The folder of a command that was killed after it had added these blobs.
    pub(super) fn killed(&self, added: &[Digest]) -> PathBuf {
        let folder = self.path("ingest/policy-1-killed");
        fs::create_dir(&folder).unwrap();
        let lines: String = added.iter().map(|digest| format!("{digest}\n+{digest}\n")).collect();
        fs::write(folder.join("blobs"), lines + "+sha256:cut o").unwrap();
        folder
    }

    pub(super) fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.path("blobs/sha256").join(digest.hex())
    }

    /// Writes the index, as the Go CLI does.
    pub(super) fn index(&self, entries: &[Value]) {
        let index = json!({"schemaVersion": 2, "mediaType": media_types::INDEX, "manifests": entries});
        fs::write(self.path("index.json"), index.to_string()).unwrap();
    }

    /// A manifest around `layer` and `config`, put in its place; its descriptor under `name`, or without one.
    pub(super) fn manifest(&self, config: &Value, layer: &Value, extra: Value, name: Option<&str>) -> Value {
        let mut manifest = json!({"schemaVersion": 2, "config": config, "layers": [layer]});
        manifest.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap_or_default());
        let text = manifest.to_string();
        self.blob(text.as_bytes());
        entry(media_types::MANIFEST, text.as_bytes(), name)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.store.entries().unwrap().entries.iter().map(|entry| entry.reference.to_string()).collect()
    }

    /// The hexadecimal names of all blobs.
    pub(super) fn blobs(&self) -> BTreeSet<String> {
        let listing = fs::read_dir(self.path("blobs/sha256")).unwrap();
        listing.map(|found| found.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// What lies in `ingest/`.
    pub(super) fn unfinished(&self) -> usize {
        fs::read_dir(self.path("ingest")).unwrap().count()
    }

    /// Everything an image needs is there and right.
    pub(super) fn assert_whole(&self, text: &str) {
        let (entry, image) = self.store.find_image(&name(text)).unwrap().unwrap();
        assert_eq!(entry.reference, name(text));
        for blob in &image.blobs {
            assert!(self.store.has_blob(blob).unwrap(), "{text}: {blob:?}");
        }
    }
}

/// A descriptor as an index or a manifest has it.
pub(super) fn entry(media_type: &str, content: &[u8], name: Option<&str>) -> Value {
    let mut entry = json!({"mediaType": media_type, "digest": Digest::of(content), "size": content.len()});
    if let Some(name) = name {
        entry["annotations"] = json!({ REF_NAME: name });
    }
    entry
}

pub(super) fn digest(entry: &Value) -> Digest {
    entry["digest"].as_str().unwrap().parse().unwrap()
}

pub(super) fn descriptor(media_type: &str, content: &[u8]) -> Descriptor {
    Descriptor::new(media_type, Digest::of(content), content.len() as u64)
}
