//! The names a request may use, checked before anything is looked up by them.

use crate::oci::{Digest, is_repository_path, is_tag};
use std::fmt;
use std::str::FromStr;

/// The longest repository name in characters (distribution-spec, "Pulling manifests").
const NAME_LIMIT: usize = 255;

/// A repository's name: path components of lower-case letters, digits and separators, 255 characters at most.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryName(String);

/// A tag: letters, digits, `_`, `.` and `-`, 128 characters at most.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

/// A text that is no such name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Not a repository's name.
    #[error("{0:?} is not a repository name")]
    Repository(String),
    /// Not a tag.
    #[error("{0:?} is not a tag")]
    Tag(String),
}

/// How a request names a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ManifestName {
    /// Whatever the tag names now.
    Tag(Tag),
    /// This manifest.
    Digest(Digest),
}

impl RepositoryName {
    /// The name as it stands in a URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Tag {
    /// The tag as it stands in a URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RepositoryName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.len() <= NAME_LIMIT && is_repository_path(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Repository(text.to_owned()))
        }
    }
}

impl FromStr for Tag {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if is_tag(text) { Ok(Self(text.to_owned())) } else { Err(NameError::Tag(text.to_owned())) }
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_not_leave_its_folder_or_look_like_an_internal_one() {
        for bad in ["", "..", "a/../b", "/a", "a/", "a//b", "_tags", "a/_manifests", ".git", "A", "a\\b", "a\0b", "a b"]
        {
            assert!(bad.parse::<RepositoryName>().is_err(), "{bad:?}");
        }
        assert!("a".repeat(256).parse::<RepositoryName>().is_err());
        for good in ["a", "a/b/c/d/e", "a__b", "a---b", "a.b/c_d", &"a".repeat(255)] {
            assert!(good.parse::<RepositoryName>().is_ok(), "{good:?}");
        }
    }

    #[test]
    fn a_tag_is_one_word() {
        for bad in ["", ".", "..", "-a", "a/b", "a:b", &"a".repeat(129)] {
            assert!(bad.parse::<Tag>().is_err(), "{bad:?}");
        }
        assert!("V1.0-rc_2".parse::<Tag>().is_ok());
    }
}
