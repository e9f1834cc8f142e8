//! A document is held against a schema; what does not fit is told as gojsonschema does.

use crate::eval::Value;
use crate::eval::value::Object;

use super::super::sprintf::{Argument, Flags};
use super::canonical::{canonical, worth};
use super::formats;
use super::read::Schema;
use super::tree::{Dependency, Node, NodeId, Rest, Span};

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

    /// What schemas of the same value say together.
    fn combined(&mut self, node: &'a Node, value: &Value, findings: &mut Findings, context: &str) {
        if !node.any_of.is_empty() {
            let (valid, best) = self.tried(&node.any_of, value, context, true);
            if valid == 0 {
                findings.add(context, "number_any_of", "Must validate at least one schema (anyOf)");
                findings.merge(best.unwrap_or_default());
            }
        }
        if !node.one_of.is_empty() {
            let (valid, best) = self.tried(&node.one_of, value, context, false);
            if valid != 1 {
                findings.add(context, "number_one_of", "Must validate one and only one schema (oneOf)");
            }
            if valid == 0 {
                findings.merge(best.unwrap_or_default());
            }
        }
        if !node.all_of.is_empty() {
            let mut all = true;
            for id in &node.all_of {
                let found = self.apart(*id, value, context);
                all &= found.is_valid();
                findings.merge(found);
            }
            if !all {
                findings.add(context, "number_all_of", "Must validate all the schemas (allOf)");
            }
        }
        if node.not.is_some_and(|id| self.apart(id, value, context).is_valid()) {
            findings.add(context, "number_not", "Must not validate the schema (not)");
        }
        if let Value::Object(fields) = value {
            self.dependencies(node, fields, value, findings, context);
        }
        if let Some(condition) = node.condition {
            let is_valid = self.apart(condition, value, context).is_valid();
            let (branch, kind, message) = if is_valid {
                (node.then, "condition_then", "Must validate \"then\" as \"if\" was valid")
            } else {
                (node.otherwise, "condition_else", "Must validate \"else\" as \"if\" was not valid")
            };
            let found = branch.map(|id| self.apart(id, value, context)).unwrap_or_default();
            if !found.is_valid() {
                findings.add(context, kind, message);
                findings.merge(found);
            }
        }
        findings.score += 1;
    }

    /// How many of some schemas a value fits, and what the best of the others finds.
    fn tried(&mut self, ids: &[NodeId], value: &Value, context: &str, stops: bool) -> (usize, Option<Findings>) {
        let mut valid = 0;
        let mut best: Option<Findings> = None;
        for id in ids {
            let found = self.apart(*id, value, context);
            if found.is_valid() {
                valid += 1;
                if stops {
                    break;
                }
            } else if valid == 0 && best.as_ref().is_none_or(|best| found.score > best.score) {
                best = Some(found);
            }
        }
        (valid, best)
    }

    fn dependencies(&mut self, node: &'a Node, fields: &Object, value: &Value, findings: &mut Findings, context: &str) {
        for (_, dependency) in node.dependencies.iter().filter(|(name, _)| fields.contains_key(&name.as_str().into())) {
            match dependency {
                Dependency::Names(names) => {
                    for name in names.iter().filter(|name| !fields.contains_key(&name.as_str().into())) {
                        findings.add(context, "missing_dependency", format!("Has a dependency on {name}"));
                    }
                }
                Dependency::As(id) => self.node(*id, value, findings, context),
            }
        }
    }

    fn array(&mut self, node: &'a Node, items: &[Value], findings: &mut Findings, context: &str) {
        let place = |place: usize| format!("{context}.{place}");
        for (number, item) in items.iter().enumerate() {
            let schema = if node.is_for_all { node.items.first() } else { node.items.get(number) };
            let schema = match (schema, node.more_items) {
                (Some(schema), _) => Some(*schema),
                (None, Some(Rest::As(schema))) if !node.items.is_empty() => Some(schema),
                _ => None,
            };
            if let Some(schema) = schema {
                let found = self.apart(schema, item, &place(number));
                findings.merge(found);
            }
        }
        let has_more = !node.is_for_all && !node.items.is_empty() && items.len() > node.items.len();
        if has_more && matches!(node.more_items, Some(Rest::Allowed(false))) {
            findings.add(context, "array_no_additional_items", "No additional items allowed on array");
        }
        let [least, most] = outside(items.len(), node.counts);
        if let Some(least) = least {
            findings.add(context, "array_min_items", format!("Array must have at least {least} items"));
        }
        if let Some(most) = most {
            findings.add(context, "array_max_items", format!("Array must have at most {most} items"));
        }
        if node.unique {
            let mut known = std::collections::HashMap::new();
            for (number, item) in items.iter().enumerate() {
                if let Some(first) = known.insert(canonical(item), number) {
                    findings.add(context, "unique", format!("array items[{first},{number}] must be unique"));
                }
            }
        }
        if let Some(contains) = node.contains {
            let mut best: Option<Findings> = None;
            let mut is_there = false;
            for (number, item) in items.iter().enumerate() {
                let found = self.apart(contains, item, &place(number));
                is_there = found.is_valid();
                if is_there {
                    break;
                }
                if best.as_ref().is_none_or(|best| found.score > best.score) {
                    best = Some(found);
                }
            }
            if !is_there {
                findings.add(context, "contains", "At least one of the items must match");
                findings.merge(best.unwrap_or_default());
            }
        }
        findings.score += 1;
    }

    fn object(&mut self, node: &'a Node, fields: &Object, findings: &mut Findings, context: &str) {
        let [least, most] = outside(fields.len(), node.sizes);
        if let Some(least) = least {
            findings.add(context, "array_min_properties", format!("Must have at least {least} properties"));
        }
        if let Some(most) = most {
            findings.add(context, "array_max_properties", format!("Must have at most {most} properties"));
        }
        for required in &node.required {
            if fields.contains_key(&required.as_str().into()) {
                findings.score += 1;
            } else {
                findings.add(context, "required", format!("{required} is required"));
            }
        }
        for (key, value) in fields.iter() {
            let property = name(key);
            let below = format!("{context}.{property}");
            let nodes = &self.schema.nodes;
            let is_named =
                node.properties.iter().any(|id| nodes.get(*id).is_some_and(|node| node.property == property));
            let mut has_pattern = false;
            for (_, id) in node.patterns.iter().filter(|(pattern, _)| pattern.is_match(property)) {
                has_pattern = true;
                let found = self.apart(*id, value, &below);
                findings.merge(found);
            }
            findings.score += i64::from(has_pattern);
            match node.more_properties {
                _ if is_named || has_pattern => {}
                Some(Rest::Allowed(false)) => {
                    let message = format!("Additional property {property} is not allowed");
                    findings.add(context, "additional_property_not_allowed", message);
                }
                Some(Rest::As(id)) => {
                    let found = self.apart(id, value, &below);
                    findings.merge(found);
                }
                _ => {}
            }
        }
        if let Some(names) = node.names {
            for (key, _) in fields.iter() {
                let found = self.apart(names, key, context);
                if !found.is_valid() {
                    let message = format!("Property name of \"{}\" does not match", name(key));
                    findings.add(context, "invalid_property_name", message);
                    findings.merge(found);
                }
            }
        }
        findings.score += 1;
    }
}

