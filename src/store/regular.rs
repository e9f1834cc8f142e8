//! Opening regular files, and nothing else: no link is followed, no pipe is waited for.

use super::StoreError;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a file for reading; `None` when there is none.
pub(super) fn open(path: &Path) -> Result<Option<(File, Metadata)>, StoreError> {
    open_with(path, OpenOptions::new().read(true))
}

/// As [`open`], with the caller's way of opening.
pub(super) fn open_with(path: &Path, options: &mut OpenOptions) -> Result<Option<(File, Metadata)>, StoreError> {
    refuse_links(options);
    let file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(explain(path, source)),
    };
    let metadata = file.metadata().map_err(StoreError::read(path))?;
    if !metadata.is_file() {
        return Err(StoreError::NotAFile { path: path.to_owned(), found: kind(metadata.file_type()) });
    }
    Ok(Some((file, metadata)))
}

#[cfg(unix)]
fn refuse_links(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
}

#[cfg(not(unix))]
fn refuse_links(_: &mut OpenOptions) {}

/// What a failed opening came from: a link or a socket says so only here.
fn explain(path: &Path, source: io::Error) -> StoreError {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            StoreError::NotAFile { path: path.to_owned(), found: kind(metadata.file_type()) }
        }
        _ => StoreError::Read { path: path.to_owned(), source },
    }
}

fn kind(kind: FileType) -> &'static str {
    if kind.is_symlink() {
        return "a symbolic link";
    }
    if kind.is_dir() {
        return "a folder";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a named pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_block_device() || kind.is_char_device() {
            return "a device";
        }
    }
    "something else"
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &Path) -> &'static str {
        match open(path) {
            Err(StoreError::NotAFile { found, .. }) => found,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_no_file_is_named_and_never_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("/etc/passwd", at("link")).unwrap();
        std::os::unix::fs::symlink("loop", at("loop")).unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
        assert_eq!(found(&at("link")), "a symbolic link");
        assert_eq!(found(&at("loop")), "a symbolic link");
        assert_eq!(found(&at("socket")), "a socket");
        assert_eq!(found(&at("pipe")), "a named pipe");
        assert_eq!(found(folder.path()), "a folder");
        assert_eq!(found(Path::new("/dev/null")), "a device");
        assert!(open(&at("absent")).unwrap().is_none());
    }
}
