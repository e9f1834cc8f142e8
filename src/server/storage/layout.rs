//! Where a registry's folder keeps each thing.
//!
//! ```text
//! .lock                                          held while the folder is served
//! _uploads/                                      files being written
//! repositories/<name>/_blobs/<algorithm>/<hex>
//! repositories/<name>/_manifests/<algorithm>/<hex>
//! repositories/<name>/_referrers/<algorithm>-<hex>/<algorithm>-<hex>   empty: subject, then who refers to it
//! repositories/<name>/_tags/<tag>                the digest it names
//! ```
//!
//! No part of a repository's name starts with `_` or `.`, so none is taken for one of these folders.

use super::{RepositoryName, Tag};
use crate::oci::Digest;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone)]
pub(super) struct Layout {
    root: PathBuf,
}

impl Layout {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.root.join(".lock")
    }

    pub(super) fn uploads(&self) -> PathBuf {
        self.root.join("_uploads")
    }

    pub(super) fn repositories(&self) -> PathBuf {
        self.root.join("repositories")
    }

    pub(super) fn blob(&self, repository: &RepositoryName, digest: &Digest) -> PathBuf {
        self.part(repository, "_blobs").join(digest.algorithm()).join(digest.hex())
    }

    /// The folder that holds a folder for each algorithm.
    pub(super) fn manifests(&self, repository: &RepositoryName) -> PathBuf {
        self.part(repository, "_manifests")
    }

    pub(super) fn manifest(&self, repository: &RepositoryName, digest: &Digest) -> PathBuf {
        self.manifests(repository).join(digest.algorithm()).join(digest.hex())
    }

    pub(super) fn referrers(&self, repository: &RepositoryName, subject: &Digest) -> PathBuf {
        self.part(repository, "_referrers").join(digest_file(subject))
    }

    pub(super) fn referrer(&self, repository: &RepositoryName, subject: &Digest, digest: &Digest) -> PathBuf {
        self.referrers(repository, subject).join(digest_file(digest))
    }

    pub(super) fn tags(&self, repository: &RepositoryName) -> PathBuf {
        self.part(repository, "_tags")
    }

    pub(super) fn tag(&self, repository: &RepositoryName, tag: &Tag) -> PathBuf {
        self.tags(repository).join(tag_file(tag))
    }

    fn part(&self, repository: &RepositoryName, part: &str) -> PathBuf {
        let mut path = self.repositories();
        path.extend(repository.as_str().split('/'));
        path.push(part);
        path
    }
}

fn digest_file(digest: &Digest) -> String {
    format!("{}-{}", digest.algorithm(), digest.hex())
}

/// The digest a file of [`Layout::referrers`] stands for.
pub(super) fn digest_of_file(file: &str) -> Option<Digest> {
    file.replacen('-', ":", 1).parse().ok()
}

/// The file of a tag. Tags that differ in case alone are two tags, also where the file system sees one file: a tag with
/// capitals is written small, then `+`, then a hexadecimal digit for each four characters that says which are capitals.
fn tag_file(tag: &Tag) -> String {
    let mut file = tag.as_str().to_ascii_lowercase();
    if file != tag.as_str() {
        file.push('+');
        for four in tag.as_str().as_bytes().chunks(4) {
            let capitals = four.iter().enumerate().filter(|(_, byte)| byte.is_ascii_uppercase());
            let digit: u32 = capitals.map(|(position, _)| 1 << position).sum();
            file.extend(char::from_digit(digit, 16));
        }
    }
    file
}

/// The tag a file of [`Layout::tags`] stands for.
pub(super) fn tag_of_file(file: &str) -> Option<Tag> {
    let (small, capitals) = file.split_once('+').unwrap_or((file, ""));
    let digits: Vec<u32> = capitals.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    let is_capital = |position: usize| digits.get(position / 4).is_some_and(|digit| digit >> (position % 4) & 1 == 1);
    let restored = small
        .chars()
        .enumerate()
        .map(|(position, letter)| if is_capital(position) { letter.to_ascii_uppercase() } else { letter });
    let tag: Tag = restored.collect::<String>().parse().ok()?;
    (tag_file(&tag) == file).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_that_differ_in_case_have_files_that_differ_without_it() {
        let files: Vec<String> =
            ["v1-rc", "V1-rc", "v1-RC", "V1-RC"].iter().map(|tag| tag_file(&tag.parse().unwrap())).collect();
        assert_eq!(files, ["v1-rc", "v1-rc+10", "v1-rc+81", "v1-rc+91"]);
    }

    #[test]
    fn a_file_that_no_tag_is_kept_in_is_none() {
        for file in [".policy-x.tmp", "", "v1+", "v1+0", "v1+00", "v1+zz", "V1", "-a"] {
            assert_eq!(tag_of_file(file), None, "{file:?}");
        }
    }

    proptest! {
        #[test]
        fn a_tag_comes_back_from_its_file(text in "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}") {
            let tag: Tag = text.parse().unwrap();
            let file = tag_file(&tag);
            prop_assert!(file.len() <= 255 && !file.bytes().any(|byte| byte.is_ascii_uppercase()));
            prop_assert_eq!(tag_of_file(&file), Some(tag));
        }
    }
}
