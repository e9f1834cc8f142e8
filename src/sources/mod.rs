//! An author's folders read into a bundle.

mod error;
mod file;
pub mod git;
mod ignore;
mod input;
mod load;
mod modules;
mod walk;

pub use error::SourceError;
pub use ignore::{Ignore, Pattern};
pub use load::load;
pub use modules::{ModuleFile, module, modules};

use crate::bundle::json::Json;
use crate::bundle::{Bundle, Manifest, RegoVersion, Repeated};
use std::path::PathBuf;
use std::time::SystemTime;

/// What a bundle is to be made of.
#[derive(Debug, Clone)]
pub struct Request {
    /// The PATHs as typed: folders, or bundles in a tar.gz. A `file://` URL is taken as its path.
    pub paths: Vec<PathBuf>,
    /// Patterns of file and folder names that are left out.
    pub ignore: Vec<String>,
    /// The version of Rego of modules whose manifest does not tell it.
    pub rego_version: RegoVersion,
    /// The revision; with none the manifest's own stays.
    pub revision: Option<String>,
    /// Whether bundles that are signed are taken, their signatures unread.
    pub signed: bool,
}

/// What was read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The bundle.
    pub bundle: Bundle,
    /// For each module of the bundle, in order, the file it came from, as people would type it.
    pub module_files: Vec<String>,
    /// What the manifest of each PATH says besides what OPA knows.
    pub metadata: Vec<Json>,
    /// The manifest of each PATH as it was written.
    pub manifests: Vec<Manifest>,
    /// Keys that stand more than once in one object of a file; the last one counted.
    pub repeated: Vec<Repeated>,
    /// What on disk went in.
    pub inputs: Inputs,
}

/// What on disk a bundle was made of.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// The PATHs, without symbolic links.
    pub paths: Vec<PathBuf>,
    /// The files that went in.
    pub files: Vec<PathBuf>,
    /// When the newest of them was changed.
    pub newest: Option<SystemTime>,
}
