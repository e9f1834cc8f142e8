//! Variables in terms become those they are declared as.

use super::scopes::Occurrence;
use super::{Locals, Pass};
use crate::rego::check::errors::Code;
use crate::rego::check::names::Symbol;
use crate::rego::check::rewrite::is_scalar;
use crate::rego::check::walk::{Node, each_variable};
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, List, Part, TermId, TermKind, With};

impl Locals<'_, '_> {
    pub(super) fn set_variable(&mut self, id: TermId, name: Symbol) {
        self.unit.nodes.set_kind(id, TermKind::Var(name));
    }

    /// Replaces the variables of a term.
    pub(super) fn term(&mut self, id: TermId) {
        self.term_in(id, Pass::First);
    }

    fn term_in(&mut self, id: TermId, pass: Pass) {
        let term = self.unit.nodes.term(id);
        match term.kind {
            TermKind::Var(name) => match self.scopes.declared(name) {
                Some(becomes) => {
                    self.set_variable(id, becomes);
                    self.scopes.seen(name);
                }
                None => self.scopes.insert(name, name, Occurrence::Seen),
            },
            TermKind::Ref(parts) => match self.root(parts) {
                Some(root) => {
                    let entry = self.scopes.find(root).filter(|entry| entry.occurrence != Occurrence::Seen);
                    if let Some(becomes) = entry.map(|entry| entry.becomes) {
                        self.set_variable(id, becomes);
                        self.scopes.met(root);
                    }
                }
                None => self.terms_in(parts, pass),
            },
            TermKind::Call(list) => {
                if pass == Pass::First {
                    self.check_operator(id, list);
                }
                self.terms_in(list, pass);
            }
            TermKind::Array(list) => self.terms_in(list, pass),
            TermKind::Object(list) | TermKind::Set(list) => {
                for place in 0..list.len() {
                    if let Some(member) = self.unit.nodes.terms(list).get(place).copied()
                        && !is_scalar(self.unit.nodes.term(member).kind)
                    {
                        self.term_in(member, pass);
                    }
                }
            }
            TermKind::ArrayComprehension { term, body } if pass == Pass::First => {
                self.array_comprehension(id, term, body);
            }
            TermKind::SetComprehension { term, body } if pass == Pass::First => {
                let body = self.comprehension(&[term], body);
                self.unit.nodes.set_kind(id, TermKind::SetComprehension { term, body });
            }
            TermKind::ObjectComprehension { entry, body } if pass == Pass::First => {
                let body = self.comprehension(&self.unit.nodes.entry(entry), body);
                self.unit.nodes.set_kind(id, TermKind::ObjectComprehension { entry, body });
            }
            TermKind::TemplateString { parts, .. } => {
                for part in self.unit.nodes.parts(parts).to_vec() {
                    match part {
                        Part::Term(term) => self.term_in(term, pass),
                        Part::Expression(expression) => self.walk(expression, pass),
                    }
                }
            }
            _ => {}
        }
    }

    fn array_comprehension(&mut self, id: TermId, term: TermId, body: Body) {
        let body = self.comprehension(&[term], body);
        self.unit.nodes.set_kind(id, TermKind::ArrayComprehension { term, body });
    }

    /// Rewrites a comprehension in a rule's head, which has no scope around it; `false` if the term is none.
    pub(super) fn comprehension_of_head(&mut self, id: TermId) -> bool {
        match self.unit.nodes.term(id).kind {
            TermKind::ArrayComprehension { .. }
            | TermKind::SetComprehension { .. }
            | TermKind::ObjectComprehension { .. } => self.term(id),
            TermKind::TemplateString { parts, .. } => {
                for part in self.unit.nodes.parts(parts).to_vec() {
                    if let Part::Expression(expression) = part {
                        self.scopes.enter();
                        self.walk(expression, Pass::First);
                        self.scopes.leave();
                    }
                }
            }
            _ => return false,
        }
        true
    }

