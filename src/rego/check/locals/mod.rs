//! Variables of an author into variables of one meaning.
//!
//! Arguments and what `:=`, `some` and `every` declare get a name of their own in the whole program, so that later stages
//! need not think of scopes. A variable must not be declared twice in a scope, nor after it was used there.

mod arguments;
mod builtin_names;
mod membership;
mod scopes;
mod statements;
mod terms;
mod unused;

use super::errors::{CheckError, Code, Place};
use super::names::Symbol;
use super::program::Program;
use super::rewrite::is_scalar;
use super::stage::Stage;
use super::unit::Unit;
use super::walk::{Enter, Node, each_variable, of_head, of_terms, walk};
use crate::rego::syntax::{
    Body, Expression, ExpressionId, ExpressionKind, Head, List, Location, Nodes, RuleId, TermId, TermKind,
};
use scopes::Scopes;

/// Whether nodes are rewritten for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    First,
    /// What is in them was rewritten before, in a scope that is left; only what comes from outside is of interest.
    Again,
}

impl Pass {
    /// The pass in a body of an expression. One in braces was rewritten in a scope of its own.
    const fn into_body(self, explicit: bool) -> Self {
        if explicit { Self::Again } else { self }
    }
}

/// Rewrites the rules of a unit.
pub(super) fn rewrite<'p>(unit: &'p mut Unit<'_>, program: &'p Program<'p>) {
    unit.begin(Stage::LocalVariables);
    let mut locals = Locals {
        unit,
        program,
        scopes: Scopes::default(),
        unused: Vec::new(),
        refused: 0,
        gathered: Vec::new(),
        again: 0,
    };
    for rule in locals.unit.rules.clone() {
        locals.rule_with_else(rule);
    }
}

/// The terms of a head that may hold variables: arguments, the parts of the ref, key and value.
fn terms_of_head(nodes: &Nodes<Symbol>, head: &Head<Symbol>) -> impl Iterator<Item = TermId> {
    let parts = nodes.terms(head.reference).iter().skip(1);
    nodes.terms(head.arguments).iter().chain(parts).copied().chain(head.key).chain(head.value)
}

struct Locals<'u, 'm> {
    unit: &'u mut Unit<'m>,
    program: &'u Program<'u>,
    scopes: Scopes,
    /// What was found to be unused in the rule.
    unused: Vec<(Location, String)>,
    /// How many errors the rule has.
    refused: usize,
    /// The expressions of bodies that are being rewritten, those of an inner body behind those of the outer one.
    gathered: Vec<ExpressionId>,
    /// How many expressions, one in another, are gone through once more.
    again: u32,
}

impl Locals<'_, '_> {
    fn refuse(&mut self, code: Code, location: Location, message: impl Into<String>) {
        self.refused += 1;
        let place = location.is_some().then_some(Place { unit: self.unit.number, location });
        self.unit.tell(Stage::LocalVariables, CheckError::new(code, place, message));
    }

    fn tell_unused(&mut self) {
        for (location, message) in std::mem::take(&mut self.unused) {
            let place = location.is_some().then_some(Place { unit: self.unit.number, location });
            let error = CheckError::new(Code::Compile, place, message).recoverable();
            self.unit.tell(Stage::LocalVariables, error);
        }
    }

    fn rule_with_else(&mut self, id: RuleId) {
        let Some(head) = self.unit.nodes.rule(id).map(|rule| rule.head) else { return };
        let mut unused = Vec::new();
        if self.unit.is_strict(self.program.options) {
            let nodes = &self.unit.nodes;
            each_variable(nodes, of_terms(nodes, head.arguments), |name| unused.push(name));
        }
        self.scopes.begin(&[]);
        self.refused = 0;
        self.arguments(head.arguments);
        let arguments = self.scopes.current().to_vec();
        let mut next = Some(id);
        while let Some(id) = next {
            next = self.unit.nodes.rule(id).and_then(|rule| rule.otherwise);
            self.rule(id, &arguments, &mut unused);
            unused.retain(|name| self.scopes.count(*name) <= 1);
        }
        for name in unused {
            if !self.program.names.is_wildcard(name) {
                let name = self.program.name(self.unit, name);
                let message = format!("unused argument {name}. (hint: use _ (wildcard variable) instead)");
                self.unused.push((head.location, message));
            }
        }
        self.tell_unused();
    }

