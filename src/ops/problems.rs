//! What is wrong with modules, and what people need to see of it.

use crate::rego::syntax::{Options, ParseError, RegoVersion, parse};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most bytes of a line that are shown.
const LINE_LIMIT: usize = 400;

/// The words a statement or literal may begin with.
const KEYWORDS: [&str; 15] = [
    "package", "import", "default", "some", "every", "not", "contains", "else", "with", "if", "in", "as", "true",
    "false", "null",
];

/// A module that is to be read.
#[derive(Debug, Clone)]
pub struct Text<'a> {
    /// What messages call it.
    pub file: &'a str,
    /// Its text.
    pub bytes: &'a [u8],
    /// The version it is read as.
    pub version: RegoVersion,
}

/// One error of one module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What messages call the module.
    pub file: String,
    /// The error, as OPA tells it.
    pub error: ParseError,
    /// The line it stands in.
    pub excerpt: Option<Excerpt>,
    /// Whether the module reads as Rego of before OPA 1.0.
    pub reads_as_v0: bool,
    /// The keyword that the word at fault comes near.
    pub near_keyword: Option<&'static str>,
}

/// A piece of the line an error stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line's number, counted from 1.
    pub row: u32,
    /// The line, or what of a long one is around the error.
    pub line: String,
    /// The bytes of the line that are at fault.
    pub marked: std::ops::Range<usize>,
}

/// The problems of modules, in the order of the modules; those of one module as the reader finds them. Modules are read
/// on as many threads as there are processors. `options` gives how a version is read.
#[must_use]
pub fn problems(modules: &[Text<'_>], options: impl Fn(RegoVersion) -> Options + Sync) -> Vec<Problem> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(modules.len().max(1));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        while let Some((place, module)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            modules.get(place).map(|module| (place, module))
        } {
            if let Err(errors) = parse(module.bytes, module.file, &options(module.version)) {
                found.push((place, of_module(module, errors)));
            }
        }
        found
    };
    let mut found = if threads == 1 {
        work()
    } else {
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
        })
    };
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().flat_map(|(_, problems)| problems).collect()
}

pub(super) fn of_module(module: &Text<'_>, errors: Vec<ParseError>) -> Vec<Problem> {
    let since_v1 = !matches!(module.version, RegoVersion::V0);
    let reads_as_v0 = since_v1 && parse(module.bytes, module.file, &Options::new(RegoVersion::V0)).is_ok();
    errors
        .into_iter()
        .map(|error| {
            let excerpt = excerpt(module.bytes, &error);
            let near_keyword = excerpt.as_ref().and_then(near_keyword);
            Problem { file: module.file.to_owned(), error, excerpt, reads_as_v0, near_keyword }
        })
        .collect()
}

fn excerpt(bytes: &[u8], error: &ParseError) -> Option<Excerpt> {
    if error.row == 0 {
        return None;
    }
    let at = (error.offset as usize).min(bytes.len());
    let start = bytes.get(..at)?.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let end = bytes.get(at..)?.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length);
    let from = start.max(at.saturating_sub(LINE_LIMIT / 2));
    let to = end.min(from + LINE_LIMIT);
    let before = String::from_utf8_lossy(bytes.get(from..at)?);
    let marked_end = (at + error.length as usize).clamp(at, to);
    let marked = String::from_utf8_lossy(bytes.get(at..marked_end)?);
    let after = String::from_utf8_lossy(bytes.get(marked_end..to)?);
    let line = format!("{before}{marked}{after}").trim_end_matches('\r').to_owned();
    let start = before.len().min(line.len());
    Some(Excerpt { row: error.row, marked: start..(start + marked.len()).min(line.len()), line })
}

/// The keyword that the word at fault is one or two slips away from.
fn near_keyword(excerpt: &Excerpt) -> Option<&'static str> {
    let rest = excerpt.line.get(excerpt.marked.start..)?;
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let word = rest.get(..length)?;
    let near = |keyword: &&&str| {
        word.len() > 3
            && word != **keyword
            && super::names::distance(word, keyword) <= if word.len() > 5 { 2 } else { 1 }
    };
    KEYWORDS.iter().find(near).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Problem> {
        let module = Text { file: "a.rego", bytes: text.as_bytes(), version: RegoVersion::V1 };
        problems(&[module], Options::new)
    }

    #[test]
    fn a_problem_shows_its_line_and_marks_the_word() {
        let problems = found("package a\n\nallow := )\n");
        let excerpt = problems[0].excerpt.clone().unwrap();
        assert_eq!((excerpt.row, excerpt.line.as_str(), &excerpt.line[excerpt.marked.clone()]), (3, "allow := )", ")"));
    }

    #[test]
    fn rego_of_before_opa_1_is_told() {
        assert!(found("package a\n\nallow { input.x }\n")[0].reads_as_v0);
        assert!(!found("package a\n\nallow := )\n")[0].reads_as_v0);
    }

    #[test]
    fn a_slip_in_a_keyword_is_told() {
        assert_eq!(found("package a\n\ndefualt allow := false\n")[0].near_keyword, Some("default"));
    }

    #[test]
    fn a_long_line_is_shown_in_part() {
        let problems = found(&format!("package a\n\nx := [{}1 )\n", "1, ".repeat(100_000)));
        let excerpt = problems[0].excerpt.clone().unwrap();
        assert!(excerpt.line.len() <= LINE_LIMIT && &excerpt.line[excerpt.marked] == ")");
    }
}
