//! The modules of paths, without the bundle around them.

use super::walk::{self, Found};
use super::{Ignore, SourceError, file};
use crate::bundle::Kind;
use std::fs;
use std::path::PathBuf;

/// A module of an author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleFile {
    /// What messages call it.
    pub shown: String,
    /// Its text.
    pub bytes: Vec<u8>,
}

/// The modules below paths, in the order `opa check` reads them: in each folder by the bytes of the names. A path that is
/// no folder is a module whatever its name; links in folders are passed by.
///
/// # Errors
/// A path that is not there, a file that cannot be read, or a pattern that does not read.
pub fn modules(paths: &[PathBuf], ignore: &[String]) -> Result<Vec<ModuleFile>, SourceError> {
    if paths.is_empty() {
        return Err(SourceError::NoPaths);
    }
    let ignore = Ignore::new(ignore)?;
    let mut modules = Vec::new();
    for typed in paths {
        let metadata = fs::metadata(typed).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => SourceError::NotFound { path: typed.clone() },
            _ => SourceError::Unreadable { path: typed.clone(), source },
        })?;
        if !metadata.is_dir() {
            modules.push(ModuleFile { shown: typed.display().to_string(), bytes: file::read(typed)?.0 });
            continue;
        }
        let found = walk::files(typed, typed, &ignore)?;
        for Found { path, shown, .. } in found.into_iter().filter(|found| found.kind == Kind::Module) {
            modules.push(ModuleFile { shown, bytes: file::read(&path)?.0 });
        }
    }
    Ok(modules)
}
