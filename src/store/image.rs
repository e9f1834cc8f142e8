//! One image of a store: its manifest and what it lists.

use super::blob::{self, VerifiedReader};
use super::layout::Layout;
use super::{Entry, Kind, StoreError};
use crate::oci::{Descriptor, Digest, MANIFEST_LIMIT, Manifest};
use std::fs::{File, Metadata, TryLockError};
use std::thread::sleep;
use std::time::Duration;

/// An image. While it is held, no other process takes its blobs away.
#[derive(Debug)]
pub struct Image {
    /// The manifest as it was stored, checked against its digest; none for an image kept as a layer alone.
    pub manifest_bytes: Option<Vec<u8>>,
    /// What the manifest says.
    pub manifest: Option<Manifest>,
    /// The layer that holds the bundle.
    pub bundle: Descriptor,
    /// The configuration; none for an image kept as a layer alone.
    pub config: Option<Descriptor>,
    /// What must be in a registry before the manifest: the configuration, then the layers, each once.
    pub blobs: Vec<Descriptor>,
    /// Locked, so that reclaiming passes the image over.
    _hold: File,
}

/// How often, and how long apart, a process that is taking blobs away is waited for.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(5);

impl Image {
    pub(super) fn load(layout: &Layout, entry: &Entry) -> Result<Self, StoreError> {
        let descriptor = &entry.descriptor;
        if entry.kind == Kind::Manifest {
            blob::within(descriptor, MANIFEST_LIMIT)?;
        }
        let (file, length) = hold(layout, &descriptor.digest)?;
        if entry.kind == Kind::LegacyLayer {
            let bundle = entry.unnamed_descriptor();
            let blobs = vec![bundle.clone()];
            return Ok(Self { manifest_bytes: None, manifest: None, bundle, config: None, blobs, _hold: file });
        }
        let handle = file.try_clone().map_err(StoreError::read(layout.blob(&descriptor.digest)))?;
        let reader = VerifiedReader::of_file(handle, length, &descriptor.digest, descriptor.size)?;
        let bytes = blob::read_to_end(reader, layout)?;
        let parsed = Manifest::parse(&bytes, Some(&descriptor.media_type));
        let checked = parsed.and_then(|manifest| Ok((manifest.bundle_layer()?.clone(), manifest)));
        let (bundle, manifest) =
            checked.map_err(|source| StoreError::Manifest { digest: descriptor.digest.clone(), source })?;
        let mut blobs: Vec<Descriptor> = Vec::with_capacity(manifest.layers.len() + 1);
        for needed in std::iter::once(&manifest.config).chain(&manifest.layers) {
            if !blobs.iter().any(|known| known.digest == needed.digest) {
                blobs.push(needed.clone());
            }
        }
        Ok(Self {
            manifest_bytes: Some(bytes),
            config: Some(manifest.config.clone()),
            manifest: Some(manifest),
            bundle,
            blobs,
            _hold: file,
        })
    }
}

/// Opens the blob an image begins with and locks it against being taken away.
fn hold(layout: &Layout, digest: &Digest) -> Result<(File, u64), StoreError> {
    let (file, length) = blob::open_file(layout, digest)?;
    for _ in 0..TRIES {
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            // Without locks nothing is taken away either.
            Ok(()) | Err(TryLockError::Error(_)) => break,
        }
    }
    let metadata = file.metadata().map_err(StoreError::read(layout.blob(digest)))?;
    if is_gone(&metadata) {
        return Err(StoreError::MissingBlob { digest: digest.clone() });
    }
    Ok((file, length))
}

/// Whether the last name of a file was taken away since it was opened.
#[cfg(unix)]
fn is_gone(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.nlink() == 0
}

