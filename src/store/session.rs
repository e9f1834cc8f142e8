//! What a running command needs: its unfinished files, and the blobs nobody may take away meanwhile.
//!
//! Each such command has a folder in `ingest/` with a file it keeps locked, which lists the blobs it needs. The lock of a
//! command that died is free, whatever killed it.

use super::StoreError;
use super::layout::Layout;
use super::lock::Lock;
use crate::files::{Access, Pending};
use crate::oci::Digest;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How the folders in `ingest/` are called that this tool made.
pub(super) const PREFIX: &str = "policy-";

/// How unfinished files are called. Those in `ingest/` itself exist only while their maker has the store's lock.
pub(super) const FILE_PREFIX: &str = ".policy-";

/// The file in such a folder that is locked and lists blobs, one a line.
pub(super) const LIST: &str = "blobs";

/// What stands before a blob that the command added.
pub(super) const ADDED: char = '+';

/// The folder of this command.
#[derive(Debug)]
pub(super) struct Session {
    folder: PathBuf,
    /// Locked until the session ends.
    list: File,
    blobs: Mutex<Blobs>,
}

#[derive(Debug, Default)]
struct Blobs {
    needed: BTreeSet<Digest>,
    /// Of the needed ones, those that were not there before.
    added: BTreeSet<Digest>,
    is_over: bool,
}

impl Session {
    /// Makes the folder. The lock keeps others from taking it for one of a command that died.
    pub(super) fn begin(layout: &Layout, _lock: &Lock) -> Result<Self, StoreError> {
        let ingest = layout.ingest();
        let folder = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", std::process::id()))
            .tempdir_in(&ingest)
            .map_err(StoreError::write(&ingest))?;
        let path = folder.path().join(LIST);
        let list = OpenOptions::new().append(true).create_new(true).open(&path).map_err(StoreError::write(&path))?;
        if let Err(error) = list.try_lock() {
            log::debug!("{}: {error}", path.display());
        }
        Ok(Self { folder: folder.keep(), list, blobs: Mutex::default() })
    }

    /// Says that this command needs a blob. Whoever takes blobs away holds the lock alone, so the blob is either gone
    /// already or stays until the session ends.
    pub(super) fn need(&self, digest: &Digest, _lock: &Lock) -> Result<(), StoreError> {
        let mut blobs = self.blobs();
        if !blobs.needed.contains(digest) {
            self.note(&format!("{digest}\n"))?;
            blobs.needed.insert(digest.clone());
        }
        Ok(())
    }

    /// Says that this command is about to add a blob it needs.
    pub(super) fn add(&self, digest: &Digest) -> Result<(), StoreError> {
        let mut blobs = self.blobs();
        self.note(&format!("{ADDED}{digest}\n"))?;
        blobs.added.insert(digest.clone());
        Ok(())
    }

    fn note(&self, line: &str) -> Result<(), StoreError> {
        (&self.list).write_all(line.as_bytes()).map_err(StoreError::write(self.folder.join(LIST)))
    }

    fn blobs(&self) -> MutexGuard<'_, Blobs> {
        self.blobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this command has said that it needs a blob.
    pub(super) fn needs(&self, digest: &Digest) -> bool {
        self.blobs().needed.contains(digest)
    }

    /// The blobs this command added.
    pub(super) fn added(&self) -> BTreeSet<Digest> {
        self.blobs().added.clone()
    }

    /// Starts an unfinished file.
    pub(super) fn pending(&self) -> io::Result<Pending> {
        Pending::inside(&self.folder, Access::Sealed)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes the folder away: nothing needs to be known about the blobs any more.
    pub(super) fn end(&self) {
        if !std::mem::replace(&mut self.blobs().is_over, true) {
            remove(&self.folder);
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.blobs().is_over
    }
}

impl Drop for Session {
    /// A session that has not been ended leaves its list, by which the next change to the store finds what was added.
    fn drop(&mut self) {
        if self.added().is_empty() {
            self.end();
        }
    }
}

/// Removes a file or folder that is not needed; it does not matter much when that fails.
pub(super) fn remove(path: &Path) {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    if let Err(error) = removed {
        log::debug!("cannot remove {}: {error}", path.display());
    }
}
