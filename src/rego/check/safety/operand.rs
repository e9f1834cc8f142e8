//! The variables that operands of `not`, `and` and `or` take from around them, where they are written without braces.

use super::outputs::{Operator, Outputs, operator};
use super::own::sort_from;
use crate::rego::check::names::Symbol;
use crate::rego::check::variables::{Skip, VariableWalk};
use crate::rego::syntax::{Body, ExpressionKind, Nodes, TermKind};

/// Adds the variables of an operand that are not bound and used within it to `found`.
///
/// An operand of one expression takes all its variables from outside. In one that was split into several, those are its own
/// that one expression binds and another uses.
pub(super) fn unsafe_in_operand(nodes: &Nodes<Symbol>, outputs: &Outputs<'_>, operand: Body, found: &mut Vec<Symbol>) {
    let mut occurrences = Vec::new();
    for expression in nodes.body(operand) {
        let start = occurrences.len();
        VariableWalk::new(nodes, Skip::FOR_SAFETY, |name, _| occurrences.push(name)).expression(*expression);
        sort_from(&mut occurrences, start);
    }
    if operand.len() == 1 {
        found.extend(occurrences);
        return;
    }
    occurrences.sort_unstable();
    let bindings = bound_in_operand(nodes, outputs, operand, &occurrences);
    for group in occurrences.chunk_by(|left, right| left == right) {
        if let Some(name) = group.first()
            && (group.len() == 1 || !bindings.contains(name))
        {
            found.push(*name);
        }
    }
}

/// The variables that the expressions of an operand bind, where those that are no side of an equality are bound.
fn bound_in_operand(
    nodes: &Nodes<Symbol>,
    outputs: &Outputs<'_>,
    operand: Body,
    occurrences: &[Symbol],
) -> Vec<Symbol> {
    let mut sides = Vec::new();
    let mut equalities = Vec::new();
    let mut bindings = Vec::new();
    for id in nodes.body(operand) {
        let ExpressionKind::Call(call) = nodes.expression(*id).kind else { continue };
        match (operator(nodes, call), nodes.terms(call)) {
            (Some(Operator::Equality), [_, left, right]) => {
                equalities.push(*id);
                sides.extend([left, right].into_iter().filter_map(|side| match nodes.term(*side).kind {
                    TermKind::Var(name) => Some(name),
                    _ => None,
                }));
            }
            (Some(Operator::Function), terms) => outputs.results_of_call(terms, &mut bindings),
            _ => {}
        }
    }
    let mut by_equality: Vec<Symbol> = Vec::new();
    let mut changed = true;
    while std::mem::take(&mut changed) {
        for equality in &equalities {
            let mut found = Vec::new();
            let is_bound = |name: Symbol| {
                name == Symbol::DATA
                    || name == Symbol::INPUT
                    || by_equality.contains(&name)
                    || (occurrences.binary_search(&name).is_ok() && !sides.contains(&name))
            };
            outputs.of_equality(*equality, is_bound, &mut found);
            for name in found {
                if !by_equality.contains(&name) {
                    by_equality.push(name);
                    changed = true;
                }
            }
        }
    }
    bindings.extend(by_equality);
    bindings
}
