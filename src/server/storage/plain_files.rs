//! The file system calls of a registry's folder, each error with the path it is about.

use super::StorageError;
use crate::files::{self, Pending};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Adds the path to what the file system says.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> StorageError + use<> {
    let path: PathBuf = path.to_owned();
    move |source| StorageError::Files { path, source }
}

pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}

pub(super) fn commit(pending: Pending, path: &Path) -> Result<(), StorageError> {
    make_durable_folders(folder_of(path))?;
    pending.commit(path).map_err(at(path))
}

/// Makes a folder with those above it, each one's name durable before anything is put into it.
pub(super) fn make_durable_folders(path: &Path) -> Result<(), StorageError> {
    // Held until the names are durable, so that nobody builds on a folder that is there and not yet durable.
    static MAKING: Mutex<()> = Mutex::new(());
    let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    make_each(path)
}

fn make_each(path: &Path) -> Result<(), StorageError> {
    if path.is_dir() {
        return Ok(());
    }
    let above = folder_of(path);
    if above != path {
        make_each(above)?;
    }
    match fs::create_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(at(path)(error)),
        _ => files::sync_folder(above).map_err(at(path)),
    }
}

/// Opens a plain file; nothing when there is none. A link or a pipe that somebody put there is refused.
pub(super) fn open(path: &Path) -> Result<Option<File>, StorageError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Err(StorageError::NotAFile { path: path.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path)(error)),
    }
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(path)(error)),
    }
}

pub(super) fn remove(path: &Path) -> Result<bool, StorageError> {
    match fs::remove_file(path) {
        Ok(()) => files::sync_folder(folder_of(path)).map_err(at(path)).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(at(path)(error)),
    }
}

/// What a folder holds; nothing when there is no such folder.
pub(super) fn entries(path: &Path) -> Result<Vec<fs::DirEntry>, StorageError> {
    match fs::read_dir(path) {
        Ok(entries) => entries.collect::<io::Result<_>>().map_err(at(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(at(path)(error)),
    }
}
