//! Adding an image: blobs first, its names last.

use super::blob_writer::BlobWriter;
use super::commit::{self, Own};
use super::documents::Needs;
use super::lock::Purpose;
use super::session::Session;
use super::{Store, StoreError, Tagged, blob};
use crate::files;
use crate::oci::{Descriptor, Digest, MANIFEST_LIMIT, Reference, annotations};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// How long a command that failed waits for others in order to tidy up.
const GIVING_UP: Duration = Duration::from_millis(500);

/// The most bytes of a manifest's annotations that are repeated in the index.
const NOTES_LIMIT: usize = 64 << 10;

/// A command that adds blobs. Until it ends, no other process takes away what it added or said it keeps.
///
/// Dropped without [`Ingest::commit`], it takes away what nothing else needs of it. Of a command that is killed, or that
/// finds the store busy or damaged, the next change to the store does that.
#[derive(Debug)]
pub struct Ingest {
    store: Store,
    session: Arc<Session>,
}

impl Ingest {
    pub(super) fn begin(store: &Store) -> Result<Self, StoreError> {
        let lock = store.lock(Purpose::Need)?;
        let session = Session::begin(store.layout(), &lock)?;
        Ok(Self { store: store.clone(), session: Arc::new(session) })
    }

    /// A writer for a blob. Content that is not what `expected` says is refused; without it, content of any length is
    /// taken.
    ///
    /// # Errors
    /// When the store cannot be written to.
    pub fn blob(&self, expected: Option<&Descriptor>) -> Result<BlobWriter, StoreError> {
        BlobWriter::new(self.store.clone(), Arc::clone(&self.session), expected)
    }

    /// Adds a small blob.
    ///
    /// # Errors
    /// When the store cannot be written to.
    pub fn put(&self, bytes: &[u8], media_type: &str) -> Result<Descriptor, StoreError> {
        let mut writer = self.blob(None)?;
        writer.write_all(bytes).map_err(|error| writer.explain(error))?;
        let (digest, size) = writer.finish()?;
        Ok(Descriptor::new(media_type, digest, size))
    }

    /// Says that this command relies on a blob that is there already. Returns whether it is, whole and right; if not, it
    /// must be added.
    ///
    /// # Errors
    /// When the store cannot be read or written to.
    pub fn keep(&self, descriptor: &Descriptor) -> Result<bool, StoreError> {
        need(&self.store, &self.session, &descriptor.digest)?;
        is_durable(&self.store, &descriptor.digest, descriptor.size)
    }

    /// Gives the image its names, which then stand for nothing else; `descriptor` is that of its manifest. With the
    /// return, all of it survives a power cut.
    ///
    /// # Errors
    /// [`StoreError::Incomplete`] when a blob of the image was neither added nor kept; otherwise when the store is
    /// damaged, busy, or cannot be written to. Then no name has changed.
    pub fn commit(&self, names: &[Reference], mut descriptor: Descriptor) -> Result<Tagged, StoreError> {
        let layout = self.store.layout();
        need(&self.store, &self.session, &descriptor.digest)?;
        let manifest = blob::read(layout, &descriptor, MANIFEST_LIMIT)?;
        let needs = Needs::of(&manifest).unwrap_or_default();
        let mut surplus = self.session.added();
        surplus.remove(&descriptor.digest);
        for digest in needs.blobs.iter().chain(&needs.documents) {
            need(&self.store, &self.session, digest)?;
            if !self.is_there(digest)? {
                return Err(StoreError::Incomplete { manifest: descriptor.digest, missing: digest.clone() });
            }
            surplus.remove(digest);
        }
        files::sync_folder(&layout.shelf(&descriptor.digest)).map_err(StoreError::write(layout.folder()))?;
        describe(&mut descriptor, &manifest);
        let own = Own { session: Some(&self.session), surplus };
        let (replaced, reclaimed) =
            commit::commit(&self.store, &own, |index| super::set_names(index, names, &descriptor))?;
        self.session.end();
        Ok(Tagged { names: names.to_vec(), digest: descriptor.digest, replaced, reclaimed })
    }

    /// Whether a blob has its file. The one of `{}`, which not every version of the Go CLI wrote, is made.
    fn is_there(&self, digest: &Digest) -> Result<bool, StoreError> {
        let there = self.store.layout().blob(digest).is_file();
        if !there && blob::is_empty_object(digest) {
            self.put(blob::EMPTY_OBJECT, "")?;
            return Ok(true);
        }
        Ok(there)
    }
}

