//! One entry of a store's index: the name of an image, and what it stands for.

use crate::oci::{Descriptor, Digest, Reference, ReferenceError, annotations, media_types};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The longest name read from an index: a repository of 255 characters, `@`, and a digest.
const NAME_LIMIT: usize = 255 + 1 + "sha512:".len() + 128;

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

/// An entry as it stands in the file, looked at only as far as every command needs.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) raw: Box<RawValue>,
    pub(super) media_type: String,
    pub(super) digest: Option<Digest>,
    /// The name and what it means; none on entries without one.
    pub(super) name: Option<(String, Result<Reference, EntryProblem>)>,
    /// Why not even that could be seen.
    pub(super) shapeless: Option<EntryProblem>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Glance {
    media_type: Option<String>,
    digest: Option<String>,
    annotations: Option<Notes>,
}

#[derive(Deserialize, Default)]
struct Notes {
    #[serde(rename = "org.opencontainers.image.ref.name")]
    name: Option<String>,
}

impl Item {
    pub(super) fn new(raw: Box<RawValue>) -> Self {
        let (glance, shapeless) = match serde_json::from_str::<Glance>(raw.get()) {
            Ok(glance) => (glance, None),
            Err(error) => (Glance::default(), Some(shape(&error))),
        };
        let name = glance.annotations.and_then(|notes| notes.name).filter(|name| !name.is_empty());
        Self {
            raw,
            media_type: glance.media_type.unwrap_or_default(),
            digest: glance.digest.and_then(|text| text.parse().ok()),
            name: name.map(|name| {
                let meaning = read_name(&name);
                (name, meaning)
            }),
            shapeless,
        }
    }

    /// The name, when it is one.
    pub(super) fn reference(&self) -> Option<&Reference> {
        self.name.as_ref().and_then(|(_, meaning)| meaning.as_ref().ok())
    }

    /// Whether the name is spelled as it is written today.
    pub(super) fn is_canonical(&self) -> bool {
        self.name
            .as_ref()
            .is_some_and(|(text, meaning)| meaning.as_ref().is_ok_and(|reference| *text == reference.to_string()))
    }

    /// Whether the content lists other blobs: a manifest or an index of any vendor.
    pub(super) fn is_document(&self) -> bool {
        self.media_type.contains("manifest") || self.media_type.contains("index")
    }

    /// The image the entry stands for; `reference` is its name.
    pub(super) fn entry(&self, reference: &Reference) -> Result<Entry, EntryProblem> {
        let descriptor: Descriptor = serde_json::from_str(self.raw.get()).map_err(|error| shape(&error))?;
        let kind = if media_types::is_manifest(&descriptor.media_type) {
            Kind::Manifest
        } else if media_types::is_bundle_layer(&descriptor.media_type) {
            Kind::LegacyLayer
        } else {
            return Err(EntryProblem::MediaType(quote(&descriptor.media_type)));
        };
        if reference.digest().is_some_and(|named| *named != descriptor.digest) {
            return Err(EntryProblem::OtherDigest(descriptor.digest));
        }
        Ok(Entry { reference: reference.clone(), descriptor, kind })
    }

    /// The entry as one that cannot be used.
    pub(super) fn unusable(&self, problem: EntryProblem) -> Unusable {
        Unusable { name: self.name.as_ref().map(|(name, _)| quote(name)), problem }
    }
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

fn read_name(name: &str) -> Result<Reference, EntryProblem> {
    if name.len() > NAME_LIMIT {
        return Err(EntryProblem::LongName(name.len()));
    }
    Ok(Reference::parse(name)?)
}

fn shape(error: &serde_json::Error) -> EntryProblem {
    EntryProblem::Shape(quote(&error.to_string()))
}

fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTE_LIMIT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(json: &str) -> Item {
        Item::new(RawValue::from_string(json.to_owned()).unwrap())
    }

    fn problem(media_type: &str, digest: &str, size: &str) -> EntryProblem {
        let item = item(&format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{size}}}"#));
        item.entry(&Reference::parse("a/b:1").unwrap()).unwrap_err()
    }

    #[test]
    fn hostile_digests_and_sizes_are_no_descriptors() {
        let good = Digest::of(b"x").to_string();
        for (digest, size) in [
            ("sha256:../../etc/passwd", "1"),
            (&good.to_uppercase(), "1"),
            ("sha256:abc", "1"),
            (&good, "-1"),
            (&good, "1.5"),
            (&good, "99999999999999999999999"),
            (&good, "\"1\""),
        ] {
            let found = problem(media_types::MANIFEST, digest, size);
            assert!(matches!(found, EntryProblem::Shape(_)), "{digest} {size}: {found:?}");
        }
    }

    #[test]
    fn a_named_configuration_is_no_image() {
        let found = problem(media_types::CONFIG, Digest::of(b"x").as_str(), "1");
        assert_eq!(found, EntryProblem::MediaType(media_types::CONFIG.to_owned()));
    }

    #[test]
    fn a_name_by_digest_must_be_that_of_its_entry() {
        let item = item(&format!(
            r#"{{"mediaType":"{}","digest":"{}","size":1}}"#,
            media_types::MANIFEST,
            Digest::of(b"other")
        ));
        let reference = Reference::parse("a/b").unwrap().with_digest(Digest::of(b"wanted"));
        assert_eq!(item.entry(&reference), Err(EntryProblem::OtherDigest(Digest::of(b"other"))));
    }

    #[test]
    fn a_name_of_a_megabyte_is_not_repeated_in_the_message() {
        let item = item(&format!(r#"{{"annotations":{{"{}":"{}"}}}}"#, annotations::REF_NAME, "a".repeat(1 << 20)));
        let (_, meaning) = item.name.as_ref().unwrap();
        let problem = meaning.clone().unwrap_err();
        assert_eq!(problem, EntryProblem::LongName(1 << 20));
        assert!(item.unusable(problem).name.unwrap().len() < 200);
    }

    #[test]
    fn what_is_no_object_is_kept_and_said() {
        for json in ["null", "7", "[]", "\"x\"", r#"{"annotations":[]}"#, r#"{"digest":{}}"#] {
            let item = item(json);
            assert!(item.shapeless.is_some() || json == "null" || json == "[]", "{json}");
            assert!(item.name.is_none());
            assert_eq!(item.raw.get(), json);
        }
    }
}
