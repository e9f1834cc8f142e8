//! Whole terms: what is in them, and other places for all of it.

use super::Parser;
use crate::rego::syntax::location::Location;
use crate::rego::syntax::nodes::Nodes;
use crate::rego::syntax::tree::{Body, ExpressionKind, List, Logical, Part, TermId, TermKind, Text, With};

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
                    kind => push_parts(&self.nodes, kind, &mut rest),
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

    pub(super) fn move_terms(&mut self, list: List<TermId>, location: Location) {
        for place in list.start..list.start + list.length {
            if let Some(term) = self.nodes.term_lists.get(place as usize).copied() {
                self.move_term(term, location);
            }
        }
    }

    pub(super) fn move_term(&mut self, term: TermId, location: Location) {
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
            TermKind::ObjectComprehension { entry, body } => {
                let [key, value] = self.nodes.entry(entry);
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
}

fn push_parts(nodes: &Nodes<Text>, kind: TermKind, rest: &mut Vec<Node>) {
    match kind {
        TermKind::Call(list) | TermKind::Array(list) | TermKind::Object(list) | TermKind::Set(list) => {
            rest.extend(nodes.terms(list).iter().map(|term| Node::Term(*term)));
        }
        TermKind::ArrayComprehension { term, body } | TermKind::SetComprehension { term, body } => {
            rest.extend([Node::Term(term), Node::Body(body)]);
        }
        TermKind::ObjectComprehension { entry, body } => {
            rest.extend(nodes.entry(entry).map(Node::Term));
            rest.push(Node::Body(body));
        }
        _ => {}
    }
}