impl Drop for Ingest {
    fn drop(&mut self) {
        let surplus = self.session.added();
        if surplus.is_empty() || self.session.is_over() {
            return;
        }
        let store = self.store.clone().with_patience(GIVING_UP);
        let own = Own { session: Some(&self.session), surplus };
        match commit::commit(&store, &own, |_| Ok(())) {
            Ok(_) => self.session.end(),
            Err(error) => log::debug!("what was added in vain stays for now: {error}"),
        }
    }
}

/// Says that a command needs a blob, so that nobody takes it away.
pub(super) fn need(store: &Store, session: &Session, digest: &Digest) -> Result<(), StoreError> {
    if session.needs(digest) {
        return Ok(());
    }
    session.need(digest, &store.lock(Purpose::Need)?)
}

/// Whether a blob is there and right; then it survives a power cut, whoever wrote it.
pub(super) fn is_durable(store: &Store, digest: &Digest, size: u64) -> Result<bool, StoreError> {
    let layout = store.layout();
    match blob::find_whole(layout, digest, size)? {
        #[cfg(unix)]
        Some(file) => file.sync_all().map(|()| true).map_err(StoreError::write(layout.blob(digest))),
        #[cfg(not(unix))]
        Some(_) => Ok(true),
        None => Ok(false),
    }
}

