//! The files of a folder that have a part in a bundle, in OPA's order.

use super::{SourceError, ignore};
use crate::bundle::Kind;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// How deep folders are followed.
const DEPTH: usize = 64;

/// One file.
#[derive(Debug)]
pub(super) struct Found {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its name below the folder, with `/` between its parts.
    pub(super) name: OsString,
}

/// Finds the files below a folder, depth first, the names of each folder in the order of their bytes. Links, sockets and
/// devices are passed over, as OPA does; so is what `ignore` names.
pub(super) fn files(folder: &Path, ignore: &[String]) -> Result<Vec<Found>, SourceError> {
    let mut found = Vec::new();
    descend(folder, &OsString::new(), 0, ignore, &mut found)?;
    Ok(found)
}

fn descend(
    folder: &Path,
    prefix: &OsString,
    depth: usize,
    ignore: &[String],
    found: &mut Vec<Found>,
) -> Result<(), SourceError> {
    let failed = |cause| SourceError::Read { path: folder.to_owned(), cause };
    if depth > DEPTH {
        return Err(failed(std::io::Error::other("folders nest too deep")));
    }
    let mut entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(failed)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let file_name = entry.file_name();
        let text = file_name.to_string_lossy();
        if ignore::is_dropping(&text) || ignore.iter().any(|pattern| ignore::matches(pattern, &text)) {
            continue;
        }
        let mut name = prefix.clone();
        if !name.is_empty() {
            name.push("/");
        }
        name.push(&file_name);
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            descend(&entry.path(), &name, depth + 1, ignore, found)?;
        } else if kind.is_file() && Kind::of(&text).is_some() {
            found.push(Found { path: entry.path(), name });
        }
    }
    Ok(())
}
