//! The rows of a list of repositories and tags.

use crate::oci::{Digest, Reference, is_repository_path, is_tag};
use crate::ops::attachment::attached_to;
use crate::registry::RegistryError;

/// Which of the tags are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Repositories without tags too.
    pub empty: bool,
    /// Tags of signatures and other attachments too.
    pub attachments: bool,
    /// Only repositories that everybody may see.
    pub public: bool,
}

/// A tag of a repository, or a repository without tags.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The registry and the path. The path is the registry's word.
    pub repository: String,
    /// The tag: the registry's word.
    pub tag: Option<String>,
    /// The image, where the registry tells it with its tags.
    pub digest: Option<Digest>,
    /// Whether everybody may see it, where the registry tells.
    pub public: Option<bool>,
    /// Whether repository and tag make a reference. Others are shown, and nothing else is done with them.
    pub sound: bool,
}

/// What a registry lists.
#[derive(Debug)]
pub struct Listing {
    /// The tags, by repository and tag.
    pub rows: Vec<Row>,
    /// Repositories whose tags this account may not see, and what the registry said.
    pub closed: Vec<(String, RegistryError)>,
}

/// A tag, and what GitHub tells with it.
pub(super) struct Tagged {
    pub(super) tag: String,
    pub(super) digest: Option<Digest>,
}

impl Listing {
    pub(super) fn add(
        &mut self,
        repository: &str,
        sound: bool,
        tags: Vec<Tagged>,
        public: Option<bool>,
        wanted: Wanted,
    ) {
        if wanted.public && public != Some(true) {
            return;
        }
        let row = |tag, digest, sound| Row { repository: repository.to_owned(), tag, digest, public, sound };
        let before = self.rows.len();
        for tagged in tags.into_iter().filter(|tagged| wanted.attachments || attached_to(&tagged.tag).is_none()) {
            let sound = sound && is_tag(&tagged.tag);
            self.rows.push(row(Some(tagged.tag), tagged.digest, sound));
        }
        if self.rows.len() == before && (wanted.empty || !sound) {
            self.rows.push(row(None, None, sound));
        }
    }

    pub(super) fn sorted(mut self) -> Self {
        self.rows.sort_unstable();
        self.rows.dedup();
        self
    }
}

/// A repository that a registry has named, unless the name is none.
pub(super) fn repository(registry: &str, path: &str) -> Option<Reference> {
    if !is_repository_path(path) {
        return None;
    }
    Reference::parse(&format!("{registry}/{path}")).ok().filter(|reference| reference.path() == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Wanted = Wanted { empty: true, attachments: true, public: false };

    fn listed(names: &[&str], wanted: Wanted) -> Vec<(Option<String>, bool)> {
        let mut listing = Listing { rows: Vec::new(), closed: Vec::new() };
        let tags = names.iter().map(|tag| Tagged { tag: (*tag).to_owned(), digest: None }).collect();
        listing.add("r/a", true, tags, None, wanted);
        listing.sorted().rows.into_iter().map(|row| (row.tag, row.sound)).collect()
    }

    #[test]
    fn a_name_that_is_none_is_never_made_a_request() {
        for bad in ["", "../x", "A", "a//b", "a b", "a?x", "a:1", "a@sha256:0", "a/\u{1b}[31m", "/a", "a/"] {
            assert!(repository("r.example", bad).is_none(), "{bad:?}");
        }
        assert_eq!(repository("localhost:5000", "hello").unwrap().repository(), "localhost:5000/hello");
        assert!(repository("r.example", &"a".repeat(300)).is_none());
    }

    #[test]
    fn tags_that_are_none_are_shown_as_such() {
        assert_eq!(
            listed(&["2", "1", "a b", "2"], ALL),
            [(Some("1".to_owned()), true), (Some("2".to_owned()), true), (Some("a b".to_owned()), false)]
        );
    }

    #[test]
    fn a_repository_of_attachments_alone_is_empty_unless_they_are_wanted() {
        let signature = format!("sha256-{}.sig", "a".repeat(64));
        let few = Wanted { empty: false, attachments: false, public: false };
        assert_eq!(listed(&[&signature], few), []);
        assert_eq!(listed(&[&signature], Wanted { empty: true, ..few }), [(None, true)]);
        assert_eq!(listed(&[&signature], Wanted { attachments: true, ..few }), [(Some(signature.clone()), true)]);
    }
}
