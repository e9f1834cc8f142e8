//! Literals against the types that are expected of them.

use std::collections::HashSet;

use super::super::tree::{Definition, Field, Kind, Literal, LiteralKind};
use super::suggestions::{alike, question};
use super::{LiteralNotes, Walk};

/// The scalars that are there without being defined.
const SCALARS: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

/// The deepest that a literal is read.
const DEEPEST: usize = 400;

impl<'a> Walk<'a> {
    pub(super) fn unique_input_fields(&mut self, literal: &Literal) {
        if literal.kind != LiteralKind::Object {
            return;
        }
        let mut seen = HashSet::new();
        for child in &literal.children {
            if !seen.insert(&child.name) {
                let message = format!("There can be only one input field named \"{}\".", child.name);
                self.fault(child.place, message);
            }
        }
    }

    pub(super) fn value_of_right_type(&mut self, literal: &Literal) {
        let LiteralNotes { definition: Some(definition), expected: Some(expected), .. } = self.notes(literal) else {
            return;
        };
        if literal.kind == LiteralKind::Null && expected.is_required {
            let message = format!("Expected value of type \"{expected}\", found {literal}.");
            self.fault(literal.place, message);
        }
        let name = definition.name.as_str();
        if definition.kind == "SCALAR" && !SCALARS.contains(&name) {
            return;
        }
        if !self.has_value(literal, DEEPEST) {
            self.fault(literal.place, unexpected(literal, definition, expected));
        }
        let is_enum = definition.kind == "ENUM";
        let suggestion = |is_quoted| {
            let values: &[_] = if is_enum { &definition.values } else { &[] };
            let names = alike(&literal.raw, values.iter().map(|value| value.name.as_str()));
            question("Did you mean the enum value", &names, is_quoted)
        };
        let is_right = match literal.kind {
            LiteralKind::Null | LiteralKind::Variable => true,
            LiteralKind::List => expected.element.is_some(),
            LiteralKind::Int => matches!(name, "Int" | "Float" | "ID"),
            LiteralKind::Float => name == "Float",
            LiteralKind::Boolean => name == "Boolean",
            LiteralKind::Text | LiteralKind::Block if is_enum => {
                let message = format!("Enum \"{expected}\" cannot represent non-enum value: {literal}.");
                return self.fault(literal.place, message + &suggestion(true));
            }
            LiteralKind::Text | LiteralKind::Block => matches!(name, "String" | "ID"),
            LiteralKind::Enum if !is_enum => {
                let message = unexpected(literal, definition, expected);
                return self.fault(literal.place, message + &suggestion(false));
            }
            LiteralKind::Enum => {
                if definition.values.iter().all(|value| value.name != literal.raw) {
                    let message = format!("Value \"{literal}\" does not exist in \"{expected}\" enum.");
                    self.fault(literal.place, message + &suggestion(true));
                }
                true
            }
            LiteralKind::Object => return self.object_of_right_type(literal, definition),
        };
        if !is_right {
            self.fault(literal.place, unexpected(literal, definition, expected));
        }
    }

    fn object_of_right_type(&mut self, literal: &Literal, definition: &Definition) {
        let of = &definition.name;
        for Field { name, kind, .. } in definition.fields.iter().filter(|field| field.is_required()) {
            if literal.children.iter().all(|child| child.name != *name) {
                let message = format!("Field \"{of}.{name}\" of required type \"{kind}\" was not provided.");
                self.fault(literal.place, message);
            }
        }
        for _ in definition.directives.iter().filter(|directive| directive.name == "oneOf") {
            let [only] = literal.children.as_slice() else {
                let message = format!("OneOf Input Object \"{of}\" must specify exactly one key.");
                self.fault(literal.place, message);
                continue;
            };
            if only.value.kind == LiteralKind::Null {
                let first = definition.fields.first().map_or("", |field| &field.name);
                self.fault(only.value.place, format!("Field \"{of}.{first}\" must be non-null."));
            }
        }
        let names = || definition.fields.iter().map(|field| field.name.as_str());
        let known: HashSet<&str> = names().collect();
        for child in literal.children.iter().filter(|child| !known.contains(child.name.as_str())) {
            let message = format!("Field \"{}\" is not defined by type \"{of}\".", child.name);
            self.fault(child.place, message + &question("Did you mean", &alike(&child.name, names()), true));
        }
    }

    /// Whether the numbers and truths of a literal can be held.
    fn has_value(&self, literal: &Literal, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        match literal.kind {
            LiteralKind::Int => literal.raw.parse::<i64>().is_ok(),
            LiteralKind::Float => literal.raw.parse::<f64>().is_ok_and(f64::is_finite),
            LiteralKind::Boolean => matches!(literal.raw.as_str(), "true" | "false"),
            LiteralKind::List | LiteralKind::Object => {
                literal.children.iter().all(|child| self.has_value(&child.value, depth))
            }
            LiteralKind::Variable => {
                let default = self.notes(literal).variable.and_then(|variable| variable.default.as_ref());
                default.is_none_or(|default| self.has_value(default, depth))
            }
            LiteralKind::Text | LiteralKind::Block | LiteralKind::Null | LiteralKind::Enum => true,
        }
    }
}

/// What to tell of a literal that its type does not take.
fn unexpected(literal: &Literal, definition: &Definition, expected: &Kind) -> String {
    match expected.to_string().as_str() {
        "Int" | "Int!" => {
            let is_number = literal.raw.strip_prefix('-').unwrap_or(&literal.raw);
            let is_number = !is_number.is_empty() && is_number.bytes().all(|digit| digit.is_ascii_digit());
            let what = if is_number && literal.raw.parse::<i32>().is_err() {
                "non 32-bit signed integer"
            } else {
                "non-integer"
            };
            format!("Int cannot represent {what} value: {literal}")
        }
        "String" | "String!" | "[String]" => format!("String cannot represent a non string value: {literal}"),
        "Boolean" | "Boolean!" => format!("Boolean cannot represent a non boolean value: {literal}"),
        "Float" | "Float!" => format!("Float cannot represent non numeric value: {literal}"),
        "ID" | "ID!" => format!("ID cannot represent a non-string and non-integer value: {literal}"),
        expected if definition.kind == "ENUM" => {
            format!("Enum \"{expected}\" cannot represent non-enum value: {literal}.")
        }
        expected => format!("Expected value of type \"{expected}\", found {literal}."),
    }
}
