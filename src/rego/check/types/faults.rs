//! Faults in OPA's words.

use super::Checker;
use super::fault::{Fault, Found};
use super::node_json::NodeJson;
use super::references::OneOf;
use crate::rego::check::errors::{CheckError, Code, Details, Place, text_order};
use crate::rego::check::names::Symbol;
use crate::rego::check::unit::Unit;
use crate::rego::syntax::{TermId, Written};
use crate::rego::types::{Constant, Shape, Type};
use serde_json::{Value, json};
use std::borrow::Cow;

/// A detail line wider than this is shown with less.
const WIDEST: usize = 80;

const MATCH_ERROR: &str = "https://www.openpolicyagent.org/docs/errors/rego-type-error/match-error";

impl Checker<'_, '_> {
    /// What was found, as errors: sorted, and no more than are told.
    pub(super) fn told(mut self) -> Vec<CheckError> {
        let mut found = std::mem::take(&mut self.found);
        let key = |found: &Found| {
            let some = found.location.is_some();
            (!some, if some { found.unit } else { 0 }, found.location.at)
        };
        found.sort_by_key(key);
        let limit = match self.program.options.limit {
            0 => usize::MAX,
            limit => limit,
        };
        let mut errors: Vec<CheckError> = Vec::new();
        for same in found.chunk_by(|left, right| key(left) == key(right)) {
            if errors.len() >= limit {
                break;
            }
            let mut told: Vec<CheckError> = same.iter().map(|found| self.error(found)).collect();
            told.sort_by(text_order);
            errors.append(&mut told);
        }
        errors.truncate(limit);
        errors
    }

    pub(super) fn error(&mut self, found: &Found) -> CheckError {
        let unit = self.units.get(found.unit as usize).unwrap_or(self.unit);
        let words = Words { units: self.units, unit, names: &self.program.names };
        let place = found.location.is_some().then_some(Place { unit: found.unit, location: found.location });
        let (message, details) = match &found.fault {
            Fault::Mismatch { left, right } => ("match error".to_owned(), Some(self.mismatch(*left, *right))),
            Fault::Arguments { operator, message, have, want, variadic } => {
                (format!("{}: {message}", words.term(*operator)), Some(self.arguments(have, want, *variadic)))
            }
            Fault::Schema { message } => (message.clone(), None),
            Fault::NoFunction { operator } => (format!("undefined function {}", words.term(*operator)), None),
            Fault::NotIndexable { reference, position, have } => (
                self.cannot_index(&words, reference, *have),
                Some(self.not_indexed(&words, reference, *position, *have)),
            ),
            Fault::WrongKey { reference, position, have, want, one_of } => (
                format!("undefined ref: {}", words.reference(reference)),
                Some(self.wrong(&words, reference, *position, *have, *want, one_of)),
            ),
        };
        let error = CheckError::new(Code::Type, place, message);
        match details {
            Some(details) => error.with_details(details),
            None => error,
        }
    }

    fn json(&self, of: Type) -> Value {
        serde_json::from_str(&self.types.json(of)).unwrap_or_default()
    }

    fn json_of(&self, all: &[Type]) -> Value {
        all.iter().map(|of| self.json(*of)).collect()
    }

    fn mismatch(&self, left: Type, right: Type) -> Details {
        let line = |side: &str, text: &str| format!("{side}: {text}");
        let mut lines = vec![line("left  ", &self.types.text(left)), line("right ", &self.types.text(right))];
        if lines.iter().any(|line| is_wide(line)) {
            let (left, right) = self.types.difference(left, right);
            lines = vec![line("left  ", &left), line("right ", &right)];
        }
        let kind = match (self.types.shape(left), self.types.shape(right)) {
            (Shape::Object { .. }, Shape::Object { .. }) => Some("objects"),
            (Shape::Array { .. }, Shape::Array { .. }) => Some("arrays"),
            (Shape::Set(_), Shape::Set(_)) => Some("sets"),
            _ => None,
        };
        lines.extend(kind.map(|kind| {
            format!(
                "hint  : both sides are {kind} but their types differ, so they can never be equal (see {MATCH_ERROR})"
            )
        }));
        Details { json: json!({"a": self.json(left), "b": self.json(right)}), lines }
    }

    fn arguments(&mut self, have: &[Type], want: &[Type], variadic: Type) -> Details {
        let mut wanted = serde_json::Map::new();
        if !want.is_empty() {
            wanted.insert("args".to_owned(), self.json_of(want));
        }
        if !variadic.is_unknown() {
            wanted.insert("variadic".to_owned(), self.json(variadic));
        }
        let line = |side: &str, parts: &[String]| format!("{side}: ({})", parts.join(", "));
        let texts = |all: &[Type]| all.iter().map(|of| self.types.text(*of)).collect::<Vec<_>>();
        let mut wants = texts(want);
        wants.extend((!variadic.is_unknown()).then(|| self.types.text(variadic) + "..."));
        let mut haves = texts(have);
        let mut lines = vec![line("have", &haves), line("want", &wants)];
        if lines.iter().any(|line| is_wide(line)) {
            let outlines = |all: &[Type]| all.iter().map(|of| self.types.outline(*of)).collect::<Vec<_>>();
            (haves, wants) = (outlines(have), outlines(want));
            for ((left, right), (have, want)) in haves.iter_mut().zip(&mut wants).zip(have.iter().zip(want)) {
                (*left, *right) = self.argument(*have, *want);
            }
            wants.extend((!variadic.is_unknown()).then(|| self.types.outline(variadic) + "..."));
            lines = vec![line("have", &haves), line("want", &wants)];
        }
        Details { json: json!({"have": self.json_of(have), "want": wanted}), lines }
    }

