//! Writes an image's bundle to a file or a stream.

use super::{Chosen, OpsError, error};
use crate::files::{Access, Pending};
use crate::oci::Digest;
use crate::store::{Image, Store};
use std::io::{Read, Write};
use std::path::Path;

/// A bundle that was written.
#[derive(Debug)]
pub struct Saved {
    /// The image it came from.
    pub source: Chosen,
    /// The bundle's digest.
    pub digest: Digest,
    /// The bundle's size in bytes.
    pub size: u64,
}

/// Writes the bundle to a file, checked before it gets its name. What stood there is replaced whole or not at all; a
/// device or pipe is written to, after the bundle was checked.
///
/// # Errors
/// A bundle that is damaged, or a file that cannot be written.
pub fn save_to_file(store: &Store, (source, image): (Chosen, Image), path: &Path) -> Result<Saved, OpsError> {
    let is_special = std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
    if is_special {
        if path.is_dir() {
            return Err(OpsError::Write {
                what: path.display().to_string(),
                cause: std::io::Error::from(std::io::ErrorKind::IsADirectory),
            });
        }
        let file = std::fs::OpenOptions::new().write(true).open(path);
        let mut file = file.map_err(|cause| OpsError::Write { what: path.display().to_string(), cause })?;
        return save_to_stream(store, (source, image), &mut file, &path.display().to_string());
    }
    let mut reader = store.open_blob(&image.bundle)?;
    let failed = |cause| OpsError::Write { what: path.display().to_string(), cause };
    let mut pending = Pending::beside(path, Access::Shared).map_err(failed)?;
    copy(&mut reader, &mut pending, &path.display().to_string())?;
    pending.commit(path).map_err(failed)?;
    Ok(Saved { source, digest: image.bundle.digest.clone(), size: image.bundle.size })
}

/// Writes the bundle to a stream, after checking all of it: nothing that is damaged leaves.
///
/// # Errors
/// A bundle that is damaged, or a stream that cannot be written to.
pub fn save_to_stream(
    store: &Store,
    (source, image): (Chosen, Image),
    out: &mut dyn Write,
    name: &str,
) -> Result<Saved, OpsError> {
    copy(&mut store.open_blob(&image.bundle)?, &mut std::io::sink(), name)?;
    copy(&mut store.open_blob(&image.bundle)?, out, name)?;
    out.flush().map_err(|cause| OpsError::Write { what: name.to_owned(), cause })?;
    Ok(Saved { source, digest: image.bundle.digest.clone(), size: image.bundle.size })
}

/// Copies all bytes; a failure to read is the store's, a failure to write is the target's.
fn copy(reader: &mut dyn Read, out: &mut dyn Write, name: &str) -> Result<(), OpsError> {
    let mut buffer = vec![0; 256 << 10];
    loop {
        let read = reader.read(&mut buffer).map_err(error::from_store)?;
        if read == 0 {
            return Ok(());
        }
        let piece = buffer.get(..read).unwrap_or_default();
        out.write_all(piece).map_err(|cause| OpsError::Write { what: name.to_owned(), cause })?;
    }
}
