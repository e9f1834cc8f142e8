//! The PATHs of a build: what they name on disk, and the folder each gets in a bundle of several.

use super::SourceError;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};

/// One PATH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input {
    /// As typed, for messages.
    pub typed: PathBuf,
    /// Absolute, without symbolic links.
    pub real: PathBuf,
}

/// Finds the PATHs on disk. One that names the same as one before is left out.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<Input>, SourceError> {
    if paths.is_empty() {
        return Err(SourceError::NoPaths);
    }
    let mut seen = HashSet::new();
    let mut inputs = Vec::with_capacity(paths.len());
    for path in paths {
        let typed = without_scheme(path)?;
        let real = typed.canonicalize().map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => SourceError::NotFound { path: typed.clone() },
            _ => SourceError::Unreadable { path: typed.clone(), source },
        })?;
        if seen.insert(real.clone()) {
            inputs.push(Input { typed, real });
        }
    }
    Ok(inputs)
}

/// The path behind a `file://` URL, or the path itself.
fn without_scheme(path: &Path) -> Result<PathBuf, SourceError> {
    let Some(text) = path.to_str() else { return Ok(path.to_owned()) };
    let unsupported = || SourceError::UnsupportedUrl { text: text.to_owned() };
    if cfg!(windows) && (text.starts_with("\\\\") || text.starts_with("//")) {
        return Err(unsupported());
    }
    let Some((scheme, _)) = text.split_once("://") else { return Ok(path.to_owned()) };
    if scheme != "file" {
        return Err(unsupported());
    }
    let url = url::Url::parse(text).map_err(|_| unsupported())?;
    url.to_file_path().map_err(|()| unsupported())
}

/// For each of several PATHs the folder its files get in the bundle: its own name, or as many folders above it with it as
/// tell it from the others. The order of the PATHs does not matter.
pub(super) fn folders(inputs: &[Input]) -> Vec<String> {
    let parts: Vec<Vec<String>> = inputs.iter().map(|input| names(&input.real)).collect();
    let folder = |index: usize, length: usize| {
        let parts = parts.get(index).map(Vec::as_slice).unwrap_or_default();
        parts.get(parts.len().saturating_sub(length)..).unwrap_or_default().join("/")
    };
    let mut lengths = vec![1; inputs.len()];
    loop {
        let current: Vec<String> = lengths.iter().enumerate().map(|(index, length)| folder(index, *length)).collect();
        let mut grew = false;
        for (index, length) in lengths.iter_mut().enumerate() {
            let own = current.get(index);
            let is_shared = current.iter().filter(|other| Some(*other) == own).count() > 1;
            if is_shared && *length < parts.get(index).map_or(0, Vec::len) {
                *length += 1;
                grew = true;
            }
        }
        if !grew {
            return current;
        }
    }
}

fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<String> = path
        .components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(text(name)),
            _ => None,
        })
        .collect();
    if names.is_empty() {
        names.push("root".to_owned());
    }
    names
}

fn text(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders_of(paths: &[&str]) -> Vec<String> {
        let inputs: Vec<Input> = paths.iter().map(|path| Input { typed: path.into(), real: path.into() }).collect();
        folders(&inputs)
    }

    #[test]
    fn a_path_gets_as_much_of_its_name_as_tells_it_apart() {
        assert_eq!(folders_of(&["/x/src", "/x/lib"]), ["src", "lib"]);
        assert_eq!(folders_of(&["/x/a/src", "/x/b/src", "/lib"]), ["a/src", "b/src", "lib"]);
        assert_eq!(folders_of(&["/x/b/src", "/x/a/src"]), ["b/src", "a/src"]);
        assert_eq!(folders_of(&["/src", "/x/src"]), ["src", "x/src"]);
        assert_eq!(folders_of(&["/", "/root"]), ["root", "root"]);
    }

    #[test]
    fn urls_are_paths_or_nothing() {
        let path = |text: &str| without_scheme(Path::new(text));
        assert_eq!(path("./src").unwrap(), PathBuf::from("./src"));
        assert!(matches!(path("https://x/y"), Err(SourceError::UnsupportedUrl { .. })));
        assert!(matches!(path("file://src"), Err(SourceError::UnsupportedUrl { .. })));
        #[cfg(unix)]
        assert_eq!(path("file:///a%20b/src").unwrap(), PathBuf::from("/a b/src"));
    }
}
