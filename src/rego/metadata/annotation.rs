//! An annotation: what a METADATA block says, its values checked.

use super::fields::Fields;
use super::link::normalised;
use super::quote::quoted;
use super::terms::{Reference, Shape, Terms};
use super::value::Value;
use std::collections::BTreeMap;

/// What a METADATA block says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Annotation {
    /// `rule`, `document`, `package`, `subpackages`; empty until it is known what the block stands above.
    pub scope: String,
    /// `title`
    pub title: String,
    /// `entrypoint`
    pub entrypoint: bool,
    /// `description`
    pub description: String,
    /// `organizations`
    pub organizations: Vec<String>,
    /// `related_resources`
    pub related_resources: Vec<RelatedResource>,
    /// `authors`
    pub authors: Vec<Author>,
    /// `schemas`
    pub schemas: Vec<Schema>,
    /// `compile`
    pub compile: Option<Compile>,
    /// `custom`
    pub custom: BTreeMap<String, Value>,
    /// `labels`
    pub labels: BTreeMap<String, Value>,
    /// Where the block begins.
    pub place: Place,
    /// Where its last line is.
    pub end: Place,
    /// The block, every line behind `# `.
    pub text: String,
    /// The statement it belongs to, by its place among those given to [`attach`](super::attach).
    pub target: Option<usize>,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The row, counted from 1.
    pub row: u32,
    /// The column in code points, counted from 1.
    pub column: u32,
    /// The byte.
    pub offset: u32,
}

/// Who wrote something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The name; may be empty when there is an address.
    pub name: String,
    /// The address; may be empty.
    pub email: String,
}

/// Where more is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedResource {
    /// The address, as Go writes it.
    pub reference: String,
    /// What is there; may be empty.
    pub description: String,
}

/// The schema of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The document.
    pub path: Reference,
    /// Its schema.
    pub schema: SchemaSource,
}

/// Where a schema is.
#[derive(Debug, Clone, PartialEq)]
pub enum SchemaSource {
    /// A name below `schema`.
    Named(Reference),
    /// In the annotation itself.
    Inline(BTreeMap<String, Value>),
}

/// How a policy is compiled to filters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compile {
    /// What is unknown; an element that is no text has no ref.
    pub unknowns: Vec<Option<Reference>>,
    /// The rule that masks columns.
    pub mask_rule: Option<Reference>,
}

/// Checks the values of a block, in OPA's order.
pub(super) fn annotation(fields: Fields, terms: &dyn Terms) -> Result<Annotation, String> {
    let mut related_resources = Vec::with_capacity(fields.related_resources.len());
    for mut value in fields.related_resources {
        let resource = related_resource(&mut value);
        let told = |why| format!("invalid related-resource definition {}: {why}", value.shown());
        related_resources.push(resource.map_err(told)?);
    }
    let compile = fields.compile.map(|compile| compile_of(&compile, terms)).transpose()?;
    let schemas = fields.schemas.into_iter().map(|schema| schema_of(schema, terms)).collect::<Result<_, _>>()?;
    let mut authors = Vec::with_capacity(fields.authors.len());
    for mut value in fields.authors {
        let author = author(&mut value);
        let told = |why| format!("invalid author definition {}: {why}", value.shown());
        authors.push(author.map_err(told)?);
    }
    Ok(Annotation {
        scope: fields.scope,
        title: fields.title,
        entrypoint: fields.entrypoint,
        description: fields.description,
        organizations: fields.organizations,
        related_resources,
        authors,
        schemas,
        compile,
        custom: members(fields.custom)?,
        labels: members(fields.labels)?,
        ..Annotation::default()
    })
}

fn members(map: Option<BTreeMap<String, Value>>) -> Result<BTreeMap<String, Value>, String> {
    let mut map = map.unwrap_or_default();
    for value in map.values_mut() {
        text_keys(value, &mut Vec::new())?;
    }
    Ok(map)
}

/// Gives maps text keys. OPA looks into lists and into maps with other keys, but not into maps that have text keys.
///
/// Where that fails, what stood in a list becomes null, as it does in the value OPA then shows.
fn text_keys(value: &mut Value, path: &mut Vec<String>) -> Result<(), String> {
    match value {
        Value::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                path.push(index.to_string());
                text_keys(item, path).inspect_err(|_| *item = Value::Null)?;
                path.pop();
            }
        }
        Value::MixedMap(members) => {
            if members.iter().any(|(key, _)| !matches!(key, Value::Text(_))) {
                return Err(format!("invalid map key type(s): {}", path.join("/")));
            }
            for (key, member) in members.iter_mut() {
                let Value::Text(key) = key else { continue };
                path.push(key.clone());
                text_keys(member, path)?;
                path.pop();
            }
            let text_key = |(key, member)| match key {
                Value::Text(key) => Some((key, member)),
                _ => None,
            };
            *value = Value::Map(std::mem::take(members).into_iter().filter_map(text_key).collect());
        }
        _ => {}
    }
    Ok(())
}

