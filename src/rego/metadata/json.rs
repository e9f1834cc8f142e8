//! Annotations as OPA writes them in JSON: keys sorted, what is empty left out.

use super::annotation::{Annotation, Compile, Schema, SchemaSource};
use super::terms::{Part, Reference};
use super::value::Value;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What JSON has no place for, in Go's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// A map with keys that are no text.
    #[error("json: unsupported type: map[interface {{}}]interface {{}}")]
    MixedKeys,
    /// `.inf`, `.nan`
    #[error("json: unsupported value: {0}")]
    NotANumber(&'static str),
}

/// What is written beside the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locations<'file> {
    /// Nothing.
    None,
    /// The places of annotations, and the places in the refs they hold.
    All {
        /// The name of the file.
        file: &'file str,
        /// Whether the texts of nodes are told too.
        texts: bool,
    },
}

impl Annotation {
    /// Writes the annotation as one JSON object, without blanks.
    ///
    /// # Errors
    /// When a value has no place in JSON; what is written by then is cut off.
    pub fn write_json(&self, output: &mut String, locations: Locations<'_>) -> Result<(), JsonError> {
        let mut object = Object::new(output);
        if !self.authors.is_empty() {
            array(object.key("authors"), &self.authors, |output, author| {
                let mut object = Object::new(output);
                string(object.key("name"), &author.name);
                if !author.email.is_empty() {
                    string(object.key("email"), &author.email);
                }
                object.end();
                Ok(())
            })?;
        }
        if let Some(compile) = &self.compile {
            compile_json(object.key("compile"), compile, locations)?;
        }
        if !self.custom.is_empty() {
            map(object.key("custom"), &self.custom)?;
        }
        if !self.description.is_empty() {
            string(object.key("description"), &self.description);
        }
        if self.entrypoint {
            object.key("entrypoint").push_str("true");
        }
        if !self.labels.is_empty() {
            map(object.key("labels"), &self.labels)?;
        }
        if let Locations::All { file, texts } = locations {
            let text = texts.then_some(self.text.as_str());
            location(object.key("location"), file, self.place.row, self.place.column, text);
        }
        if !self.organizations.is_empty() {
            array(object.key("organizations"), &self.organizations, |output, name| {
                string(output, name);
                Ok(())
            })?;
        }
        if !self.related_resources.is_empty() {
            array(object.key("related_resources"), &self.related_resources, |output, resource| {
                let mut object = Object::new(output);
                if !resource.description.is_empty() {
                    string(object.key("description"), &resource.description);
                }
                string(object.key("ref"), &resource.reference);
                object.end();
                Ok(())
            })?;
        }
        if !self.schemas.is_empty() {
            array(object.key("schemas"), &self.schemas, |output, schema| schema_json(output, schema, locations))?;
        }
        string(object.key("scope"), &self.scope);
        if !self.title.is_empty() {
            string(object.key("title"), &self.title);
        }
        object.end();
        Ok(())
    }
}

fn compile_json(output: &mut String, compile: &Compile, locations: Locations<'_>) -> Result<(), JsonError> {
    let mut object = Object::new(output);
    if !compile.unknowns.is_empty() {
        array(object.key("unknowns"), &compile.unknowns, |output, unknown| match unknown {
            Some(unknown) => reference(output, unknown, locations),
            None => {
                output.push_str("null");
                Ok(())
            }
        })?;
    }
    if let Some(mask_rule) = &compile.mask_rule {
        reference(object.key("mask_rule"), mask_rule, locations)?;
    }
    object.end();
    Ok(())
}

fn schema_json(output: &mut String, schema: &Schema, locations: Locations<'_>) -> Result<(), JsonError> {
    let mut object = Object::new(output);
    // OPA leaves out the places of these parts, which are places in the key of a map.
    reference(object.key("path"), &schema.path, Locations::None)?;
    match &schema.schema {
        SchemaSource::Named(name) => reference(object.key("schema"), name, locations)?,
        SchemaSource::Inline(definition) => map(object.key("definition"), definition)?,
    }
    object.end();
    Ok(())
}

