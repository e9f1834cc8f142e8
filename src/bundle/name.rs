//! The names of the files in a bundle: which ones are taken, in the one form they are kept.

/// How many bytes a name may have.
pub const NAME_LIMIT: usize = 1024;

/// How many parts between slashes a name may have.
pub const PART_LIMIT: usize = 64;

/// Why a name is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Nothing is left of it.
    #[error("it is empty")]
    Empty,
    /// It climbs out of its folder.
    #[error("it has a part '..'")]
    Parent,
    /// It has a byte that a terminal or a file system may act on.
    #[error("it has a control character")]
    Control,
    /// It is no text.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// It is longer than [`NAME_LIMIT`].
    #[error("it is longer than {NAME_LIMIT} bytes")]
    TooLong,
    /// It has more parts than [`PART_LIMIT`].
    #[error("it is more than {PART_LIMIT} folders deep")]
    TooDeep,
}

/// Checks the name of an archive entry or of a file in a folder, and gives it with one slash in front and between its
/// parts: `./a//b.rego` is `/a/b.rego`.
///
/// Backslashes stay: bundles made on Windows have them, and no name is ever joined to a path on disk.
///
/// # Errors
/// What is wrong with the name.
pub fn clean(name: &[u8]) -> Result<String, NameFault> {
    if name.len() > NAME_LIMIT {
        return Err(NameFault::TooLong);
    }
    let text = std::str::from_utf8(name).map_err(|_| NameFault::NotUtf8)?;
    if text.chars().any(char::is_control) {
        return Err(NameFault::Control);
    }
    if text.split(['/', '\\']).any(|part| part == "..") {
        return Err(NameFault::Parent);
    }
    let mut clean = String::with_capacity(text.len() + 1);
    let mut parts = 0;
    for part in text.split('/').filter(|part| !part.is_empty() && *part != ".") {
        parts += 1;
        clean.push('/');
        clean.push_str(part);
    }
    match parts {
        0 => Err(NameFault::Empty),
        1..=PART_LIMIT => Ok(clean),
        _ => Err(NameFault::TooDeep),
    }
}

/// The keys under which OPA puts the data of the file at a clean path: its folders, less the dots and slashes in front.
pub(super) fn data_keys(path: &str) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).trim_start_matches(['/', '.']);
    if folder.is_empty() { Vec::new() } else { folder.split('/').map(str::to_owned).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_get_one_form() {
        for (name, wanted) in [
            ("a.rego", "/a.rego"),
            ("/a.rego", "/a.rego"),
            ("./a/./b//c.rego", "/a/b/c.rego"),
            ("//a", "/a"),
            ("/a/.hidden/...rego", "/a/.hidden/...rego"),
            ("/src\\policies\\a.rego", "/src\\policies\\a.rego"),
            ("/é .rego", "/é .rego"),
        ] {
            assert_eq!(clean(name.as_bytes()).unwrap(), wanted);
        }
    }

    #[test]
    fn names_that_could_harm_are_refused() {
        let long = "a".repeat(NAME_LIMIT + 1);
        let deep = "a/".repeat(PART_LIMIT + 1);
        for (name, fault) in [
            (&b""[..], NameFault::Empty),
            (b"/", NameFault::Empty),
            (b"./.", NameFault::Empty),
            (b"../a", NameFault::Parent),
            (b"/a/../b", NameFault::Parent),
            (b"a\\..\\b", NameFault::Parent),
            (b"a\0b", NameFault::Control),
            (b"a\x1b[2Jb", NameFault::Control),
            (b"a\nb", NameFault::Control),
            ("a\u{9b}b".as_bytes(), NameFault::Control),
            (b"a\xff", NameFault::NotUtf8),
            (long.as_bytes(), NameFault::TooLong),
            (deep.as_bytes(), NameFault::TooDeep),
        ] {
            assert_eq!(clean(name), Err(fault), "{}", String::from_utf8_lossy(name));
        }
    }

    #[test]
    fn data_lands_under_its_folders() {
        assert!(data_keys("/data.json").is_empty());
        assert_eq!(data_keys("/a/b.c/data.json"), ["a", "b.c"]);
        assert_eq!(data_keys("/.a/.b/data.json"), ["a", ".b"]);
        assert_eq!(data_keys("/..c/data.json"), ["c"]);
    }
}
