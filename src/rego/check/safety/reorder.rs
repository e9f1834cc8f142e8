//! The bodies of rules and all bodies in them, put in an order in which they can be evaluated.

use super::closures::{comprehensions, variables_of_closures};
use super::outputs::Outputs;
use super::own::{own_variables, sort_from};
use super::placing::{Candidate, Placing};
use super::report::report;
use crate::rego::check::names::Symbol;
use crate::rego::check::program::Program;
use crate::rego::check::unit::Unit;
use crate::rego::check::variables::{Bound, OF_A_CLOSURE, Skip, VariableWalk};
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, Nodes, RuleId, TermId, TermKind};
use rustc_hash::FxHashSet;

/// A variable that nothing binds in an expression.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unsafe {
    /// The expression.
    pub expression: ExpressionId,
    /// The variable.
    pub variable: Symbol,
}

/// Tells the variables in the bodies of a unit that nothing binds, and puts the bodies of its rules in order.
pub(in crate::rego::check) fn check(unit: &mut Unit<'_>, program: &Program<'_>) {
    let mut failed: Vec<(RuleId, Vec<Unsafe>)> = Vec::new();
    let mut reorder = Reorder {
        nodes: &mut unit.nodes,
        assigned: &unit.assigned,
        program,
        bound: Bound::default(),
        own: Vec::new(),
        noted: Vec::new(),
        found_bound: Vec::new(),
        memory: Vec::new(),
        found: Vec::new(),
    };
    for rule in &unit.rules {
        let mut next = Some(*rule);
        while let Some(id) = next {
            let Some(rule) = reorder.nodes.rule(id).copied() else { break };
            next = rule.otherwise;
            if is_true(reorder.nodes, rule.body) {
                continue;
            }
            reorder.bound.reset();
            let bound = &mut reorder.bound;
            VariableWalk::new(reorder.nodes, Skip::NOTHING, |name, _| {
                let _ = bound.add(name);
            })
            .terms(rule.head.arguments);
            let body = reorder.body(rule.body);
            if body != rule.body
                && let Some(rule) = reorder.nodes.rule_mut(id)
            {
                rule.body = body;
            }
            if !reorder.found.is_empty() {
                failed.push((id, std::mem::take(&mut reorder.found)));
            }
        }
    }
    if !failed.is_empty() {
        report(unit, program, &failed);
    }
}

/// Whether a body is `true` alone.
fn is_true(nodes: &Nodes<Symbol>, body: Body) -> bool {
    let [id] = nodes.body(body) else { return false };
    let expression = nodes.expression(*id);
    let ExpressionKind::Term(term) = expression.kind else { return false };
    expression.with.is_empty() && matches!(nodes.term(term).kind, TermKind::Boolean(_))
}

/// What is known of an expression.
#[derive(Debug, Clone, Copy)]
struct Noted {
    /// Its own variables, by their places in the list of all.
    own: (usize, usize),
    /// Whether there are closures in it.
    closures: bool,
}

struct Reorder<'a> {
    nodes: &'a mut Nodes<Symbol>,
    assigned: &'a FxHashSet<ExpressionId>,
    program: &'a Program<'a>,
    /// What is bound where the body that is looked at begins.
    bound: Bound,
    /// The own variables of the expressions of the bodies that are looked at, those of inner bodies behind.
    own: Vec<Symbol>,
    /// Where those of each of these expressions are.
    noted: Vec<Noted>,
    /// What an expression binds.
    found_bound: Vec<Symbol>,
    /// Memory for what expressions pass on.
    memory: Vec<Symbol>,
    found: Vec<Unsafe>,
}

