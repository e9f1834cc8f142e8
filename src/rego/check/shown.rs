//! What of an expression is told where it fails, after `PrettyEvent` of OPA 1.22.2.
//!
//! Stages take an expression of the author apart; what fails is one piece of it. Told is the whole, with the values in the
//! piece, and those in the other pieces as far as they are known.

use super::names::Symbol;
use super::unit::Unit;
use super::walk::{Enter, Node, of_head, walk};
use crate::rego::syntax::{ExpressionId, ExpressionKind, List, Location, TermId, TermKind};
use rustc_hash::FxHashSet;

/// What of an expression is told where it fails.
#[derive(Debug)]
pub struct Shown {
    /// The place of the author's expression.
    pub whole: Location,
    /// What has a value, in the order it is looked at.
    pub parts: Vec<ShownPart>,
    /// All variables in the expression, in the order it is walked through.
    pub variables: Vec<Symbol>,
    /// The refs into `data` in the expression.
    pub documents: Vec<TermId>,
}

/// A piece of text that has a value.
#[derive(Debug, Clone, Copy)]
pub struct ShownPart {
    /// Where it stands.
    pub location: Location,
    /// What its value is that of: a variable, or a ref that goes into one.
    pub term: TermId,
    /// Whether it stands in a `with` of the expression itself.
    pub in_with: bool,
    /// What is told where it has none.
    pub without_value: WithoutValue,
}

/// What is told of a part without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutValue {
    /// That it is undefined.
    Undefined,
    /// That it is undefined, unless the expression is negated: then it may not have been looked at.
    UndefinedUnlessNegated,
    /// Nothing.
    Nothing,
}

/// What is told of an expression.
#[must_use]
pub fn shown(unit: &Unit<'_>, id: ExpressionId) -> Shown {
    let mut shown = Shown { whole: whole(unit, id), parts: Vec::new(), variables: Vec::new(), documents: Vec::new() };
    walk(&unit.nodes, [Node::Expression(id)], |node| {
        if let Node::Term(id) = node {
            match unit.nodes.term(id).kind {
                TermKind::Var(name) => shown.variables.push(name),
                TermKind::Ref(parts) if is_document(unit, parts) => shown.documents.push(id),
                _ => {}
            }
        }
        Enter::Yes
    });
    let own: FxHashSet<Symbol> = shown.variables.iter().copied().collect();
    let mut parts = Parts { unit, own: &own, is_own: true, in_with: false, found: Vec::new() };
    parts.expression(id);
    parts.is_own = false;
    let mut seen = FxHashSet::default();
    let _ = seen.insert(id);
    others(unit, id, &mut seen, &mut |other| parts.expression(other));
    shown.parts = parts.found;
    shown
}

/// The variables of the head of a rule that are told of it.
#[must_use]
pub fn variables_of_head(unit: &Unit<'_>, rule: crate::rego::syntax::RuleId) -> Vec<Symbol> {
    let mut found = Vec::new();
    if let Some(rule) = unit.nodes.rule(rule) {
        let reference = unit.nodes.terms(rule.head.reference).iter().copied().map(Node::Term);
        let nodes = of_head(&unit.nodes, &rule.head).chain(reference);
        super::walk::each_variable(&unit.nodes, nodes, |name| found.push(name));
    }
    found
}

fn is_document(unit: &Unit<'_>, parts: List<TermId>) -> bool {
    let head = unit.nodes.terms(parts).first().copied();
    head.and_then(|head| unit.variable(head)) == Some(Symbol::DATA)
}

/// The place of the expression that all others were made out of.
fn whole(unit: &Unit<'_>, id: ExpressionId) -> Location {
    let mut id = id;
    while let Some(from) = unit.derived_from(id) {
        id = from;
    }
    unit.nodes.expression(id).location
}

/// Tells the expressions that belong to one: those it was made out of, and what else was made out of these.
fn others(unit: &Unit<'_>, id: ExpressionId, seen: &mut FxHashSet<ExpressionId>, tell: &mut dyn FnMut(ExpressionId)) {
    for other in unit.derived_from(id).iter().chain(unit.derived_of(id)) {
        if seen.insert(*other) {
            tell(*other);
            others(unit, *other, seen, tell);
        }
    }
}

/// Looks for parts that have values.
struct Parts<'u, 'm> {
    unit: &'u Unit<'m>,
    /// The variables of the expression itself.
    own: &'u FxHashSet<Symbol>,
    is_own: bool,
    in_with: bool,
    found: Vec<ShownPart>,
}

impl Parts<'_, '_> {
    fn expression(&mut self, id: ExpressionId) {
        let nodes = &self.unit.nodes;
        let expression = nodes.expression(id);
        match expression.kind {
            ExpressionKind::Term(term) => self.term(term),
            ExpressionKind::Call(terms) => nodes.terms(terms).iter().skip(1).for_each(|term| self.term(*term)),
            ExpressionKind::Some { .. } => {}
            ExpressionKind::Every { key, value, domain, body, .. } => {
                key.into_iter().chain([value, domain]).for_each(|term| self.term(term));
                self.body(nodes.body(body));
            }
            ExpressionKind::Not { body, .. } => self.body(nodes.body(body)),
            ExpressionKind::And(sides) | ExpressionKind::Or(sides) => {
                self.body(nodes.body(sides.left));
                self.body(nodes.body(sides.right));
            }
        }
        let outer = std::mem::replace(&mut self.in_with, self.is_own);
        nodes.withs(expression.with).iter().for_each(|with| self.term(with.value));
        self.in_with = outer;
    }

    fn body(&mut self, body: &[ExpressionId]) {
        body.iter().for_each(|id| self.expression(*id));
    }

    fn term(&mut self, id: TermId) {
        let nodes = &self.unit.nodes;
        match nodes.term(id).kind {
            TermKind::Var(name) => {
                let is_the_authors = self.unit.origin(name) != name;
                let without_value = match is_the_authors && self.own.contains(&name) {
                    true => WithoutValue::Undefined,
                    false if self.is_own => WithoutValue::UndefinedUnlessNegated,
                    false => WithoutValue::Nothing,
                };
                self.found(id, without_value);
            }
            TermKind::Ref(parts) => {
                let parts = nodes.terms(parts);
                if parts.len() > 1 && parts.first().is_some_and(|head| self.unit.variable(*head).is_some()) {
                    self.found(id, WithoutValue::Nothing);
                }
                parts.iter().for_each(|part| self.term(*part));
            }
            TermKind::Array(members) | TermKind::Object(members) | TermKind::Set(members) => {
                nodes.terms(members).iter().for_each(|member| self.term(*member));
            }
            // What is in a comprehension has no values any more.
            _ => {}
        }
    }

    fn found(&mut self, term: TermId, without_value: WithoutValue) {
        let location = self.unit.nodes.term(term).location;
        if location.is_some() {
            self.found.push(ShownPart { location, term, in_with: self.in_with, without_value });
        }
    }
}