/// An entry of the index repeats the annotations of its manifest, as the Go CLI's entries do.
fn describe(descriptor: &mut Descriptor, manifest: &[u8]) {
    #[derive(Deserialize)]
    struct Notes {
        annotations: Option<BTreeMap<String, String>>,
    }
    let notes = serde_json::from_slice::<Notes>(manifest).ok().and_then(|notes| notes.annotations).unwrap_or_default();
    for (key, value) in notes {
        descriptor.annotations.entry(key).or_insert(value);
    }
    descriptor.annotations.remove(annotations::REF_NAME);
    let length: usize = descriptor.annotations.iter().map(|(key, value)| key.len() + value.len()).sum();
    if length > NOTES_LIMIT {
        descriptor.annotations.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Sample, descriptor, entry, name};
    use super::*;
    use crate::oci::media_types;
    use serde_json::{Value, json};
    use std::fs;

    fn write(ingest: &Ingest, expected: &Descriptor, content: &[u8]) -> Result<(Digest, u64), StoreError> {
        let mut writer = ingest.blob(Some(expected))?;
        writer.write_all(content).map_err(|error| writer.explain(error))?;
        writer.finish()
    }

    fn index(sample: &Sample) -> Value {
        serde_json::from_slice(&fs::read(sample.path("index.json")).unwrap()).unwrap()
    }

    #[test]
    fn an_image_gets_its_names_and_the_annotations_of_its_manifest() {
        let sample = Sample::absent();
        let tagged = sample.build("bundle", &["acme/hello:1", "ghcr.io/acme/hello:2"]).unwrap();
        assert_eq!(sample.names(), ["docker.io/acme/hello:1", "ghcr.io/acme/hello:2"]);
        assert_eq!(sample.blobs().len(), 3);
        assert_eq!(sample.unfinished(), 0);
        let entry = &index(&sample)["manifests"][1];
        assert_eq!(entry["digest"], json!(tagged.digest));
        assert_eq!(
            entry["annotations"],
            json!({
                "org.opencontainers.image.created": "2026-01-02T03:04:05Z",
                "org.opencontainers.image.ref.name": "ghcr.io/acme/hello:2",
                "org.opencontainers.image.title": "docker.io/acme/sample",
                "org.openpolicyregistry.type": "policy",
                "rego.version": "rego.v1",
            })
        );
        sample.assert_whole("acme/hello:1");
    }

    #[cfg(unix)]
    #[test]
    fn a_blob_is_readable_for_all_and_writable_for_nobody() {
        use std::os::unix::fs::PermissionsExt;
        let sample = Sample::absent();
        let digest = sample.build("bundle", &["a/b:1"]).unwrap().digest;
        assert_eq!(fs::metadata(sample.blob_path(&digest)).unwrap().permissions().mode() & 0o777, 0o444);
    }

    #[test]
    fn content_other_than_expected_is_refused_and_leaves_nothing() {
        let sample = Sample::absent();
        let ingest = sample.store.ingest().unwrap();
        let expected = descriptor("a/b", b"content");
        for (content, by_size) in [(&b"contents"[..], true), (b"conten", true), (b"", true), (b"Content", false)] {
            let error = write(&ingest, &expected, content).unwrap_err();
            assert_eq!(matches!(error, StoreError::WrongSize { .. }), by_size, "{error:?}");
            assert_eq!(matches!(error, StoreError::WrongDigest { .. }), !by_size, "{error:?}");
        }
        assert!(sample.blobs().is_empty());
        drop(ingest);
        assert_eq!(sample.unfinished(), 0);
    }

    #[test]
    fn content_that_is_too_long_is_refused_before_it_is_written() {
        let sample = Sample::absent();
        let ingest = sample.store.ingest().unwrap();
        let mut writer = ingest.blob(Some(&descriptor("a/b", b"1234"))).unwrap();
        writer.write_all(b"1234").unwrap();
        let error = writer.write(&[0; 1 << 20]).unwrap_err();
        assert!(matches!(writer.explain(error), StoreError::WrongSize { expected: 4, .. }));
    }

    #[test]
    fn a_damaged_blob_is_not_kept_and_is_replaced_when_it_comes_again() {
        let sample = Sample::go();
        let expected = descriptor("a/b", b"content");
        let path = sample.blob_path(&sample.blob(b"content"));
        for damage in [&b"c0ntent"[..], b"conten", b""] {
            fs::remove_file(&path).unwrap();
            fs::write(&path, damage).unwrap();
            let ingest = sample.store.ingest().unwrap();
            assert!(!ingest.keep(&expected).unwrap());
            write(&ingest, &expected, b"content").unwrap();
            assert!(ingest.keep(&expected).unwrap());
            assert_eq!(fs::read(&path).unwrap(), b"content");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_a_blobs_place_is_replaced_and_not_written_through() {
        let sample = Sample::go();
        let path = sample.blob_path(&sample.blob(b"content"));
        let outside = sample.root.path().join("outside");
        fs::write(&outside, b"content").unwrap();
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&outside, &path).unwrap();
        let ingest = sample.store.ingest().unwrap();
        ingest.put(b"content", "a/b").unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
        assert_eq!(fs::read(outside).unwrap(), b"content");
    }

    #[test]
    fn an_image_whose_layer_was_not_added_gets_no_name() {
        let sample = Sample::go();
        let layer = entry(media_types::LAYER_GZIP, b"never added", None);
        let manifest = json!({"schemaVersion": 2, "config": entry(media_types::EMPTY, b"{}", None), "layers": [layer]});
        let ingest = sample.store.ingest().unwrap();
        let manifest = ingest.put(manifest.to_string().as_bytes(), media_types::MANIFEST).unwrap();
        let error = ingest.commit(&[name("a/b:1")], manifest).unwrap_err();
        assert!(matches!(error, StoreError::Incomplete { missing, .. } if missing == Digest::of(b"never added")));
        assert!(sample.names().is_empty());
    }

    #[test]
    fn the_empty_configuration_is_written_for_those_who_need_its_file() {
        let sample = Sample::go();
        let layer = entry(media_types::LAYER_GZIP, b"bundle", None);
        let manifest = json!({"schemaVersion": 2, "config": entry(media_types::EMPTY, b"{}", None), "layers": [layer]});
        let ingest = sample.store.ingest().unwrap();
        ingest.put(b"bundle", media_types::LAYER_GZIP).unwrap();
        let manifest = ingest.put(manifest.to_string().as_bytes(), media_types::MANIFEST).unwrap();
        ingest.commit(&[name("a/b:1")], manifest).unwrap();
        assert_eq!(fs::read(sample.blob_path(&Digest::of(b"{}"))).unwrap(), b"{}");
    }

    #[test]
    fn annotations_that_would_swell_the_index_stay_in_the_manifest() {
        let sample = Sample::go();
        let extra = json!({"annotations": {"k": "v".repeat(NOTES_LIMIT)}});
        sample.blob(b"bundle");
        let layer = entry(media_types::LAYER_GZIP, b"bundle", None);
        let made = sample.manifest(&entry(media_types::EMPTY, b"{}", None), &layer, extra, None);
        let ingest = sample.store.ingest().unwrap();
        let manifest: Descriptor = serde_json::from_value(made).unwrap();
        assert!(ingest.keep(&manifest).unwrap());
        ingest.commit(&[name("a/b:1")], manifest).unwrap();
        assert!(fs::metadata(sample.path("index.json")).unwrap().len() < 1000);
        assert_eq!(sample.store.listing().unwrap().images[0].annotation("k").unwrap().len(), NOTES_LIMIT);
    }
}
