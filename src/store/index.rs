//! The index of a store as a value: which names stand for which images.
//!
//! Entries this tool does not change keep their bytes, and fields it does not know keep their place.

use super::IndexError;
use super::entry::{Entry, EntryProblem, Unusable};
use super::index_text::{self, Text};
use super::item::Item;
use crate::oci::{Descriptor, Digest, Reference, annotations, media_types};
use std::collections::{BTreeMap, BTreeSet};

/// An index that was read, or that does not exist yet.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The fields of the document in their order, without `manifests`.
    fields: Vec<(String, Text)>,
    items: Vec<Item>,
    /// Whether it differs from what was read.
    changed: bool,
    /// The digests of entries that were replaced or taken out.
    dropped: BTreeSet<Digest>,
}

/// What the index says about a name.
pub(super) type Found = Result<Entry, EntryProblem>;

impl Index {
    /// Reads an index that has at least one byte.
    pub(super) fn parse(bytes: Vec<u8>) -> Result<Self, IndexError> {
        let text = String::from_utf8(bytes).map_err(|error| IndexError::Other(error.utf8_error().to_string()))?;
        let index_text::Split { fields, entries } = index_text::split(text)?;
        let text = |key: &str| {
            let value = fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.get());
            value.filter(|value| !matches!(*value, "null" | "\"\""))
        };
        match text("schemaVersion") {
            Some("2") => {}
            None if entries.is_some() => {}
            None => return Err(IndexError::Other("it has no schemaVersion".to_owned())),
            Some(_) => return Err(IndexError::Other("its schemaVersion is not 2".to_owned())),
        }
        if text("mediaType").is_some_and(|own| own.trim_matches('"') != media_types::INDEX) {
            return Err(IndexError::Other("its mediaType is another".to_owned()));
        }
        let items = entries.unwrap_or_default().into_iter().map(Item::new).collect();
        Ok(Self { fields, items, changed: false, dropped: BTreeSet::new() })
    }

    /// The document, compact, with what an OCI index must state.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let length: usize = self.items.iter().map(|item| item.text().len() + 1).sum();
        let mut bytes = Vec::with_capacity(length + 256);
        bytes.extend_from_slice(br#"{"schemaVersion":2,"mediaType":"#);
        serde_json::to_writer(&mut bytes, media_types::INDEX)?;
        bytes.extend_from_slice(br#","manifests":["#);
        for (position, item) in self.items.iter().enumerate() {
            if position > 0 {
                bytes.push(b',');
            }
            bytes.extend_from_slice(item.text().as_bytes());
        }
        bytes.push(b']');
        for (name, value) in self.fields.iter().filter(|(name, _)| !matches!(&**name, "schemaVersion" | "mediaType")) {
            bytes.push(b',');
            serde_json::to_writer(&mut bytes, name)?;
            bytes.push(b':');
            bytes.extend_from_slice(value.get().as_bytes());
        }
        bytes.push(b'}');
        Ok(bytes)
    }

    /// Every name with what stands for it, sorted, and the entries that are no images.
    pub(super) fn names(&self) -> (Vec<Entry>, Vec<Unusable>) {
        let mut winners: BTreeMap<&Reference, &Item> = BTreeMap::new();
        let mut unusable = Vec::new();
        for item in &self.items {
            if let Some(problem) = item.problem() {
                unusable.push(item.unusable(problem.clone()));
            } else if let Some(reference) = item.reference() {
                match winners.get(reference) {
                    Some(other) if other.is_canonical() && !item.is_canonical() => {}
                    _ => drop(winners.insert(reference, item)),
                }
            }
        }
        let mut entries = Vec::with_capacity(winners.len());
        for (reference, item) in winners {
            match item.entry(reference) {
                Ok(entry) => entries.push(entry),
                Err(problem) => unusable.push(item.unusable(problem)),
            }
        }
        (entries, unusable)
    }

    /// What stands for one name. Of several entries the last holds, as in the Go CLI; today's spelling of the name wins
    /// over an old one.
    pub(super) fn find(&self, reference: &Reference) -> Option<Found> {
        self.winner(&self.places(reference)).map(|item| item.entry(reference))
    }

    fn winner(&self, places: &[usize]) -> Option<&Item> {
        let mut winner: Option<&Item> = None;
        for item in places.iter().filter_map(|place| self.items.get(*place)) {
            if winner.is_none_or(|other| item.is_canonical() || !other.is_canonical()) {
                winner = Some(item);
            }
        }
        winner
    }

    /// Where the entries of one name stand.
    fn places(&self, reference: &Reference) -> Vec<usize> {
        let positions = self.items.iter().enumerate();
        positions.filter(|(_, item)| item.has_name(reference)).map(|(position, _)| position).collect()
    }

    /// Whether any entry, named or not, has this digest.
    pub(super) fn mentions(&self, digest: &Digest) -> bool {
        self.items.iter().any(|item| item.has_digest(digest))
    }

    /// Lets `reference` stand for `descriptor`, in the place of what it stood for before. Says what that was.
    pub(super) fn set(
        &mut self,
        reference: &Reference,
        descriptor: &Descriptor,
    ) -> Result<Option<Digest>, serde_json::Error> {
        let mut descriptor = descriptor.clone();
        descriptor.annotations.insert(annotations::REF_NAME.to_owned(), reference.to_string());
        let places = self.places(reference);
        let before = self.winner(&places).and_then(|item| item.entry(reference).ok());
        let previous = before.as_ref().map(|entry| entry.descriptor.digest.clone());
        if places.len() == 1 && before.is_some_and(|entry| entry.descriptor == descriptor) {
            return Ok(previous);
        }
        let item = Item::new(Text::new(serde_json::to_string(&descriptor)?));
        self.changed = true;
        match places.first() {
            Some(first) => {
                self.take_out(&places);
                self.items.insert(*first, item);
            }
            None => self.items.push(item),
        }
        Ok(previous)
    }

    /// Takes a name out, in every spelling. Says whether it was there.
    pub(super) fn unset(&mut self, reference: &Reference) -> bool {
        let places = self.places(reference);
        self.take_out(&places);
        !places.is_empty()
    }

    /// Takes out the entries at `places`, which are sorted.
    fn take_out(&mut self, places: &[usize]) {
        if !places.is_empty() {
            let mut position = 0..;
            self.drop_items(|_| position.next().is_some_and(|position| places.binary_search(&position).is_ok()));
        }
    }

    /// Takes out the entries that have no name and that `doomed` picks.
    pub(super) fn drop_unnamed(&mut self, mut doomed: impl FnMut(&Item) -> bool) {
        self.drop_items(|item| item.is_unnamed() && doomed(item));
    }

    fn drop_items(&mut self, mut doomed: impl FnMut(&Item) -> bool) {
        let dropped = &mut self.dropped;
        let before = self.items.len();
        self.items.retain(|item| {
            let doomed = doomed(item);
            if doomed {
                dropped.extend(item.digest().cloned());
            }
            !doomed
        });
        self.changed |= self.items.len() != before;
    }

    /// The digests that had a name when the index was read and have none now.
    pub(super) fn unnamed(&self) -> BTreeSet<Digest> {
        let mut unnamed = self.dropped.clone();
        if !unnamed.is_empty() {
            for digest in self.items.iter().filter(|item| !item.is_unnamed()).filter_map(Item::digest) {
                unnamed.remove(digest);
            }
        }
        unnamed
    }

    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    pub(super) fn is_changed(&self) -> bool {
        self.changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(text: &str) -> Reference {
        Reference::parse(text).unwrap()
    }

    fn manifest(content: &str) -> Descriptor {
        Descriptor::new(media_types::MANIFEST, Digest::of(content.as_bytes()), content.len() as u64)
    }

    fn line(name: &str, content: &str) -> String {
        format!(
            r#"{{"mediaType":"{}","digest":"{}","size":{},"annotations":{{"{}":"{name}"}}}}"#,
            media_types::MANIFEST,
            Digest::of(content.as_bytes()),
            content.len(),
            annotations::REF_NAME
        )
    }

    fn index(lines: &[String]) -> Index {
        Index::parse(format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, lines.join(",")).into_bytes()).unwrap()
    }

    #[test]
    fn what_is_not_changed_keeps_its_bytes() {
        let text = format!(
            concat!(
                r#"{{"schemaVersion":2,"mediaType":"{}","manifests":["#,
                r#"{{"x-new": 1.50e2,"size":1,"digest":"odd","mediaType":"a/b"}},7],"annotations":{{"k":"v"}},"z":[1, 2]}}"#
            ),
            media_types::INDEX
        );
        let mut index = Index::parse(text.clone().into()).unwrap();
        assert_eq!(String::from_utf8(index.to_bytes().unwrap()).unwrap(), text);
        index.set(&reference("a/b:1"), &manifest("m")).unwrap();
        index.unset(&reference("a/b:1"));
        assert_eq!(String::from_utf8(index.to_bytes().unwrap()).unwrap(), text);
    }

    #[test]
    fn an_index_without_a_media_type_gets_one() {
        let index = Index::parse(br#"{"schemaVersion":2,"manifests":null}"#.to_vec()).unwrap();
        let wanted = format!(r#"{{"schemaVersion":2,"mediaType":"{}","manifests":[]}}"#, media_types::INDEX);
        assert_eq!(index.to_bytes().unwrap(), wanted.as_bytes());
    }

    #[test]
    fn what_is_no_index_is_refused() {
        for text in [
            "null",
            "[]",
            "7",
            "{}",
            "\"x\"",
            "{",
            r#"{"schemaVersion":2,"manifests":["#,
            r#"{"schemaVersion":1}"#,
            r#"{"schemaVersion":2,"manifests":{}}"#,
            r#"{"schemaVersion":2,"manifests":7}"#,
            "\u{feff}{}",
            r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}"#,
            r#"{"schemaVersion":2}{"schemaVersion":2}"#,
            "\0\0\0\0",
        ] {
            assert!(Index::parse(text.into()).is_err(), "{text}");
        }
    }

    #[test]
    fn ten_thousand_levels_of_nesting_cost_no_stack() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(Index::parse(deep.clone().into()).is_err());
        let inside = format!(
            r#"{{"schemaVersion":2,"manifests":[{{"x":{deep},"annotations":{{"{}":"a/b:2"}}}},{}]}}"#,
            annotations::REF_NAME,
            line("a/b:1", "m")
        );
        let index = Index::parse(inside.into()).unwrap();
        let (entries, unusable) = index.names();
        assert_eq!((entries.len(), unusable.len()), (1, 1));
    }

    #[test]
    fn an_index_of_more_than_a_million_entries_is_refused() {
        let text = format!(r#"{{"schemaVersion":2,"manifests":[{}0]}}"#, "0,".repeat(1_000_000));
        let refused = Index::parse(text.into()).unwrap_err();
        assert!(refused.to_string().contains("more than 1000000 entries"), "{refused}");
    }

    #[test]
    fn of_two_entries_of_one_name_the_last_holds() {
        let index = index(&[line("docker.io/a/b:1", "old"), line("docker.io/a/b:1", "new")]);
        let (entries, _) = index.names();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].descriptor.digest, Digest::of(b"new"));
        assert_eq!(index.find(&reference("a/b:1")).unwrap().unwrap(), entries[0]);
    }

    #[test]
    fn an_old_spelling_is_found_by_what_it_means() {
        let old = index(&[line("docker.io/foo:latest", "old")]);
        assert_eq!(old.find(&reference("foo")).unwrap().unwrap().descriptor.digest, Digest::of(b"old"));
        let both = index(&[line("docker.io/library/foo:latest", "new"), line("docker.io/foo:latest", "old")]);
        assert_eq!(both.find(&reference("foo")).unwrap().unwrap().descriptor.digest, Digest::of(b"new"));
        assert_eq!(both.names().0.len(), 1);
    }

    #[test]
    fn a_name_that_is_set_again_keeps_its_place_and_has_one_entry() {
        let mut index = index(&[
            line("docker.io/foo:latest", "1"),
            line("docker.io/a/b:1", "2"),
            line("docker.io/library/foo:latest", "3"),
        ]);
        assert_eq!(index.set(&reference("foo"), &manifest("4")).unwrap(), Some(Digest::of(b"3")));
        let order: Vec<_> = index.items().iter().map(|item| item.digest().cloned().unwrap()).collect();
        assert_eq!(order, [Digest::of(b"4"), Digest::of(b"2")]);
        assert_eq!(index.unnamed(), BTreeSet::from([Digest::of(b"1"), Digest::of(b"3")]));
    }

    #[test]
    fn setting_what_holds_already_changes_nothing() {
        let mut index = index(&[line("docker.io/a/b:1", "m")]);
        index.set(&reference("a/b:1"), &manifest("m")).unwrap();
        assert!(!index.is_changed());
    }

    #[test]
    fn a_digest_with_another_name_is_not_unnamed() {
        let mut index = index(&[line("docker.io/a/b:1", "m"), line("docker.io/a/b:2", "m")]);
        assert!(index.unset(&reference("a/b:1")));
        assert!(index.unnamed().is_empty());
        assert!(index.unset(&reference("a/b:2")));
        assert!(!index.unset(&reference("a/b:3")));
        assert_eq!(index.unnamed(), BTreeSet::from([Digest::of(b"m")]));
    }
}