fn field(map: &BTreeMap<String, Value>, name: &str) -> String {
    match map.get(name) {
        Some(Value::Text(text)) => text.trim().to_owned(),
        _ => String::new(),
    }
}

fn related_resource(value: &mut Value) -> Result<RelatedResource, String> {
    text_keys(value, &mut Vec::new())?;
    match value {
        Value::Text(text) if text.is_empty() => Err("ref URL may not be empty string".to_owned()),
        Value::Text(text) => Ok(RelatedResource { reference: normalised(text)?, description: String::new() }),
        Value::Map(map) => {
            let (description, reference) = (field(map, "description"), field(map, "ref"));
            if reference.is_empty() {
                return Err("'ref' value required in object".to_owned());
            }
            Ok(RelatedResource { reference: normalised(&reference)?, description })
        }
        _ => Err("invalid value type, must be string or map".to_owned()),
    }
}

fn author(value: &mut Value) -> Result<Author, String> {
    text_keys(value, &mut Vec::new())?;
    match value {
        Value::Text(text) => {
            let mut words: Vec<_> = text.split_whitespace().collect();
            let Some(last) = words.last() else { return Err("author is an empty string".to_owned()) };
            let email = last.strip_prefix('<').and_then(|last| last.strip_suffix('>')).map(str::to_owned);
            if email.is_some() {
                words.pop();
            }
            Ok(Author { name: words.join(" "), email: email.unwrap_or_default() })
        }
        Value::Map(map) => {
            let author = Author { name: field(map, "name"), email: field(map, "email") };
            if author.name.is_empty() && author.email.is_empty() {
                return Err("'name' and/or 'email' values required in object".to_owned());
            }
            Ok(author)
        }
        _ => Err("invalid value type, must be string or map".to_owned()),
    }
}

fn reference(text: &str, terms: &dyn Terms) -> Result<Reference, String> {
    let term = terms.read(text).map_err(|why| format!("failed to parse ref: {why}"))?;
    match term.shape {
        Shape::Reference => Ok(term.parts),
        _ => Err(format!("expected ref but got {}", term.text)),
    }
}

fn compile_of(compile: &BTreeMap<String, Value>, terms: &dyn Terms) -> Result<Compile, String> {
    let mut result = Compile::default();
    if let Some(Value::List(unknowns)) = compile.get("unknowns") {
        for unknown in unknowns {
            result.unknowns.push(match unknown {
                Value::Text(text) => Some(
                    reference(text, terms)
                        .map_err(|why| format!("invalid unknowns element {}: {why}", quoted(text)))?,
                ),
                _ => None,
            });
        }
    }
    if let Some(Value::Text(mask)) = compile.get("mask_rule") {
        let term = terms.read(mask).map_err(|why| format!("invalid mask_rule annotation {}: {why}", quoted(mask)))?;
        result.mask_rule = match term.shape {
            Shape::Variable | Shape::String | Shape::Reference => Some(term.parts),
            Shape::Other => return Err(format!("invalid mask_rule annotation type {}: string", quoted(mask))),
        };
    }
    Ok(result)
}

fn schema_of(pair: BTreeMap<String, Value>, terms: &dyn Terms) -> Result<Schema, String> {
    // OPA takes any one pair of the map.
    let (path_text, value) = pair.into_iter().next().unwrap_or((String::new(), Value::Null));
    let path = reference(&path_text, terms).map_err(|_| "invalid document reference".to_owned())?;
    let schema = match value {
        Value::Text(text) => match terms.read(&text) {
            Ok(term)
                if term.parts.begins_with("schema") && matches!(term.shape, Shape::Variable | Shape::Reference) =>
            {
                SchemaSource::Named(term.parts)
            }
            _ => return Err("invalid schema reference".to_owned()),
        },
        Value::Map(map) => SchemaSource::Inline(map),
        _ => return Err(format!("invalid schema declaration for path {}", quoted(&path_text))),
    };
    Ok(Schema { path, schema })
}
