//! A bundle read from the tar.gz or tar that somebody made.

use super::super::{Assembly, Bundle, BundleError, FileName, Kind, RegoVersion, Repeated, read_content};
use super::limits::Limits;
use super::walk::{ArchiveError, walk};
use std::io::Read;

/// Why an archive gives no bundle.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The archive itself.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// What is in it.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

impl Bundle {
    /// Reads a bundle from a tar.gz or a tar, whoever made it. Modules whose version it does not tell are Rego 1.
    ///
    /// # Errors
    /// When the archive is none, is damaged or exceeds a limit, or when its files make no bundle.
    pub fn read(reader: impl Read, limits: &Limits) -> Result<Self, ReadError> {
        let (bundle, _) = Self::read_some(reader, limits, RegoVersion::V1, "", |_| true)?;
        Ok(bundle)
    }

    /// Reads those files of an archive whose path `keep` accepts. Messages put `shown` before the names of files;
    /// modules whose version the bundle does not tell are of `default`. Also tells the keys that files repeat.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_some(
        reader: impl Read,
        limits: &Limits,
        default: RegoVersion,
        shown: &str,
        keep: impl Fn(&str) -> bool,
    ) -> Result<(Self, Vec<Repeated>), ReadError> {
        let mut assembly = Assembly::default();
        walk(reader, limits, |mut found| {
            let Some(kind) = Kind::of(&found.path).filter(|_| keep(&found.path)) else { return Ok(()) };
            let bytes = found.read()?;
            let (path, matched) = (found.path, found.written);
            let file = format!("{shown}{path}");
            let read = read_content(kind, &path, bytes).map_err(|unread| unread.of(file.clone(), matched.clone()))?;
            assembly.add(FileName { path, matched, shown: file }, read)?;
            Ok::<(), ReadError>(())
        })?;
        Ok(assembly.finish(default)?)
    }
}