fn common(node: &Node, value: &Value, findings: &mut Findings, context: &str) {
    let field = context.strip_prefix("(Root).").unwrap_or(context);
    if let Some(constant) = node.constant.as_ref().filter(|constant| **constant != canonical(value)) {
        findings.add(context, "const", format!("{field} does not match: {constant}"));
    }
    if let Some(choices) = node.choices.as_ref().filter(|choices| !choices.contains(&canonical(value))) {
        let message = format!("{field} must be one of the following: {}", choices.join(", "));
        findings.add(context, "enum", message);
    }
    if let Value::String(text) = value
        && !formats::is_of(&node.format, text)
    {
        findings.add(context, "format", format!("Does not match format '{}'", node.format));
    }
    findings.score += 1;
}

fn texts(node: &Node, text: &str, findings: &mut Findings, context: &str) {
    let [least, most] = outside(text.chars().count(), node.lengths);
    if let Some(least) = least {
        findings.add(context, "string_gte", format!("String length must be greater than or equal to {least}"));
    }
    if let Some(most) = most {
        findings.add(context, "string_lte", format!("String length must be less than or equal to {most}"));
    }
    if let Some(pattern) = node.pattern.as_ref().filter(|pattern| !pattern.is_match(text)) {
        findings.add(context, "pattern", format!("Does not match pattern '{pattern}'"));
    }
    findings.score += 1;
}

fn bounded(node: &Node, number: f64, findings: &mut Findings, context: &str) {
    let bounds = &node.bounds;
    if let Some(multiple) = bounds.multiple {
        // Decimal digits, not their nearest binary fractions, decide.
        let quotient = number / multiple;
        if (quotient - quotient.round()).abs() > quotient.abs().max(1.0) * 4.0 * f64::EPSILON {
            findings.add(context, "multiple_of", format!("Must be a multiple of {}", shown(multiple)));
        }
    }
    if let Some(most) = bounds.most.filter(|most| number > *most) {
        findings.add(context, "number_lte", format!("Must be less than or equal to {}", shown(most)));
    }
    if let Some(below) = bounds.below.filter(|below| number >= *below) {
        findings.add(context, "number_lt", format!("Must be less than {}", shown(below)));
    }
    if let Some(least) = bounds.least.filter(|least| number < *least) {
        findings.add(context, "number_gte", format!("Must be greater than or equal to {}", shown(least)));
    }
    if let Some(above) = bounds.above.filter(|above| number <= *above) {
        findings.add(context, "number_gt", format!("Must be greater than {}", shown(above)));
    }
    findings.score += 1;
}
