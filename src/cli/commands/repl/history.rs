//! The file of what was typed: an object of JSON a line, as OPA keeps it.

use crate::files::{self, Access};
use serde::{Deserialize, Serialize};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// How many bytes the file has at most before older lines are dropped.
const LIMIT: u64 = 1 << 20;

/// When a line was typed that tells no time.
const UNKNOWN: &str = "0001-01-01T00:00:00Z";

/// What was typed, and when.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    #[serde(default)]
    datetime: String,
    block: String,
}

/// The file of what was typed.
#[derive(Debug)]
pub(super) struct History {
    path: Option<PathBuf>,
    last: Option<String>,
}

impl History {
    /// The file at a path, and what it has, the oldest first. None is no failure, and neither is one that cannot be read.
    pub(super) fn open(path: Option<PathBuf>) -> (Self, Vec<String>, Option<io::Error>) {
        let Some(file) = path.clone() else { return (Self { path: None, last: None }, Vec::new(), None) };
        match read(&file) {
            Ok(entries) => {
                let blocks: Vec<String> = entries.into_iter().map(|entry| entry.block).collect();
                (Self { path, last: blocks.last().cloned() }, blocks, None)
            }
            // Nothing is added to what cannot be read.
            Err(error) => (Self { path: None, last: None }, Vec::new(), Some(error)),
        }
    }

    /// Keeps what was typed: not what begins with a blank, nor what is there already as the last.
    pub(super) fn keep(&mut self, typed: &str) -> io::Result<()> {
        let block = typed.trim();
        if block.is_empty() || typed.starts_with(' ') || self.last.as_deref() == Some(block) {
            return Ok(());
        }
        self.last = Some(block.to_owned());
        let Some(path) = &self.path else { return Ok(()) };
        let entry = Entry { datetime: jiff::Timestamp::now().to_string(), block: block.to_owned() };
        let line = serde_json::to_string(&entry)? + "\n";
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = std::fs::OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        file.write_all(line.as_bytes())
    }
}

/// Reads a file, and writes it anew where it has lines of another form or is too long.
fn read(path: &Path) -> io::Result<Vec<Entry>> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let (mut entries, mut is_old) = (Vec::new(), false);
    for line in String::from_utf8_lossy(&bytes).lines().filter(|line| !line.trim().is_empty()) {
        entries.push(serde_json::from_str::<Entry>(line).unwrap_or_else(|_| {
            is_old = true;
            Entry { datetime: UNKNOWN.to_owned(), block: line.trim().to_owned() }
        }));
    }
    entries.retain(|entry| !entry.block.is_empty());
    if is_old || bytes.len() as u64 > LIMIT {
        let mut lines = Vec::new();
        let mut room = LIMIT / 2;
        for entry in entries.iter().rev() {
            let line = serde_json::to_string(entry)? + "\n";
            let Some(rest) = room.checked_sub(line.len() as u64) else { break };
            room = rest;
            lines.push(line);
        }
        entries.drain(..entries.len() - lines.len());
        lines.reverse();
        files::write(path, lines.concat().as_bytes(), Access::Private)?;
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/history");
        let (mut history, earlier, error) = History::open(Some(path.clone()));
        assert!(earlier.is_empty() && error.is_none());
        for typed in ["x := 1\n", "x := 1", " secret", "p if {\n  true\n}", "  "] {
            history.keep(typed).unwrap();
        }
        let (_, earlier, _) = History::open(Some(path.clone()));
        assert_eq!(earlier, ["x := 1", "p if {\n  true\n}"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn lines_of_the_older_form_are_taken_and_rewritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        std::fs::write(&path, "1 + 1\n\n{\"datetime\":\"2026-01-01T00:00:00Z\",\"block\":\"show\"}\n").unwrap();
        assert_eq!(History::open(Some(path.clone())).1, ["1 + 1", "show"]);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "{\"datetime\":\"0001-01-01T00:00:00Z\",\"block\":\"1 + 1\"}\n\
             {\"datetime\":\"2026-01-01T00:00:00Z\",\"block\":\"show\"}\n"
        );
    }

    #[test]
    fn a_file_that_is_too_long_loses_its_oldest_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let line = |number: usize| format!("{{\"datetime\":\"\",\"block\":\"{number} + {}\"}}\n", "1".repeat(1000));
        std::fs::write(&path, (0..1100).map(line).collect::<String>()).unwrap();
        let (_, earlier, _) = History::open(Some(path.clone()));
        assert!(
            earlier.len() < 600 && earlier.last().is_some_and(|last| last.starts_with("1099 ")),
            "{}",
            earlier.len()
        );
        assert!(std::fs::metadata(&path).unwrap().len() <= LIMIT / 2);
    }
}
