//! Schemas within a schema.

use crate::eval::Value;
use crate::eval::value::Object;
use regex::Regex;

use super::super::pool::{Draft, Missing};
use super::super::tree::{Dependency, NodeId, Rest};
use super::words::{is_schema, list, word};
use super::{Reader, Refusal, wrong, wrong_type};

impl Reader<'_> {
    /// Reads a schema below another.
    pub(super) fn child(&mut self, parent: NodeId, property: &str, document: &Value) -> Result<NodeId, Refusal> {
        let draft = self.nodes.get(parent).map_or(Draft::Any, |node| node.draft);
        let id = self.node(property, draft);
        self.fill(id, document)?;
        Ok(id)
    }

    pub(super) fn children(&mut self, parent: NodeId, name: &str, fields: &Object) -> Result<Vec<NodeId>, Refusal> {
        let documents = list(fields, name)?.unwrap_or_default();
        documents.iter().map(|document| self.child(parent, name, document)).collect()
    }

    /// A schema under a name that must be one.
    pub(super) fn sole(&mut self, parent: NodeId, name: &str, fields: &Object) -> Result<Option<NodeId>, Refusal> {
        match word(fields, name) {
            None => Ok(None),
            Some(document) if is_schema(document) => self.child(parent, name, document).map(Some),
            Some(_) => wrong(format!("{name} must be of an object")),
        }
    }

    pub(super) fn rest(&mut self, parent: NodeId, name: &str, fields: &Object) -> Result<Option<Rest>, Refusal> {
        match word(fields, name) {
            None => Ok(None),
            Some(Value::Bool(allowed)) => Ok(Some(Rest::Allowed(*allowed))),
            Some(document @ Value::Object(_)) => Ok(Some(Rest::As(self.child(parent, name, document)?))),
            Some(_) => wrong_type("boolean/Valid Schema", name),
        }
    }

    pub(super) fn definitions(&mut self, id: NodeId, fields: &Object) -> Result<(), Refusal> {
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

    pub(super) fn reference(&mut self, reference: &str, draft: Draft) -> Result<NodeId, Refusal> {
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

    pub(super) fn patterns(&mut self, id: NodeId, fields: &Object) -> Result<Vec<(Regex, NodeId)>, Refusal> {
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

    pub(super) fn dependencies(&mut self, id: NodeId, fields: &Object) -> Result<Vec<(String, Dependency)>, Refusal> {
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
    pub(super) fn items(&mut self, id: NodeId, fields: &Object) -> Result<(Vec<NodeId>, bool), Refusal> {
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
