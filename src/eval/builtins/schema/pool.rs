//! The documents of a schema, by their identifiers, and what references in them mean.

use std::collections::{BTreeMap, HashMap};

use crate::eval::{Network, Value};

use super::super::text::quote;
use super::remote;

/// Which draft of JSON Schema a document follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    Four,
    Six,
    Seven,
    /// None is named: the newest, with what older drafts have otherwise.
    Any,
}

/// Why a document is not found.
#[derive(Debug)]
pub(super) enum Missing {
    /// It lies beyond the network, which is not allowed.
    Remote,
    /// There is none, as gojsonschema words it.
    Absent(String),
}

/// Documents by their identifiers; references within them are absolute.
#[derive(Default)]
pub(super) struct Pool<'n> {
    documents: HashMap<String, Value>,
    draft: Option<Draft>,
    /// Where documents are found that lie elsewhere.
    network: Option<&'n Network>,
}

/// The names below which keys are names of properties, not words of a schema.
const NAMED: [&str; 3] = ["properties", "dependencies", "patternProperties"];

impl<'n> Pool<'n> {
    /// A pool without documents.
    pub(super) fn new(network: Option<&'n Network>) -> Self {
        Self { network, ..Self::default() }
    }

    /// Takes in a schema, and the schemas in it that have identifiers.
    pub(super) fn add(&mut self, root: &Value) -> Result<(), String> {
        self.draft = draft_of(root)?;
        let root = self.absolute(root, "")?;
        self.documents.insert(String::new(), root);
        Ok(())
    }

    pub(super) fn root(&self) -> Option<Value> {
        self.documents.get("").cloned()
    }

    /// The draft that the schema names.
    pub(super) fn draft(&self) -> Option<Draft> {
        self.draft
    }

    /// A copy in which references are absolute.
    fn absolute(&mut self, document: &Value, base: &str) -> Result<Value, String> {
        let fields = match document {
            Value::Array(items) => {
                let items: Result<Vec<Value>, String> = items.iter().map(|item| self.absolute(item, base)).collect();
                return items.map(Value::from);
            }
            Value::Object(fields) => fields,
            other => return Ok(other.clone()),
        };
        let identifier = fields.get(&"id".into()).or_else(|| fields.get(&"$id".into()));
        let named = match identifier {
            Some(Value::String(identifier)) => Some(resolved(base, identifier)),
            _ => None,
        };
        let base = named.as_deref().unwrap_or(base);
        if let Some(name) = &named {
            if self.documents.contains_key(name) {
                return Err(format!("Reference already exists: {}", quote(name)));
            }
            self.documents.insert(name.clone(), Value::Null);
        }
        let mut copied = BTreeMap::new();
        for (key, value) in fields.iter() {
            let word = key.as_string().map(ToOwned::to_owned).unwrap_or_default();
            let value = match (word.as_str(), value) {
                ("$ref", Value::String(reference)) => resolved(base, reference).into(),
                ("const" | "enum", _) => value.clone(),
                (word, Value::Object(named)) if NAMED.contains(&word) => {
                    let mut children = BTreeMap::new();
                    for (name, child) in named.iter() {
                        children.insert(name.clone(), self.absolute(child, base)?);
                    }
                    children.into()
                }
                (word, _) if NAMED.contains(&word) => value.clone(),
                _ => self.absolute(value, base)?,
            };
            copied.insert(key.clone(), value);
        }
        let copied = Value::from(copied);
        if let Some(name) = named {
            self.documents.insert(name, copied.clone());
        }
        Ok(copied)
    }

    /// What an absolute reference means.
    pub(super) fn get(&mut self, reference: &str) -> Result<Value, Missing> {
        if let Some(document) = self.documents.get(reference) {
            return Ok(document.clone());
        }
        let (name, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if !self.documents.contains_key(name) {
            if name.split_once("://").is_none_or(|(_, host)| host.is_empty()) {
                return Err(Missing::Absent(format!("Reference {reference} must be canonical")));
            }
            let document = remote::load(name, self.network.ok_or(Missing::Remote)?).map_err(Missing::Absent)?;
            let document = self.absolute(&document, name).map_err(Missing::Absent)?;
            let _ = self.documents.insert(name.to_owned(), document);
        }
        let Some(document) = self.documents.get(name) else { return Err(Missing::Remote) };
        pointed(document, &decoded(fragment)).map_err(Missing::Absent)
    }
}

/// The draft that a document's `$schema` names, where it is a known one.
fn draft_of(document: &Value) -> Result<Option<Draft>, String> {
    let Value::Object(fields) = document else {
        return if matches!(document, Value::Bool(_)) { Ok(None) } else { Err("schema is invalid".to_owned()) };
    };
    match fields.get(&"$schema".into()) {
        None => Ok(None),
        Some(Value::String(name)) => Ok(match name.strip_suffix('#').unwrap_or(name) {
            "http://json-schema.org/draft-04/schema" => Some(Draft::Four),
            "http://json-schema.org/draft-06/schema" => Some(Draft::Six),
            "http://json-schema.org/draft-07/schema" => Some(Draft::Seven),
            _ => None,
        }),
        Some(_) => Err("$schema must be of type string".to_owned()),
    }
}

/// A reference seen from a document.
fn resolved(base: &str, reference: &str) -> String {
    let base = base.split('#').next().unwrap_or_default();
    let reference = reference.strip_suffix('#').unwrap_or(reference);
    if reference.is_empty() || reference.starts_with('#') {
        return format!("{base}{reference}");
    }
    if let Ok(address) = url::Url::parse(base).and_then(|base| base.join(reference)) {
        return address.to_string();
    }
    if url::Url::parse(reference).is_ok() || reference.starts_with('/') {
        return reference.to_owned();
    }
    format!("/{reference}")
}

fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *byte == b'%') {
            Some(code) => {
                bytes.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The part of a document that a JSON pointer names; all of it where the pointer is none.
fn pointed(document: &Value, pointer: &str) -> Result<Value, String> {
    let Some(pointer) = pointer.strip_prefix('/') else { return Ok(document.clone()) };
    let mut part = document;
    for token in pointer.split('/') {
        part = match part {
            Value::Object(fields) => {
                let key = token.replace("~1", "/").replace("~0", "~");
                fields.get(&key.as_str().into()).ok_or_else(|| format!("Object has no key '{key}'"))?
            }
            Value::Array(items) => {
                let place: i64 = token.parse().map_err(|_| format!("Invalid array index '{token}'"))?;
                usize::try_from(place)
                    .ok()
                    .and_then(|place| items.get(place))
                    .ok_or_else(|| format!("Out of bound array[0,{}] index '{place}'", items.len()))?
            }
            _ => return Err(format!("Invalid token reference '{token}'")),
        };
    }
    Ok(part.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_seen_from_their_document() {
        assert_eq!(resolved("", "#/definitions/a"), "#/definitions/a");
        assert_eq!(resolved("http://a.b/c#d", "e.json#/f"), "http://a.b/e.json#/f");
        assert_eq!(resolved("", "x.json"), "/x.json");
        assert_eq!(resolved("http://a.b/c", "#"), "http://a.b/c");
    }
}
