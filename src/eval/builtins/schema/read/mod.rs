//! A schema is read into its tree; what is wrong in it is told as gojsonschema does.

mod own;
mod parts;
mod words;

use std::collections::HashMap;

use crate::eval::{Network, Value};
use regex::Regex;

use super::canonical::canonical;
use super::pool::{Draft, Pool};
use super::tree::{Node, NodeId};
use own::{bounds, types};
use words::{is_crossed, is_schema, list, span, text, word};

/// The types there are, in the order in which they are told.
const TYPES: [&str; 7] = ["array", "boolean", "integer", "number", "null", "object", "string"];
/// The deepest that schemas may nest.
const DEEPEST: usize = 512;

/// A schema, ready to validate.
pub(super) struct Schema {
    pub(super) nodes: Vec<Node>,
    pub(super) root: NodeId,
}

/// Why a schema is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    Remote,
    Wrong(String),
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self::Wrong(message)
    }
}

fn wrong<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Wrong(message.into()))
}

fn wrong_type<T>(expected: &str, given: &str) -> Result<T, Refusal> {
    wrong(format!("Invalid type. Expected: {expected}, given: {given}"))
}

/// Reads a schema; documents that lie elsewhere are found by way of the network.
pub(super) fn read(document: &Value, network: Option<&Network>) -> Result<Schema, Refusal> {
    let mut pool = Pool::new(network);
    pool.add(document)?;
    let draft = pool.draft().unwrap_or(Draft::Any);
    let root = pool.root().unwrap_or(Value::Null);
    let mut reader = Reader { pool, nodes: Vec::new(), references: HashMap::new(), depth: 0 };
    let id = reader.node("(Root)", draft);
    reader.fill(id, &root)?;
    Ok(Schema { nodes: reader.nodes, root: id })
}

struct Reader<'n> {
    pool: Pool<'n>,
    nodes: Vec<Node>,
    references: HashMap<String, NodeId>,
    depth: usize,
}

impl Reader<'_> {
    fn node(&mut self, property: &str, draft: Draft) -> NodeId {
        self.nodes.push(Node::new(property, draft));
        self.nodes.len() - 1
    }

    fn fill(&mut self, id: NodeId, document: &Value) -> Result<(), Refusal> {
        if self.depth >= DEEPEST {
            return wrong("the schema nests too deeply");
        }
        self.depth += 1;
        let filled = self.fill_node(id, document);
        self.depth -= 1;
        filled
    }

    fn fill_node(&mut self, id: NodeId, document: &Value) -> Result<(), Refusal> {
        let draft = self.nodes.get(id).map_or(Draft::Any, |node| node.draft);
        let mut node = Node::new("", draft);
        let fields = match document {
            Value::Bool(pass) if draft >= Draft::Six => {
                node.pass = Some(*pass);
                self.put(id, node);
                return Ok(());
            }
            Value::Object(fields) => fields,
            _ => return wrong("Expected: Valid Schema, given: Invalid JSON"),
        };
        let identifier = match draft {
            Draft::Four => "id",
            Draft::Any if word(fields, "id").is_some() => "id",
            _ => "$id",
        };
        text(fields, identifier)?;
        self.definitions(id, fields)?;
        text(fields, "title")?;
        text(fields, "description")?;
        if let Some(reference) = text(fields, "$ref")? {
            match self.references.get(reference) {
                Some(known) => node.instead = Some(*known),
                None => {
                    node.instead = Some(self.reference(reference, draft)?);
                    self.put(id, node);
                    return Ok(());
                }
            }
        }
        node.types = types(fields)?;
        if let Some(properties) = word(fields, "properties") {
            let Value::Object(properties) = properties else {
                return wrong("Properties must be of type object");
            };
            for (name, property) in properties.iter() {
                let name = name.as_string().map(ToOwned::to_owned).unwrap_or_default();
                node.properties.push(self.child(id, &name, property)?);
            }
        }
        node.more_properties = self.rest(id, "additionalProperties", fields)?;
        node.patterns = self.patterns(id, fields)?;
        if let Some(names) = word(fields, "propertyNames").filter(|_| draft >= Draft::Six) {
            if !is_schema(names) {
                return wrong_type("Valid Schema", "patternProperties");
            }
            node.names = Some(self.child(id, "propertyNames", names)?);
        }
        node.dependencies = self.dependencies(id, fields)?;
        (node.items, node.is_for_all) = self.items(id, fields)?;
        node.more_items = self.rest(id, "additionalItems", fields)?;
        bounds(fields, draft, &mut node)?;
        node.lengths = span(fields, "minLength", "maxLength")?;
        if is_crossed(node.lengths) {
            return wrong("minLength cannot be greater than maxLength");
        }
        if let Some(pattern) = text(fields, "pattern")? {
            node.pattern = Some(Regex::new(pattern).or_else(|_| wrong("pattern must be a valid regex"))?);
        }
        text(fields, "format")?.unwrap_or_default().clone_into(&mut node.format);
        node.sizes = span(fields, "minProperties", "maxProperties")?;
        if is_crossed(node.sizes) {
            return wrong("minProperties cannot be greater than maxProperties");
        }
        for name in list(fields, "required")?.unwrap_or_default() {
            match name {
                Value::String(name) if node.required.iter().any(|known| known.as_str() == name.as_ref()) => {
                    return wrong("required items must be unique");
                }
                Value::String(name) => node.required.push(name.to_string()),
                _ => return wrong_type("string", "required"),
            }
        }
        node.counts = span(fields, "minItems", "maxItems")?;
        match word(fields, "uniqueItems") {
            None => {}
            Some(Value::Bool(unique)) => node.unique = *unique,
            Some(_) => return wrong("uniqueItems must be of a boolean"),
        }
        if let Some(contains) = word(fields, "contains").filter(|_| draft >= Draft::Six) {
            node.contains = Some(self.child(id, "contains", contains)?);
        }
        node.constant = word(fields, "const").filter(|_| draft >= Draft::Six).map(canonical);
        if let Some(choices) = list(fields, "enum")? {
            let mut known: Vec<String> = Vec::new();
            for choice in choices.iter().map(canonical) {
                if known.contains(&choice) {
                    return wrong("enum items must be unique");
                }
                known.push(choice);
            }
            node.choices = Some(known);
        }
        node.one_of = self.children(id, "oneOf", fields)?;
        node.any_of = self.children(id, "anyOf", fields)?;
        node.all_of = self.children(id, "allOf", fields)?;
        node.not = self.sole(id, "not", fields)?;
        if draft >= Draft::Seven {
            node.condition = self.sole(id, "if", fields)?;
            node.then = self.sole(id, "then", fields)?;
            node.otherwise = self.sole(id, "else", fields)?;
        }
        self.put(id, node);
        Ok(())
    }

    /// Puts what was read in the place of an empty node, which keeps its name.
    fn put(&mut self, id: NodeId, node: Node) {
        if let Some(place) = self.nodes.get_mut(id) {
            let property = std::mem::take(&mut place.property);
            *place = Node { property, ..node };
        }
    }
}
