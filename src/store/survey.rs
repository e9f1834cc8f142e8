//! What the other commands that use a store need, and what those that died have left.

use super::layout::Layout;
use super::regular;
use super::session::{ADDED, FILE_PREFIX, LIST, PREFIX, Session, remove};
use crate::oci::Digest;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, OpenOptions, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The largest list of blobs that is read, in bytes.
const LIST_LIMIT: u64 = 16 << 20;

/// What the other commands of a store need, and what those that died have left.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Needed by running commands.
    pub(super) needed: BTreeSet<Digest>,
    /// Added by commands that died.
    pub(super) left: BTreeSet<Digest>,
    /// The list of a running command cannot be read: nothing may be taken away.
    pub(super) unsure: bool,
    /// Folders and files of commands that died.
    remains: Vec<PathBuf>,
}

/// Looks at every other command's folder. The caller holds the lock alone.
pub(super) fn survey(layout: &Layout, own: Option<&Session>) -> Survey {
    let mut survey = Survey::default();
    let Ok(listing) = fs::read_dir(layout.ingest()) else { return Survey { unsure: true, ..survey } };
    for found in listing {
        let Some((found, kind)) = found.ok().and_then(|found| found.file_type().ok().map(|kind| (found, kind))) else {
            survey.unsure = true;
            continue;
        };
        let (name, path) = (found.file_name(), found.path());
        if kind.is_dir() && starts_with(&name, PREFIX) && own.is_none_or(|own| own.folder() != path) {
            survey.visit(path);
        } else if kind.is_file() && starts_with(&name, FILE_PREFIX) {
            survey.remains.push(path);
        }
    }
    survey
}

impl Survey {
    fn visit(&mut self, folder: PathBuf) {
        let mut options = OpenOptions::new();
        let opened = regular::open_with(&folder.join(LIST), options.read(true).append(true));
        let Ok(Some((list, _))) = opened else {
            // Killed before it made the list, while it had the store's lock.
            self.unsure |= opened.is_err();
            self.remains.extend(opened.is_ok().then_some(folder));
            return;
        };
        let alive = match list.try_lock() {
            Ok(()) => false,
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => true,
        };
        let mut text = String::new();
        if (&list).take(LIST_LIMIT).read_to_string(&mut text).is_err() {
            self.unsure |= alive;
        }
        // The last line of a list that a kill or a full disk cut off is no digest.
        if alive {
            self.needed.extend(text.lines().filter_map(|line| line.parse().ok()));
        } else {
            self.left.extend(text.lines().filter_map(|line| line.strip_prefix(ADDED)?.parse().ok()));
            // At once: half a layer may be what fills the disk.
            remove_unfinished(&folder);
            self.remains.push(folder);
        }
    }

    /// Removes what commands that died have left, once their blobs are dealt with.
    pub(super) fn clean(&self) {
        for path in &self.remains {
            remove(path);
        }
    }
}

fn remove_unfinished(folder: &Path) {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    for file in files.filter(|file| starts_with(&file.file_name(), FILE_PREFIX)) {
        remove(&file.path());
    }
}

fn starts_with(name: &OsStr, prefix: &str) -> bool {
    name.as_encoded_bytes().starts_with(prefix.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Sample, name};
    use super::*;
    use std::io::Write;

    #[test]
    fn a_killed_command_leaves_nothing_after_the_next_change() {
        let sample = Sample::absent();
        sample.build("bundle", &["a/b:1"]).unwrap();
        let folder = sample.killed(&[sample.blob(b"in vain")]);
        fs::write(folder.join(".policy-half.tmp"), b"half a lay").unwrap();
        fs::write(sample.path("ingest/.policy-index.tmp"), b"half an ind").unwrap();
        fs::create_dir(sample.path("ingest/policy-1-nothing")).unwrap();
        // What takes much space goes before anything is written.
        survey(&sample.store.layout, None);
        assert!(!folder.join(".policy-half.tmp").exists());
        let foreign = sample.path("ingest/0123_456");
        fs::write(&foreign, b"of the Go CLI").unwrap();
        assert_eq!(sample.build("other", &["a/b:2"]).unwrap().reclaimed.blobs, 1);
        assert_eq!((sample.unfinished(), foreign.exists(), sample.blobs().len()), (1, true, 6));
    }

    #[test]
    fn what_a_killed_command_listed_stays_when_it_has_a_name() {
        let sample = Sample::absent();
        sample.build("bundle", &["a/b:1"]).unwrap();
        let (_, image) = sample.store.find_image(&name("a/b:1")).unwrap().unwrap();
        sample.killed(&image.blobs.iter().map(|blob| blob.digest.clone()).collect::<Vec<_>>());
        drop(image);
        sample.build("other", &["a/b:2"]).unwrap();
        sample.assert_whole("a/b:1");
        assert_eq!(sample.unfinished(), 0);
    }

    #[test]
    fn a_running_command_is_not_taken_for_a_killed_one() {
        let sample = Sample::absent();
        let ingest = sample.store.ingest().unwrap();
        let mut writer = ingest.blob(None).unwrap();
        writer.write_all(b"half").unwrap();
        sample.build("other", &["a/b:2"]).unwrap();
        writer.write_all(b" and half").unwrap();
        let (digest, _) = writer.finish().unwrap();
        let folder = fs::read_dir(sample.path("ingest")).unwrap().next().unwrap().unwrap().path();
        assert_eq!(fs::read_to_string(folder.join(LIST)).unwrap(), format!("{digest}\n+{digest}\n"));
        sample.build("third", &["a/b:3"]).unwrap();
        assert_eq!(fs::read(sample.blob_path(&digest)).unwrap(), b"half and half");
        drop(ingest);
        assert!(!sample.blob_path(&digest).exists());
    }
}
