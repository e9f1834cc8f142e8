//! What a running command needs: its unfinished files, and the blobs nobody may take away meanwhile.
//!
//! Each such command has a folder in `ingest/` with a file it keeps locked, which lists the blobs it needs. The lock of a
//! command that died is free, whatever killed it.

use super::layout::Layout;
use super::lock::Lock;
use super::{StoreError, regular};
use crate::files::{Access, Pending};
use crate::oci::Digest;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// How the folders in `ingest/` are called that this tool made.
const PREFIX: &str = "policy-";

/// How the single files in `ingest/` are called that this tool made. They exist only while their maker has the store's lock.
const FILE_PREFIX: &str = ".policy-";

/// The file in such a folder that is locked and lists the needed blobs.
const NEEDS: &str = "needs";

/// The largest list of needs that is read, in bytes.
const NEEDS_LIMIT: u64 = 16 << 20;

/// The folder of this command.
#[derive(Debug)]
pub(super) struct Session {
    folder: PathBuf,
    /// Locked until the session ends.
    list: File,
    needs: Mutex<BTreeSet<Digest>>,
}

impl Session {
    /// Makes the folder. The lock keeps others from taking it for one of a command that died.
    pub(super) fn begin(layout: &Layout, _lock: &Lock) -> Result<Self, StoreError> {
        let ingest = layout.ingest();
        let folder = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", std::process::id()))
            .tempdir_in(&ingest)
            .map_err(StoreError::write(&ingest))?;
        let path = folder.path().join(NEEDS);
        let list = OpenOptions::new().append(true).create_new(true).open(&path).map_err(StoreError::write(&path))?;
        if let Err(error) = list.try_lock() {
            log::debug!("{}: {error}", path.display());
        }
        Ok(Self { folder: folder.keep(), list, needs: Mutex::default() })
    }

    /// Says that this command needs a blob. Whoever takes blobs away holds the lock alone, so the blob is either gone
    /// already or stays until the session ends.
    pub(super) fn need(&self, digest: &Digest, _lock: &Lock) -> Result<(), StoreError> {
        let mut needs = self.needs.lock().unwrap_or_else(PoisonError::into_inner);
        if !needs.contains(digest) {
            let line = format!("{digest}\n");
            (&self.list).write_all(line.as_bytes()).map_err(StoreError::write(self.folder.join(NEEDS)))?;
            needs.insert(digest.clone());
        }
        Ok(())
    }

    /// Whether this command has said that it needs a blob.
    pub(super) fn has(&self, digest: &Digest) -> bool {
        self.needs.lock().unwrap_or_else(PoisonError::into_inner).contains(digest)
    }

    /// The blobs this command needs.
    pub(super) fn needs(&self) -> BTreeSet<Digest> {
        self.needs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Starts an unfinished file.
    pub(super) fn pending(&self) -> Result<Pending, StoreError> {
        Pending::inside(&self.folder, Access::Sealed).map_err(StoreError::write(&self.folder))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes the folder away: the blobs have a name now.
    pub(super) fn end(&self) {
        remove(&self.folder);
    }
}

impl Drop for Session {
    /// A command that fails leaves its list, by which the next change to the store finds what it added in vain.
    fn drop(&mut self) {
        if self.needs().is_empty() && self.folder.exists() {
            self.end();
        }
    }
}

/// What the other commands of a store need, and what those that died have left.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Needed by running commands.
    pub(super) needed: BTreeSet<Digest>,
    /// Listed by commands that died.
    pub(super) left: BTreeSet<Digest>,
    /// The list of a running command cannot be read: nothing may be taken away.
    pub(super) unsure: bool,
    /// Folders and files of commands that died.
    remains: Vec<PathBuf>,
}

/// Looks at every other command's folder. The caller holds the lock alone.
pub(super) fn survey(layout: &Layout, own: Option<&Session>) -> Survey {
    let mut survey = Survey::default();
    let Ok(listing) = fs::read_dir(layout.ingest()) else { return survey };
    for found in listing.flatten() {
        let (name, path) = (found.file_name(), found.path());
        let Ok(kind) = found.file_type() else { continue };
        if kind.is_dir() && starts_with(&name, PREFIX) && own.is_none_or(|own| own.folder() != path) {
            survey.visit(path);
        } else if kind.is_file() && starts_with(&name, FILE_PREFIX) {
            survey.remains.push(path);
        }
    }
    survey
}

impl Survey {
    fn visit(&mut self, folder: PathBuf) {
        let mut options = OpenOptions::new();
        let opened = regular::open_with(&folder.join(NEEDS), options.read(true).append(true));
        let Ok(Some((list, _))) = opened else {
            // Killed before it made the list, while it had the store's lock.
            self.unsure |= opened.is_err();
            self.remains.extend(opened.is_ok().then_some(folder));
            return;
        };
        let alive = match list.try_lock() {
            Ok(()) => false,
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => true,
        };
        let mut text = String::new();
        if (&list).take(NEEDS_LIMIT).read_to_string(&mut text).is_err() {
            self.unsure |= alive;
        }
        // The last line of a list that a kill or a full disk cut off is no digest.
        let listed = text.lines().filter_map(|line| line.parse().ok());
        if alive {
            self.needed.extend(listed);
        } else {
            self.left.extend(listed);
            self.remains.push(folder);
        }
    }

    /// Removes what commands that died have left, once their blobs are dealt with.
    pub(super) fn clean(&self) {
        for path in &self.remains {
            remove(path);
        }
    }
}

fn remove(path: &Path) {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    if let Err(error) = removed {
        log::debug!("cannot remove {}: {error}", path.display());
    }
}

fn starts_with(name: &std::ffi::OsStr, prefix: &str) -> bool {
    name.as_encoded_bytes().starts_with(prefix.as_bytes())
}
