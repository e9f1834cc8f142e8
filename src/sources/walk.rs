//! The files of a folder that go into a bundle, in OPA's order.

use super::{Ignore, SourceError};
use crate::bundle::{Kind, name};
use std::fs;
use std::path::{Path, PathBuf};

/// A file that goes into the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// What messages call it.
    pub shown: String,
    /// Its clean path in the bundle of its folder.
    pub name: String,
    /// What it is to the bundle.
    pub kind: Kind,
}

/// Walks a folder: in each folder by the bytes of the names, into a folder where its name stands. Symbolic links, pipes
/// and devices are passed by.
pub(super) fn files(root: &Path, typed: &Path, ignore: &Ignore) -> Result<Vec<Found>, SourceError> {
    let mut found = Vec::new();
    let shown = typed.to_string_lossy();
    let shown = shown.trim_end_matches('/');
    let shown = match shown.strip_prefix("./").unwrap_or(shown) {
        "." | "" if !typed.is_absolute() => String::new(),
        other => format!("{other}/"),
    };
    enter(root, &shown, b"", ignore, &mut found)?;
    Ok(found)
}

fn enter(folder: &Path, shown: &str, above: &[u8], ignore: &Ignore, found: &mut Vec<Found>) -> Result<(), SourceError> {
    let unreadable = |source| SourceError::Unreadable { path: folder.to_owned(), source };
    let mut entries = fs::read_dir(folder).map_err(unreadable)?.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    entries.sort_unstable_by(|one, other| one.file_name().as_encoded_bytes().cmp(other.file_name().as_encoded_bytes()));
    for entry in entries {
        let file_name = entry.file_name();
        let text = file_name.to_string_lossy();
        if ignore.skips(&text) {
            continue;
        }
        let kind = entry.file_type().map_err(unreadable)?;
        let path = entry.path();
        let inside = [above, b"/", file_name.as_encoded_bytes()].concat();
        let shown = format!("{shown}{text}");
        if kind.is_dir() {
            enter(&path, &format!("{shown}/"), &inside, ignore, found)?;
        } else if let Some(role) = Kind::of(&text) {
            if !kind.is_file() {
                log::debug!("{}: not a regular file, left out", path.display());
                continue;
            }
            let name = name::clean(&inside).map_err(|fault| SourceError::BadName { path: path.clone(), fault })?;
            found.push(Found { path, shown, name, kind: role });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_opas() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            ["b.rego", "B.rego", "a/x.rego", "a-b/y.rego", "a.rego", ".hidden.rego", "a/README.md", ".git/z.rego"]
        {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let names = |typed: &str| -> Vec<String> {
            files(folder.path(), Path::new(typed), &Ignore::default()).unwrap().into_iter().map(|f| f.shown).collect()
        };
        assert_eq!(names("."), [".hidden.rego", "B.rego", "a/x.rego", "a-b/y.rego", "a.rego", "b.rego"]);
        assert_eq!(names("./src/").first().unwrap(), "src/.hidden.rego");
        assert_eq!(names("/").first().unwrap(), "/.hidden.rego");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_pipes_are_passed_by() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.rego"), "").unwrap();
        std::os::unix::fs::symlink(folder.path().join("a.rego"), folder.path().join("b.rego")).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        std::os::unix::net::UnixListener::bind(folder.path().join("c.rego")).unwrap();
        let found = files(folder.path(), Path::new("."), &Ignore::default()).unwrap();
        assert_eq!(found.into_iter().map(|file| file.name).collect::<Vec<_>>(), ["/a.rego"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_no_text_is_refused_only_where_it_matters() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(OsStr::from_bytes(b"\xff.txt")), "").unwrap();
        assert!(files(folder.path(), Path::new("."), &Ignore::default()).unwrap().is_empty());
        fs::write(folder.path().join(OsStr::from_bytes(b"\xff.rego")), "").unwrap();
        assert!(matches!(files(folder.path(), Path::new("."), &Ignore::default()), Err(SourceError::BadName { .. })));
    }
}