    fn terms_in(&mut self, list: List<TermId>, pass: Pass) {
        for place in 0..list.len() {
            if let Some(term) = self.unit.nodes.terms(list).get(place).copied()
                && !is_scalar(self.unit.nodes.term(term).kind)
            {
                self.term_in(term, pass);
            }
        }
    }

    /// The root document a ref names, if it names nothing below.
    pub(super) fn root(&self, parts: List<TermId>) -> Option<Symbol> {
        match self.unit.nodes.terms(parts) {
            [head] => self.unit.variable(*head).filter(|name| matches!(*name, Symbol::DATA | Symbol::INPUT)),
            _ => None,
        }
    }

    /// A function that is called must not be a variable.
    fn check_operator(&mut self, call: TermId, list: List<TermId>) {
        let Some(operator) = self.unit.nodes.terms(list).first().copied() else { return };
        let mut shadowed = 0;
        each_variable(&self.unit.nodes, [Node::Term(operator)], |name| {
            shadowed += u32::from(self.scopes.declared(name).is_some_and(|becomes| becomes != name));
        });
        for _ in 0..shadowed {
            let location = self.unit.nodes.term(call).location;
            let message = format!("called function {} shadowed", self.program.term_text(self.unit, operator));
            self.refuse(Code::Compile, location, message);
        }
    }

    /// Rewrites the body of a comprehension in a scope of its own, and what it collects.
    fn comprehension(&mut self, collected: &[TermId], body: Body) -> Body {
        let mut used = Vec::new();
        for term in collected {
            each_variable(&self.unit.nodes, [Node::Term(*term)], |name| used.push(name));
        }
        self.scopes.enter();
        let body = self.body(body, &used);
        for term in collected {
            self.term(*term);
        }
        self.scopes.leave();
        body
    }

    /// Replaces the variables in all terms of an expression, and in its bodies. What was rewritten in a scope of its own
    /// before is only looked at for variables that come from outside.
    pub(super) fn walk(&mut self, id: ExpressionId, pass: Pass) {
        let expression = *self.unit.nodes.expression(id);
        match expression.kind {
            ExpressionKind::Term(term) => self.term_in(term, pass),
            ExpressionKind::Call(list) => self.terms_in(list, pass),
            ExpressionKind::Some { symbols, .. } => self.terms_in(symbols, pass),
            ExpressionKind::Every { key, value, domain, body, .. } => {
                for term in key.into_iter().chain([value, domain]) {
                    self.term_in(term, pass);
                }
                self.walk_body(body, pass);
            }
            ExpressionKind::Not { body, explicit, .. } => self.walk_body(body, pass.into_body(explicit)),
            ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
                self.walk_body(logical.left, pass.into_body(logical.explicit_left));
                self.walk_body(logical.right, pass.into_body(logical.explicit_right));
            }
        }
        for with in self.unit.nodes.withs(expression.with).to_vec() {
            self.with(with);
        }
    }

    fn walk_body(&mut self, body: Body, pass: Pass) {
        for id in self.unit.nodes.body(body).to_vec() {
            self.walk(id, pass);
        }
    }

    /// `input` as a target is the document, also where a variable has its name.
    pub(super) fn with(&mut self, with: With) {
        self.term(with.target);
        if let Some(becomes) = self.scopes.declared(Symbol::INPUT) {
            match self.unit.nodes.term(with.target).kind {
                TermKind::Var(name) if name == becomes => {
                    let location = self.unit.nodes.term(with.target).location;
                    let head = self.unit.nodes.add_term(TermKind::Var(Symbol::INPUT), location);
                    let parts = self.unit.nodes.add_terms(&[head]);
                    self.unit.nodes.set_kind(with.target, TermKind::Ref(parts));
                }
                TermKind::Ref(parts) => {
                    if let Some(head) = self.unit.nodes.terms(parts).first().copied()
                        && self.unit.variable(head) == Some(becomes)
                    {
                        self.set_variable(head, Symbol::INPUT);
                    }
                }
                _ => {}
            }
        }
        self.term(with.value);
    }
}
