//! Changing the index: lock, read again, change, write, and only then take away what lost its name.

use super::index::Index;
use super::index_file::{self, Written};
use super::lock::Purpose;
use super::reclaim::{self, Reclaimed};
use super::session::Session;
use super::survey;
use super::{IndexError, Store, StoreError};
use crate::files;
use crate::oci::Digest;
use std::collections::BTreeSet;

/// How often a change is made anew because a program that takes no lock rewrote the index meanwhile.
const TRIES: u32 = 20;

/// What a command brings to a change.
#[derive(Default)]
pub(super) struct Own<'a> {
    /// The command's session.
    pub(super) session: Option<&'a Session>,
    /// What the session added and the change does not need.
    pub(super) surplus: BTreeSet<Digest>,
}

/// Makes a change to the index. When this returns, it survives a power cut.
pub(super) fn commit<T>(
    store: &Store,
    own: &Own<'_>,
    mut change: impl FnMut(&mut Index) -> Result<T, StoreError>,
) -> Result<(T, Reclaimed), StoreError> {
    let layout = store.layout();
    let lock = store.lock(Purpose::Change)?;
    let path = layout.index();
    for _ in 0..TRIES {
        let (mut index, stamp) = index_file::read(&path)?;
        let outcome = change(&mut index)?;
        let mut survey = survey::survey(layout, own.session);
        survey.unsure |= !lock.is_real();
        let plan = reclaim::plan(layout, &mut index, &own.surplus, &survey);
        let noted = plan.note(layout);
        if index.is_changed() {
            let written = index_file::write(&path, &layout.ingest(), &index, stamp.as_ref())?;
            if written == Written::Overtaken {
                continue;
            }
        } else {
            // Whoever wrote it may have been killed before its name was durable.
            files::sync_folder(layout.folder()).map_err(StoreError::write(&path))?;
        }
        let reclaimed = plan.carry_out(layout);
        if noted && lock.is_real() {
            survey.clean();
        }
        return Ok((outcome, reclaimed));
    }
    Err(StoreError::IndexDamaged { path, source: IndexError::Unsettled })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Sample, entry, name};
    use super::*;
    use crate::oci::media_types;

    #[test]
    fn what_a_program_without_a_lock_wrote_meanwhile_is_kept() {
        let sample = Sample::absent();
        sample.build("bundle", &["a/b:1"]).unwrap();
        let source = sample.store.find(&name("a/b:1")).unwrap().unwrap();
        let mut tries = 0;
        commit(&sample.store, &Own::default(), |index| {
            tries += 1;
            if tries <= 2 {
                sample.index(&[entry(media_types::MANIFEST, b"", Some(&format!("docker.io/go/{tries}:1")))]);
            }
            super::super::set_names(index, &[name("a/b:2")], &source.unnamed_descriptor())
        })
        .unwrap();
        assert_eq!(tries, 3);
        assert_eq!(sample.names(), ["docker.io/a/b:2", "docker.io/go/2:1"]);
    }

    #[test]
    fn an_index_that_never_stands_still_is_given_up() {
        let sample = Sample::go();
        let mut tries = 0;
        let refused = commit(&sample.store, &Own::default(), |index| {
            tries += 1;
            let other = format!("docker.io/go/{tries}:1");
            sample.index(&[entry(media_types::MANIFEST, other.as_bytes(), Some(&other))]);
            let descriptor = super::super::samples::descriptor(media_types::MANIFEST, b"");
            super::super::set_names(index, &[name("a/b:1")], &descriptor)
        });
        assert!(matches!(refused, Err(StoreError::IndexDamaged { source: IndexError::Unsettled, .. })));
        assert_eq!(sample.names(), [format!("docker.io/go/{TRIES}:1")]);
    }
}
