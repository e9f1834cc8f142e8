//! A registry's contents in a folder, each change durable before it is reported.

use super::layout::{Layout, digest_of_file, tag_of_file};
use super::plain_files::{at, commit, entries, folder_of, make_durable_folders, open, remove};
use super::{Blob, Content, NewManifest, RepositoryName, Storage, StorageError, Tag, Upload};
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
            files::make_folders(&folder, 0o777).map_err(at(&folder))?;
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
