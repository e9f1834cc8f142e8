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
