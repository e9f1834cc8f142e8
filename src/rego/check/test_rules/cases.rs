//! Lets tests record which case they are at, as early in their bodies as it is known.
//!
//! `test_x[tc.note] if { some tc in cases; f(tc.in) == tc.out }` becomes
//! `test_x[v] if { some tc in cases; v = tc.note; internal.test_case([v]); f(tc.in) == tc.out }`: a case whose body fails
//! further down is known to have failed.

use super::{TEST, name_place};
use crate::rego::check::names::{Names, Symbol};
use crate::rego::check::program::operator;
use crate::rego::check::rewrite::{NOWHERE, call};
use crate::rego::check::unit::Unit;
use crate::rego::check::walk::{Enter, Node, each_variable, walk};
use crate::rego::syntax::{ExpressionId, ExpressionKind, RuleId, TermId, TermKind};

/// The function that records a case.
const RECORDER: [Symbol; 2] = [Symbol::INTERNAL, Symbol::TEST_CASE];

/// Puts calls of the recorder into the tests of a unit.
pub(in crate::rego::check) fn record(unit: &mut Unit<'_>, names: &Names) {
    for rule in unit.rules.clone() {
        record_in(unit, names, rule);
    }
}

fn record_in(unit: &mut Unit<'_>, names: &Names, id: RuleId) {
    let Some(mut rule) = unit.nodes.rule(id).copied() else { return };
    let reference = unit.nodes.terms(rule.head.reference).to_vec();
    let Some(place) = name_place(&unit.nodes, &reference, |symbol| names.text(symbol)) else { return };
    let own = reference.get(place).copied().and_then(|own| unit.variable(own).or(unit.string(own)));
    let is_run = own.is_some_and(|own| names.text(own).starts_with(TEST));
    let keys = reference.get(place + 1..).unwrap_or_default();
    let mut body = unit.nodes.body(rule.body).to_vec();
    if !is_run || keys.is_empty() || records_by_itself(unit, &body) {
        return;
    }
    let variables: Vec<Symbol> = keys.iter().filter_map(|key| unit.variable(*key)).collect();
    for variable in &variables {
        raise(unit, &mut body, *variable);
    }
    let known = variables.iter().filter_map(|variable| body.iter().position(|id| mentions(unit, *id, *variable)));
    let at = known.max().map_or(0, |last| last + 1);
    let recorder = recorder(unit, keys);
    body.insert(at.min(body.len()), recorder);
    rule.body = unit.nodes.add_body(&body);
    if let Some(old) = unit.nodes.rule_mut(id) {
        *old = rule;
    }
}

/// Whether the author calls the recorder.
fn records_by_itself(unit: &Unit<'_>, body: &[ExpressionId]) -> bool {
    let mut found = false;
    walk(&unit.nodes, body.iter().copied().map(Node::Expression), |node| {
        if let Node::Expression(id) = node
            && let ExpressionKind::Call(terms) = unit.nodes.expression(id).kind
            && operator(unit, terms).is_some_and(|names| names == RECORDER)
        {
            found = true;
        }
        Enter::Yes
    });
    found
}

/// Moves what gives a variable its value up to where that is known, if a stage wrote it.
fn raise(unit: &Unit<'_>, body: &mut Vec<ExpressionId>, variable: Symbol) {
    let Some(from) = body.iter().rposition(|id| value_given(unit, *id, variable).is_some()) else { return };
    let Some(id) = body.get(from).copied() else { return };
    let Some(value) = value_given(unit, id, variable) else { return };
    let mut needed = Vec::new();
    each_variable(&unit.nodes, [Node::Term(value)], |name| {
        if name.ordinal().is_some() {
            needed.push(name);
        }
    });
    let above = body.get(..from).unwrap_or_default();
    let first = |name: &Symbol| above.iter().position(|id| mentions(unit, *id, *name));
    let to = if needed.is_empty() { 0 } else { needed.iter().filter_map(first).max().unwrap_or(0) + 1 };
    if to < from {
        let _ = body.remove(from);
        body.insert(to, id);
    }
}

/// The value of a variable, of an expression that a stage wrote to give it one.
fn value_given(unit: &Unit<'_>, id: ExpressionId, variable: Symbol) -> Option<TermId> {
    let expression = unit.nodes.expression(id);
    let ExpressionKind::Call(terms) = expression.kind else { return None };
    let [_, left, right] = unit.nodes.terms(terms) else { return None };
    let gives = expression.generated
        && operator(unit, terms).is_some_and(|names| matches!(names[..], [Symbol::EQ | Symbol::ASSIGN]))
        && unit.variable(*left) == Some(variable);
    gives.then_some(*right)
}

fn mentions(unit: &Unit<'_>, id: ExpressionId, variable: Symbol) -> bool {
    let mut found = false;
    each_variable(&unit.nodes, [Node::Expression(id)], |name| found |= name == variable);
    found
}

fn recorder(unit: &mut Unit<'_>, keys: &[TermId]) -> ExpressionId {
    let nodes = &mut unit.nodes;
    let head = nodes.add_term(TermKind::Var(Symbol::INTERNAL), NOWHERE);
    let part = nodes.add_term(TermKind::String { value: Symbol::TEST_CASE, raw: false }, NOWHERE);
    let parts = nodes.add_terms(&[head, part]);
    let function = nodes.add_term(TermKind::Ref(parts), NOWHERE);
    let keys: Vec<TermId> = keys.iter().map(|key| nodes.add_term(nodes.term(*key).kind, NOWHERE)).collect();
    let keys = nodes.add_terms(&keys);
    let keys = nodes.add_term(TermKind::Array(keys), NOWHERE);
    let recorder = call(nodes, &[function, keys], NOWHERE);
    if let Some(expression) = nodes.expression_mut(recorder) {
        expression.generated = false;
    }
    recorder
}
