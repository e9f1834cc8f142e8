//! Whole-file writes that a crash cannot halve.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever the umask lets: 0666 less the umask.
    Shared,
    /// Everybody may read, nobody may write: a finished blob.
    Sealed,
    /// The owner alone: secrets.
    Private,
}

/// Replaces `path` with `bytes`, or leaves it as it was: temporary file in the same folder, fsync, rename, fsync of the
/// folder. The folder must exist. A symbolic link at `path` is replaced, not followed.
///
/// # Errors
/// Whatever the file system says; then the old file stands and no temporary one is left.
pub fn write(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let mut pending = Pending::beside(path, access)?;
    pending.write_all(bytes)?;
    pending.commit(path)
}

/// A file being written, invisible under its final name until [`Pending::commit`]. Dropped, it disappears.
#[derive(Debug)]
pub struct Pending {
    file: tempfile::NamedTempFile,
    access: Access,
}

impl Pending {
    /// Starts a file that will stand at `path`, in the same folder.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn beside(path: &Path, access: Access) -> io::Result<Self> {
        Self::inside(folder_of(path), access)
    }

    /// Starts a file in `folder`, whose final name is not known yet.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn inside(folder: &Path, access: Access) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".policy-").suffix(".tmp");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = match access {
                Access::Shared | Access::Sealed => 0o666,
                Access::Private => 0o600,
            };
            builder.permissions(fs::Permissions::from_mode(mode));
        }
        let file = builder.tempfile_in(folder)?;
        Ok(Self { file, access })
    }

    /// The open file, for whoever writes at their own pace.
    #[must_use]
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Where the bytes are until they are committed.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Makes the bytes durable and gives them their name, replacing what stood there.
    ///
    /// # Errors
    /// Whatever the file system says; the old file then still stands.
    pub fn commit(self, path: &Path) -> io::Result<()> {
        #[cfg(unix)]
        if self.access == Access::Sealed {
            use std::os::unix::fs::PermissionsExt;
            self.file.as_file().set_permissions(fs::Permissions::from_mode(0o444))?;
        }
        self.file.as_file().sync_all()?;
        // Opened before the rename, after which nothing but the disk itself should fail.
        #[cfg(unix)]
        let folder = File::open(folder_of(path))?;
        self.file.persist(path).map_err(|error| error.error)?;
        #[cfg(unix)]
        folder.sync_all()?;
        Ok(())
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Makes the names in a folder durable.
///
/// # Errors
/// Whatever the file system says.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Makes `path` and the folders above it; on Unix with `mode` less the umask.
///
/// # Errors
/// Whatever the file system says.
pub fn make_folders(path: &Path, mode: u32) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(mode);
    }
    #[cfg(not(unix))]
    let _ = mode;
    builder.create(path)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write(&path, b"one", Access::Shared).unwrap();
        write(&path, b"two", Access::Shared).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_dropped_file_never_existed() {
        let folder = tempfile::tempdir().unwrap();
        let mut pending = Pending::inside(folder.path(), Access::Shared).unwrap();
        pending.write_all(b"half").unwrap();
        drop(pending);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_replaces_a_public_one_as_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        write(&path, b"open", Access::Shared).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write(&path, b"secret", Access::Private).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
