//! The modules of paths, without the bundle around them.

use super::walk::{self, Found};
use super::{Ignore, SourceError, file};
use crate::bundle::Kind;
use std::fs;
use std::path::{Path, PathBuf};

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
        if !is_folder(typed)? {
            modules.push(module(typed)?);
            continue;
        }
        let found = walk::files(typed, typed, &ignore)?;
        for Found { path, shown, .. } in found.into_iter().filter(|found| found.kind == Kind::Module) {
            modules.push(ModuleFile { shown, bytes: file::read(&path)?.0 });
        }
    }
    Ok(modules)
}

/// One module, whatever its name.
///
/// # Errors
/// A file that is not there or cannot be read.
pub fn module(typed: &Path) -> Result<ModuleFile, SourceError> {
    is_folder(typed)?;
    Ok(ModuleFile { shown: typed.display().to_string(), bytes: file::read(typed)?.0 })
}

fn is_folder(typed: &Path) -> Result<bool, SourceError> {
    let metadata = fs::metadata(typed).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => SourceError::NotFound { path: typed.to_owned() },
        _ => SourceError::Unreadable { path: typed.to_owned(), source },
    })?;
    Ok(metadata.is_dir())
}
