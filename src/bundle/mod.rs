//! The OPA bundle as a value: modules, data, `.manifest`, with its tar.gz both ways.

mod archive;
mod assembly;
mod data;
mod error;
mod glob;
mod gzip;
pub mod json;
mod kind;
mod manifest;
mod merge;
pub mod name;
mod pack;
mod package;
mod read;
mod rego_version;
pub mod yaml;

pub use assembly::{Assembly, Warning};
pub use error::{BundleError, SizeLimit};
pub use json::Json;
pub use kind::Kind;
pub use manifest::Manifest;
pub use merge::merge;
pub use pack::pack;
pub use read::{EntryInfo, Limits, diff_sink, entries, read, visit};
pub use rego_version::{RegoVersion, RegoVersionError};

use bytes::Bytes;

/// A bundle: what OPA loads.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// What the bundle says of itself.
    pub manifest: Manifest,
    /// The base documents, merged.
    pub data: Json,
    /// The modules, in OPA's order.
    pub modules: Vec<Module>,
    /// What is carried along as it is: `policy.wasm`, `plan.json`, `.signatures.json`.
    pub extras: Vec<Extra>,
}

/// A module of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its name in the bundle, with one slash in front.
    pub path: String,
    /// Its text as its author wrote it.
    pub text: String,
}

/// A file that is carried along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// Its name in the bundle, with one slash in front.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Its content.
    pub content: Bytes,
}

impl Bundle {
    /// The version of Rego a module is read in: what `file_rego_versions` says of it, else `rego_version`; `None` where
    /// the manifest says neither.
    #[must_use]
    pub fn rego_version_of(&self, module: &Module) -> Option<RegoVersion> {
        self.manifest.rego_version_of(&module.path)
    }
}