#[cfg(not(unix))]
fn is_gone(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Sample, entry, name};
    use super::super::{EntryProblem, Image};
    use super::*;
    use crate::oci::{ManifestError, media_types};
    use serde_json::{Value, json};
    use std::fs;

    const BUNDLE: &[u8] = b"the bundle";

    /// A store with one image, `acme/old:1`, whose configuration and layer are as given.
    fn old(config: (&str, Option<&[u8]>), layer_type: &str, extra: Value) -> Sample {
        let sample = Sample::go();
        sample.blob(BUNDLE);
        if let Some(content) = config.1 {
            sample.blob(content);
        }
        let config = entry(config.0, config.1.unwrap_or(b"{}"), None);
        let manifest = sample.manifest(&config, &entry(layer_type, BUNDLE, None), extra, Some("docker.io/acme/old:1"));
        sample.index(&[manifest]);
        sample
    }

    fn image(sample: &Sample) -> Image {
        let (entry, image) = sample.store.find_image(&name("acme/old:1")).unwrap().unwrap();
        assert_eq!(image.bundle.digest, Digest::of(BUNDLE));
        assert!(sample.store.has_blob(&image.bundle).unwrap());
        if let Some(bytes) = &image.manifest_bytes {
            assert_eq!(Digest::of(bytes), entry.descriptor.digest);
        }
        for blob in &image.blobs {
            let mut reader = sample.store.open_blob(blob).unwrap();
            assert_eq!(std::io::copy(&mut reader, &mut std::io::sink()).unwrap(), blob.size);
        }
        image
    }

    fn refusal(sample: &Sample) -> StoreError {
        sample.store.find_image(&name("acme/old:1")).unwrap_err()
    }

    #[test]
    fn an_image_without_a_manifest_is_its_layer() {
        let sample = Sample::go();
        sample.blob(BUNDLE);
        sample.index(&[entry(media_types::LAYER_GZIP, BUNDLE, Some("docker.io/acme/old:1"))]);
        let image = image(&sample);
        assert!(image.manifest.is_none() && image.manifest_bytes.is_none() && image.config.is_none());
        assert_eq!(image.blobs, std::slice::from_ref(&image.bundle));
        assert!(image.bundle.annotations.is_empty());
    }

    #[test]
    fn a_configuration_that_was_never_written_is_the_empty_object() {
        let sample =
            old((media_types::EMPTY, None), media_types::LAYER_GZIP, json!({"artifactType": media_types::MANIFEST}));
        let image = image(&sample);
        assert_eq!(sample.store.read_blob(&image.config.unwrap(), 10).unwrap(), b"{}");
        assert_eq!(image.blobs.len(), 2);
    }

    #[test]
    fn every_configuration_the_go_cli_wrote_is_read() {
        let created = br#"{"created":"2023-01-01T00:00:00Z"}"#;
        for extra in
            [json!({}), json!({"artifactType": media_types::MANIFEST}), json!({"mediaType": media_types::MANIFEST})]
        {
            let sample = old((media_types::CONFIG, Some(created)), media_types::LAYER_GZIP, extra);
            assert_eq!(sample.store.read_blob(&image(&sample).config.unwrap(), 99).unwrap(), created);
        }
    }

    #[test]
    fn an_uncompressed_layer_is_a_bundle_too() {
        image(&old((media_types::EMPTY, Some(b"{}")), media_types::LAYER_TAR, json!({})));
    }

    #[test]
    fn an_image_without_a_bundle_is_refused() {
        let sample =
            old((media_types::EMPTY, Some(b"{}")), "application/vnd.dev.cosign.simplesigning.v1+json", json!({}));
        let refused = refusal(&sample);
        assert!(matches!(refused, StoreError::Manifest { source: ManifestError::NoBundle, .. }), "{refused:?}");
    }

    #[test]
    fn a_name_left_on_a_configuration_says_what_it_stands_for() {
        let sample = Sample::go();
        sample.blob(b"{}");
        sample.index(&[entry(media_types::CONFIG, b"{}", Some("docker.io/acme/old:1"))]);
        let refused = refusal(&sample);
        assert!(
            matches!(&refused, StoreError::Unusable { source, .. } if matches!(**source, EntryProblem::MediaType(_))),
            "{refused:?}"
        );
    }

    #[test]
    fn a_manifest_that_is_damaged_missing_or_of_another_size_is_an_error() {
        let sample = old((media_types::EMPTY, Some(b"{}")), media_types::LAYER_GZIP, json!({}));
        let found = sample.store.find(&name("acme/old:1")).unwrap().unwrap();
        let path = sample.blob_path(&found.descriptor.digest);
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        flipped[20] ^= 4;
        fs::write(&path, flipped).unwrap();
        assert!(matches!(refusal(&sample), StoreError::WrongDigest { .. }));
        fs::write(&path, &whole[1..]).unwrap();
        assert!(matches!(refusal(&sample), StoreError::WrongSize { .. }));
        fs::remove_file(&path).unwrap();
        assert!(matches!(refusal(&sample), StoreError::MissingBlob { .. }));
    }

    #[test]
    fn a_manifest_that_claims_to_be_huge_is_not_read() {
        let sample = old((media_types::EMPTY, Some(b"{}")), media_types::LAYER_GZIP, json!({}));
        let found = sample.store.find(&name("acme/old:1")).unwrap().unwrap();
        for size in [MANIFEST_LIMIT + 1, i64::MAX as u64, u64::MAX] {
            let mut entry = json!(found.descriptor);
            entry["size"] = json!(size);
            sample.index(&[entry]);
            assert!(matches!(refusal(&sample), StoreError::TooLarge { .. }));
        }
    }
}
