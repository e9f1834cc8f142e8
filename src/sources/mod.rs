//! An author's folders as a bundle.

pub mod git;
mod ignore;
mod walk;

use crate::bundle::{self, Assembly, Bundle, BundleError, Kind, Limits, RegoVersion, Warning};
use bytes::Bytes;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The most bytes one file may have, as in OPA.
const FILE_LIMIT: u64 = 1 << 30;

/// What to read.
#[derive(Debug, Clone)]
pub struct Request {
    /// Folders, each the root of a bundle, or bundles as `.tar.gz`.
    pub paths: Vec<PathBuf>,
    /// Names of files and folders to leave out: patterns of Go's `filepath.Match`.
    pub ignore: Vec<String>,
    /// The version of Rego of modules whose manifest names none.
    pub rego_version: RegoVersion,
    /// The revision that replaces the manifest's own.
    pub revision: Option<String>,
}

/// What was read.
#[derive(Debug)]
pub struct Loaded {
    /// The bundle.
    pub bundle: Bundle,
    /// What may not be meant.
    pub warnings: Vec<Warning>,
    /// When the newest of the files was changed.
    pub newest_input: Option<SystemTime>,
}

/// Why an author's files cannot be read as a bundle.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A path that is not there.
    #[error("{}: no such file or folder", .0.display())]
    NotFound(PathBuf),
    /// A file or folder that cannot be read.
    #[error("{}: {cause}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A path that is a file, and no bundle.
    #[error("{}: neither a folder nor a bundle", .0.display())]
    NotABundle(PathBuf),
    /// A path that is neither a file nor a folder.
    #[error("{}: neither a file nor a folder", .0.display())]
    Special(PathBuf),
    /// A file that is too large.
    #[error("{}: the file has more than {FILE_LIMIT} bytes", .0.display())]
    TooLarge(PathBuf),
    /// Sources with OPA bundle signatures, which a new bundle would make wrong.
    #[error("{}: signed bundles cannot be built from", .0.display())]
    Signed(PathBuf),
    /// Files that are no bundle.
    #[error("{}: {cause}", path.display())]
    Bundle {
        /// The folder or archive.
        path: PathBuf,
        /// What is wrong.
        cause: BundleError,
    },
    /// Several bundles that cannot be one.
    #[error("the paths cannot be merged: {0}")]
    Merge(BundleError),
}

/// Reads the paths as one bundle. Names in it are relative to their path, so that it does not matter how a path was
/// written; of several paths, each module's name starts with its path's last part.
///
/// # Errors
/// Files that cannot be read, or that OPA would refuse.
pub fn load(request: &Request) -> Result<Loaded, SourceError> {
    let mut paths: Vec<&PathBuf> = Vec::new();
    for path in &request.paths {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    let (mut bundles, mut warnings, mut newest) = (Vec::new(), Vec::new(), None);
    for path in &paths {
        let (mut assembly, time) = assemble(path, &request.ignore)?;
        newest = newest.max(time);
        let revision = request.revision.as_deref();
        let failed = |cause| SourceError::Bundle { path: (*path).clone(), cause };
        let (bundle, found) =
            std::mem::take(&mut assembly).finish(Some(request.rego_version), revision).map_err(failed)?;
        if bundle.extras.iter().any(|extra| extra.kind == Kind::Signatures) {
            return Err(SourceError::Signed((*path).clone()));
        }
        warnings.extend(found);
        bundles.push((format!("/{}", label(path, &bundles)), bundle));
    }
    let bundle = if bundles.len() == 1 {
        bundles.remove(0).1
    } else {
        bundle::merge(bundles, request.rego_version, request.revision.as_deref()).map_err(SourceError::Merge)?
    };
    Ok(Loaded { bundle, warnings, newest_input: newest })
}

/// The last part of a path; a number follows where an earlier path has the same.
fn label(path: &Path, earlier: &[(String, Bundle)]) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = whole.file_name().map_or_else(|| "bundle".to_owned(), |name| name.to_string_lossy().into_owned());
    let taken = |name: &str| earlier.iter().any(|(label, _)| label.strip_prefix('/') == Some(name));
    let free = (2..).map(|number| format!("{name}-{number}")).find(|name| !taken(name));
    if taken(&name) { free.unwrap_or(name) } else { name }
}

/// The files of one path, and when the newest was changed.
fn assemble(path: &Path, ignore: &[String]) -> Result<(Assembly, Option<SystemTime>), SourceError> {
    let metadata = std::fs::metadata(path).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => SourceError::NotFound(path.to_owned()),
        _ => SourceError::Read { path: path.to_owned(), cause },
    })?;
    let failed = |cause| SourceError::Bundle { path: path.to_owned(), cause };
    let mut assembly = Assembly::default();
    if metadata.is_dir() {
        let mut newest = None;
        for found in walk::files(path, ignore)? {
            let (content, time) = read_file(&found.path)?;
            newest = newest.max(time);
            let name = bundle::name::clean(found.name.as_encoded_bytes()).map_err(|fault| {
                failed(BundleError::Name { name: found.name.to_string_lossy().into_owned(), fault })
            })?;
            assembly.add(&name, content).map_err(failed)?;
        }
        return Ok((assembly, newest));
    }
    if !metadata.is_file() {
        return Err(SourceError::Special(path.to_owned()));
    }
    let file = File::open(path).map_err(|cause| SourceError::Read { path: path.to_owned(), cause })?;
    let outcome = bundle::visit(file, &Limits::default(), &mut |name, content| {
        let last = name.rsplit('/').next().unwrap_or(&name);
        if Kind::of(&name).is_some() && !ignore.iter().any(|pattern| ignore::matches(pattern, last)) {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).map_err(BundleError::Read)?;
            assembly.add(&name, Bytes::from(bytes))?;
        }
        Ok(())
    });
    match outcome {
        Err(BundleError::NoArchive) => Err(SourceError::NotABundle(path.to_owned())),
        other => other.map_err(failed).map(|()| (assembly, metadata.modified().ok())),
    }
}

fn read_file(path: &Path) -> Result<(Bytes, Option<SystemTime>), SourceError> {
    let failed = |cause| SourceError::Read { path: path.to_owned(), cause };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(SourceError::Special(path.to_owned()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(64 << 20)).unwrap_or_default());
    file.take(FILE_LIMIT + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(SourceError::TooLarge(path.to_owned()));
    }
    Ok((bytes.into(), metadata.modified().ok()))
}
