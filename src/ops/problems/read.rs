//! Reading modules into their trees, each once.

use super::excerpt::{Piece, glimpse, row_of};
use super::{Clue, Excerpt, Problem};
use crate::ops::names::distance;
use crate::rego::check::parallel;
use crate::rego::syntax::{Module, Options, ParseError, RegoVersion, parse};
use serde_json::json;

/// The words a statement or literal may begin with.
const KEYWORDS: [&str; 15] = [
    "package", "import", "default", "some", "every", "not", "contains", "else", "with", "if", "in", "as", "true",
    "false", "null",
];

/// A module that is to be read.
#[derive(Debug, Clone)]
pub(in crate::ops) struct Text<'a> {
    /// What messages call it.
    pub file: &'a str,
    /// Its text.
    pub bytes: &'a [u8],
    /// The version it is read as.
    pub version: RegoVersion,
}

/// The trees of texts, in their order. Texts are read on as many threads as there are processors. `options` gives how a
/// version is read.
///
/// # Errors
/// What is wrong with the texts that are no modules, in the order of the texts; that of one as the reader finds it.
pub(in crate::ops) fn read(
    texts: &[Text<'_>],
    options: impl Fn(RegoVersion) -> Options + Sync,
) -> Result<Vec<Module>, Vec<Problem>> {
    let done = parallel(texts.iter().collect(), |text| {
        parse(text.bytes, text.file, &options(text.version)).map_err(|errors| of_module(text, errors))
    });
    let (mut modules, mut problems) = (Vec::with_capacity(done.len()), Vec::new());
    for outcome in done {
        match outcome {
            Ok(module) => modules.push(module),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(modules) } else { Err(problems) }
}

/// The problems of a text that is no module.
pub(in crate::ops) fn of_module(text: &Text<'_>, errors: Vec<ParseError>) -> Vec<Problem> {
    let since_v1 = !matches!(text.version, RegoVersion::V0);
    let reads_as_v0 = since_v1 && parse(text.bytes, text.file, &Options::new(RegoVersion::V0)).is_ok();
    errors.into_iter().map(|error| problem(text, error, reads_as_v0)).collect()
}

fn problem(text: &Text<'_>, error: ParseError, reads_as_v0: bool) -> Problem {
    let at = (error.offset as usize).min(text.bytes.len());
    let piece = Piece { at, length: error.length as usize, label: None };
    let has_line = error.row > 0 && !text.bytes.is_empty();
    let row = |at| row_of(text.bytes, at);
    let excerpt = Excerpt::of(text.file, text.bytes, &[piece], row).filter(|_| has_line);
    let lines = match &excerpt {
        None if has_line => glimpse(text.bytes, at).map_or_else(Vec::new, Vec::from),
        _ => Vec::new(),
    };
    Problem {
        code: Some(ParseError::CODE),
        message: error.message,
        file: Some(text.file.to_owned()),
        place: error.placed.then_some((error.row, error.column)),
        details: error.details.map(|details| json!({ "line": details.line, "idx": details.index })),
        lines,
        excerpts: excerpt.into_iter().collect(),
        clue: Clue {
            reads_as_v0,
            is_v0: text.version == RegoVersion::V0,
            near_keyword: near_keyword(text.bytes.get(at..)),
            near_names: Vec::new(),
        },
    }
}

/// The keyword that the word a text begins with is one or two slips away from.
fn near_keyword(rest: Option<&[u8]>) -> Option<&'static str> {
    let rest = rest?;
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let word = std::str::from_utf8(rest.get(..length.min(20))?).ok()?;
    let near = |keyword: &&&str| {
        word.len() > 3 && word != **keyword && distance(word, keyword) <= if word.len() > 5 { 2 } else { 1 }
    };
    KEYWORDS.iter().find(near).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Problem> {
        let module = Text { file: "a.rego", bytes: text.as_bytes(), version: RegoVersion::V1 };
        read(&[module], Options::new).unwrap_err()
    }

    #[test]
    fn a_problem_shows_its_line_and_marks_the_word() {
        let excerpt = found("package a\n\nallow := )\n")[0].excerpts[0].clone();
        let (line, mark) = (&excerpt.lines[0], &excerpt.marks[0]);
        assert_eq!((line.row, line.text.as_str(), &line.text[mark.bytes.clone()]), (3, "allow := )", ")"));
    }

    #[test]
    fn rego_of_before_opa_1_is_told() {
        assert!(found("package a\n\nallow { input.x }\n")[0].clue.reads_as_v0);
        assert!(!found("package a\n\nallow := )\n")[0].clue.reads_as_v0);
    }

    #[test]
    fn a_slip_in_a_keyword_is_told() {
        assert_eq!(found("package a\n\ndefualt allow := false\n")[0].clue.near_keyword, Some("default"));
    }

    #[test]
    fn a_long_line_is_shown_in_part() {
        let problems = found(&format!("package a\n\nx := [{}1 )\n", "1, ".repeat(100_000)));
        assert!(problems[0].excerpts.is_empty());
        assert_eq!((problems[0].lines.len(), problems[0].lines[0].ends_with("1, 1 )")), (2, true));
    }

    #[test]
    fn trees_come_in_the_order_of_the_texts() {
        let names: Vec<String> = (0..50).map(|number| format!("{number}.rego")).collect();
        let text = |file| Text { file, bytes: b"package a", version: RegoVersion::V1 };
        let texts: Vec<Text<'_>> = names.iter().map(|name| text(name)).collect();
        let modules = read(&texts, Options::new).unwrap();
        assert!(modules.iter().map(|module| &module.file).eq(&names));
    }
}
