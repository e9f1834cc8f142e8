//! Which image of the store a typed name means.

use super::OpsError;
use crate::oci::{Name, Reference};
use crate::store::{Entry, Image, Store, StoreError};
use std::collections::BTreeSet;

/// How often an image that other processes keep replacing is looked up.
const TRIES: u32 = 50;

/// The fewest hexadecimal characters that are taken for the beginning of a digest.
const PREFIX: usize = 4;

/// Reads typed names: the default domain is filled in.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The registry of names that state none.
    pub default_domain: &'a str,
}

/// An image that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The entry of the store.
    pub entry: Entry,
    /// The reference that was typed, complete.
    pub asked: Reference,
    /// How the one led to the other.
    pub why: Why,
}

/// How a typed name led to an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is the image's name.
    Name,
    /// It is the beginning of its digest.
    Digest,
    /// The same path and tag under another registry, and no other image has them.
    OtherRegistry,
    /// No tag was typed, there is no `latest`, and the repository has one tag.
    OnlyTag,
}

impl Names<'_> {
    /// What somebody typed as a complete reference.
    ///
    /// # Errors
    /// A text outside the grammar.
    pub fn read(&self, typed: &str) -> Result<Reference, OpsError> {
        Ok(Name::parse(typed, self.default_domain)?.reference)
    }

    /// The image of that very name or digest; nothing is guessed. For commands that remove.
    ///
    /// # Errors
    /// When there is none, or the digest is ambiguous.
    pub fn find_exact(&self, store: &Store, typed: &str) -> Result<Chosen, OpsError> {
        self.look(store, typed)?.map_or_else(|| Err(self.missing(store, typed)), Ok)
    }

    /// The image a name means: its own, that of a digest, that of the same path and tag under another registry, or (if
    /// `only_tag`) the one tag of a repository without `latest`.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn find(&self, store: &Store, typed: &str, only_tag: bool) -> Result<Chosen, OpsError> {
        if let Some(chosen) = self.look(store, typed)? {
            return Ok(chosen);
        }
        let name = Name::parse(typed, self.default_domain)?;
        let entries = store.entries()?.entries;
        let same = |entry: &&Entry| short_path(&entry.reference) == short_path(&name.reference);
        let others: Vec<&Entry> =
            entries.iter().filter(|entry| same(entry) && entry.reference.target() == name.reference.target()).collect();
        if let Some(entry) = single(typed, &others)? {
            return Ok(Chosen { entry: entry.clone(), asked: name.reference, why: Why::OtherRegistry });
        }
        if only_tag && !name.has_target {
            let repository = name.reference.repository();
            let own: Vec<&Entry> = entries.iter().filter(|entry| entry.reference.repository() == repository).collect();
            let tags = if own.is_empty() { entries.iter().filter(same).collect() } else { own };
            if let [entry] = tags.as_slice() {
                return Ok(Chosen { entry: (*entry).clone(), asked: name.reference, why: Why::OnlyTag });
            }
        }
        Err(self.missing(store, typed))
    }

    /// [`Names::find`] with the image itself, which no other process takes away while it is held. One that is replaced
    /// meanwhile is looked up again.
    ///
    /// # Errors
    /// As [`Names::find`]; an image that is damaged.
    pub fn open(&self, store: &Store, typed: &str, only_tag: bool) -> Result<(Chosen, Image), OpsError> {
        let mut last = None;
        until_settled(|| {
            let chosen = self.find(store, typed, only_tag)?;
            match store.image(&chosen.entry) {
                Err(StoreError::MissingBlob { .. }) if last.as_ref() != Some(&chosen.entry) => {
                    let reference = chosen.entry.reference.clone();
                    last = Some(chosen.entry);
                    Err(StoreError::Changed { reference }.into())
                }
                other => Ok((chosen, other?)),
            }
        })
    }

    /// The image of a name, else of a digest prefix.
    fn look(&self, store: &Store, typed: &str) -> Result<Option<Chosen>, OpsError> {
        let name = Name::parse(typed, self.default_domain);
        if let Ok(name) = &name
            && let Some(entry) = store.find(&name.reference)?
        {
            return Ok(Some(Chosen { entry, asked: name.reference.clone(), why: Why::Name }));
        }
        let hex = typed.strip_prefix("sha256:").unwrap_or(typed);
        let is_prefix = (PREFIX..=64).contains(&hex.len()) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_prefix {
            let found = store.find_digest_prefix(&hex.to_ascii_lowercase())?;
            if let Some(entry) = single(typed, &found.iter().collect::<Vec<_>>())? {
                let asked = entry.reference.clone();
                return Ok(Some(Chosen { entry: entry.clone(), asked, why: Why::Digest }));
            }
            return Ok(None);
        }
        name.map(|_| None).map_err(OpsError::from)
    }

    /// The error for a name that is not there, with the names that come near it.
    fn missing(&self, store: &Store, typed: &str) -> OpsError {
        let Ok(name) = Name::parse(typed, self.default_domain) else {
            return OpsError::NotInStore { name: typed.to_owned(), near: Vec::new() };
        };
        let entries = store.entries().map(|entries| entries.entries).unwrap_or_default();
        let near = entries
            .iter()
            .map(|entry| &entry.reference)
            .filter(|reference| {
                short_path(reference) == short_path(&name.reference) || is_near(reference.path(), name.reference.path())
            })
            .take(3)
            .map(ToString::to_string)
            .collect();
        OpsError::NotInStore { name: name.reference.to_string(), near }
    }
}

