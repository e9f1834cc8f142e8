//! A registry's contents in a folder, each change durable before it is reported.

use super::layout::{Layout, digest_of_file, tag_of_file};
use super::plain_files::{at, commit, entries, folder_of, make_durable_folders, open, remove};
use super::{Blob, Content, Kind, NewManifest, RepositoryName, Storage, StorageError, Tag, Upload};
use crate::files::{self, Access, Pending};
use crate::oci::{Digest, Hasher, MANIFEST_LIMIT};
use bytes::Bytes;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

/// Keeps everything as plain files below one folder, which one registry at a time may serve.
///
/// The files are the truth: nothing is remembered between two calls. Each repository has its own blobs, so removing one
/// can never take it from another; a mounted blob is a hard link where the file system has them.
#[derive(Debug, Clone)]
pub struct Folder {
    layout: Layout,
    // Putting a manifest holds it shared; removing one holds it alone, so that no tag is put on what is being removed.
    names: Arc<RwLock<()>>,
    _lock: Arc<File>,
}

impl Folder {
    /// Opens a registry's folder, making it where there is none, and clears away what a crash left half written.
    ///
    /// # Errors
    /// [`StorageError::Busy`] when another registry serves the folder; else whatever the file system says.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let layout = Layout::new(path);
        for folder in [layout.uploads(), layout.repositories()] {
            make_durable_folders(&folder)?;
        }
        let lock = File::options().create(true).append(true).open(layout.lock()).map_err(at(&layout.lock()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(StorageError::Busy { path: layout.root().to_owned() }),
            Err(fs::TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                log::warn!("{}: this file system has no locks; serve it once only", path.display());
            }
            Err(fs::TryLockError::Error(error)) => return Err(at(&layout.lock())(error)),
        }
        for entry in entries(&layout.uploads())? {
            let left_over = entry.path();
            if is_left_over(&entry) {
                fs::remove_file(&left_over).map_err(at(&left_over))?;
            }
        }
        Ok(Self { layout, names: Arc::default(), _lock: Arc::new(lock) })
    }

    /// Starts a file that will be named once it is complete.
    fn pending(&self, access: Access) -> Result<Pending, StorageError> {
        let uploads = self.layout.uploads();
        Pending::inside(&uploads, access).map_err(at(&uploads))
    }

    fn write(&self, path: &Path, bytes: &[u8], access: Access) -> Result<(), StorageError> {
        let mut pending = self.pending(access)?;
        pending.write_all(bytes).map_err(at(path))?;
        commit(pending, path)
    }

