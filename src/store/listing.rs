//! All images of a store with what their manifests say, for people to look at.

use super::blob;
use super::index_file;
use super::layout::Layout;
use super::{Entry, Kind, StoreError, Unusable};
use crate::oci::{Descriptor, Digest, MANIFEST_LIMIT, Manifest};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What there is.
#[derive(Debug)]
pub struct Listing {
    /// Every name, sorted.
    pub images: Vec<Listed>,
    /// The entries that stand for no image.
    pub unusable: Vec<Unusable>,
}

/// A name and the image it stands for.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The entry of the index.
    pub entry: Entry,
    /// What the image is, or why that cannot be said: its manifest is damaged, missing, or no manifest of a policy. Names
    /// of one image share it.
    pub facts: Result<Arc<Facts>, Arc<StoreError>>,
}

/// What an image's manifest says.
#[derive(Debug)]
pub struct Facts {
    /// The layer that holds the bundle; its size is the size people see.
    pub bundle: Descriptor,
    /// The manifest's annotations.
    pub annotations: BTreeMap<String, String>,
}

impl Listed {
    /// An annotation of the image: the entry's, else the manifest's. Entries of pulled images may have none.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        let own = self.entry.descriptor.annotations.get(key);
        own.or_else(|| self.facts.as_ref().ok()?.annotations.get(key)).map(String::as_str)
    }
}

/// How often the index is read again because images went while they were looked at.
const TRIES: u32 = 50;

type Known = HashMap<(Digest, u64), Result<Arc<Facts>, Arc<StoreError>>>;

/// Reads the index, and each manifest once.
pub(super) fn list(layout: &Layout) -> Result<Listing, StoreError> {
    list_by(layout, |entry| facts(layout, entry))
}

fn list_by(layout: &Layout, mut facts: impl FnMut(&Entry) -> Result<Facts, StoreError>) -> Result<Listing, StoreError> {
    let mut known = Known::new();
    let mut tries = 0..TRIES;
    loop {
        let (index, stamp) = index_file::read(&layout.index())?;
        let (entries, unusable) = index.names();
        let mut missing = false;
        let images = entries.into_iter().map(|entry| {
            let key = (entry.descriptor.digest.clone(), entry.descriptor.size);
            let facts = known.entry(key).or_insert_with(|| facts(&entry).map(Arc::new).map_err(Arc::new)).clone();
            missing |= matches!(facts.as_ref().map_err(|error| &**error), Err(StoreError::MissingBlob { .. }));
            Listed { entry, facts }
        });
        let images: Vec<Listed> = images.collect();
        // Missing because it was removed since the index was read? Then the index has changed.
        if !missing || tries.next().is_none() || index_file::is_unchanged(&layout.index(), stamp.as_ref()) {
            return Ok(Listing { images, unusable });
        }
        known.retain(|_, facts| facts.is_ok());
    }
}