    /// An argument beside the one that is wanted; only what conflicts is shown in full.
    fn argument(&mut self, have: Type, want: Type) -> (String, String) {
        let (left, right) = (self.types.unnamed(have), self.types.unnamed(want));
        if self.types.unifies(left, right) {
            return (self.types.outline(have), self.types.outline(want));
        }
        self.types.difference(have, want)
    }

    fn cannot_index(&self, words: &Words<'_, '_>, reference: &[TermId], have: Type) -> String {
        let Shape::Function { .. } = self.types.shape(have) else {
            return format!("undefined ref: {}", words.reference(reference));
        };
        let shown = match reference.split_last() {
            Some((last, function)) if is_generated(&words.term(*last)) => function,
            _ => reference,
        };
        format!("function {} used as reference, not called", words.reference(shown))
    }

    fn not_indexed(&self, words: &Words<'_, '_>, reference: &[TermId], position: usize, have: Type) -> Details {
        let up_to = reference.get(..=position).unwrap_or(reference);
        let lines = vec![
            words.reference(reference),
            "^".repeat(words.reference(up_to).len()),
            format!("have: {}", self.types.text(have)),
        ];
        Details { json: json!({"ref": words.json(reference), "pos": position, "have": self.json(have)}), lines }
    }

    fn wrong(
        &self,
        words: &Words<'_, '_>,
        reference: &[TermId],
        position: usize,
        have: Type,
        want: Type,
        one_of: &OneOf,
    ) -> Details {
        let mut keys = match one_of {
            OneOf::Nothing => Vec::new(),
            OneOf::Of(of) => self.types.known_keys(*of),
            OneOf::Keys(keys) => keys.clone(),
        };
        self.types.sort_keys(&mut keys);
        let mut object = serde_json::Map::new();
        object.insert("ref".to_owned(), words.json(reference));
        object.insert("pos".to_owned(), position.into());
        if !have.is_unknown() {
            object.insert("have".to_owned(), self.json(have));
        }
        object.insert("want".to_owned(), self.json(want));
        let listed = || keys.iter().map(|key| self.key(*key)).collect::<Value>();
        object.insert("oneOf".to_owned(), if keys.is_empty() { Value::Null } else { listed() });

        let before = reference.get(..position).unwrap_or(reference);
        let pad = " ".repeat(words.reference(before).len() + 1);
        let mut lines = vec![words.reference(reference), format!("{pad}^")];
        if have.is_unknown() {
            let key = reference.get(position).map_or(String::new(), |key| words.term(*key));
            lines.push(format!("{pad}have: {key}"));
        } else {
            lines.push(format!("{pad}have (type): {}", self.types.text(have)));
        }
        if !keys.is_empty() || want.is_unknown() {
            let keys: Vec<String> = keys.iter().map(|key| self.types.constant_text(*key)).collect();
            lines.push(format!("{pad}want (one of): [{}]", keys.join(" ")));
        } else {
            lines.push(format!("{pad}want (type): {}", self.types.text(want)));
        }
        Details { json: Value::Object(object), lines }
    }

    /// A key as JSON; `null` is an empty object in OPA's.
    fn key(&self, key: Constant) -> Value {
        if key == Constant::NULL {
            return json!({});
        }
        let mut text = String::new();
        self.types.write_constant(key, &mut text);
        serde_json::from_str(&text).unwrap_or_default()
    }
}

fn is_wide(line: &str) -> bool {
    line.chars().count() > WIDEST
}

/// Whether a name stands for something a stage made.
fn is_generated(text: &str) -> bool {
    text.split("__local").skip(1).any(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && rest.get(digits..).is_some_and(|rest| rest.starts_with("__"))
    })
}

/// The terms of a unit in words: variables that stages made are the author's, or the terms they stand for.
pub(super) struct Words<'a, 'm> {
    pub(super) units: &'a [Unit<'m>],
    pub(super) unit: &'a Unit<'m>,
    pub(super) names: &'a crate::rego::check::names::Names,
}

impl Words<'_, '_> {
    fn name(&self, symbol: Symbol) -> Cow<'_, str> {
        match self.subject(symbol) {
            Some(subject) => Cow::Owned(self.term(subject)),
            None => self.unit.name(self.names, self.units, self.unit.origin(symbol)),
        }
    }

    /// The term a made variable was put in place of.
    pub(super) fn subject(&self, symbol: Symbol) -> Option<TermId> {
        self.unit.made.get(symbol.ordinal()? as usize)?.subject
    }

    /// The name of a variable that stands for no term.
    pub(super) fn variable(&self, symbol: Symbol) -> String {
        self.unit.name(self.names, self.units, self.unit.origin(symbol)).into_owned()
    }

    fn term(&self, term: TermId) -> String {
        Written::new(&self.unit.nodes, &|symbol| self.name(symbol)).term(term)
    }

    fn reference(&self, parts: &[TermId]) -> String {
        Written::new(&self.unit.nodes, &|symbol| self.name(symbol)).reference(parts)
    }

    fn json(&self, parts: &[TermId]) -> Value {
        parts.iter().map(|part| NodeJson(self).term(*part, 0)).collect()
    }
}
