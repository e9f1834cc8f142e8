//! Terms.

use super::Writer;
use crate::rego::syntax::{TermId, TermKind, is_identifier, is_keyword, quoted};

impl Writer<'_> {
    /// A term; a call that is written between its operands is put in parentheses if `grouped`.
    pub(super) fn term(&mut self, id: TermId, grouped: bool) {
        let is_wrapped = self.wrapped_term == Some(id);
        if is_wrapped {
            self.wrapped_term = None;
        }
        if !self.inline {
            self.start_line();
        }
        let term = *self.module.term(id);
        match term.kind {
            TermKind::Ref(parts) => self.reference(self.module.terms(parts)),
            TermKind::Object(list) => self.object(id, list, term.location),
            TermKind::Array(list) => {
                let members = self.module.terms(list).to_vec();
                self.write("[");
                self.list(&members, term.location, true);
                self.write("]");
            }
            TermKind::Set(list) => self.set(id, list, term.location),
            TermKind::ArrayComprehension { term: member, body } => {
                self.comprehension(["[", "]"], None, member, body, term.location);
            }
            TermKind::SetComprehension { term: member, body } => {
                self.comprehension(["{", "}"], None, member, body, term.location);
            }
            TermKind::ObjectComprehension { key, value, body } => {
                self.comprehension(["{", "}"], Some(key), value, body, term.location);
            }
            TermKind::String { .. } => self.string(id),
            TermKind::TemplateString { .. } => self.write(self.text(term.location)),
            TermKind::Call(list) => self.call(list, grouped || is_wrapped),
            TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::Var(_) => {
                let text = self.written(id);
                self.write(&text);
            }
        }
        if !self.inline {
            self.start_line();
        }
    }

    /// A string as it was written.
    fn string(&mut self, id: TermId) {
        let text = self.text(self.module.term(id).location);
        let quote = text.chars().next_back().filter(|last| matches!(last, '"' | '`'));
        match quote.and_then(|quote| text.find(quote)).and_then(|start| text.get(start..)) {
            Some(text) => self.write(text),
            None => {
                let text = self.written(id);
                self.write(&text);
            }
        }
    }

    pub(super) fn reference(&mut self, parts: &[TermId]) {
        let Some((head, rest)) = parts.split_first() else { return };
        let is_call = matches!(self.kind(*head), TermKind::Call(_));
        let grouped = is_call && self.text(self.module.term(*head).location).starts_with('(');
        self.term(*head, grouped);
        for part in rest {
            self.part(*part);
        }
    }

    /// A part of a ref behind its head.
    pub(super) fn part(&mut self, part: TermId) {
        let TermKind::String { value, .. } = self.kind(part) else {
            self.write("[");
            self.term(part, false);
            return self.write("]");
        };
        let text = self.module.text(value);
        let is_quoted = self.text(self.module.term(part).location).starts_with('"');
        if !is_identifier(text) || (is_quoted && is_keyword(text, self.module.version)) {
            self.write("[");
            self.write(&quoted(text));
            self.write("]");
        } else {
            self.write(".");
            self.write(text);
        }
    }
}
