//! The OPA bundle as a value: modules, data, `.manifest`, with its tar.gz both ways.

pub mod archive;
mod assemble;
mod content;
mod data;
mod error;
pub mod glob;
pub mod json;
mod kind;
mod manifest;
mod manifest_text;
mod merge;
pub mod name;
mod package;
mod rego_version;
mod roots;
pub mod yaml;

pub use assemble::{Assembly, FileName, Repeated};
pub use content::{Content, Read, read as read_content};
pub use error::{BundleError, ContentFault, Member};
pub use kind::Kind;
pub use manifest::{Manifest, WasmResolver};
pub use package::package_of;
pub use rego_version::{RegoVersion, RegoVersionError};

use bytes::Bytes;
use json::Json;

/// A bundle: what OPA loads in one piece.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    /// What it says about itself.
    pub manifest: Manifest,
    /// All data as one object.
    pub data: Json,
    /// The modules, in the order they are written.
    pub modules: Vec<Module>,
    /// The wasm modules.
    pub wasm: Vec<File>,
    /// The signature file as it is; empty when there is none.
    pub signatures: Bytes,
    /// The plans.
    pub plans: Vec<File>,
}

/// One module of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its path in the bundle, with a slash in front.
    pub path: String,
    /// Its text, as the author wrote it.
    pub text: String,
    /// The version of Rego it is to be read as.
    pub rego_version: RegoVersion,
}

/// A file a bundle carries as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path in the bundle, with a slash in front.
    pub path: String,
    /// Its bytes.
    pub bytes: Bytes,
}
