//! The lock of whoever changes a store.
//!
//! The system frees it when its holder dies, however that happens. Readers of the index take none.

use super::layout::Layout;
use super::{StoreError, regular};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a process waits for the others unless it is told otherwise.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// When somebody who waits should be told.
const NOTICE: Duration = Duration::from_secs(1);

/// What the lock is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To change the index or take blobs away: alone.
    Change,
    /// To say that a blob is needed: together with others who do, but not while blobs are taken away.
    Need,
}

/// The lock, held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    /// None on a file system that cannot lock.
    file: Option<File>,
}

/// Who a process waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting<'a> {
    /// The lock file.
    pub path: &'a Path,
    /// The process that seems to hold it.
    pub holder: Option<u32>,
}

impl Lock {
    /// Takes the lock; calls `notice` once when that takes longer than a second.
    pub(super) fn acquire(
        layout: &Layout,
        purpose: Purpose,
        patience: Duration,
        notice: &dyn Fn(Waiting<'_>),
    ) -> Result<Self, StoreError> {
        let path = layout.lock();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let opened = regular::open_with(&path, &mut options).map_err(as_write)?;
        let Some((file, _)) = opened else {
            return Err(StoreError::Write { path, source: io::ErrorKind::NotFound.into() });
        };
        let started = Instant::now();
        let mut noticed = false;
        let mut longest = 1000;
        loop {
            let tried = match purpose {
                Purpose::Change => file.try_lock(),
                Purpose::Need => file.try_lock_shared(),
            };
            match tried {
                Ok(()) => break,
                Err(TryLockError::Error(error)) if cannot_lock(&error) => {
                    log::warn!("{} cannot be locked ({error}): run one command at a time", path.display());
                    return Ok(Self { file: None });
                }
                Err(TryLockError::Error(source)) => return Err(StoreError::Write { path, source }),
                Err(TryLockError::WouldBlock) => {}
            }
            let waited = started.elapsed();
            if waited >= patience {
                return Err(StoreError::Busy { holder: holder(&file), path, waited });
            }
            if waited >= NOTICE && !noticed {
                notice(Waiting { path: &path, holder: holder(&file) });
                noticed = true;
            }
            sleep(Duration::from_micros(fastrand::u64(200..longest)).min(patience - waited));
            longest = (longest * 2).min(20_000);
        }
        if purpose == Purpose::Change {
            sign(&file);
        }
        Ok(Self { file: Some(file) })
    }

    /// Whether other processes are kept out. If not, nothing may be taken away.
    pub(super) fn is_real(&self) -> bool {
        self.file.is_some()
    }
}

/// Leaves the number of this process for those who wait. They can do without it, so a full disk does not matter.
fn sign(mut file: &File) {
    let line = format!("{:<10}\n", std::process::id());
    let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(line.as_bytes()));
}

fn holder(mut file: &File) -> Option<u32> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.take(64).read_to_string(&mut text).ok()?;
    text.lines().next()?.trim().parse().ok()
}

/// Whether an error means that this file system has no locks, as some network ones do not.
fn cannot_lock(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::ENOLCK) {
        return true;
    }
    error.kind() == io::ErrorKind::Unsupported
}

/// The store is opened to be changed: a refusal is one to write.
fn as_write(error: StoreError) -> StoreError {
    match error {
        StoreError::Read { path, source } => StoreError::Write { path, source },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn layout(root: &Path) -> Layout {
        let layout = Layout::new(root);
        layout.make_folders().unwrap();
        layout
    }

    fn take(layout: &Layout, purpose: Purpose, patience: u64) -> Result<Lock, StoreError> {
        Lock::acquire(layout, purpose, Duration::from_millis(patience), &|_| {})
    }

    #[test]
    fn a_second_change_waits_and_then_says_who_holds_the_lock() {
        let root = tempfile::tempdir().unwrap();
        let layout = layout(root.path());
        let held = take(&layout, Purpose::Change, 1000).unwrap();
        match take(&layout, Purpose::Change, 50) {
            Err(StoreError::Busy { holder, waited, .. }) => {
                assert_eq!(holder, Some(std::process::id()));
                assert!(waited >= Duration::from_millis(50));
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(take(&layout, Purpose::Need, 20), Err(StoreError::Busy { .. })));
        drop(held);
        take(&layout, Purpose::Change, 0).unwrap();
    }

    #[test]
    fn needs_do_not_exclude_each_other() {
        let root = tempfile::tempdir().unwrap();
        let layout = layout(root.path());
        let first = take(&layout, Purpose::Need, 0).unwrap();
        let _second = take(&layout, Purpose::Need, 0).unwrap();
        assert!(take(&layout, Purpose::Change, 20).is_err());
        drop(first);
    }

    #[test]
    fn who_waits_for_more_than_a_second_is_told_once() {
        let root = tempfile::tempdir().unwrap();
        let layout = layout(root.path());
        let held = take(&layout, Purpose::Change, 1000).unwrap();
        let told = AtomicU32::new(0);
        let notice = |waiting: Waiting<'_>| {
            assert_eq!(waiting.holder, Some(std::process::id()));
            told.fetch_add(1, Ordering::Relaxed);
        };
        let waited = Lock::acquire(&layout, Purpose::Change, Duration::from_millis(1150), &notice);
        assert!(matches!(waited, Err(StoreError::Busy { .. })));
        assert_eq!(told.load(Ordering::Relaxed), 1);
        drop(held);
    }
}
