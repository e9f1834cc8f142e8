//! What real OPA said about METADATA, and what the module says.

use super::*;

/// Reads refs of names and indices, which is all the recorded cases hold.
pub(super) struct Refs;

impl Terms for Refs {
    fn read(&self, text: &str) -> Result<Term, String> {
        let part = |kind, value: String| Part { kind, value, row: 1, column: 1, text: String::new() };
        let is_name = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_alphabetic())
                && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        };
        if let Some(at) = text.find("..") {
            return Err(format!(
                "failed to parse term: 1 error occurred: 1:{}: rego_parse_error: unexpected . token: expected \
                 identifier\n\t{text}\n\t{:at$}^",
                at + 2,
                "",
                at = at + 1
            ));
        }
        let parts: Vec<_> = text.split(['.', '[']).collect();
        let shape = match parts.as_slice() {
            [name] if is_name(name) => Shape::Variable,
            [first, ..] if is_name(first) && parts.len() > 1 => Shape::Reference,
            _ => Shape::Other,
        };
        // `input` and `data` are refs alone.
        let shape = if matches!(text, "input" | "data") { Shape::Reference } else { shape };
        let parts = parts.iter().enumerate().map(|(index, name)| match index {
            0 => part("var", format!("\"{name}\"")),
            _ => part("string", format!("\"{}\"", name.trim_matches(['"', ']']))),
        });
        Ok(Term { shape, text: text.to_owned(), parts: Reference { parts: parts.collect() } })
    }
}

/// The comments and statements of a text whose statements begin at the beginning of a line.
pub(super) fn split(text: &str) -> (Vec<Comment<'_>>, Vec<Statement<'_>>) {
    let (mut comments, mut statements) = (Vec::new(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        let row = u32::try_from(index + 1).unwrap();
        let line = line.trim_end_matches('\r');
        if let Some(comment) = line.trim_start().strip_prefix('#') {
            let column = u32::try_from(line.len() - comment.len()).unwrap();
            comments.push(Comment { text: comment, place: Place { row, column, offset: 0 } });
            continue;
        }
        let word = line.split([' ', '(', '[', '.']).next().unwrap();
        let kind = match word {
            "" | "}" | "{" | "else" => continue,
            "package" => StatementKind::Package,
            "import" => StatementKind::Import,
            _ => StatementKind::Rule,
        };
        if !line.starts_with([' ', '\t']) {
            statements.push(Statement { kind, row, path: word });
        }
    }
    (comments, statements)
}

pub(super) fn errors(text: &str) -> Vec<(String, u32)> {
    let (comments, statements) = split(text);
    let (mut annotations, mut errors) = read(&comments, &Refs);
    if errors.is_empty() {
        errors = attach(&mut annotations, &statements);
    }
    errors.into_iter().map(|error| (error.message, error.place.row)).collect()
}

pub(super) fn json(text: &str) -> Result<String, JsonError> {
    let (comments, statements) = split(text);
    let (mut annotations, _) = read(&comments, &Refs);
    attach(&mut annotations, &statements);
    let mut output = String::from("[");
    for annotation in &annotations {
        output.push_str(if output.len() > 1 { "," } else { "" });
        annotation.write_json(&mut output, Locations::None)?;
    }
    output.push(']');
    Ok(output)
}

/// Cases with OPA's answer: errors, or the annotations as `opa parse` writes them.
const CASES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/metadata/cases.jsonl"));

#[derive(serde::Deserialize)]
struct Case {
    note: String,
    text: String,
    #[serde(default)]
    errors: Vec<(String, u32)>,
    annotations: Option<serde_json::Value>,
}

#[test]
fn blocks_read_as_they_do_in_opa() {
    let mut wrong = Vec::new();
    for line in CASES.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let found = errors(&case.text);
        if found != case.errors {
            wrong.push(format!("{}\n{}\nfound  {found:?}\nwanted {:?}", case.note, case.text, case.errors));
        }
        if let Some(wanted) = case.annotations {
            let found: serde_json::Value = serde_json::from_str(&json(&case.text).unwrap()).unwrap();
            if found != wanted {
                wrong.push(format!("{}\n{}\nfound  {found}\nwanted {wanted}", case.note, case.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}