fn facts(layout: &Layout, entry: &Entry) -> Result<Facts, StoreError> {
    let descriptor = &entry.descriptor;
    if entry.kind == Kind::LegacyLayer {
        let (_, length) = blob::open_file(layout, &descriptor.digest)?;
        if length != descriptor.size {
            let digest = descriptor.digest.clone();
            return Err(StoreError::WrongSize { digest, expected: descriptor.size, actual: length });
        }
        return Ok(Facts { bundle: entry.unnamed_descriptor(), annotations: BTreeMap::new() });
    }
    let bytes = blob::read(layout, descriptor, MANIFEST_LIMIT)?;
    let parsed = Manifest::parse(&bytes, Some(&descriptor.media_type));
    let checked = parsed.and_then(|manifest| Ok((manifest.bundle_layer()?.clone(), manifest.annotations)));
    let (bundle, annotations) =
        checked.map_err(|source| StoreError::Manifest { digest: descriptor.digest.clone(), source })?;
    Ok(Facts { bundle, annotations })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Sample, entry};
    use super::*;
    use crate::oci::{annotations, media_types};
    use serde_json::json;
    use std::fs;

    fn rows(sample: &Sample) -> Vec<(String, Option<u64>)> {
        let listing = sample.store.listing().unwrap();
        let size = |listed: &Listed| listed.facts.as_ref().ok().map(|facts| facts.bundle.size);
        listing.images.iter().map(|listed| (listed.entry.reference.to_string(), size(listed))).collect()
    }

    #[test]
    fn the_store_of_the_go_cli_lists_with_the_sizes_of_its_bundles() {
        let sample = Sample::fixture();
        let wanted = [
            ("127.0.0.1:5061/acme/hello:1.0.0", 270),
            ("docker.io/acme/hello:1.0.0", 270),
            ("docker.io/acme/o:1", 273),
            ("docker.io/library/default:latest", 265),
        ];
        assert_eq!(rows(&sample), wanted.map(|(name, size)| (name.to_owned(), Some(size))));
        let listing = sample.store.listing().unwrap();
        assert!(listing.unusable.is_empty());
        // The entry of the pulled image has no annotation; its manifest has.
        for listed in &listing.images {
            assert_eq!(listed.annotation(annotations::CREATED), Some("2026-11-23T18:44:27Z"));
        }
    }

    #[test]
    fn damage_to_one_image_does_not_hide_the_others() {
        let sample = Sample::absent();
        sample.build("one", &["a/one:1", "a/one:2"]).unwrap();
        let damaged = sample.build("four", &["a/two:1"]).unwrap().digest;
        let missing = sample.build("seven", &["a/three:1"]).unwrap().digest;
        fs::remove_file(sample.blob_path(&missing)).unwrap();
        fs::remove_file(sample.blob_path(&damaged)).unwrap();
        fs::write(sample.blob_path(&damaged), b"{}").unwrap();
        let wanted = [("one:1", Some(3)), ("one:2", Some(3)), ("three:1", None), ("two:1", None)];
        assert_eq!(rows(&sample), wanted.map(|(name, size)| (format!("docker.io/a/{name}"), size)));
    }

    #[test]
    fn a_layer_kept_alone_lists_with_its_own_size() {
        let sample = Sample::go();
        sample.blob(b"bundle");
        let mut legacy = entry(media_types::LAYER_GZIP, b"bundle", Some("docker.io/foo:latest"));
        legacy["annotations"][annotations::CREATED] = json!("2022-01-01T00:00:00Z");
        sample.index(&[legacy]);
        assert_eq!(rows(&sample), [("docker.io/library/foo:latest".to_owned(), Some(6))]);
        let listing = sample.store.listing().unwrap();
        assert_eq!(listing.images[0].annotation(annotations::CREATED), Some("2022-01-01T00:00:00Z"));
        fs::write(sample.blob_path(&listing.images[0].entry.descriptor.digest), b"cut").unwrap();
        assert!(matches!(
            sample.store.listing().unwrap().images[0].facts.as_ref().map_err(|error| &**error),
            Err(StoreError::WrongSize { .. })
        ));
    }

    #[test]
    fn an_image_that_is_replaced_while_it_is_looked_at_is_listed_as_what_it_is_now() {
        let sample = Sample::absent();
        sample.build("one", &["a/b:1"]).unwrap();
        sample.build("other", &["a/c:1"]).unwrap();
        let mut reads = 0;
        let listing = list_by(&sample.store.layout, |entry| {
            reads += 1;
            if reads == 1 {
                sample.build("three", &["a/b:1"]).unwrap();
            }
            facts(&sample.store.layout, entry)
        });
        let sizes: Vec<u64> =
            listing.unwrap().images.iter().map(|listed| listed.facts.as_ref().unwrap().bundle.size).collect();
        assert_eq!((sizes, reads), (vec![5, 5], 3));
    }
}
