//! YAML as go-yaml v3 reads it, error texts and line numbers included.
//!
//! A parser that takes the same texts is not enough here: OPA shows what the library says, places it by the line the
//! library names, and the library finds errors in an order of its own, for it looks three tokens ahead.

mod collection;
mod cursor;
mod failure;
mod gap;
mod key;
mod lines;
mod name;
mod node;
mod parser;
mod resolve;
mod scalar;
mod scanner;
mod text_block;
mod timestamp;
mod token;

pub(super) use failure::{Failure, Outcome};
pub(super) use node::{Content, Document, Node};
pub(super) use resolve::{Scalar, resolve};
pub(super) use timestamp::Timestamp;

/// How deep the values of an annotation may stand in each other, aliases followed. The library itself has no limit but
/// 10,000 brackets and 10,000 blocks.
pub(super) const DEPTH_LIMIT: usize = 250;

/// Reads the first document of a text; what follows it is not looked at.
pub(super) fn parse(text: &str) -> Outcome<Option<Document<'_>>> {
    if let Some(document) = lines::document(text) {
        return Ok(Some(document));
    }
    parser::Parser::new(text).document()
}

/// What is wrong with a text as a stream of documents.
pub(super) fn fault(text: &str) -> Option<Failure> {
    parser::Parser::new(text).stream().err()
}

pub(super) fn too_deep() -> Failure {
    Failure(format!("exceeded max depth of {DEPTH_LIMIT}"))
}

/// Bytes as text, each that is not UTF-8 as U+FFFD.
pub(super) fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n(char::REPLACEMENT_CHARACTER, chunk.invalid().len()));
    }
    text
}
