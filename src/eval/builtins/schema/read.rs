//! A schema is read into its tree; what is wrong in it is told as gojsonschema does.

use std::collections::HashMap;

use crate::eval::Value;
use crate::eval::value::Object;
use regex::Regex;

use super::canonical::{canonical, worth};
use super::pool::{Draft, Missing, Pool};
use super::tree::{Dependency, Node, NodeId, Rest, Span};

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

/// Reads a schema.
pub(super) fn read(document: &Value) -> Result<Schema, Refusal> {
    let mut pool = Pool::default();
    pool.add(document)?;
    let draft = pool.draft().unwrap_or(Draft::Any);
    let root = pool.root().unwrap_or(Value::Null);
    let mut reader = Reader { pool, nodes: Vec::new(), references: HashMap::new(), depth: 0 };
    let id = reader.node("(Root)", draft);
    reader.fill(id, &root)?;
    Ok(Schema { nodes: reader.nodes, root: id })
}

struct Reader {
    pool: Pool,
    nodes: Vec<Node>,
    references: HashMap<String, NodeId>,
    depth: usize,
}

/// What a schema says under a name.
fn word<'a>(fields: &'a Object, name: &str) -> Option<&'a Value> {
    fields.get(&name.into())
}

fn text<'a>(fields: &'a Object, name: &str) -> Result<Option<&'a str>, Refusal> {
    match word(fields, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => wrong_type("string", name),
    }
}

fn list<'a>(fields: &'a Object, name: &str) -> Result<Option<&'a [Value]>, Refusal> {
    match word(fields, name) {
        None => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items.as_slice())),
        Some(_) => wrong(format!("{name} must be of an array")),
    }
}

fn is_schema(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Object(_))
}

/// A number of things, which is not negative.
fn count(fields: &Object, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(value) = word(fields, name) else { return Ok(None) };
    match value.as_number().and_then(|number| number.as_i64()) {
        None => wrong(format!("{name} must be of an integer")),
        Some(number) if number < 0 => wrong(format!("{name} must be greater than or equal to 0")),
        number => Ok(number),
    }
}

fn span(fields: &Object, least: &str, most: &str) -> Result<Span, Refusal> {
    Ok((count(fields, least)?, count(fields, most)?))
}

fn is_crossed(span: Span) -> bool {
    matches!(span, (Some(least), Some(most)) if least > most)
}

impl Reader {
    fn node(&mut self, property: &str, draft: Draft) -> NodeId {
        self.nodes.push(Node::new(property, draft));
        self.nodes.len() - 1
    }

    /// Reads a schema below another.
    fn child(&mut self, parent: NodeId, property: &str, document: &Value) -> Result<NodeId, Refusal> {
        let draft = self.nodes.get(parent).map_or(Draft::Any, |node| node.draft);
        let id = self.node(property, draft);
        self.fill(id, document)?;
        Ok(id)
    }

    fn children(&mut self, parent: NodeId, name: &str, fields: &Object) -> Result<Vec<NodeId>, Refusal> {
        let documents = list(fields, name)?.unwrap_or_default();
        documents.iter().map(|document| self.child(parent, name, document)).collect()
    }

    /// A schema under a name that must be one.
    fn sole(&mut self, parent: NodeId, name: &str, fields: &Object) -> Result<Option<NodeId>, Refusal> {
        match word(fields, name) {
            None => Ok(None),
            Some(document) if is_schema(document) => self.child(parent, name, document).map(Some),
            Some(_) => wrong(format!("{name} must be of an object")),
        }
    }