/// Does something again as long as other processes change what it is about.
pub(super) fn until_settled<T>(mut deed: impl FnMut() -> Result<T, OpsError>) -> Result<T, OpsError> {
    for _ in 1..TRIES {
        match deed() {
            Err(OpsError::Store(StoreError::Changed { .. })) => {}
            other => return other,
        }
    }
    deed()
}

/// The one image among entries, by digest; `None` when there is none.
fn single<'a>(typed: &str, entries: &[&'a Entry]) -> Result<Option<&'a Entry>, OpsError> {
    let digests: BTreeSet<&str> = entries.iter().map(|entry| entry.descriptor.digest.as_str()).collect();
    if digests.len() > 1 {
        let matches =
            entries.iter().map(|entry| format!("{} ({})", entry.reference, entry.descriptor.digest.short())).collect();
        return Err(OpsError::Ambiguous { typed: typed.to_owned(), matches });
    }
    Ok(entries.first().copied())
}

/// A path without the `library/` that a name of one part gets at Docker Hub.
fn short_path(reference: &Reference) -> &str {
    reference.path().strip_prefix("library/").unwrap_or(reference.path())
}

/// Whether two paths differ by at most two single-character edits.
fn is_near(one: &str, other: &str) -> bool {
    one.len().abs_diff(other.len()) <= 8 && distance(one, other) <= 2
}

/// How many slips lead from one text to another: a character too many, too few or wrong, or two in the wrong order.
pub(super) fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or_default();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (line, left) in one.iter().enumerate() {
        let mut row = vec![line + 1];
        for (column, right) in other.iter().enumerate() {
            let change = at(&last, column) + usize::from(left != right);
            let mut best = change.min(at(&last, column + 1) + 1).min(at(&row, column) + 1);
            let swapped =
                line > 0 && column > 0 && one.get(line - 1) == Some(right) && other.get(column - 1) == Some(left);
            if swapped {
                best = best.min(at(&before_last, column - 1) + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    at(&last, other.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        for (one, other, slips) in [
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("naem", "name", 1),
            ("kitten", "sitting", 3),
            ("ab", "ba", 1),
            ("é", "e", 1),
        ] {
            assert_eq!((distance(one, other), distance(other, one)), (slips, slips), "{one} {other}");
        }
    }

    #[test]
    fn what_others_change_is_tried_again_and_nothing_else() {
        let reference = Reference::parse("a.b/c:1").unwrap();
        let changed = || OpsError::from(StoreError::Changed { reference: reference.clone() });
        let mut tries = 0;
        let mut deed = |good: u32| {
            tries = 0;
            until_settled(|| {
                tries += 1;
                if tries == good { Ok(tries) } else { Err(changed()) }
            })
        };
        assert_eq!(deed(3).unwrap(), 3);
        assert!(matches!(deed(0), Err(OpsError::Store(StoreError::Changed { .. }))));
        assert_eq!(tries, TRIES);
        let mut tries = 0;
        let failed = until_settled(|| -> Result<(), OpsError> {
            tries += 1;
            Err(OpsError::NoEntrypoint)
        });
        assert!(matches!(failed, Err(OpsError::NoEntrypoint)) && tries == 1);
    }

    #[test]
    fn two_slips_are_near_and_three_are_not() {
        assert!(is_near("acme/hello", "acme/helo") && is_near("acme/hello", "amce/hello"));
        assert!(!is_near("acme/hello", "acme/world"));
    }
}
