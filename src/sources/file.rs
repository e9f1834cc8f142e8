//! One file read whole, as it was at one moment.

use super::SourceError;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

/// How many bytes a file may have: OPA's bound.
pub(super) const FILE_LIMIT: u64 = 1024 * 1024 * 1024;

/// How often a file that changes under the reader is read again.
const ATTEMPTS: usize = 3;

/// Reads a regular file, and tells when it was changed.
pub(super) fn read(path: &Path) -> Result<(Vec<u8>, Option<SystemTime>), SourceError> {
    let unreadable = |source| SourceError::Unreadable { path: path.to_owned(), source };
    for _ in 0..ATTEMPTS {
        let file = File::open(path).map_err(unreadable)?;
        let before = file.metadata().map_err(unreadable)?;
        if !before.is_file() {
            return Err(unreadable(io::Error::other("it is no longer a file")));
        }
        if before.len() > FILE_LIMIT {
            return Err(SourceError::TooLarge { path: path.to_owned(), limit: FILE_LIMIT });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or_default());
        (&file).take(FILE_LIMIT + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        let after = file.metadata().map_err(unreadable)?;
        if is_same(&before, &after) && u64::try_from(bytes.len()) == Ok(before.len()) {
            return Ok((bytes, before.modified().ok()));
        }
    }
    Err(SourceError::Changing { path: path.to_owned() })
}

fn is_same(before: &Metadata, after: &Metadata) -> bool {
    before.len() == after.len() && before.modified().ok() == after.modified().ok()
}