    fn rule(&mut self, id: RuleId, arguments: &[scopes::Entry], unused: &mut Vec<Symbol>) {
        let Some(rule) = self.unit.nodes.rule(id).copied() else { return };
        let mut used = Vec::new();
        let nodes = &self.unit.nodes;
        if terms_of_head(nodes, &rule.head).any(|term| !is_scalar(nodes.term(term).kind)) {
            self.head_closures(&rule.head);
            used = self.used_by_head(&rule.head, unused);
        }
        self.scopes.begin(arguments);
        self.refused = 0;
        self.builtin_names(id, rule.body);
        let body = self.body(rule.body, &used);
        if let Some(rule) = self.unit.nodes.rule_mut(id) {
            rule.body = body;
        }
        self.rename_in_head(&rule.head);
        self.tell_unused();
    }

    /// Rewrites comprehensions and template strings in arguments, key and value, each in a scope of its own.
    fn head_closures(&mut self, head: &Head<Symbol>) {
        let nodes = &self.unit.nodes;
        let mut closures = Vec::new();
        walk(nodes, of_head(nodes, head), |node| match node {
            Node::Term(term) => match nodes.term(term).kind {
                TermKind::ArrayComprehension { .. }
                | TermKind::SetComprehension { .. }
                | TermKind::ObjectComprehension { .. }
                | TermKind::TemplateString { .. } => {
                    closures.push(term);
                    Enter::No
                }
                _ => Enter::Yes,
            },
            _ => Enter::Yes,
        });
        let mut refused = 0;
        for closure in closures {
            self.scopes.begin(&[]);
            // One closure of a head does not keep another from being looked at.
            let unused = std::mem::take(&mut self.unused);
            self.refused = refused;
            let _ = self.comprehension_of_head(closure);
            refused = self.refused;
            self.unused.splice(0..0, unused);
        }
        self.tell_unused();
    }

    /// The variables a head uses. Arguments that the value uses are not unused.
    fn used_by_head(&self, head: &Head<Symbol>, unused: &mut Vec<Symbol>) -> Vec<Symbol> {
        let nodes = &self.unit.nodes;
        let mut used = Vec::new();
        let parts = of_terms(nodes, head.reference).skip(1).chain(head.key.map(Node::Term));
        each_variable(nodes, parts, |name| used.push(name));
        if let Some(value) = head.value {
            each_variable(nodes, [Node::Term(value)], |name| {
                used.push(name);
                unused.retain(|argument| *argument != name);
            });
        }
        used
    }

    /// Replaces variables in terms of a head by what they became in the body.
    fn rename_in_head(&mut self, head: &Head<Symbol>) {
        let nodes = &self.unit.nodes;
        let mut found = Vec::new();
        walk(nodes, terms_of_head(nodes, head).map(Node::Term), |node| {
            if let Node::Term(term) = node
                && let TermKind::Var(name) = nodes.term(term).kind
                && let Some(entry) = self.scopes.find_here(name)
                && entry.becomes != name
            {
                found.push((term, entry.becomes));
            }
            Enter::Yes
        });
        for (term, becomes) in found {
            self.set_variable(term, becomes);
        }
    }

    /// Rewrites a body in the innermost scope. `used` are variables that something beside the body uses.
    fn body(&mut self, body: Body, used: &[Symbol]) -> Body {
        let declared_at = self.declared_at(body);
        let start = self.gathered.len();
        for place in 0..body.len() {
            if let Some(id) = self.unit.nodes.body(body).get(place).copied() {
                let rewritten = self.statement(id);
                self.gathered.extend(rewritten);
            }
        }
        if self.gathered.len() == start {
            let term = self.unit.nodes.add_term(TermKind::Boolean(true), Location::NONE);
            self.gathered.push(self.unit.nodes.add_expression(Expression {
                kind: ExpressionKind::Term(term),
                with: List::EMPTY,
                index: 0,
                negated: false,
                generated: false,
                location: Location::NONE,
            }));
        }
        let after = self.gathered.get(start..).unwrap_or_default();
        let rewritten = if after == self.unit.nodes.body(body) { body } else { self.unit.nodes.add_body(after) };
        self.gathered.truncate(start);
        self.unused_assigned(body, used);
        self.unused_declared(body, used, &declared_at);
        rewritten
    }
}
