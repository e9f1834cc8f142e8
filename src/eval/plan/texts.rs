//! The texts of rules and expressions, and where variables are read in them.

use super::Slot;
use super::writer::Writer;
use crate::rego::check::{Symbol, is_constant};
use crate::rego::syntax::{self, ExpressionId, List, Span, TermId, TermKind, Written};
use std::borrow::Cow;

impl Writer<'_, '_, '_> {
    /// An expression as OPA writes it, with the author's variables.
    pub(super) fn text(&self, id: ExpressionId) -> String {
        let program = &self.compiled.program;
        let name = |symbol: Symbol| -> Cow<'_, str> {
            let origin = self.unit.origin(symbol);
            if program.names.is_wildcard(origin) {
                return Cow::Borrowed("_");
            }
            self.unit.name(&program.names, &self.compiled.units, origin)
        };
        let written = Written::new(&self.unit.nodes, &name);
        let text = written.expression(id);
        match self.unit.nodes.expression(id).kind {
            // A key that the author did not write.
            syntax::ExpressionKind::Every { key: Some(key), .. } if self.is_made(key) => {
                text.replacen(&format!("every {}, ", written.term(key)), "every ", 1)
            }
            _ => text,
        }
    }

    fn is_made(&self, term: TermId) -> bool {
        self.unit.variable(term).is_some_and(|name| self.unit.origin(name).ordinal().is_some())
    }

    /// The path of a rule's head.
    pub(super) fn rule_text(&self, reference: List<TermId>) -> String {
        let program = &self.compiled.program;
        let nodes = &self.unit.nodes;
        let name = |symbol: Symbol| self.unit.name(&program.names, &self.compiled.units, self.unit.origin(symbol));
        let written = Written::new(nodes, &name);
        let mut text = written.reference(&self.unit.package);
        for (place, part) in nodes.terms(reference).iter().enumerate() {
            match nodes.term(*part).kind {
                TermKind::Var(name) if place == 0 => syntax::write_part(program.names.text(name), &mut text),
                TermKind::String { value, .. } => syntax::write_part(program.names.text(value), &mut text),
                _ if is_constant(nodes, *part) => text.push_str(&format!("[{}]", written.term(*part))),
                _ => break,
            }
        }
        text
    }

    /// Where in the text of an expression variables are read.
    pub(super) fn reads(&mut self, id: ExpressionId) -> Vec<(Span, Slot)> {
        let unit = self.unit;
        let whole = unit.nodes.expression(id).location.text;
        let mut found = Vec::new();
        let mut due = vec![id];
        while let Some(id) = due.pop() {
            let expression = unit.nodes.expression(id);
            match expression.kind {
                syntax::ExpressionKind::Term(term) => self.reads_of(term, &mut found),
                syntax::ExpressionKind::Call(terms) => {
                    for term in unit.nodes.terms(terms).iter().skip(1) {
                        self.reads_of(*term, &mut found);
                    }
                }
                syntax::ExpressionKind::Every { domain, body, .. } => {
                    self.reads_of(domain, &mut found);
                    due.extend(unit.nodes.body(body));
                }
                _ => {}
            }
            for with in unit.nodes.withs(expression.with) {
                self.reads_of(with.value, &mut found);
            }
        }
        found.retain(|(span, _)| span.length > 0 && span.offset >= whole.offset && span.end() <= whole.end());
        found.sort_by_key(|(span, _)| span.offset);
        found
    }

    fn reads_of(&mut self, id: TermId, found: &mut Vec<(Span, Slot)>) {
        let unit = self.unit;
        let term = unit.nodes.term(id);
        match term.kind {
            TermKind::Var(Symbol::DATA | Symbol::INPUT) => {}
            TermKind::Var(name) => {
                let slot = self.slot(name);
                found.push((term.location.text, slot));
            }
            TermKind::Ref(terms) | TermKind::Array(terms) | TermKind::Set(terms) | TermKind::Object(terms) => {
                for term in unit.nodes.terms(terms) {
                    self.reads_of(*term, found);
                }
            }
            _ => {}
        }
    }
}
