//! What is told of expressions where they fail, with variables numbered.

use super::writer::Writer;
use super::{Shown, ShownDocument, ShownPart, ShownValue, Slot, Term};
use crate::eval::Value;
use crate::rego::check::{self, Symbol, variables_of_head};
use crate::rego::syntax::{self, ExpressionId, RuleId, TermId, TermKind};

impl Writer<'_, '_, '_> {
    /// Whether values are to be told.
    pub(super) fn shows_values(&self) -> bool {
        self.compiled.program.options.shows_values
    }

    pub(super) fn shown(&mut self, id: ExpressionId) -> Shown {
        let shown = check::shown(self.unit, id);
        let parts = shown.parts.iter().filter_map(|part| {
            Some(ShownPart {
                location: part.location,
                value: self.shown_value(part.term)?,
                in_with: part.in_with,
                without_value: part.without_value,
            })
        });
        let parts = parts.collect();
        let documents = shown.documents.iter().filter_map(|document| self.shown_document(*document)).collect();
        Shown { whole: shown.whole, parts, variables: self.named(&shown.variables), documents }
    }

    /// The variables of the head of a rule.
    pub(super) fn shown_of_head(&mut self, id: RuleId) -> Vec<(String, Slot)> {
        let variables = variables_of_head(self.unit, id);
        self.named(&variables)
    }

    /// Variables of the author's by the names he gave them, others by those they have.
    fn named(&mut self, variables: &[Symbol]) -> Vec<(String, Slot)> {
        let names = &self.compiled.program.names;
        let mut named = Vec::new();
        for variable in variables {
            if let Some(slot) = self.slots.get(variable) {
                let name = self.unit.name(names, &self.compiled.units, self.unit.origin(*variable));
                named.push((name.into_owned(), *slot));
            }
        }
        named
    }

    /// The value a piece of text has; `None` where it is none that can be told.
    fn shown_value(&mut self, id: TermId) -> Option<ShownValue> {
        let unit = self.unit;
        match unit.nodes.term(id).kind {
            TermKind::Var(Symbol::DATA | Symbol::INPUT) => Some(ShownValue::Unknown),
            TermKind::Var(name) => Some(ShownValue::Variable(self.slot(name))),
            TermKind::Ref(parts) => {
                let (head, keys) = unit.nodes.terms(parts).split_first()?;
                let Term::Variable(head) = self.term(*head) else { return None };
                let keys: Vec<Term> = keys.iter().map(|key| self.term(*key)).collect();
                let is_known = |key: &Term| matches!(key, Term::Constant(_) | Term::Variable(_));
                keys.iter().all(is_known).then_some(ShownValue::Member(head, keys))
            }
            _ => None,
        }
    }

    fn shown_document(&mut self, id: TermId) -> Option<ShownDocument> {
        let unit = self.unit;
        let TermKind::Ref(parts) = unit.nodes.term(id).kind else { return None };
        let (head, keys) = unit.nodes.terms(parts).split_first()?;
        let location = unit.nodes.term(*head).location;
        let (mut text, mut path) = ("data".to_owned(), Vec::new());
        for key in keys {
            let Term::Constant(key) = self.term(*key) else { break };
            match &key {
                Value::String(name) => syntax::write_part(name, &mut text),
                key => text.push_str(&format!("[{key}]")),
            }
            path.push(key);
        }
        location.is_some().then_some(ShownDocument { location, text, path })
    }
}
