//! A document is held against a schema; what does not fit is told as gojsonschema does.

mod combined;
mod members;
mod plain;

use crate::eval::Value;

use super::super::sprintf::{Argument, Flags};
use super::canonical::worth;
use super::read::Schema;
use super::tree::{Node, NodeId, Span};
use plain::{bounded, common, texts};

/// The deepest that schemas may stand in for each other.
const DEEPEST: usize = 2000;

/// One thing that does not fit.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) kind: &'static str,
    /// The place in the document.
    pub(super) field: String,
    pub(super) message: String,
}

/// What was found, and how well the document fits besides.
#[derive(Debug, Default)]
struct Findings {
    faults: Vec<Fault>,
    score: i64,
}

impl Findings {
    fn is_valid(&self) -> bool {
        self.faults.is_empty()
    }

    fn add(&mut self, context: &str, kind: &'static str, message: impl Into<String>) {
        let field = context.strip_prefix("(Root).").unwrap_or(context).to_owned();
        self.faults.push(Fault { kind, field, message: message.into() });
        self.score -= 2;
    }

    fn merge(&mut self, other: Self) {
        self.faults.extend(other.faults);
        self.score += other.score;
    }
}

/// All that does not fit; none where the schema refers to itself without end.
pub(super) fn faults(schema: &Schema, document: &Value) -> Option<Vec<Fault>> {
    let mut validator = Validator { schema, depth: 0, is_endless: false };
    let mut findings = Findings::default();
    validator.node(schema.root, document, &mut findings, "(Root)");
    (!validator.is_endless).then_some(findings.faults)
}

struct Validator<'a> {
    schema: &'a Schema,
    depth: usize,
    is_endless: bool,
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null | Value::Undefined => "null",
        Value::Bool(_) => "boolean",
        Value::String(_) => "string",
        Value::Array(_) | Value::Set(_) => "array",
        Value::Object(_) => "object",
        Value::Number(_) if is_whole(worth(value)) => "integer",
        Value::Number(_) => "number",
    }
}

fn is_whole(number: Option<f64>) -> bool {
    number.is_some_and(|number| number.fract() == 0.0)
}

fn shown(number: f64) -> String {
    Argument::Float(number).shown(Flags::default())
}

fn name(key: &Value) -> &str {
    match key {
        Value::String(name) => name,
        _ => "",
    }
}

/// Whether a count is too small or too large.
fn outside(count: usize, span: Span) -> [Option<i64>; 2] {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    [span.0.filter(|least| count < *least), span.1.filter(|most| count > *most)]
}

impl<'a> Validator<'a> {
    fn apart(&mut self, id: NodeId, value: &Value, context: &str) -> Findings {
        let mut findings = Findings::default();
        self.node(id, value, &mut findings, context);
        findings
    }

    fn node(&mut self, id: NodeId, value: &Value, findings: &mut Findings, context: &str) {
        if self.depth >= DEEPEST {
            self.is_endless = true;
        }
        let Some(node) = self.schema.nodes.get(id).filter(|_| !self.is_endless) else { return };
        self.depth += 1;
        self.node_within(node, value, findings, context);
        self.depth -= 1;
    }

    fn node_within(&mut self, node: &'a Node, value: &Value, findings: &mut Findings, context: &str) {
        if let Some(pass) = node.pass {
            if !pass {
                findings.add(context, "false", "False always fails validation");
            }
            return;
        }
        if let Some(instead) = node.instead {
            return self.node(instead, value, findings, context);
        }
        let given = type_of(value);
        let is_of = |kind: &str| node.types.iter().any(|known| known == kind);
        let fits = node.types.is_empty() || is_of(given) || given == "integer" && is_of("number");
        if !fits {
            let expected = match node.types.as_slice() {
                [only] => only.clone(),
                several => format!("[{}]", several.join(",")),
            };
            findings.add(context, "invalid_type", format!("Invalid type. Expected: {expected}, given: {given}"));
            return;
        }
        self.combined(node, value, findings, context);
        match value {
            Value::Array(items) => self.array(node, items.as_slice(), findings, context),
            Value::Object(fields) => self.object(node, fields, findings, context),
            Value::Number(_) => bounded(node, worth(value).unwrap_or_default(), findings, context),
            _ => {}
        }
        common(node, value, findings, context);
        match value {
            Value::Object(fields) => {
                for child in &node.properties {
                    let property = self.schema.nodes.get(*child).map_or("", |node| node.property.as_str());
                    if let Some(value) = fields.get(&property.into()) {
                        self.node(*child, value, findings, &format!("{context}.{property}"));
                    }
                }
            }
            Value::String(text) => texts(node, text, findings, context),
            _ => {}
        }
        findings.score += 1;
    }
}
