//! Copies of terms with all that is in them.

use super::{Parser, next_number};
use crate::rego::syntax::location::Location;
use crate::rego::syntax::tree::{Body, ExpressionId, ExpressionKind, List, Logical, Part, TermId, TermKind, With};
use std::marker::PhantomData;

impl Parser<'_> {
    /// A copy of a term, placed elsewhere with all that is in it.
    pub(super) fn moved_term(&mut self, term: TermId, location: Location) -> TermId {
        let copy = self.copy_term(term);
        self.move_term(copy, location);
        copy
    }

    pub(super) fn moved_list(&mut self, list: List<TermId>, location: Location) -> List<TermId> {
        let copy = self.copy_terms(list);
        self.move_terms(copy, location);
        copy
    }

    fn copy_terms(&mut self, list: List<TermId>) -> List<TermId> {
        let copies: Vec<TermId> =
            self.nodes.terms(list).to_vec().into_iter().map(|term| self.copy_term(term)).collect();
        self.list_of(&copies)
    }

    fn copy_term(&mut self, term: TermId) -> TermId {
        let node = self.nodes.term(term);
        let kind = match node.kind {
            TermKind::Ref(list) => TermKind::Ref(self.copy_terms(list)),
            TermKind::Call(list) => TermKind::Call(self.copy_terms(list)),
            TermKind::Array(list) => TermKind::Array(self.copy_terms(list)),
            TermKind::Object(list) => TermKind::Object(self.copy_terms(list)),
            TermKind::Set(list) => TermKind::Set(self.copy_terms(list)),
            TermKind::ArrayComprehension { term, body } => {
                TermKind::ArrayComprehension { term: self.copy_term(term), body: self.copy_body(body) }
            }
            TermKind::SetComprehension { term, body } => {
                TermKind::SetComprehension { term: self.copy_term(term), body: self.copy_body(body) }
            }
            TermKind::ObjectComprehension { entry, body } => {
                let [key, value] = self.nodes.entry(entry).map(|term| self.copy_term(term));
                let entry = self.nodes.add_entry(key, value);
                TermKind::ObjectComprehension { entry, body: self.copy_body(body) }
            }
            TermKind::TemplateString { raw, parts } => {
                let mut copies = Vec::new();
                for part in self.parts(parts).to_vec() {
                    copies.push(match part {
                        Part::Term(term) => Part::Term(self.copy_term(term)),
                        Part::Expression(id) => Part::Expression(self.copy_expression(id)),
                    });
                }
                let start = next_number(&self.nodes.parts);
                self.nodes.parts.extend_from_slice(&copies);
                let parts = List { start, length: next_number(&copies), of: PhantomData };
                TermKind::TemplateString { raw, parts }
            }
            kind => kind,
        };
        self.new_term(kind, node.location)
    }

    fn copy_body(&mut self, body: Body) -> Body {
        let mark = self.expressions.len();
        for id in self.nodes.body(body).to_vec() {
            let copy = self.copy_expression(id);
            self.expressions.push(copy);
        }
        self.body_since(mark)
    }

    fn copy_expression(&mut self, id: ExpressionId) -> ExpressionId {
        let mut node = *self.nodes.expression(id);
        node.kind = match node.kind {
            ExpressionKind::Term(term) => ExpressionKind::Term(self.copy_term(term)),
            ExpressionKind::Call(list) => ExpressionKind::Call(self.copy_terms(list)),
            ExpressionKind::Some { symbols, location } => {
                ExpressionKind::Some { symbols: self.copy_terms(symbols), location }
            }
            ExpressionKind::Every { key, value, domain, body, location } => ExpressionKind::Every {
                key: key.map(|key| self.copy_term(key)),
                value: self.copy_term(value),
                domain: self.copy_term(domain),
                body: self.copy_body(body),
                location,
            },
            ExpressionKind::Not { body, explicit, location } => {
                ExpressionKind::Not { body: self.copy_body(body), explicit, location }
            }
            ExpressionKind::And(logical) => ExpressionKind::And(self.copy_logical(logical)),
            ExpressionKind::Or(logical) => ExpressionKind::Or(self.copy_logical(logical)),
        };
        let start = node.with.start as usize;
        let withs = self.nodes.withs.get(start..start + node.with.len()).unwrap_or_default().to_vec();
        let mut copies = Vec::new();
        for With { target, value, location } in withs {
            copies.push(With { target: self.copy_term(target), value: self.copy_term(value), location });
        }
        node.with = List { start: next_number(&self.nodes.withs), length: next_number(&copies), of: PhantomData };
        self.nodes.withs.extend(copies);
        let copy = self.new_expression(node.kind, node.location);
        self.change(copy, |expression| *expression = node);
        copy
    }

    fn copy_logical(&mut self, logical: Logical) -> Logical {
        let (left, right) = (self.copy_body(logical.left), self.copy_body(logical.right));
        Logical { left, right, ..logical }
    }
}
