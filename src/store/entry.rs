//! One entry of a store's index: the name of an image, and what it stands for.

use crate::oci::{Descriptor, Digest, Reference, ReferenceError, annotations};

/// How much of a text from an index is repeated in a message, in characters.
const QUOTE_LIMIT: usize = 160;

/// A named image.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The name. Old spellings (`docker.io/foo:latest`) are read as what they mean today.
    pub reference: Reference,
    /// What it stands for, as the index has it: its digest is the image's ID, its annotations include the name.
    pub descriptor: Descriptor,
    /// How the image is kept.
    pub kind: Kind,
}

/// How an image is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The entry's digest is that of a manifest.
    Manifest,
    /// The entry's digest is that of the bundle itself; no manifest was stored (Go CLI up to v0.1.51, or a push of a later
    /// one that failed half-way).
    LegacyLayer,
}

/// An entry that stands for no image, and why. Commands pass over it and keep it.
#[derive(Debug)]
pub struct Unusable {
    /// The name as the index has it, cut short when it is very long.
    pub name: Option<String>,
    /// What is wrong with it.
    pub problem: EntryProblem,
}

/// Why an entry cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryProblem {
    /// The entry is not a descriptor: a bad digest, a negative size, or no JSON object at all.
    #[error("not a descriptor: {0}")]
    Shape(String),
    /// The name is no reference.
    #[error(transparent)]
    Name(#[from] ReferenceError),
    /// The name is longer than any reference can be.
    #[error("its name has {0} bytes")]
    LongName(usize),
    /// Something that is neither an image nor a bundle, such as a configuration left by a push that failed.
    #[error("it is no image but has the type {0:?}")]
    MediaType(String),
    /// The name states one digest, the entry another.
    #[error("its name states another digest than the entry: {0}")]
    OtherDigest(Digest),
}

impl Entry {
    /// The descriptor without the name: what the image is, whatever it is called.
    #[must_use]
    pub fn unnamed_descriptor(&self) -> Descriptor {
        let mut descriptor = self.descriptor.clone();
        descriptor.annotations.remove(annotations::REF_NAME);
        descriptor
    }
}

pub(super) fn shape(error: &serde_json::Error) -> EntryProblem {
    EntryProblem::Shape(quote(&error.to_string()))
}

/// The beginning of a text that may be very long.
pub(super) fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTE_LIMIT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
