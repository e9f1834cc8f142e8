//! One entry as it stands in the file, looked at only as far as every command needs.

use super::entry::{Entry, EntryProblem, Kind, Unusable, quote, shape};
use super::index_text::Text;
use crate::oci::{Descriptor, Digest, Reference, media_types};
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

/// The longest name read from an index: a repository of 255 characters, `@`, and a digest.
const NAME_LIMIT: usize = 255 + 1 + "sha512:".len() + 128;

/// An entry. It is not even parsed until somebody asks: most commands look for one of many.
#[derive(Debug)]
pub(super) struct Item {
    text: Text,
    seen: OnceCell<Seen>,
}

/// What can be seen of an entry at a glance.
#[derive(Debug)]
struct Seen {
    digest: Option<Digest>,
    is_document: bool,
    name: Label,
}

/// What an entry is called.
#[derive(Debug)]
enum Label {
    None,
    Name(Reference),
    /// No name can be made out, or it is none.
    Problem(EntryProblem),
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Glance<'a> {
    #[serde(borrow)]
    media_type: Option<Word<'a>>,
    #[serde(borrow)]
    digest: Option<Word<'a>>,
    #[serde(borrow)]
    annotations: Option<Notes<'a>>,
}

#[derive(Deserialize, Default)]
struct Notes<'a> {
    #[serde(borrow, rename = "org.opencontainers.image.ref.name")]
    name: Option<Word<'a>>,
}

/// A string that is copied only when it has escapes.
struct Word<'a>(Cow<'a, str>);

impl Item {
    pub(super) fn new(text: Text) -> Self {
        Self { text, seen: OnceCell::new() }
    }

    fn seen(&self) -> &Seen {
        self.seen.get_or_init(|| Seen::of(self.text()))
    }

    /// The entry as it was read.
    pub(super) fn text(&self) -> &str {
        self.text.get()
    }

    /// The digest, when it is one.
    pub(super) fn digest(&self) -> Option<&Digest> {
        self.seen().digest.as_ref()
    }

    /// Whether this is the digest.
    pub(super) fn has_digest(&self, digest: &Digest) -> bool {
        self.may_state(digest.hex()) && self.digest() == Some(digest)
    }

    /// The name, when it is one.
    pub(super) fn reference(&self) -> Option<&Reference> {
        match &self.seen().name {
            Label::Name(reference) => Some(reference),
            Label::None | Label::Problem(_) => None,
        }
    }

    /// Whether this is the name, in whatever spelling.
    pub(super) fn has_name(&self, reference: &Reference) -> bool {
        // Every spelling of a repository ends the same.
        let ending = reference.path().rsplit('/').next().unwrap_or_default();
        self.may_state(ending) && self.reference() == Some(reference)
    }

    /// Whether a string of the entry can have this in it. Only a text with escapes has more in it than can be seen.
    fn may_state(&self, words: &str) -> bool {
        self.text().contains(words) || self.text().contains('\\')
    }

    /// Why the entry has no name that can be understood.
    pub(super) fn problem(&self) -> Option<&EntryProblem> {
        match &self.seen().name {
            Label::Problem(problem) => Some(problem),
            Label::None | Label::Name(_) => None,
        }
    }

    /// Whether the entry is sound and has no name.
    pub(super) fn is_unnamed(&self) -> bool {
        matches!(self.seen().name, Label::None)
    }

    /// Whether the name is spelled as it is written today.
    pub(super) fn is_canonical(&self) -> bool {
        let text = self.reference().map(Reference::to_string);
        text.is_some() && text == self.spelling()
    }

    /// Whether the content lists other blobs.
    pub(super) fn is_document(&self) -> bool {
        self.seen().is_document
    }

    /// The image the entry stands for; `reference` is its name.
    pub(super) fn entry(&self, reference: &Reference) -> Result<Entry, EntryProblem> {
        let descriptor: Descriptor = serde_json::from_str(self.text()).map_err(|error| shape(&error))?;
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
        Unusable { name: self.spelling().as_deref().map(quote), problem }
    }

    /// The name as the file has it.
    fn spelling(&self) -> Option<String> {
        let glance: Glance<'_> = serde_json::from_str(self.text()).ok()?;
        glance.name().map(str::to_owned)
    }
}

impl Seen {
    fn of(text: &str) -> Self {
        match serde_json::from_str::<Glance<'_>>(text) {
            Ok(glance) => {
                let media_type = glance.media_type.as_ref().map_or("", |word| &word.0);
                Self {
                    digest: glance.digest.as_ref().and_then(|word| word.0.parse().ok()),
                    // Manifests and indexes of any vendor list other blobs.
                    is_document: media_type.contains("manifest") || media_type.contains("index"),
                    name: glance.name().map_or(Label::None, read_name),
                }
            }
            Err(error) => Self { digest: None, is_document: false, name: Label::Problem(shape(&error)) },
        }
    }
}

impl Glance<'_> {
    fn name(&self) -> Option<&str> {
        let name = self.annotations.as_ref()?.name.as_ref()?;
        Some(&*name.0).filter(|name| !name.is_empty())
    }
}

fn read_name(name: &str) -> Label {
    if name.len() > NAME_LIMIT {
        return Label::Problem(EntryProblem::LongName(name.len()));
    }
    match Reference::parse(name) {
        Ok(reference) => Label::Name(reference),
        Err(error) => Label::Problem(error.into()),
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;

        impl<'de> Visitor<'de> for Words {
            type Value = Word<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::annotations;

    fn item(json: &str) -> Item {
        Item::new(Text::new(json.to_owned()))
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
        assert_eq!(item.problem(), Some(&EntryProblem::LongName(1 << 20)));
        assert!(item.unusable(EntryProblem::LongName(0)).name.unwrap().len() < 200);
    }

    #[test]
    fn what_is_no_object_is_kept_and_said() {
        for json in ["null", "7", "[]", "\"x\"", r#"{"annotations":[]}"#, r#"{"digest":{}}"#] {
            let item = item(json);
            assert!(matches!(item.problem(), Some(EntryProblem::Shape(_))), "{json}");
            assert_eq!(item.text(), json);
        }
    }

    #[test]
    fn a_name_is_found_in_every_spelling_and_with_escapes() {
        let reference = Reference::parse("foo").unwrap();
        let named = |name: &str| item(&format!(r#"{{"annotations":{{"{}":"{name}"}}}}"#, annotations::REF_NAME));
        for spelling in
            ["docker.io/library/foo:latest", "docker.io/foo:latest", "foo", "docker.io\\/foo", "docker.io/f\\u006fo"]
        {
            assert!(named(spelling).has_name(&reference), "{spelling}");
        }
        for other in ["docker.io/library/foo:1", "ghcr.io/foo:latest", "docker.io/foo/bar:latest", ""] {
            assert!(!named(other).has_name(&reference), "{other}");
        }
    }
}
