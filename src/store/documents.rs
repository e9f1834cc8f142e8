//! What manifests and indexes list, read for the sake of keeping it.

use super::blob;
use super::layout::Layout;
use crate::oci::{Digest, MANIFEST_LIMIT};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// What a document needs to be of use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// Content: configuration and layers.
    pub(super) blobs: Vec<Digest>,
    /// Manifests that list more: those of an index.
    pub(super) documents: Vec<Digest>,
    /// The manifest that this one says something about.
    pub(super) subject: Option<Digest>,
}

#[derive(Deserialize)]
struct Document {
    config: Option<Link>,
    layers: Option<Vec<Link>>,
    blobs: Option<Vec<Link>>,
    manifests: Option<Vec<Link>>,
    subject: Option<Link>,
}

#[derive(Deserialize)]
struct Link {
    digest: String,
}

impl Needs {
    /// What a document lists; `None` when it is no such document.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let document: Document = serde_json::from_slice(bytes).ok()?;
        let digests = |links: Option<Vec<Link>>| links.unwrap_or_default().into_iter().filter_map(Link::digest);
        Some(Self {
            blobs: document
                .config
                .and_then(Link::digest)
                .into_iter()
                .chain(digests(document.layers))
                .chain(digests(document.blobs))
                .collect(),
            documents: digests(document.manifests).collect(),
            subject: document.subject.and_then(Link::digest),
        })
    }
}

impl Link {
    /// Nothing can stand under a digest that is none.
    fn digest(self) -> Option<Digest> {
        self.digest.parse().ok()
    }
}

/// The documents of a store, each read once.
#[derive(Debug)]
pub(super) struct Documents<'a> {
    layout: &'a Layout,
    known: BTreeMap<Digest, Option<Needs>>,
}

impl<'a> Documents<'a> {
    pub(super) fn new(layout: &'a Layout) -> Self {
        Self { layout, known: BTreeMap::new() }
    }

    /// What a document needs; a missing one needs nothing. `None` when it stands there and cannot be understood.
    pub(super) fn needs(&mut self, digest: &Digest) -> Option<&Needs> {
        let layout = self.layout;
        let known = self.known.entry(digest.clone());
        known
            .or_insert_with(|| match content(layout, digest) {
                Ok(None) => Some(Needs::default()),
                Ok(Some(bytes)) if digest.matches(&bytes) => Needs::of(&bytes),
                Ok(Some(_)) | Err(()) => None,
            })
            .as_ref()
    }

    /// Adds to `reached` a document and all it needs. Says whether that is all of it: a document that cannot be
    /// understood may need anything.
    pub(super) fn reach(
        &mut self,
        start: &Digest,
        visited: &mut BTreeSet<Digest>,
        reached: &mut BTreeSet<Digest>,
    ) -> bool {
        let mut complete = true;
        let mut waiting = vec![start.clone()];
        while let Some(digest) = waiting.pop() {
            if !visited.insert(digest.clone()) {
                continue;
            }
            match self.needs(&digest) {
                Some(needs) => {
                    reached.extend(needs.blobs.iter().cloned());
                    waiting.extend(needs.documents.iter().chain(&needs.subject).cloned());
                }
                None => complete = false,
            }
            reached.insert(digest);
        }
        complete
    }

    /// All that a document lists. Of a damaged one, every digest that can still be made out in it.
    pub(super) fn listed(&mut self, head: &Digest) -> BTreeSet<Digest> {
        let mut listed = BTreeSet::new();
        let mut waiting = vec![head.clone()];
        while let Some(digest) = waiting.pop() {
            let Some(needs) = self.needs(&digest).cloned() else {
                let bytes = content(self.layout, &digest).ok().flatten();
                listed.extend(bytes.map(|bytes| mentioned(&bytes)).unwrap_or_default());
                continue;
            };
            listed.extend(needs.blobs);
            waiting.extend(needs.documents.into_iter().filter(|document| listed.insert(document.clone())));
        }
        listed.remove(head);
        listed
    }
}

/// The bytes of a small blob; an error when it is large or cannot be read.
fn content(layout: &Layout, digest: &Digest) -> Result<Option<Vec<u8>>, ()> {
    let (file, length) = match blob::open_file(layout, digest) {
        Ok(found) => found,
        Err(super::StoreError::MissingBlob { .. }) => return Ok(None),
        Err(_) => return Err(()),
    };
    if length > MANIFEST_LIMIT {
        return Err(());
    }
    let mut bytes = Vec::new();
    file.take(MANIFEST_LIMIT).read_to_end(&mut bytes).map_err(|_| ())?;
    Ok(Some(bytes))
}

/// Every digest in a text.
pub(super) fn mentioned(bytes: &[u8]) -> BTreeSet<Digest> {
    let text = String::from_utf8_lossy(bytes);
    let words = text.split(|c: char| c != ':' && !c.is_ascii_alphanumeric());
    words.filter_map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_needs_its_configuration_layers_and_subject() {
        let digest = |text: &str| Digest::of(text.as_bytes());
        let json = format!(
            r#"{{"schemaVersion":2,"config":{{"digest":"{}"}},"layers":[{{"digest":"{}"}},{{"digest":"sha256:../.."}}],"subject":{{"digest":"{}"}}}}"#,
            digest("c"),
            digest("l"),
            digest("s")
        );
        let needs = Needs::of(json.as_bytes()).unwrap();
        assert_eq!(needs.blobs, [digest("c"), digest("l")]);
        assert_eq!(needs.subject, Some(digest("s")));
        assert_eq!(mentioned(json.as_bytes()), [digest("c"), digest("l"), digest("s")].into());
    }

    #[test]
    fn what_cannot_be_read_needs_nobody_knows_what() {
        assert_eq!(Needs::of(b"{"), None);
        assert_eq!(Needs::of(b"[]"), None);
        assert_eq!(Needs::of(br#"{"layers":7}"#), None);
        assert_eq!(Needs::of(b"{}"), Some(Needs::default()));
    }
}
