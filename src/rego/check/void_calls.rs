//! Functions without a value must not be used as one.

use super::errors::{CheckError, Code, Place};
use super::program::{Program, names_operator};
use super::stage::Stage;
use super::unit::Unit;
use super::walk::{Enter, Node, of_rule, walk};
use crate::rego::syntax::TermKind;

/// Tells calls of functions such as `print` in places of values.
pub(super) fn check(unit: &mut Unit<'_>, program: &Program<'_>) {
    let mut path = Vec::new();
    let mut is_void = |unit: &Unit<'_>, kind| {
        let TermKind::Call(call) = kind else { return false };
        let operator = unit.nodes.terms(call).first();
        operator.is_some_and(|operator| names_operator(unit, *operator, &mut path))
            && program.builtin(&path).is_some_and(|builtin| builtin.void)
    };
    if !unit.nodes.all_terms().any(|(_, term)| is_void(unit, term.kind)) {
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
