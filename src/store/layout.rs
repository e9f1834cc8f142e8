//! Where things stand in the store's folder.

use super::{StoreError, regular};
use crate::files::{self, Access, Pending};
use crate::oci::Digest;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The only version of the layout there is (image-spec, image-layout.md).
const VERSION: &str = "1.0.0";

/// The largest `oci-layout` file that is looked at, in bytes.
const MARKER_LIMIT: u64 = 4096;

/// The paths of one store.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    root: PathBuf,
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Marker {
    image_layout_version: String,
}

impl Layout {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), folder: root.join("policies-root") }
    }

    /// The OCI layout itself.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Which images there are.
    pub(super) fn index(&self) -> PathBuf {
        self.folder.join("index.json")
    }

    fn blobs(&self) -> PathBuf {
        self.folder.join("blobs")
    }

    /// The folder of the blobs that `digest`'s algorithm names.
    pub(super) fn shelf(&self, digest: &Digest) -> PathBuf {
        self.blobs().join(digest.algorithm())
    }

    /// Where a blob stands. A digest is checked when it is read, so this never leaves the folder.
    pub(super) fn blob(&self, digest: &Digest) -> PathBuf {
        self.shelf(digest).join(digest.hex())
    }

    /// Where unfinished files stand.
    pub(super) fn ingest(&self) -> PathBuf {
        self.folder.join("ingest")
    }

    /// What this tool keeps for itself; other programs do not look there.
    fn own(&self) -> PathBuf {
        self.folder.join(".policy")
    }

    /// The file whoever changes the store locks. It is never removed.
    pub(super) fn lock(&self) -> PathBuf {
        self.own().join("lock")
    }

    /// The blobs that lost their last name and may still be there.
    pub(super) fn unnamed(&self) -> PathBuf {
        self.own().join("unnamed")
    }

    /// Makes the folders of a store, durably.
    pub(super) fn make_folders(&self) -> Result<(), StoreError> {
        make(&self.root, 0o755)?;
        make(&self.folder, 0o755)?;
        make(&self.own(), 0o700)?;
        make(&self.ingest(), 0o755)?;
        make(&self.blobs(), 0o755)?;
        make(&self.blobs().join("sha256"), 0o755)
    }

    /// Makes sure the folder is marked as an OCI layout; the caller holds the lock.
    pub(super) fn mark(&self) -> Result<(), StoreError> {
        let path = self.folder.join("oci-layout");
        if let Some((file, _)) = regular::open(&path)? {
            let mut text = String::new();
            let readable = file.take(MARKER_LIMIT).read_to_string(&mut text).is_ok();
            if let Some(marker) = serde_json::from_str::<Marker>(&text).ok().filter(|_| readable) {
                if marker.image_layout_version != VERSION {
                    return Err(StoreError::LayoutVersion { path, version: marker.image_layout_version });
                }
                return Ok(());
            }
        }
        let marker = format!("{{\"imageLayoutVersion\":\"{VERSION}\"}}");
        Pending::inside(&self.ingest(), Access::Shared)
            .and_then(|mut pending| {
                pending.write_all(marker.as_bytes())?;
                pending.commit(&path)
            })
            .map_err(StoreError::write(path))
    }
}

/// Makes one folder, and what it lies in, so that a power cut does not undo it.
pub(super) fn make(folder: &Path, mode: u32) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    files::make_folders(folder, mode).map_err(StoreError::write(folder))?;
    match folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => files::sync_folder(parent).map_err(StoreError::write(parent)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> (tempfile::TempDir, Layout, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(&root.path().join("deep/down"));
        layout.make_folders().unwrap();
        let marker = layout.folder().join("oci-layout");
        (root, layout, marker)
    }

    #[test]
    fn a_new_layout_is_marked_as_the_go_cli_marks_it() {
        let (_root, layout, marker) = made();
        layout.mark().unwrap();
        assert_eq!(std::fs::read(marker).unwrap(), br#"{"imageLayoutVersion":"1.0.0"}"#);
        assert_eq!(std::fs::read_dir(layout.ingest()).unwrap().count(), 0);
    }

    #[test]
    fn a_half_written_marker_is_mended() {
        let (_root, layout, marker) = made();
        for half in [&b""[..], b"{\"imageLay", b"\xff\xfe"] {
            std::fs::write(&marker, half).unwrap();
            layout.mark().unwrap();
            assert_eq!(std::fs::read(&marker).unwrap(), br#"{"imageLayoutVersion":"1.0.0"}"#);
        }
    }

    #[test]
    fn a_layout_of_another_version_is_not_changed() {
        let (_root, layout, marker) = made();
        std::fs::write(&marker, br#"{"imageLayoutVersion":"2.0.0"}"#).unwrap();
        assert!(matches!(layout.mark(), Err(StoreError::LayoutVersion { version, .. }) if version == "2.0.0"));
    }
}
