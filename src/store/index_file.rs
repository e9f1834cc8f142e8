//! The file an index is in: read whole although others rewrite it in place, replaced at one stroke.

use super::index::Index;
use super::{IndexError, StoreError, regular};
use crate::files::{Access, Pending};
use std::fs::{File, Metadata};
use std::io::{Read, Write};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// The largest index that is read, in bytes.
const SIZE_LIMIT: u64 = 256 << 20;

/// How long a file that makes no sense may go on changing.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long it must stand still to be called damaged: the Go CLI empties the file before it writes it.
const QUIET: Duration = Duration::from_millis(250);

/// What shows that a file was rewritten or replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    #[cfg(unix)]
    unix: (u64, u64, i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            unix: {
                use std::os::unix::fs::MetadataExt;
                (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
            },
        }
    }

    /// The stamp of what stands at `path` now; `None` when nothing does.
    fn at(path: &Path) -> Option<Self> {
        std::fs::symlink_metadata(path).ok().as_ref().map(Self::of)
    }
}

/// One look at the file.
enum Look {
    Absent,
    Whole(Index, Stamp),
    Senseless(IndexError, Stamp),
}

/// Reads the index. A file that is not there is an index without entries, and has no stamp.
pub(super) fn read(path: &Path) -> Result<(Index, Option<Stamp>), StoreError> {
    let started = Instant::now();
    let mut still_since = started;
    let mut last: Option<Stamp> = None;
    let mut pause = Duration::from_millis(2);
    loop {
        let (source, stamp) = match look(path)? {
            Look::Absent => return Ok((Index::default(), None)),
            Look::Whole(index, stamp) => return Ok((index, Some(stamp))),
            Look::Senseless(source, stamp) => (source, Some(stamp)),
        };
        let now = Instant::now();
        if last != stamp {
            (last, still_since) = (stamp, now);
        }
        if now - still_since >= QUIET || now - started >= PATIENCE {
            return Err(StoreError::IndexDamaged { path: path.to_owned(), source });
        }
        sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(64));
    }
}

fn look(path: &Path) -> Result<Look, StoreError> {
    let Some((file, metadata)) = regular::open(path)? else { return Ok(Look::Absent) };
    if metadata.len() > SIZE_LIMIT {
        return Err(StoreError::IndexTooLarge { path: path.to_owned(), size: metadata.len(), limit: SIZE_LIMIT });
    }
    let (bytes, stamp) = content(&file, &metadata).map_err(StoreError::read(path))?;
    // Two halves of two versions can make one document that parses: only a file that stood still counts.
    if stamp != Stamp::of(&metadata) || bytes.len() as u64 != stamp.size {
        return Ok(Look::Senseless(IndexError::Unsettled, stamp));
    }
    if bytes.is_empty() {
        return Ok(Look::Senseless(IndexError::Empty, stamp));
    }
    Ok(match Index::parse(bytes) {
        Ok(index) => Look::Whole(index, stamp),
        Err(error) => Look::Senseless(error, stamp),
    })
}

/// What the file holds, and its stamp after that was read.
fn content(file: &File, metadata: &Metadata) -> std::io::Result<(Vec<u8>, Stamp)> {
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)?;
    Ok((bytes, Stamp::of(&file.metadata()?)))
}

/// Whether the file is still the one that was read with `stamp`.
pub(super) fn is_unchanged(path: &Path, stamp: Option<&Stamp>) -> bool {
    Stamp::at(path).as_ref() == stamp
}

/// What came of writing an index.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It stands, and survives a power cut.
    Done,
    /// Another program rewrote the file since it was read; nothing was written.
    Overtaken,
}

/// Replaces the index that was read with `stamp`. The caller holds the lock; `ingest` takes the unfinished file.
pub(super) fn write(path: &Path, ingest: &Path, index: &Index, stamp: Option<&Stamp>) -> Result<Written, StoreError> {
    let bytes = index.to_bytes().map_err(|error| StoreError::write(path)(error.into()))?;
    let mut pending = Pending::inside(ingest, Access::Shared).map_err(StoreError::write(ingest))?;
    pending.write_all(&bytes).and_then(|()| pending.file().sync_all()).map_err(StoreError::write(path))?;
    // The Go CLI takes no lock: what it wrote meanwhile must not vanish.
    if !is_unchanged(path, stamp) {
        return Ok(Written::Overtaken);
    }
    // The one step that counts: before it the old index stands, after it the new one.
    pending.commit(path).map_err(StoreError::write(path))?;
    Ok(Written::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const EMPTY: &[u8] = br#"{"schemaVersion":2,"manifests":[]}"#;

    #[test]
    fn a_damaged_file_is_said_and_left_alone() {
        let check = |damaged: &[u8]| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("index.json");
            fs::write(&path, damaged).unwrap();
            let started = Instant::now();
            assert!(matches!(read(&path), Err(StoreError::IndexDamaged { .. })), "{damaged:?}");
            assert!(started.elapsed() < PATIENCE);
            assert_eq!(fs::read(&path).unwrap(), damaged);
        };
        std::thread::scope(|scope| {
            for damaged in [&b""[..], b"{\"schemaVersion\":2,\"mani", b"\0\0\0\0", b"x", b"null", b"[]", b"\xff\xfe{"] {
                scope.spawn(move || check(damaged));
            }
        });
    }

    #[test]
    fn a_file_that_another_program_is_rewriting_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.json");
        fs::write(&path, b"").unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for end in [4, 9, 20] {
                    sleep(Duration::from_millis(100));
                    fs::write(&path, &EMPTY[..end]).unwrap();
                }
                sleep(Duration::from_millis(100));
                fs::write(&path, EMPTY).unwrap();
            });
            assert!(read(&path).is_ok());
        });
    }

    #[test]
    fn an_index_of_300_megabytes_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.json");
        fs::File::create(&path).unwrap().set_len(300 << 20).unwrap();
        assert!(matches!(read(&path), Err(StoreError::IndexTooLarge { size, .. }) if size == 300 << 20));
    }

    #[test]
    fn an_index_that_was_rewritten_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.json");
        fs::write(&path, EMPTY).unwrap();
        let (index, stamp) = read(&path).unwrap();
        fs::write(&path, br#"{"schemaVersion":2,"manifests":[1]}"#).unwrap();
        assert_eq!(write(&path, folder.path(), &index, stamp.as_ref()).unwrap(), Written::Overtaken);
        assert_eq!(fs::read(&path).unwrap(), br#"{"schemaVersion":2,"manifests":[1]}"#);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let (index, stamp) = read(&path).unwrap();
        assert_eq!(write(&path, folder.path(), &index, stamp.as_ref()).unwrap(), Written::Done);
    }

    #[cfg(unix)]
    #[test]
    fn an_index_is_written_for_everybody_to_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.json");
        write(&path, folder.path(), &Index::default(), None).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        let plain = folder.path().join("plain");
        fs::write(&plain, b"").unwrap();
        assert_eq!(mode, fs::metadata(&plain).unwrap().permissions().mode() & 0o777);
    }
}