impl Reorder<'_> {
    /// A body in order; the body itself where something in it is not safe.
    fn body(&mut self, body: Body) -> Body {
        let start = self.start();
        let closures = self.note(body);
        self.in_order(body, start, closures)
    }

    /// Where the own variables and the expressions that are noted next will be.
    fn start(&self) -> (usize, usize) {
        (self.own.len(), self.noted.len())
    }

    /// A body in order that was noted from a start on; that is forgotten then.
    fn in_order(&mut self, body: Body, start: (usize, usize), closures: bool) -> Body {
        let as_it_is = !closures && self.is_safe_as_it_is(body, start.1);
        let result = if as_it_is { body } else { self.order(body, start) };
        self.own.truncate(start.0);
        self.noted.truncate(start.1);
        result
    }

    /// Notes the own variables of a body's expressions; whether there are closures in one of them.
    fn note(&mut self, body: Body) -> bool {
        let outputs = Outputs::new(self.nodes, self.assigned, self.program);
        let mut any = false;
        for id in self.nodes.body(body) {
            let from = self.own.len();
            let closures = own_variables(self.nodes, &outputs, *id, &mut self.own);
            self.noted.push(Noted { own: (from, self.own.len()), closures });
            any |= closures;
        }
        any
    }

    /// Whether each expression of a body without closures is safe where it stands. The first of them is `noted` there.
    fn is_safe_as_it_is(&mut self, body: Body, noted: usize) -> bool {
        let point = self.bound.point();
        let memory = std::mem::take(&mut self.memory);
        let mut outputs = Outputs::with_memory(self.nodes, self.assigned, self.program, memory);
        let noted = self.noted.get(noted..).unwrap_or_default();
        let safe = self.nodes.body(body).iter().zip(noted).all(|(id, noted)| {
            let own = self.own.get(noted.own.0..noted.own.1).unwrap_or_default();
            if own.iter().all(|variable| self.bound.contains(*variable)) {
                return true;
            }
            self.found_bound.clear();
            let _ = outputs.of_expression(*id, &self.bound, &mut self.found_bound);
            let found = &self.found_bound;
            if !own.iter().all(|variable| self.bound.contains(*variable) || found.contains(variable)) {
                return false;
            }
            for variable in found {
                let _ = self.bound.add(*variable);
            }
            true
        });
        self.memory = outputs.into_memory();
        self.bound.rewind(point);
        safe
    }

    /// The body of a comprehension, and what it collects.
    fn comprehension(&mut self, heads: &[TermId], body: Body, around: ExpressionId) -> Body {
        let mut collected = Vec::new();
        let mut walk = VariableWalk::new(self.nodes, Skip::NOTHING, |name, _| collected.push(name));
        heads.iter().for_each(|head| walk.term(*head));
        collected.retain(|name| !self.bound.contains(*name));
        sort_from(&mut collected, 0);
        let start = self.start();
        let closures = self.note(body);
        if !collected.is_empty() {
            let within = self.own_of_all(start.0);
            collected.retain(|name| within.binary_search(name).is_err());
        }
        self.found.extend(collected.iter().map(|variable| Unsafe { expression: around, variable: *variable }));
        self.in_order(body, start, closures)
    }

    /// The own variables of all expressions of the body whose first own variable is at `start`, sorted.
    fn own_of_all(&self, start: usize) -> Vec<Symbol> {
        let mut all = self.own.get(start..).unwrap_or_default().to_vec();
        sort_from(&mut all, 0);
        all
    }

    /// A body in order, where that is not the one it stands in. It was noted from a start on.
    fn order(&mut self, body: Body, start: (usize, usize)) -> Body {
        let expressions = self.nodes.body(body).to_vec();
        let noted = self.noted.get(start.1..).unwrap_or_default().iter();
        let mut candidates: Vec<Candidate> = noted.map(|noted| Candidate::new(noted.own, noted.closures)).collect();
        let found_before = self.found.len();
        if candidates.iter().any(|candidate| candidate.closures) {
            self.close_over(start.0, &expressions, &mut candidates);
        }
        let point = self.bound.point();
        let memory = std::mem::take(&mut self.memory);
        let mut outputs = Outputs::with_memory(self.nodes, self.assigned, self.program, memory);
        let mut placing =
            Placing::new(self.nodes, &mut outputs, &mut self.bound, &expressions, &self.own, &mut candidates);
        placing.place();
        let order = placing.order;
        self.memory = outputs.into_memory();
        self.bound.rewind(point);
        for (expression, candidate) in expressions.iter().zip(&candidates) {
            let missing = candidate.missing.iter();
            self.found.extend(missing.map(|variable| Unsafe { expression: *expression, variable: *variable }));
        }
        if candidates.iter().any(|candidate| candidate.closures) {
            self.inner_bodies(&expressions, &candidates, &order);
            self.bound.rewind(point);
        }
        let in_order = order.len() == expressions.len() && order.iter().enumerate().all(|(place, at)| place == *at);
        if in_order || self.found.len() > found_before {
            return body;
        }
        let reordered: Vec<ExpressionId> = order.iter().filter_map(|place| expressions.get(*place).copied()).collect();
        self.nodes.add_body(&reordered)
    }

    /// Notes what the closures of expressions close over.
    fn close_over(&mut self, start: usize, expressions: &[ExpressionId], candidates: &mut [Candidate]) {
        let mut unbound = self.own_of_all(start);
        unbound.retain(|name| !self.bound.contains(*name));
        if unbound.is_empty() {
            return;
        }
        for (id, candidate) in expressions.iter().zip(candidates).filter(|(_, candidate)| candidate.closures) {
            candidate.closed_over.reserve(OF_A_CLOSURE);
            variables_of_closures(self.nodes, *id, &mut candidate.closed_over);
            candidate.closed_over.retain(|name| unbound.binary_search(name).is_ok());
            sort_from(&mut candidate.closed_over, 0);
        }
    }

    /// Looks into the closures of the expressions that are in place, each with the variables of those before it bound.
    fn inner_bodies(&mut self, expressions: &[ExpressionId], candidates: &[Candidate], order: &[usize]) {
        for place in order {
            let Some((id, candidate)) = expressions.get(*place).zip(candidates.get(*place)) else { continue };
            if candidate.closures {
                self.closures_of(*id);
            }
            for place in candidate.own.0..candidate.own.1 {
                if let Some(variable) = self.own.get(place) {
                    let _ = self.bound.add(*variable);
                }
            }
        }
    }

    fn closures_of(&mut self, id: ExpressionId) {
        let kind = match self.nodes.expression(id).kind {
            ExpressionKind::Every { key, value, domain, body, location } => {
                let bound = &mut self.bound;
                let mut walk = VariableWalk::new(self.nodes, Skip::NOTHING, |name, _| {
                    let _ = bound.add(name);
                });
                key.into_iter().chain([value]).for_each(|term| walk.term(term));
                ExpressionKind::Every { key, value, domain, body: self.body(body), location }
            }
            ExpressionKind::Not { body, explicit, location } => {
                ExpressionKind::Not { body: self.body(body), explicit, location }
            }
            ExpressionKind::And(mut logical) => {
                logical.left = self.body(logical.left);
                logical.right = self.body(logical.right);
                ExpressionKind::And(logical)
            }
            ExpressionKind::Or(mut logical) => {
                logical.left = self.body(logical.left);
                logical.right = self.body(logical.right);
                ExpressionKind::Or(logical)
            }
            ExpressionKind::Term(_) | ExpressionKind::Call(_) | ExpressionKind::Some { .. } => {
                for comprehension in comprehensions(self.nodes, id) {
                    self.in_comprehension(comprehension, id);
                }
                return;
            }
        };
        if let Some(expression) = self.nodes.expression_mut(id) {
            expression.kind = kind;
        }
    }

    fn in_comprehension(&mut self, comprehension: TermId, around: ExpressionId) {
        let kind = match self.nodes.term(comprehension).kind {
            TermKind::ArrayComprehension { term, body } => {
                TermKind::ArrayComprehension { term, body: self.comprehension(&[term], body, around) }
            }
            TermKind::SetComprehension { term, body } => {
                TermKind::SetComprehension { term, body: self.comprehension(&[term], body, around) }
            }
            TermKind::ObjectComprehension { entry, body } => {
                let heads = self.nodes.entry(entry);
                TermKind::ObjectComprehension { entry, body: self.comprehension(&heads, body, around) }
            }
            _ => return,
        };
        self.nodes.set_kind(comprehension, kind);
    }
}
