//! Terms.

use super::calls::Position;
use super::{ARRAY, Writer};
use crate::rego::syntax::{Body, List, Part, TermId, TermKind};

/// How many brackets may be open before what is inside is built by calls: the parser of regorus takes twice as long with
/// every bracket.
const BRACKETS: usize = 8;

impl Writer<'_> {
    pub(super) fn term(&mut self, id: TermId) {
        self.term_at(id, Position::Inside);
    }

    pub(super) fn term_at(&mut self, id: TermId, position: Position) {
        let at = self.module.term(id).location.at;
        self.deeper(at, |writer| writer.write_term(id, position));
    }

    fn write_term(&mut self, id: TermId, position: Position) {
        let module = self.module;
        if !self.in_pattern
            && let Some(number) = self.taken_out(id)
        {
            return self.constant(number);
        }
        match module.term(id).kind {
            TermKind::Null => self.out.push_str("null"),
            TermKind::Boolean(value) => self.out.push_str(if value { "true" } else { "false" }),
            TermKind::Number(text) => self.out.push_str(module.text(text)),
            TermKind::String { value, .. } => self.string(module.text(value)),
            TermKind::Var(name) => self.variable(name),
            TermKind::Ref(parts) => self.reference(parts),
            TermKind::Call(terms) => self.call(terms, position),
            TermKind::Array(members) if self.brackets >= BRACKETS && !self.in_pattern => {
                self.out.push_str(&format!("{ARRAY}{}(", members.len()));
                self.separated(module.terms(members));
                self.out.push(')');
            }
            TermKind::Array(members) => self.bracketed('[', module.terms(members), ']'),
            TermKind::Set(members) if members.is_empty() => self.out.push_str("set()"),
            TermKind::Set(members) => self.bracketed('{', module.terms(members), '}'),
            TermKind::Object(entries) => {
                self.out.push('{');
                self.brackets += 1;
                for (place, entry) in module.terms(entries).iter().enumerate() {
                    if place > 0 {
                        self.out.push_str(if place % 2 == 0 { ", " } else { ": " });
                    }
                    self.term(*entry);
                }
                self.brackets -= 1;
                self.out.push('}');
            }
            TermKind::ArrayComprehension { term, body } => self.comprehension('[', &[term], body, ']'),
            TermKind::SetComprehension { term, body } => self.comprehension('{', &[term], body, '}'),
            TermKind::ObjectComprehension { key, value, body } => {
                self.comprehension('{', &[key, value], body, '}');
            }
            TermKind::TemplateString { parts, .. } => self.template(parts),
        }
    }

    pub(super) fn separated(&mut self, terms: &[TermId]) {
        for (place, term) in terms.iter().enumerate() {
            if place > 0 {
                self.out.push_str(", ");
            }
            self.term(*term);
        }
    }

    fn bracketed(&mut self, open: char, members: &[TermId], close: char) {
        self.out.push(open);
        self.brackets += 1;
        self.separated(members);
        self.brackets -= 1;
        self.out.push(close);
    }

    fn comprehension(&mut self, open: char, terms: &[TermId], body: Body, close: char) {
        self.out.push(open);
        self.brackets += 1;
        for (place, term) in terms.iter().enumerate() {
            if place > 0 {
                self.out.push_str(": ");
            }
            self.term(*term);
        }
        self.out.push_str(" |");
        self.body(body);
        self.brackets -= 1;
        self.out.push(close);
    }

    pub(super) fn reference(&mut self, parts: List<TermId>) {
        let module = self.module;
        for (place, part) in module.terms(parts).iter().enumerate() {
            match module.term(*part).kind {
                _ if place == 0 => {
                    self.term_at(*part, Position::Operand);
                    self.in_head = false;
                }
                TermKind::String { value, .. } => self.field(module.text(value)),
                _ => {
                    self.out.push('[');
                    self.term(*part);
                    self.out.push(']');
                }
            }
        }
    }

    /// The parts of a template string: texts, and for each expression the set of what it gives.
    fn template(&mut self, parts: List<Part>) {
        let module = self.module;
        self.out.push_str(super::TEMPLATE);
        self.out.push_str("([");
        for (place, part) in module.parts(parts).iter().enumerate() {
            if place > 0 {
                self.out.push_str(", ");
            }
            match part {
                Part::Term(term) => {
                    self.out.push('{');
                    self.term(*term);
                    self.out.push('}');
                }
                Part::Expression(expression) => {
                    let name = format!("policy_part_{}", self.parts);
                    self.parts += 1;
                    self.out.push_str(&format!("{{{name} |"));
                    self.line(module.expression(*expression).location);
                    self.out.push_str(&format!("{name} := "));
                    self.expression(*expression);
                    self.out.push('}');
                }
            }
        }
        self.out.push_str("])");
    }
}
