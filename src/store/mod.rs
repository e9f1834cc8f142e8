//! The local store of images: an OCI layout that the Go CLI, Topaz and OCI tools read too.
//!
//! Opening it touches nothing and reading it creates nothing. A name is written last: blobs, then the manifest, then the
//! index, each durably, so whatever dies half-way leaves at most blobs without a name. Those who change the index take
//! turns; those who read it see a whole one and never wait.

mod blob;
mod blob_writer;
mod commit;
mod documents;
mod entry;
mod error;
mod image;
mod index;
mod index_file;
mod index_text;
mod ingest;
mod item;
mod layout;
mod listing;
mod lock;
mod reclaim;
mod regular;
#[cfg(test)]
mod samples;
mod session;
mod survey;

pub use blob::VerifiedReader;
pub use blob_writer::BlobWriter;
pub use entry::{Entry, EntryProblem, Kind, Unusable};
pub use error::{IndexError, StoreError};
pub use image::Image;
pub use ingest::Ingest;
pub use listing::{Facts, Listed, Listing};
pub use lock::Waiting;
pub use reclaim::Reclaimed;

use crate::oci::{Descriptor, Digest, Reference};
use commit::Own;
use index::Index;
use layout::Layout;
use lock::{Lock, Purpose};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The fewest hexadecimal characters that may stand for a digest.
const PREFIX_LENGTH: usize = 4;

/// How often an image is looked up again because it was replaced between its index and its manifest.
const TRIES: u32 = 50;

/// A store, by where it is.
#[derive(Clone)]
pub struct Store {
    layout: Layout,
    patience: Duration,
    notice: Option<Arc<Notice>>,
}

type Notice = dyn Fn(Waiting<'_>) + Send + Sync;

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Store({})", self.layout.folder().display())
    }
}

/// The names of a store.
#[derive(Debug)]
pub struct Entries {
    /// Every name that stands for an image, sorted.
    pub entries: Vec<Entry>,
    /// The entries that stand for none.
    pub unusable: Vec<Unusable>,
}

/// Names that stand for an image now.
#[derive(Debug)]
pub struct Tagged {
    /// The names.
    pub names: Vec<Reference>,
    /// The image: the digest of its manifest, or of its bundle where there is no manifest.
    pub digest: Digest,
    /// The names that stood for another image before, and which.
    pub replaced: Vec<(Reference, Digest)>,
    /// What nothing named any more.
    pub reclaimed: Reclaimed,
}

/// Names that are gone.
#[derive(Debug)]
pub struct Removed {
    /// The names that were there.
    pub names: Vec<Reference>,
    /// The names that were not.
    pub missing: Vec<Reference>,
    /// What nothing named any more.
    pub reclaimed: Reclaimed,
}

impl Store {
    /// The store in `root`, the folder that holds `policies-root`. It need not exist.
    #[must_use]
    pub fn open(root: &Path) -> Self {
        Self { layout: Layout::new(root), patience: lock::PATIENCE, notice: None }
    }

