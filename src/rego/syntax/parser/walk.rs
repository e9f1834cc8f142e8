//! Whole terms: what is in them, and copies of them placed elsewhere.

use super::{Parser, next_number};
use crate::rego::syntax::location::Location;
use crate::rego::syntax::tree::{Body, ExpressionKind, List, Logical, Part, TermId, TermKind, With};
use std::marker::PhantomData;

/// Nodes still to be looked at.
#[derive(Clone, Copy)]
enum Node {
    Term(TermId),
    Body(Body),
}

impl Parser<'_> {
    /// Whether a term holds no variable.
    pub(super) fn is_ground(&self, term: TermId) -> bool {
        let mut rest = vec![Node::Term(term)];
        while let Some(node) = rest.pop() {
            match node {
                Node::Term(term) => match self.kind(term) {
                    TermKind::Var(_) | TermKind::TemplateString { .. } => return false,
                    // The head of a ref does not count.
                    TermKind::Ref(list) => rest.extend(self.nodes.terms(list).iter().skip(1).map(|id| Node::Term(*id))),
                    kind => push_parts(kind, self.nodes.terms(list_of(kind)), &mut rest),
                },
                Node::Body(body) => {
                    for id in self.nodes.body(body) {
                        match self.nodes.expression(*id).kind {
                            ExpressionKind::Term(term) => rest.push(Node::Term(term)),
                            ExpressionKind::Call(list) => {
                                rest.extend(self.nodes.terms(list).iter().skip(1).map(|id| Node::Term(*id)));
                            }
                            ExpressionKind::Not { body, .. } => rest.push(Node::Body(body)),
                            ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
                                rest.extend([Node::Body(logical.left), Node::Body(logical.right)]);
                            }
                            ExpressionKind::Some { .. } | ExpressionKind::Every { .. } => return false,
                        }
                    }
                }
            }
        }
        true
    }

    pub(super) fn is_ground_reference(&self, list: List<TermId>) -> bool {
        self.nodes.terms(list).iter().skip(1).all(|term| self.is_ground(*term))
    }

    /// The kinds of refs, variables and calls in a value, outside of comprehensions; none is looked into.
    pub(super) fn find_references(&self, term: TermId, found: &mut Vec<&'static str>) {
        let mut rest = vec![term];
        while let Some(term) = rest.pop() {
            let kind = self.kind(term);
            match kind {
                TermKind::Ref(_) | TermKind::Var(_) | TermKind::Call(_) => found.push(kind.name()),
                TermKind::TemplateString { parts, .. } => {
                    let parts = self.parts(parts).iter().rev();
                    for part in parts {
                        match part {
                            Part::Term(term) => rest.push(*term),
                            Part::Expression(id) => match self.nodes.expression(*id).kind {
                                ExpressionKind::Term(term) => rest.push(term),
                                ExpressionKind::Call(list) => {
                                    rest.extend(self.nodes.terms(list).iter().rev());
                                }
                                _ => {}
                            },
                        }
                    }
                }
                TermKind::Array(list) | TermKind::Set(list) | TermKind::Object(list) => {
                    rest.extend(self.nodes.terms(list).iter().rev());
                }
                _ => {}
            }
        }
    }

    pub(super) fn parts(&self, list: List<Part>) -> &[Part] {
        self.nodes.parts.get(list.start as usize..(list.start + list.length) as usize).unwrap_or_default()
    }

    /// Places a body and all that is in it at one place.
    pub(super) fn move_body(&mut self, body: Body, location: Location) {
        for id in self.nodes.body(body).to_vec() {
            let expression = *self.nodes.expression(id);
            let mut kind = expression.kind;
            match &mut kind {
                ExpressionKind::Term(term) => self.move_term(*term, location),
                ExpressionKind::Call(list) => self.move_terms(*list, location),
                ExpressionKind::Some { symbols, location: place } => {
                    *place = location;
                    self.move_terms(*symbols, location);
                }
                ExpressionKind::Every { key, value, domain, body, location: place } => {
                    *place = location;
                    for term in key.iter().chain([&*value, &*domain]) {
                        self.move_term(*term, location);
                    }
                    self.move_body(*body, location);
                }
                ExpressionKind::Not { body, location: place, .. } => {
                    *place = location;
                    self.move_body(*body, location);
                }
                ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
                    logical.location = location;
                    let Logical { left, right, .. } = *logical;
                    self.move_body(left, location);
                    self.move_body(right, location);
                }
            }
            let start = expression.with.start as usize;
            for place in start..start + expression.with.len() {
                let Some(with) = self.nodes.withs.get_mut(place) else { break };
                with.location = location;
                let With { target, value, .. } = *with;
                self.move_term(target, location);
                self.move_term(value, location);
            }
            self.change(id, |expression| {
                expression.kind = kind;
                expression.location = location;
            });
        }
    }

    fn move_terms(&mut self, list: List<TermId>, location: Location) {
        for place in list.start..list.start + list.length {
            if let Some(term) = self.nodes.term_lists.get(place as usize).copied() {
                self.move_term(term, location);
            }
        }
    }

    fn move_term(&mut self, term: TermId, location: Location) {
        self.set_place(term, location);
        match self.kind(term) {
            TermKind::Ref(list)
            | TermKind::Call(list)
            | TermKind::Array(list)
            | TermKind::Object(list)
            | TermKind::Set(list) => self.move_terms(list, location),
            TermKind::ArrayComprehension { term, body } | TermKind::SetComprehension { term, body } => {
                self.move_term(term, location);
                self.move_body(body, location);
            }
            TermKind::ObjectComprehension { key, value, body } => {
                self.move_term(key, location);
                self.move_term(value, location);
                self.move_body(body, location);
            }
            TermKind::TemplateString { parts, .. } => {
                for part in self.parts(parts).to_vec() {
                    match part {
                        Part::Term(term) => self.move_term(term, location),
                        Part::Expression(id) => {
                            let body = self.body_of(id);
                            self.move_body(body, location);
                        }
                    }
                }
            }
            TermKind::Null
            | TermKind::Boolean(_)
            | TermKind::Number(_)
            | TermKind::String { .. }
            | TermKind::Var(_) => {}
        }
    }

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
        let node = *self.nodes.term(term);
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
            TermKind::ObjectComprehension { key, value, body } => TermKind::ObjectComprehension {
                key: self.copy_term(key),
                value: self.copy_term(value),
                body: self.copy_body(body),
            },
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

    fn copy_expression(
        &mut self,
        id: crate::rego::syntax::tree::ExpressionId,
    ) -> crate::rego::syntax::tree::ExpressionId {
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

/// The list of a term that is made of one.
const fn list_of(kind: TermKind) -> List<TermId> {
    match kind {
        TermKind::Ref(list)
        | TermKind::Call(list)
        | TermKind::Array(list)
        | TermKind::Object(list)
        | TermKind::Set(list) => list,
        _ => List::EMPTY,
    }
}

fn push_parts(kind: TermKind, terms: &[TermId], rest: &mut Vec<Node>) {
    rest.extend(terms.iter().map(|term| Node::Term(*term)));
    match kind {
        TermKind::ArrayComprehension { term, body } | TermKind::SetComprehension { term, body } => {
            rest.extend([Node::Term(term), Node::Body(body)]);
        }
        TermKind::ObjectComprehension { key, value, body } => {
            rest.extend([Node::Term(key), Node::Term(value), Node::Body(body)]);
        }
        _ => {}
    }
}
