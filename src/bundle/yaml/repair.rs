//! Places where the parser keeps to the letter of YAML 1.2 and OPA's library does not: made such that both read the same.
//!
//! OPA takes lines of any indentation inside brackets and quotes, a tab behind the colon of a key, and a comment right behind
//! a bracket. Blanks at these places mean nothing, so the text is given the blanks that the parser asks for.

use saphyr_parser::ScanError;
use std::collections::HashSet;

/// How many bytes may be parsed anew for the sake of repairs.
const EFFORT: usize = 64 * 1024 * 1024;

/// Enough to stand deeper than any block around it.
const INDENT: usize = 256;

/// What was repaired so far.
#[derive(Default)]
pub(super) struct Repairs {
    /// Lines that were indented.
    lines: HashSet<usize>,
    effort: usize,
}

impl Repairs {
    /// The text with the place of an error repaired; none where the error is one for OPA too.
    pub fn repair(&mut self, text: &str, error: &ScanError) -> Option<String> {
        self.effort = self.effort.saturating_add(text.len());
        if self.effort > EFFORT {
            return None;
        }
        let line = error.marker().line();
        match error.info() {
            "invalid indentation in quoted scalar" => self.indent(text, line + 1),
            info if info.starts_with("invalid indentation") => self.indent(text, line),
            "':' must be followed by a valid YAML whitespace" => {
                let start = start_of(text, line)?;
                let at = start + text.get(start..)?.find(":\t")? + 1;
                Some(format!("{} {}", text.get(..at)?, text.get(at + 1..)?))
            }
            "comments must be separated from other tokens by whitespace" => {
                let start = start_of(text, line)?;
                let rest = text.get(start..)?;
                let (at, _) = rest.match_indices('#').find(|(at, _)| rest.get(..*at).is_some_and(is_behind_bracket))?;
                Some(format!("{} {}", text.get(..start + at)?, text.get(start + at..)?))
            }
            _ => None,
        }
    }

    /// Indents the first line from `line` on that was not indented yet.
    fn indent(&mut self, text: &str, line: usize) -> Option<String> {
        let line = (line..).find(|line| !self.lines.contains(line))?;
        let start = start_of(text, line)?;
        self.lines.insert(line);
        Some(format!("{}{:INDENT$}{}", text.get(..start)?, "", text.get(start..)?))
    }
}

fn is_behind_bracket(before: &str) -> bool {
    before.ends_with([']', '}', '"', '\''])
}

/// The offset of a line, counted from 1.
fn start_of(text: &str, line: usize) -> Option<usize> {
    if line <= 1 {
        return Some(0);
    }
    text.match_indices('\n').nth(line - 2).map(|(at, _)| at + 1)
}
