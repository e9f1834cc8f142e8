//! An annotation: what a METADATA block says, its values checked.

use super::decode::Fields;
use super::link::normalised;
use super::terms::{Reference, Shape, Terms};
use super::value::{Value, quoted};
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
    for value in fields.related_resources {
        let shown = value.shown();
        let resource =
            related_resource(value).map_err(|why| format!("invalid related-resource definition {shown}: {why}"))?;
        related_resources.push(resource);
    }
    let compile = fields.compile.map(|compile| compile_of(&compile, terms)).transpose()?;
    let schemas = fields.schemas.into_iter().map(|schema| schema_of(schema, terms)).collect::<Result<_, _>>()?;
    let mut authors = Vec::with_capacity(fields.authors.len());
    for value in fields.authors {
        let shown = value.shown();
        authors.push(author(value).map_err(|why| format!("invalid author definition {shown}: {why}"))?);
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
    let convert = |(key, value)| Ok((key, text_keys(value, &mut Vec::new())?));
    map.unwrap_or_default().into_iter().map(convert).collect()
}

/// Gives maps text keys. OPA looks into lists and into maps with other keys, but not into maps that have text keys.
fn text_keys(value: Value, path: &mut Vec<String>) -> Result<Value, String> {
    match value {
        Value::List(items) => {
            let mut list = Vec::with_capacity(items.len());
            for (index, item) in items.into_iter().enumerate() {
                path.push(index.to_string());
                list.push(text_keys(item, path)?);
                path.pop();
            }
            Ok(Value::List(list))
        }
        Value::MixedMap(members) => {
            let mut map = BTreeMap::new();
            for (key, value) in members {
                let Value::Text(key) = key else {
                    return Err(format!("invalid map key type(s): {}", path.join("/")));
                };
                path.push(key.clone());
                map.insert(key, text_keys(value, path)?);
                path.pop();
            }
            Ok(Value::Map(map))
        }
        other => Ok(other),
    }
}

fn field(map: &BTreeMap<String, Value>, name: &str) -> String {
    match map.get(name) {
        Some(Value::Text(text)) => text.trim().to_owned(),
        _ => String::new(),
    }
}

fn related_resource(value: Value) -> Result<RelatedResource, String> {
    match text_keys(value, &mut Vec::new())? {
        Value::Text(text) if text.is_empty() => Err("ref URL may not be empty string".to_owned()),
        Value::Text(text) => Ok(RelatedResource { reference: normalised(&text)?, description: String::new() }),
        Value::Map(map) => {
            let (description, reference) = (field(&map, "description"), field(&map, "ref"));
            if reference.is_empty() {
                return Err("'ref' value required in object".to_owned());
            }
            Ok(RelatedResource { reference: normalised(&reference)?, description })
        }
        _ => Err("invalid value type, must be string or map".to_owned()),
    }
}

fn author(value: Value) -> Result<Author, String> {
    match text_keys(value, &mut Vec::new())? {
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
            let author = Author { name: field(&map, "name"), email: field(&map, "email") };
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
