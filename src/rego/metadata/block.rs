//! METADATA blocks among the comments of a module.

use super::annotation::{Annotation, Place, annotation};
use super::fields::{Fields, fields};
use super::quote::quoted_character;
use super::terms::Terms;
use super::yaml::parse;
use std::borrow::Cow;

/// A comment, in the order of the text.
#[derive(Debug, Clone)]
pub struct Comment<'text> {
    /// What stands behind `#`.
    pub text: Cow<'text, str>,
    /// Where the `#` is.
    pub place: Place,
}

/// What is wrong with a METADATA block. Its code is `rego_parse_error`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataError {
    /// OPA's text.
    pub message: String,
    /// The place OPA names: for YAML that does not read, one line below the line at fault, if the block has one.
    pub place: Place,
}

impl Comment<'_> {
    /// Whether a METADATA block begins here: at the beginning of a line, with whatever follows the word.
    #[must_use]
    pub fn begins_block(&self) -> bool {
        self.place.column == 1 && self.text.trim().starts_with("METADATA")
    }

    /// Whether it goes on with the block the comment before it belongs to.
    fn continues(&self, before: &Self) -> bool {
        self.place.column == 1 && self.place.row == before.place.row + 1 && !self.begins_block()
    }
}

/// Reads the METADATA blocks among comments.
///
/// OPA tells these errors behind those of its parser, with the line in the details, even if there are some, but before
/// the checks of a whole module.
#[must_use]
pub fn read(comments: &[Comment<'_>], terms: &dyn Terms) -> (Vec<Annotation>, Vec<MetadataError>) {
    let (mut annotations, mut errors) = (Vec::new(), Vec::new());
    let mut rest = comments;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        if !first.begins_block() {
            continue;
        }
        let mut last = first;
        let length = behind
            .iter()
            .take_while(|comment| {
                let continues = comment.continues(last);
                last = comment;
                continues
            })
            .count();
        let (block, behind) = behind.split_at(length);
        rest = behind;
        match block_annotation(first, block, terms) {
            Ok(annotation) => annotations.push(annotation),
            Err(error) => errors.push(error),
        }
    }
    (annotations, errors)
}

fn block_annotation(
    first: &Comment<'_>,
    block: &[Comment<'_>],
    terms: &dyn Terms,
) -> Result<Annotation, MetadataError> {
    let lines = || block.iter().map(|comment| comment.text.strip_prefix(' ').unwrap_or(&comment.text));
    let at_first = |message: String| MetadataError { message, place: first.place };
    let mut text = String::with_capacity(block.iter().map(|comment| comment.text.len() + 1).sum());
    for line in lines() {
        text.push_str(line);
        text.push('\n');
    }
    if text.trim().is_empty() {
        return Err(at_first("expected METADATA block, found whitespace".to_owned()));
    }
    let fields = match parse(&text).and_then(|document| document.map_or(Ok(Fields::default()), |it| fields(&it))) {
        Ok(fields) => fields,
        Err(failure) => {
            let place = place_of(&failure.0, block).unwrap_or(first.place);
            return Err(MetadataError { message: with_hints(format!("yaml: {}", failure.0), block), place });
        }
    };
    let mut annotation = annotation(fields, terms).map_err(at_first)?;
    annotation.place = first.place;
    annotation.end = block.last().unwrap_or(first).place;
    annotation.text = String::with_capacity(text.len() + 2 * block.len() + 10);
    annotation.text.push_str("# METADATA");
    for line in lines() {
        annotation.text.push_str("\n# ");
        annotation.text.push_str(line);
    }
    Ok(annotation)
}

/// The comment OPA blames. It takes the library's line for a number counted from 0.
fn place_of(message: &str, block: &[Comment<'_>]) -> Option<Place> {
    let numbered = message.strip_prefix("unmarshal errors:\n  ").unwrap_or(message).strip_prefix("line ");
    let number = numbered.and_then(|text| text.split_once(':')).and_then(|(number, _)| number.parse::<usize>().ok());
    let comment = match number {
        Some(line) => block.get(line).or(block.last()),
        None => block.first(),
    };
    comment.map(|comment| comment.place)
}

/// OPA's guess at what went wrong: a colon that no blank follows.
fn with_hints(mut message: String, block: &[Comment<'_>]) -> String {
    for comment in block {
        let mut parts = comment.text.split(':').skip(1).peekable();
        let mut symbols = Vec::new();
        while let Some(part) = parts.next() {
            if part.is_empty() && parts.peek().is_none() {
                break;
            }
            match part.chars().next() {
                Some(' ' | '\t') => break,
                symbol => symbols.push(quoted_character(symbol.unwrap_or(char::REPLACEMENT_CHARACTER))),
            }
        }
        if !symbols.is_empty() {
            message.push_str(&format!(
                "\n  Hint: on line {}, symbol(s) [{}] immediately following a key/value separator ':' is not a legal \
                 yaml space character",
                comment.place.row,
                symbols.join(" ")
            ));
        }
    }
    message
}
