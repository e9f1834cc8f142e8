//! The data of paths, without a bundle around them.

use super::{Ignore, SourceError, file};
use crate::bundle::json::Json;
use crate::bundle::{Assembly, BundleError, FileName, Kind, RegoVersion, name, read_content};
use std::fs;
use std::path::{Path, PathBuf};

/// The documents of the JSON and YAML files below paths, each at the names of the folders between its path and it, as
/// `opa eval --data` and `opa test` put them together. A path that is no folder is one if its name says so.
///
/// # Errors
/// A path that is not there, a file that cannot be read or is no JSON or YAML, or two that clash.
pub fn data(paths: &[PathBuf], ignore: &[String]) -> Result<Json, SourceError> {
    let ignore = Ignore::new(ignore)?;
    let mut assembly = Assembly::default();
    for path in paths {
        if path.is_dir() {
            enter(path, b"", &ignore, &mut assembly)?;
        } else {
            add(path, b"", &mut assembly)?;
        }
    }
    Ok(assembly.finish(RegoVersion::V1)?.0.data)
}

fn enter(folder: &Path, above: &[u8], ignore: &Ignore, assembly: &mut Assembly) -> Result<(), SourceError> {
    let unreadable = |source| SourceError::Unreadable { path: folder.to_owned(), source };
    let mut entries = fs::read_dir(folder).map_err(unreadable)?.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    entries.sort_unstable_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let file_name = entry.file_name();
        if ignore.skips(&file_name.to_string_lossy()) {
            continue;
        }
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() {
            let inside = [above, b"/", file_name.as_encoded_bytes()].concat();
            enter(&entry.path(), &inside, ignore, assembly)?;
        } else if kind.is_file() {
            add(&entry.path(), above, assembly)?;
        }
    }
    Ok(())
}

/// Adds a file in a folder, if it holds data.
fn add(path: &Path, folder: &[u8], assembly: &mut Assembly) -> Result<(), SourceError> {
    let (kind, alias) = match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => (Kind::JsonData, "data.json"),
        Some("yaml" | "yml") => (Kind::YamlData, "data.yaml"),
        _ => return Ok(()),
    };
    let inside = [folder, b"/", alias.as_bytes()].concat();
    let at = name::clean(&inside).map_err(|fault| SourceError::BadName { path: path.to_owned(), fault })?;
    let shown = path.display().to_string();
    let shown = shown.strip_prefix("./").unwrap_or(&shown).to_owned();
    let (bytes, _) = file::read(path)?;
    let read = read_content(kind, &at, bytes).map_err(|fault| BundleError::Content { file: shown.clone(), fault })?;
    assembly.add(FileName { path: at.clone(), matched: at, shown }, read)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_lie_at_the_names_of_their_folders() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("a.json", r#"{"x": 1}"#),
            ("b.yaml", "y: 2\n"),
            ("sub/c.json", r#"{"z": 3}"#),
            ("sub/d.json", r#"{"w": 4}"#),
            ("README.md", "no data"),
        ] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let all = data(&[folder.path().to_owned()], &[]).unwrap();
        assert_eq!(all.as_str(), r#"{"sub":{"w":4,"z":3},"x":1,"y":2}"#);
        let one = data(&[folder.path().join("sub/c.json"), folder.path().join("README.md")], &[]).unwrap();
        assert_eq!(one.as_str(), r#"{"z":3}"#);
    }

    #[test]
    fn files_that_clash_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.json"), r#"{"x": 1}"#).unwrap();
        fs::write(folder.path().join("b.json"), r#"{"x": 1}"#).unwrap();
        assert!(matches!(data(&[folder.path().to_owned()], &[]), Err(SourceError::Bundle(BundleError::Clash { .. }))));
    }
}
