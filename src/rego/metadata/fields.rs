//! The fields of a METADATA block.

use super::decode::{Decoder, Map};
use super::members::identity;
use super::value::Value;
use super::yaml::{Content, Document, Failure, Outcome};

/// What a block says, field by field, before its values are looked at.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub scope: String,
    pub title: String,
    pub entrypoint: bool,
    pub description: String,
    pub organizations: Vec<String>,
    pub related_resources: Vec<Value>,
    pub authors: Vec<Value>,
    pub schemas: Vec<Map>,
    pub compile: Option<Map>,
    pub custom: Option<Map>,
    pub labels: Option<Map>,
}

const FIELDS: [&str; 11] = [
    "scope",
    "title",
    "entrypoint",
    "description",
    "organizations",
    "related_resources",
    "authors",
    "schemas",
    "compile",
    "custom",
    "labels",
];

/// Reads the fields of a block.
pub(super) fn fields(document: &Document<'_>) -> Outcome<Fields> {
    let mut decoder = Decoder::new(document);
    let mut fields = Fields::default();
    decoder.block(document.root, &mut fields)?;
    match decoder.errors.is_empty() {
        true => Ok(fields),
        false => Err(Failure(format!("unmarshal errors:\n  {}", decoder.errors.join("\n  ")))),
    }
}

impl Decoder<'_> {
    /// The whole block.
    fn block(&mut self, number: usize, fields: &mut Fields) -> Outcome<()> {
        const WANTED: &str = "ast.rawAnnotation";
        self.enter(number, |decoder, node| match &node.content {
            Content::Mapping(pairs) => {
                if decoder.keys_are_unique(pairs) {
                    decoder.block_fields(pairs, fields)?;
                }
                Ok(())
            }
            Content::Scalar(value) => decoder.misplaced(node, value, WANTED),
            _ => {
                decoder.wrong_type(node, WANTED);
                Ok(())
            }
        })?;
        Ok(())
    }

    fn block_fields(&mut self, pairs: &[(usize, usize)], fields: &mut Fields) -> Outcome<()> {
        let mut merged = self.merged.take();
        let mut merge = None;
        let mut done = [false; FIELDS.len()];
        for (key, number) in pairs {
            let Some(node) = self.document.node(*key) else { continue };
            if node.is_merge() {
                merge = Some(*number);
                continue;
            }
            let Some(name) = self.characters(*key)? else { continue };
            if let Some(merged) = &mut merged
                && !merged.insert(identity(&Value::Text(name.to_string()))?)
            {
                continue;
            }
            let Some((name, done)) = FIELDS.into_iter().zip(&mut done).find(|(field, _)| *field == name) else {
                continue;
            };
            if std::mem::replace(done, true) {
                let line = node.line;
                self.error(|| format!("line {line}: field {name} already set in type ast.rawAnnotation"));
                continue;
            }
            self.field(name, *number, fields)?;
        }
        self.merged = merged;
        match merge {
            Some(merge) => self.merge(pairs, merge, |decoder, number| decoder.block(number, fields)),
            None => Ok(()),
        }
    }

    fn field(&mut self, name: &str, number: usize, fields: &mut Fields) -> Outcome<()> {
        match name {
            "scope" => fields.scope = self.text(number)?.unwrap_or_default(),
            "title" => fields.title = self.text(number)?.unwrap_or_default(),
            "entrypoint" => fields.entrypoint = self.boolean(number)?.unwrap_or_default(),
            "description" => fields.description = self.text(number)?.unwrap_or_default(),
            "organizations" => fields.organizations = self.list(number, "[]string", Self::text)?,
            "related_resources" => fields.related_resources = self.list(number, "[]interface {}", Self::value)?,
            "authors" => fields.authors = self.list(number, "[]interface {}", Self::value)?,
            "schemas" => fields.schemas = self.list(number, "[]map[string]interface {}", Self::map_item)?,
            "compile" => fields.compile = self.map(number)?,
            "custom" => fields.custom = self.map(number)?,
            _ => fields.labels = self.map(number)?,
        }
        Ok(())
    }
}
