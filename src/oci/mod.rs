//! The formats of OCI images and distribution: references, digests, descriptors, manifests and indexes as values.

pub mod annotations;
mod contents;
mod descriptor;
mod digest;
mod image;
mod index;
mod manifest;
pub mod media_types;
mod reference;

pub use contents::Contents;
pub use descriptor::Descriptor;
pub use digest::{Digest, DigestError, Hasher};
pub use image::{ImageFacts, ImageParts, compose};
pub use index::Index;
pub use manifest::{MANIFEST_LIMIT, Manifest, ManifestError};
pub use reference::{
    DEFAULT_DOMAIN, Name, Reference, ReferenceError, Target, is_loopback_registry, is_repository_path, is_tag,
};