    /// The repositories that have this internal folder, sorted.
    fn with_part(&self, part: &str) -> Result<Vec<RepositoryName>, StorageError> {
        let mut found = Vec::new();
        let mut unseen = vec![(self.layout.repositories(), String::new())];
        while let Some((folder, name)) = unseen.pop() {
            for entry in entries(&folder)? {
                let Ok(file) = entry.file_name().into_string() else { continue };
                if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    continue;
                }
                if file == part {
                    found.extend(name.parse::<RepositoryName>());
                } else if !file.starts_with('_') {
                    let below = if name.is_empty() { file } else { format!("{name}/{file}") };
                    unseen.push((entry.path(), below));
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

impl Storage for Folder {
    fn repositories(&self) -> Result<Vec<RepositoryName>, StorageError> {
        let mut found = Vec::new();
        for repository in self.with_part("_manifests")? {
            if holds_manifest(&self.layout.manifests(&repository))? {
                found.push(repository);
            }
        }
        Ok(found)
    }

    fn tags(&self, repository: &RepositoryName) -> Result<Option<Vec<Tag>>, StorageError> {
        if !holds_manifest(&self.layout.manifests(repository))? {
            return Ok(None);
        }
        let files = entries(&self.layout.tags(repository))?;
        let mut tags: Vec<Tag> = files.iter().filter_map(|entry| tag_of_file(entry.file_name().to_str()?)).collect();
        tags.sort();
        Ok(Some(tags))
    }

    fn resolve(&self, repository: &RepositoryName, tag: &Tag) -> Result<Option<Digest>, StorageError> {
        let path = self.layout.tag(repository, tag);
        let Some(file) = open(&path)? else { return Ok(None) };
        let mut text = String::new();
        file.take(256).read_to_string(&mut text).map_err(at(&path))?;
        let digest = text.parse().map_err(|error| at(&path)(io::Error::new(io::ErrorKind::InvalidData, error)))?;
        Ok(Some(digest))
    }

    fn manifest(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<Bytes>, StorageError> {
        let path = self.layout.manifest(repository, digest);
        let Some(file) = open(&path)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(MANIFEST_LIMIT).read_to_end(&mut bytes).map_err(at(&path))?;
        Ok(Some(bytes.into()))
    }

    fn put_manifest(&self, repository: &RepositoryName, manifest: &NewManifest) -> Result<(), StorageError> {
        let _shared = self.names.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(subject) = &manifest.subject {
            self.write(&self.layout.referrer(repository, subject, &manifest.digest), b"", Access::Shared)?;
        }
        self.write(&self.layout.manifest(repository, &manifest.digest), &manifest.bytes, Access::Sealed)?;
        // A tag is written last, so that it never names a manifest a crash has lost.
        for tag in &manifest.tags {
            self.write(&self.layout.tag(repository, tag), manifest.digest.as_str().as_bytes(), Access::Shared)?;
        }
        Ok(())
    }

    fn remove_tag(&self, repository: &RepositoryName, tag: &Tag) -> Result<bool, StorageError> {
        let _alone = self.names.write().unwrap_or_else(PoisonError::into_inner);
        remove(&self.layout.tag(repository, tag))
    }

    fn remove_manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
        subject: Option<&Digest>,
    ) -> Result<bool, StorageError> {
        let _alone = self.names.write().unwrap_or_else(PoisonError::into_inner);
        for tag in self.tags(repository)?.unwrap_or_default() {
            if self.resolve(repository, &tag)?.as_ref() == Some(digest) {
                remove(&self.layout.tag(repository, &tag))?;
            }
        }
        let removed = remove(&self.layout.manifest(repository, digest))?;
        if let Some(subject) = subject {
            remove(&self.layout.referrer(repository, subject, digest))?;
        }
        Ok(removed)
    }

    fn referrers(&self, repository: &RepositoryName, subject: &Digest) -> Result<Vec<Digest>, StorageError> {
        let files = entries(&self.layout.referrers(repository, subject))?;
        let mut digests: Vec<Digest> =
            files.iter().filter_map(|entry| digest_of_file(entry.file_name().to_str()?)).collect();
        digests.sort();
        Ok(digests)
    }

    fn blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<Option<Blob>, StorageError> {
        let path = self.layout.blob(repository, digest);
        let Some(file) = open(&path)? else { return Ok(None) };
        let size = file.metadata().map_err(at(&path))?.len();
        Ok(Some(Blob { size, content: Content::File(file) }))
    }

    fn mount(
        &self,
        digest: &Digest,
        source: Option<&RepositoryName>,
        target: &RepositoryName,
    ) -> Result<bool, StorageError> {
        let sources = match source {
            Some(source) => vec![source.clone()],
            None => self.with_part("_blobs")?,
        };
        for source in sources {
            let from = self.layout.blob(&source, digest);
            let Some(mut file) = open(&from)? else { continue };
            let path = self.layout.blob(target, digest);
            if open(&path)?.is_some() {
                return Ok(true);
            }
            make_durable_folders(folder_of(&path))?;
            if fs::hard_link(&from, &path).is_ok() {
                files::sync_folder(folder_of(&path)).map_err(at(&path))?;
            } else {
                let mut pending = self.pending(Access::Sealed)?;
                io::copy(&mut file, &mut pending).map_err(at(&path))?;
                commit(pending, &path)?;
            }
            return Ok(true);
        }
        Ok(false)
    }

    fn remove_blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<bool, StorageError> {
        remove(&self.layout.blob(repository, digest))
    }

    fn set_aside(&self, repository: &RepositoryName, kind: Kind, digest: &Digest) -> Result<(), StorageError> {
        let path = match kind {
            Kind::Manifest => self.layout.manifest(repository, digest),
            Kind::Blob => self.layout.blob(repository, digest),
        };
        fs::rename(&path, path.with_extension("damaged")).map_err(at(&path))
    }

    fn start_upload(&self) -> Result<Box<dyn Upload>, StorageError> {
        Ok(Box::new(Received { pending: self.pending(Access::Sealed)?, layout: self.layout.clone() }))
    }
}

struct Received {
    pending: Pending,
    layout: Layout,
}

impl Upload for Received {
    fn append(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        self.pending.write_all(bytes).map_err(at(self.pending.path()))
    }

    fn hash(&mut self, mut hasher: Hasher) -> Result<Digest, StorageError> {
        let path = self.pending.path();
        let mut file = File::open(path).map_err(at(path))?;
        io::copy(&mut file, &mut hasher).map_err(at(path))?;
        Ok(hasher.finish())
    }

    fn finish(self: Box<Self>, repository: &RepositoryName, digest: &Digest) -> Result<(), StorageError> {
        commit(self.pending, &self.layout.blob(repository, digest))
    }
}

/// Whether a `_manifests` folder holds any.
fn holds_manifest(path: &Path) -> Result<bool, StorageError> {
    for algorithm in entries(path)? {
        let folder = algorithm.path();
        if algorithm.file_type().is_ok_and(|kind| kind.is_dir())
            && fs::read_dir(&folder).map_err(at(&folder))?.next().is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_left_over(entry: &fs::DirEntry) -> bool {
    let named_so =
        entry.file_name().to_str().is_some_and(|name| name.starts_with(".policy-") && name.ends_with(".tmp"));
    named_so && entry.file_type().is_ok_and(|kind| kind.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    fn name(text: &str) -> RepositoryName {
        text.parse().unwrap()
    }

    fn manifest(text: &str, tags: &[&str]) -> NewManifest {
        NewManifest {
            digest: Digest::of(text.as_bytes()),
            bytes: Bytes::copy_from_slice(text.as_bytes()),
            subject: None,
            tags: tags.iter().map(|tag| tag.parse().unwrap()).collect(),
        }
    }

    fn upload(folder: &Folder, bytes: &[u8]) -> Box<dyn Upload> {
        let mut upload = folder.start_upload().unwrap();
        upload.append(bytes).unwrap();
        upload
    }

    #[test]
    fn a_folder_is_served_once_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let first = Folder::open(place.path()).unwrap();
        assert!(matches!(Folder::open(place.path()), Err(StorageError::Busy { .. })));
        drop(first);
        assert!(Folder::open(place.path()).is_ok());
    }

    #[test]
    fn what_was_kept_is_there_when_the_folder_is_opened_again() {
        let place = tempfile::tempdir().unwrap();
        let digest = Digest::of(b"blob");
        {
            let folder = Folder::open(&place.path().join("made/for/it")).unwrap();
            upload(&folder, b"blob").finish(&name("a/b"), &digest).unwrap();
            folder.put_manifest(&name("a/b"), &manifest("{}", &["V1"])).unwrap();
        }
        let folder = Folder::open(&place.path().join("made/for/it")).unwrap();
        assert_eq!(folder.repositories().unwrap(), [name("a/b")]);
        assert_eq!(folder.tags(&name("a/b")).unwrap().unwrap(), ["V1".parse().unwrap()]);
        assert_eq!(folder.resolve(&name("a/b"), &"V1".parse().unwrap()).unwrap(), Some(Digest::of(b"{}")));
        assert_eq!(folder.manifest(&name("a/b"), &Digest::of(b"{}")).unwrap().unwrap(), "{}");
        assert_eq!(folder.blob(&name("a/b"), &digest).unwrap().unwrap().size, 4);
    }

    #[test]
    fn opening_a_folder_clears_away_half_uploads_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let uploads = place.path().join("_uploads");
        fs::create_dir_all(uploads.join(".policy-folder.tmp")).unwrap();
        fs::write(uploads.join(".policy-abc.tmp"), "half").unwrap();
        fs::write(uploads.join("mine.txt"), "kept").unwrap();
        let _folder = Folder::open(place.path()).unwrap();
        let mut left: Vec<_> = fs::read_dir(&uploads).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [".policy-folder.tmp", "mine.txt"]);
    }

    #[test]
    fn a_dropped_upload_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        drop(upload(&folder, b"half"));
        assert_eq!(fs::read_dir(place.path().join("_uploads")).unwrap().count(), 0);
    }

    #[test]
    fn strange_files_among_the_repositories_are_passed_over() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        folder.put_manifest(&name("a"), &manifest("{}", &["1"])).unwrap();
        let repositories = place.path().join("repositories");
        fs::create_dir_all(repositories.join("Not A Name/_manifests/sha256")).unwrap();
        fs::write(repositories.join("Not A Name/_manifests/sha256/x"), "").unwrap();
        fs::write(repositories.join("file"), "").unwrap();
        fs::write(repositories.join("a/_manifests/file"), "").unwrap();
        fs::write(repositories.join("a/_tags/.policy-x.tmp"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(place.path(), repositories.join("loop")).unwrap();
        assert_eq!(folder.repositories().unwrap(), [name("a")]);
        assert_eq!(folder.tags(&name("a")).unwrap().unwrap().len(), 1);
    }

    #[test]
    fn a_mounted_blob_outlives_its_source() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        let digest = Digest::of(b"blob");
        upload(&folder, b"blob").finish(&name("a"), &digest).unwrap();
        assert!(folder.mount(&digest, Some(&name("a")), &name("b")).unwrap());
        assert!(folder.mount(&digest, Some(&name("a")), &name("b")).unwrap());
        assert!(folder.remove_blob(&name("a"), &digest).unwrap());
        assert!(!folder.mount(&digest, Some(&name("a")), &name("c")).unwrap());
        assert_eq!(folder.blob(&name("b"), &digest).unwrap().unwrap().size, 4);
    }

    #[test]
    fn no_tag_is_left_on_a_manifest_that_is_removed_meanwhile() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        let digest = Digest::of(b"{}");
        thread::scope(|scope| {
            for writer in 0..3 {
                let folder = &folder;
                scope.spawn(move || {
                    for round in 0..15 {
                        folder.put_manifest(&name("a"), &manifest("{}", &[&format!("{writer}-{round}")])).unwrap();
                    }
                });
            }
            for _ in 0..15 {
                folder.remove_manifest(&name("a"), &digest, None).unwrap();
                thread::yield_now();
            }
        });
        folder.remove_manifest(&name("a"), &digest, None).unwrap();
        folder.put_manifest(&name("a"), &manifest("{ }", &["last"])).unwrap();
        assert_eq!(folder.tags(&name("a")).unwrap().unwrap(), ["last".parse().unwrap()]);
    }
}