    /// The same store, calling `notice` once whenever it has waited for another process for a second.
    #[must_use]
    pub fn with_notice(self, notice: impl Fn(Waiting<'_>) + Send + Sync + 'static) -> Self {
        Self { notice: Some(Arc::new(notice)), ..self }
    }

    /// The same store, waiting that long for other processes instead of 60 seconds.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Every name, from the index alone. [`Store::listing`] also reads the manifests.
    ///
    /// # Errors
    /// When the index is damaged, too large, or cannot be read. A store that does not exist has no names.
    pub fn entries(&self) -> Result<Entries, StoreError> {
        let (entries, unusable) = self.index()?.names();
        Ok(Entries { entries, unusable })
    }

    /// Every name with what the image's manifest says; each manifest is read once. Damage to one image does not hide the
    /// others.
    ///
    /// # Errors
    /// As [`Store::entries`].
    pub fn listing(&self) -> Result<Listing, StoreError> {
        listing::list(&self.layout)
    }

    /// What a name stands for; `None` when there is no such name.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when it stands for no image; otherwise as [`Store::entries`].
    pub fn find(&self, reference: &Reference) -> Result<Option<Entry>, StoreError> {
        let found = self.index()?.find(reference).transpose();
        found.map_err(|source| StoreError::Unusable { reference: reference.clone(), source: Box::new(source) })
    }

    /// The names of the images whose digest begins with `hex`, sorted; `sha256:` may stand before it. Fewer than four
    /// characters stand for none. Names of several images mean that the prefix is ambiguous.
    ///
    /// # Errors
    /// As [`Store::entries`].
    pub fn find_digest_prefix(&self, hex: &str) -> Result<Vec<Entry>, StoreError> {
        let hex = hex.strip_prefix("sha256:").unwrap_or(hex);
        if hex.len() < PREFIX_LENGTH {
            return Ok(Vec::new());
        }
        let mut entries = self.entries()?.entries;
        entries.retain(|entry| entry.descriptor.digest.hex().starts_with(hex));
        Ok(entries)
    }

    /// The image an entry stands for, its manifest checked. While it is held, its blobs stay where they are.
    ///
    /// # Errors
    /// When the manifest is missing, damaged or none of a policy image.
    pub fn image(&self, entry: &Entry) -> Result<Image, StoreError> {
        Image::load(&self.layout, entry)
    }

    /// [`Store::find`] and [`Store::image`] in one: a name that another process moves meanwhile is looked up again.
    ///
    /// # Errors
    /// As those two.
    pub fn find_image(&self, reference: &Reference) -> Result<Option<(Entry, Image)>, StoreError> {
        let mut last: Option<Entry> = None;
        for _ in 0..TRIES {
            let Some(entry) = self.find(reference)? else { return Ok(None) };
            match self.image(&entry) {
                Err(StoreError::MissingBlob { .. }) if last.as_ref() != Some(&entry) => last = Some(entry),
                other => return other.map(|image| Some((entry, image))),
            }
        }
        Err(StoreError::Changed { reference: reference.clone() })
    }

    /// A blob of at most `limit` bytes, checked.
    ///
    /// # Errors
    /// When it is missing, damaged or too large.
    pub fn read_blob(&self, descriptor: &Descriptor, limit: u64) -> Result<Vec<u8>, StoreError> {
        blob::read(&self.layout, descriptor, limit)
    }

    /// A blob to be read once, checked while it is read.
    ///
    /// # Errors
    /// When it is missing or has another length.
    pub fn open_blob(&self, descriptor: &Descriptor) -> Result<VerifiedReader, StoreError> {
        blob::open(&self.layout, &descriptor.digest, descriptor.size)
    }

    /// Whether a blob is there and right. All of it is read.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn has_blob(&self, descriptor: &Descriptor) -> Result<bool, StoreError> {
        Ok(blob::find_whole(&self.layout, &descriptor.digest, descriptor.size)?.is_some())
    }

    /// Begins to add an image.
    ///
    /// # Errors
    /// When the store cannot be written to, or is busy.
    pub fn ingest(&self) -> Result<Ingest, StoreError> {
        Ingest::begin(self)
    }

    /// Lets `names` stand for the image that `source` stands for, and for nothing else.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when that image is no longer there: look it up again. Otherwise when the store is damaged,
    /// busy, or cannot be written to; then no name has changed.
    pub fn tag(&self, source: &Entry, names: &[Reference]) -> Result<Tagged, StoreError> {
        let descriptor = source.unnamed_descriptor();
        let (replaced, reclaimed) = commit::commit(self, &Own::default(), |index| {
            if !index.mentions(&descriptor.digest) {
                return Err(StoreError::Changed { reference: source.reference.clone() });
            }
            set_names(index, names, &descriptor)
        })?;
        Ok(Tagged { names: names.to_vec(), digest: descriptor.digest, replaced, reclaimed })
    }

    /// Takes names away, and the blobs that then have none. A name whose entry cannot be used goes as well.
    ///
    /// # Errors
    /// When the store is damaged, busy, or cannot be written to; then no name has changed.
    pub fn remove(&self, names: &[Reference]) -> Result<Removed, StoreError> {
        let index = self.index()?;
        if names.iter().all(|name| index.find(name).is_none()) {
            let reclaimed = Reclaimed::default();
            return Ok(Removed { names: Vec::new(), missing: names.to_vec(), reclaimed });
        }
        let (there, reclaimed) = commit::commit(self, &Own::default(), |index| {
            Ok(names.iter().map(|name| index.unset(name)).collect::<Vec<bool>>())
        })?;
        let (mut removed, mut missing) = (Vec::new(), Vec::new());
        for (name, there) in names.iter().zip(there) {
            if there { &mut removed } else { &mut missing }.push(name.clone());
        }
        Ok(Removed { names: removed, missing, reclaimed })
    }

    fn index(&self) -> Result<Index, StoreError> {
        Ok(index_file::read(&self.layout.index())?.0)
    }

    fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The lock of those who change the store, whose folders exist then.
    fn lock(&self, purpose: Purpose) -> Result<Lock, StoreError> {
        self.layout.make_folders()?;
        let lock = Lock::acquire(&self.layout, purpose, self.patience, &|waiting| match &self.notice {
            Some(notice) => notice(waiting),
            None => log::warn!("waiting for another process to finish with {}", waiting.path.display()),
        })?;
        self.layout.mark()?;
        Ok(lock)
    }
}

fn set_names(
    index: &mut Index,
    names: &[Reference],
    descriptor: &Descriptor,
) -> Result<Vec<(Reference, Digest)>, StoreError> {
    let mut replaced = Vec::new();
    for name in names {
        let before = index.set(name, descriptor);
        let before = before.map_err(|error| StoreError::write(name.to_string())(error.into()))?;
        replaced.extend(before.filter(|before| *before != descriptor.digest).map(|before| (name.clone(), before)));
    }
    Ok(replaced)
}

#[cfg(test)]
mod tests {
    use super::samples::{Sample, entry, name};
    use super::*;
    use std::fs;
    use std::thread;

    #[test]
    fn opening_and_reading_create_nothing() {
        let sample = Sample::absent();
        let missing = Descriptor::new("a/b", Digest::of(b"x"), 1);
        assert!(sample.store.entries().unwrap().entries.is_empty());
        assert!(sample.store.listing().unwrap().images.is_empty());
        assert!(sample.store.find_image(&name("a/b:1")).unwrap().is_none());
        assert!(sample.store.find_digest_prefix("abcd").unwrap().is_empty());
        assert!(!sample.store.has_blob(&missing).unwrap());
        assert!(matches!(sample.store.open_blob(&missing), Err(StoreError::MissingBlob { .. })));
        assert_eq!(sample.store.remove(&[name("a/b:1")]).unwrap().missing, [name("a/b:1")]);
        assert_eq!(fs::read_dir(sample.root.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_digest_prefix_of_four_characters_finds_every_name_of_an_image() {
        let sample = Sample::absent();
        let digest = sample.build("bundle", &["b/b:2", "a/a:1"]).unwrap().digest;
        sample.build("other", &["c/c:1"]).unwrap();
        for prefix in [&digest.hex()[..4], &digest.as_str()[..11], digest.hex(), digest.as_str()] {
            let found = sample.store.find_digest_prefix(prefix).unwrap();
            let names: Vec<_> = found.iter().map(|entry| entry.reference.to_string()).collect();
            assert_eq!(names, ["docker.io/a/a:1", "docker.io/b/b:2"], "{prefix}");
        }
        for prefix in ["", &digest.hex()[..3], "sha256:", &digest.hex().to_uppercase(), "zzzz"] {
            assert!(sample.store.find_digest_prefix(prefix).unwrap().is_empty(), "{prefix}");
        }
    }

    #[test]
    fn the_store_of_the_go_cli_is_read_tagged_and_keeps_what_is_not_ours() {
        let sample = Sample::fixture();
        let before: serde_json::Value = serde_json::from_slice(&fs::read(sample.path("index.json")).unwrap()).unwrap();
        for text in ["acme/hello:1.0.0", "default", "acme/o:1", "127.0.0.1:5061/acme/hello:1.0.0"] {
            sample.assert_whole(text);
        }
        let source = sample.store.find(&name("default")).unwrap().unwrap();
        sample.store.tag(&source, &[name("ghcr.io/me/new:1")]).unwrap();
        sample.assert_whole("ghcr.io/me/new:1");
        let after: serde_json::Value = serde_json::from_slice(&fs::read(sample.path("index.json")).unwrap()).unwrap();
        let (before, after) = (before["manifests"].as_array().unwrap(), after["manifests"].as_array().unwrap());
        assert_eq!(&after[..7], &before[..]);
        assert_eq!(after[7]["artifactType"], before[1]["artifactType"]);
        assert_eq!(sample.blobs().len(), 8);
    }

    #[test]
    fn an_image_that_went_meanwhile_cannot_be_tagged() {
        let sample = Sample::absent();
        sample.build("bundle", &["a/b:1"]).unwrap();
        let source = sample.store.find(&name("a/b:1")).unwrap().unwrap();
        sample.store.remove(&[name("a/b:1")]).unwrap();
        let refused = sample.store.tag(&source, &[name("a/b:2")]).unwrap_err();
        assert!(matches!(refused, StoreError::Changed { reference } if reference == name("a/b:1")));
    }

    #[test]
    fn a_name_whose_entry_cannot_be_used_is_said_and_can_be_removed() {
        let sample = Sample::go();
        sample.index(&[entry("a/b", b"x", Some("docker.io/a/b:1")), entry("a/b", b"y", Some("NO NAME"))]);
        assert!(matches!(sample.store.find(&name("a/b:1")), Err(StoreError::Unusable { .. })));
        let entries = sample.store.entries().unwrap();
        assert_eq!((entries.entries.len(), entries.unusable.len()), (0, 2));
        let removed = sample.store.remove(&[name("a/b:1"), name("a/b:2")]).unwrap();
        assert_eq!((removed.names, removed.missing), (vec![name("a/b:1")], vec![name("a/b:2")]));
        assert_eq!(sample.store.entries().unwrap().unusable[0].name.as_deref(), Some("NO NAME"));
    }

    #[test]
    fn a_damaged_index_is_never_written_over() {
        let check = |damage: &[u8]| {
            let sample = Sample::fixture();
            let source = sample.store.find(&name("default")).unwrap().unwrap();
            fs::write(sample.path("index.json"), damage).unwrap();
            let refused = [
                sample.store.tag(&source, &[name("a/b:1")]).map(drop).unwrap_err(),
                sample.store.remove(&[name("default")]).map(drop).unwrap_err(),
                sample.build("bundle", &["a/b:1"]).map(drop).unwrap_err(),
            ];
            for error in refused {
                assert!(matches!(error, StoreError::IndexDamaged { .. }), "{error:?}");
            }
            assert_eq!(fs::read(sample.path("index.json")).unwrap(), damage);
        };
        thread::scope(|scope| {
            for damage in [&b""[..], b"{\"schemaVersion\":2,", b"null", b"[]", b"\0\0\0"] {
                scope.spawn(move || check(damage));
            }
        });
    }

    #[cfg(unix)]
    #[test]
    fn an_index_that_is_no_file_is_said() {
        let sample = Sample::fixture();
        let path = sample.path("index.json");
        let kept = sample.path("kept.json");
        fs::rename(&path, &kept).unwrap();
        let refused = |found: &str| {
            let said = |error: StoreError| matches!(error, StoreError::NotAFile { found: what, .. } if what == found);
            assert!(said(sample.store.entries().unwrap_err()), "{found}");
            assert!(said(sample.build("bundle", &["a/b:1"]).unwrap_err()), "{found}");
        };
        fs::create_dir(&path).unwrap();
        refused("a folder");
        fs::remove_dir(&path).unwrap();
        std::os::unix::fs::symlink(&kept, &path).unwrap();
        refused("a symbolic link");
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        refused("a named pipe");
    }

    #[test]
    fn a_store_that_is_locked_for_long_is_busy() {
        let sample = Sample::absent();
        sample.build("bundle", &["a/b:1"]).unwrap();
        let source = sample.store.find(&name("a/b:1")).unwrap().unwrap();
        let _held = sample.store.lock(Purpose::Change).unwrap();
        let store = sample.store.clone().with_patience(Duration::from_millis(20));
        assert!(matches!(store.tag(&source, &[name("a/b:2")]), Err(StoreError::Busy { .. })));
        assert!(matches!(store.remove(&[name("a/b:1")]), Err(StoreError::Busy { .. })));
        assert!(matches!(store.ingest(), Err(StoreError::Busy { .. })));
        assert_eq!(store.entries().unwrap().entries.len(), 1);
    }

    #[test]
    fn of_many_writers_at_once_every_name_is_there_and_every_reader_sees_whole_images() {
        let sample = Sample::absent();
        sample.build("base", &["a/base:1"]).unwrap();
        thread::scope(|scope| {
            for worker in 0..6 {
                let sample = &sample;
                scope.spawn(move || {
                    for round in 0..6 {
                        let own = format!("w/{worker}:{round}");
                        sample.build(&format!("{}", (worker + round) % 4), &[&own, "a/moving:1"]).unwrap();
                        sample.assert_whole(&own);
                        let source = sample.store.find(&name("a/base:1")).unwrap().unwrap();
                        sample.store.tag(&source, &[name(&format!("t/{worker}:{round}"))]).unwrap();
                        let listing = sample.store.listing().unwrap();
                        assert!(listing.images.iter().all(|listed| listed.facts.is_ok()));
                        sample.assert_whole("a/moving:1");
                        if round % 2 == 0 {
                            let gone = sample.store.remove(&[name(&own)]).unwrap();
                            assert_eq!(gone.names.len(), 1);
                        }
                    }
                });
            }
        });
        assert_eq!(sample.names().len(), 2 + 6 * 6 + 6 * 3);
        for text in sample.names() {
            sample.assert_whole(&text);
        }
        assert_eq!(sample.unfinished(), 0);
    }
}
