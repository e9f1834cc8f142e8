//! One file of a bundle, read by what its name says it is.

use super::error::{ContentFault, Unread};
use super::json::{Duplicates, Json, elements, members, normalise, normalise_first};
use super::kind::Kind;
use super::manifest::Manifest;
use super::{manifest_text, name, yaml};
use bytes::Bytes;

/// What a file holds.
#[derive(Debug)]
pub enum Content {
    /// The text of a module.
    Module(String),
    /// A data document.
    Data(Json),
    /// A manifest.
    Manifest(Box<Manifest>),
    /// A signature file with a list of signatures, as it is.
    Signatures(Bytes),
    /// A wasm module.
    Wasm(Bytes),
    /// A plan.
    Plan(Bytes),
    /// A kind of file that cannot be part of what this program writes, in words.
    Unsupported(&'static str),
    /// A file that has its place in other bundles and says nothing.
    Nothing,
}

/// A file's content, and the keys its objects repeat.
#[derive(Debug)]
pub struct Read {
    /// The content.
    pub content: Content,
    /// Keys that stand more than once in one object.
    pub duplicates: Duplicates,
}

/// Reads a file of the given kind that stands at a clean path in its bundle. Free of order: files may be read in parallel.
///
/// # Errors
/// What is wrong with the bytes.
pub fn read(kind: Kind, path: &str, bytes: Vec<u8>) -> Result<Read, Unread> {
    let content = match kind {
        Kind::Module => Content::Module(text(bytes)?),
        Kind::Wasm => Content::Wasm(bytes.into()),
        Kind::Plan => Content::Plan(bytes.into()),
        _ => {
            return match parsed(kind, path, &bytes) {
                Ok(Read { content: Content::Signatures(_), duplicates }) => {
                    Ok(Read { content: Content::Signatures(bytes.into()), duplicates })
                }
                Ok(read) => Ok(read),
                Err(fault) => Err(Unread { bytes, fault }),
            };
        }
    };
    Ok(Read { content, duplicates: Duplicates::default() })
}

/// Reads a file that is not taken as it is. Signatures are left to whoever has the bytes.
fn parsed(kind: Kind, path: &str, bytes: &[u8]) -> Result<Read, ContentFault> {
    let depth = || name::data_keys(path).len();
    let mut duplicates = Duplicates::default();
    let content = match kind {
        Kind::JsonData => {
            let read = normalise(bytes, depth())?;
            duplicates = read.duplicates;
            Content::Data(read.json)
        }
        Kind::YamlData => {
            let read = yaml::to_json(bytes, depth())?;
            duplicates = read.duplicates;
            Content::Data(read.json)
        }
        Kind::Manifest => {
            let (manifest, repeated) = manifest_text::read(bytes)?;
            duplicates = repeated;
            Content::Manifest(Box::new(manifest))
        }
        Kind::Signatures if list(bytes, "signatures")?.is_some() => Content::Signatures(Bytes::new()),
        Kind::ProtoPlan => Content::Unsupported("plans in protobuf"),
        Kind::ProtoManifest => Content::Unsupported("manifests in protobuf"),
        Kind::Patch if list(bytes, "data")?.is_some_and(|operations| operations > 0) => {
            Content::Unsupported("delta bundles")
        }
        _ => Content::Nothing,
    };
    Ok(Read { content, duplicates })
}

fn text(bytes: Vec<u8>) -> Result<String, Unread> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1;
        Unread { bytes: error.into_bytes(), fault: ContentFault::NotUtf8 { offset, line } }
    })
}

/// How many items the list in a field of a JSON object has; none where there is no such field.
fn list(bytes: &[u8], field: &str) -> Result<Option<usize>, ContentFault> {
    let json = normalise_first(bytes)?.json;
    if json.is_null() {
        return Ok(None);
    }
    let fields = members(&json).ok_or_else(|| ContentFault::shape("the file", "an object", &json))?;
    match fields.iter().rev().find(|(name, value)| name.eq_ignore_ascii_case(field) && !value.is_null()) {
        Some((_, value)) => {
            let items = elements(value).ok_or_else(|| ContentFault::shape(field, "a list", value))?;
            Ok(Some(items.len()))
        }
        None => Ok(None),
    }
}