fn reference(output: &mut String, reference: &Reference, locations: Locations<'_>) -> Result<(), JsonError> {
    array(output, &reference.parts, |output, Part { kind, value, row, column, text }| {
        let mut object = Object::new(output);
        if let Locations::All { texts, .. } = locations {
            location(object.key("location"), "", *row, *column, texts.then_some(text));
        }
        string(object.key("type"), kind);
        object.key("value").push_str(value);
        object.end();
        Ok(())
    })
}

fn location(output: &mut String, file: &str, row: u32, column: u32, text: Option<&str>) {
    let mut object = Object::new(output);
    string(object.key("file"), file);
    object.key("row").push_str(&row.to_string());
    object.key("col").push_str(&column.to_string());
    if let Some(text) = text {
        string(object.key("text"), &STANDARD.encode(text));
    }
    object.end();
}

fn map(output: &mut String, members: &BTreeMap<String, Value>) -> Result<(), JsonError> {
    let mut object = Object::new(output);
    for (key, member) in members {
        value(object.key(key), member)?;
    }
    object.end();
    Ok(())
}

fn value(output: &mut String, of: &Value) -> Result<(), JsonError> {
    match of {
        Value::Null => output.push_str("null"),
        Value::Boolean(boolean) => output.push_str(if *boolean { "true" } else { "false" }),
        Value::Integer(integer) => output.push_str(&integer.to_string()),
        Value::Float(float) if float.is_nan() => return Err(JsonError::NotANumber("NaN")),
        Value::Float(float) if float.is_infinite() => {
            return Err(JsonError::NotANumber(if *float > 0.0 { "+Inf" } else { "-Inf" }));
        }
        Value::Float(float) => output.push_str(&float_text(*float)),
        Value::Time(time) => string(output, &time.0.json()),
        Value::Text(text) => string(output, text),
        Value::List(items) => array(output, items, value)?,
        Value::Map(members) => map(output, members)?,
        Value::MixedMap(_) => return Err(JsonError::MixedKeys),
    }
    Ok(())
}

/// A finite double as Go's JSON encoder writes it.
fn float_text(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        let text = format!("{value:e}");
        return if text.contains("e-") { text } else { text.replacen('e', "e+", 1) };
    }
    format!("{value}")
}

fn array<T>(
    output: &mut String,
    items: &[T],
    mut write: impl FnMut(&mut String, &T) -> Result<(), JsonError>,
) -> Result<(), JsonError> {
    output.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            output.push(',');
        }
        write(output, item)?;
    }
    output.push(']');
    Ok(())
}

/// A string as Go's encoder writes it, which escapes what HTML and JavaScript take for their own.
fn string(output: &mut String, text: &str) {
    output.push('"');
    for character in text.chars() {
        let _ = match character {
            '"' => output.write_str("\\\""),
            '\\' => output.write_str("\\\\"),
            '\n' => output.write_str("\\n"),
            '\r' => output.write_str("\\r"),
            '\t' => output.write_str("\\t"),
            '\u{8}' => output.write_str("\\b"),
            '\u{c}' => output.write_str("\\f"),
            '<' | '>' | '&' | '\0'..' ' | '\u{2028}' | '\u{2029}' => {
                write!(output, "\\u{:04x}", u32::from(character))
            }
            _ => output.write_char(character),
        };
    }
    output.push('"');
}

/// An object being written.
struct Object<'output> {
    output: &'output mut String,
    empty: bool,
}

impl<'output> Object<'output> {
    fn new(output: &'output mut String) -> Self {
        output.push('{');
        Self { output, empty: true }
    }

    /// Writes a key; what is written to the output next is its value.
    fn key(&mut self, key: &str) -> &mut String {
        if !self.empty {
            self.output.push(',');
        }
        self.empty = false;
        string(self.output, key);
        self.output.push(':');
        self.output
    }

    fn end(self) {
        self.output.push('}');
    }
}
