//! Functions without a value must not be used as one.

use super::errors::{CheckError, Code, Place};
use super::program::{Program, names_operator};
use super::stage::Stage;
use super::unit::Unit;
use super::walk::{Enter, Node, of_rule, walk};
use crate::rego::syntax::TermKind;

/// Tells calls of functions such as `print` in places of values.
pub(super) fn check(unit: &mut Unit<'_>, program: &Program<'_>) {
    let void = program.builtins.void();
    let mut path = Vec::new();
    let mut is_void = |unit: &Unit<'_>, kind| {
        let TermKind::Call(call) = kind else { return false };
        let Some(operator) = unit.nodes.terms(call).first().copied() else { return false };
        // Few functions have no value, and most calls are none of those by their last name alone.
        let last = match unit.nodes.term(operator).kind {
            TermKind::Ref(parts) => unit.nodes.terms(parts).last().copied().unwrap_or(operator),
            _ => operator,
        };
        unit.variable(last).or(unit.string(last)).is_some_and(|name| void.contains(&name))
            && names_operator(unit, operator, &mut path)
            && program.builtin(&path).is_some_and(|builtin| builtin.void)
    };
    if !unit.nodes.kinds().iter().any(|kind| is_void(unit, *kind)) {
        return;
    }
    let mut found = Vec::new();
    for rule in unit.rules_with_else() {
        walk(&unit.nodes, of_rule(&unit.nodes, rule), |node| {
            if let Node::Term(term) = node
                && is_void(unit, unit.nodes.term(term).kind)
            {
                found.push(term);
            }
            Enter::Yes
        });
    }
    for term in found {
        let message = format!("{} used as value", program.rewritten_text(unit, term));
        let location = unit.nodes.term(term).location;
        let place = location.is_some().then_some(Place { unit: unit.number, location });
        unit.tell(Stage::VoidCalls, CheckError::new(Code::Type, place, message));
    }
}