    fn rest(&mut self, parent: NodeId, name: &str, fields: &Object) -> Result<Option<Rest>, Refusal> {
        match word(fields, name) {
            None => Ok(None),
            Some(Value::Bool(allowed)) => Ok(Some(Rest::Allowed(*allowed))),
            Some(document @ Value::Object(_)) => Ok(Some(Rest::As(self.child(parent, name, document)?))),
            Some(_) => wrong_type("boolean/Valid Schema", name),
        }
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

    fn definitions(&mut self, id: NodeId, fields: &Object) -> Result<(), Refusal> {
        const EXPECTED: &str = "Array Of Schemas";
        match word(fields, "definitions") {
            None => Ok(()),
            Some(Value::Object(definitions)) => {
                for (_, definition) in definitions.iter() {
                    if !is_schema(definition) {
                        return wrong_type(EXPECTED, "definitions");
                    }
                    self.child(id, "definitions", definition)?;
                }
                Ok(())
            }
            Some(_) => wrong_type(EXPECTED, "definitions"),
        }
    }

    fn reference(&mut self, reference: &str, draft: Draft) -> Result<NodeId, Refusal> {
        let id = self.node("$ref", draft);
        self.references.insert(reference.to_owned(), id);
        let document = self.pool.get(reference).map_err(|missing| match missing {
            Missing::Remote => Refusal::Remote,
            Missing::Absent(message) => Refusal::Wrong(message),
        })?;
        if !is_schema(&document) {
            return wrong("Valid Schema must be of type object");
        }
        if let Some(node) = self.nodes.get_mut(id) {
            node.draft = self.pool.draft().unwrap_or(draft);
        }
        self.fill(id, &document)?;
        Ok(id)
    }

    fn patterns(&mut self, id: NodeId, fields: &Object) -> Result<Vec<(Regex, NodeId)>, Refusal> {
        let patterns = match word(fields, "patternProperties") {
            None => return Ok(Vec::new()),
            Some(Value::Object(patterns)) => patterns,
            Some(_) => return wrong_type("Valid Schema", "patternProperties"),
        };
        let mut read = Vec::new();
        for (pattern, document) in patterns.iter() {
            let pattern = pattern.as_string().map(ToOwned::to_owned).unwrap_or_default();
            let regex = Regex::new(&pattern).or_else(|_| wrong(format!("Invalid regex pattern '{pattern}'")))?;
            read.push((regex, self.child(id, &pattern, document)?));
        }
        Ok(read)
    }

    fn dependencies(&mut self, id: NodeId, fields: &Object) -> Result<Vec<(String, Dependency)>, Refusal> {
        let dependencies = match word(fields, "dependencies") {
            None => return Ok(Vec::new()),
            Some(Value::Object(dependencies)) => dependencies,
            Some(_) => return wrong("dependencies must be of type object"),
        };
        const REFUSED: &str = "Dependency must be of type Schema Or Array Of Strings";
        let mut read = Vec::new();
        for (name, dependency) in dependencies.iter() {
            let name = name.as_string().map(ToOwned::to_owned).unwrap_or_default();
            let dependency = match dependency {
                Value::Array(names) => {
                    let names = names.iter().map(|name| match name {
                        Value::String(name) => Ok(name.to_string()),
                        _ => wrong(REFUSED),
                    });
                    Dependency::Names(names.collect::<Result<_, _>>()?)
                }
                document if is_schema(document) => Dependency::As(self.child(id, &name, document)?),
                _ => return wrong(REFUSED),
            };
            read.push((name, dependency));
        }
        Ok(read)
    }

    /// The schemas of items, and whether one is for all.
    fn items(&mut self, id: NodeId, fields: &Object) -> Result<(Vec<NodeId>, bool), Refusal> {
        const EXPECTED: &str = "Valid Schema/Array Of Schemas";
        match word(fields, "items") {
            None => Ok((Vec::new(), false)),
            Some(Value::Array(documents)) => {
                let mut items = Vec::new();
                for document in documents.iter() {
                    if !is_schema(document) {
                        return wrong_type(EXPECTED, "items");
                    }
                    items.push(self.child(id, "items", document)?);
                }
                Ok((items, false))
            }
            Some(document) if is_schema(document) => Ok((vec![self.child(id, "items", document)?], true)),
            Some(_) => wrong_type(EXPECTED, "items"),
        }
    }
}

fn types(fields: &Object) -> Result<Vec<String>, Refusal> {
    const GIVEN: &str = "string/Array Of Strings";
    let mut types: Vec<String> = Vec::new();
    let names = match word(fields, "type") {
        None => return Ok(types),
        Some(Value::Array(names)) => names.as_slice(),
        Some(name @ Value::String(_)) => std::slice::from_ref(name),
        Some(_) => return wrong_type("type", GIVEN),
    };
    for name in names {
        let Value::String(name) = name else { return wrong_type("type", GIVEN) };
        if !TYPES.contains(&name.as_ref()) {
            let known = TYPES.join(" ");
            return wrong(format!(
                "has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[{known}]"
            ));
        }
        if types.iter().any(|known| known.as_str() == name.as_ref()) {
            return wrong(format!("{name} type is duplicated"));
        }
        types.push(name.to_string());
    }
    Ok(types)
}

fn bounds(fields: &Object, draft: Draft, node: &mut Node) -> Result<(), Refusal> {
    if let Some(multiple) = word(fields, "multipleOf") {
        let Some(multiple) = worth(multiple) else { return wrong_type("Number", "multipleOf") };
        if multiple <= 0.0 {
            return wrong("multipleOf must be strictly greater than 0");
        }
        node.bounds.multiple = Some(multiple);
    }
    let pairs = [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")];
    let mut read = [(None, None); 2];
    for ((inclusive, exclusive), (limit, strict)) in pairs.into_iter().zip(&mut read) {
        if let Some(value) = word(fields, inclusive) {
            let Some(value) = worth(value) else { return wrong(format!("{inclusive} must be of a Number")) };
            *limit = Some(value);
        }
        let Some(value) = word(fields, exclusive) else { continue };
        match (draft, value) {
            (Draft::Four | Draft::Any, Value::Bool(is_strict)) => {
                if limit.is_none() {
                    return wrong(format!("{exclusive} cannot be used without {inclusive}"));
                }
                if *is_strict {
                    *strict = limit.take();
                }
            }
            (Draft::Four, _) => return wrong_type("boolean", exclusive),
            (_, Value::Number(_)) => *strict = worth(value),
            (Draft::Any, _) => return wrong_type("boolean/number", exclusive),
            _ => return wrong_type("number", exclusive),
        }
    }
    let [(least, above), (most, below)] = read;
    (node.bounds.least, node.bounds.above, node.bounds.most, node.bounds.below) = (least, above, most, below);
    Ok(())
}
