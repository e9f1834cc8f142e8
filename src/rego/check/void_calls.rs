//! Functions without a value must not be used as one.

use super::errors::{CheckError, Code, Place};
use super::program::{Program, operator};
use super::stage::Stage;
use super::unit::Unit;
use super::walk::{Enter, Node, of_rule, walk};
use crate::rego::syntax::{TermId, TermKind};

/// Tells calls of functions such as `print` in places of values.
pub(super) fn check(unit: &mut Unit<'_>, program: &Program<'_>) {
    let is_void = |unit: &Unit<'_>, term: TermId| match unit.nodes.term(term).kind {
        TermKind::Call(call) => {
            operator(unit, call).and_then(|path| program.builtin(&path)).is_some_and(|builtin| builtin.void)
        }
        _ => false,
    };
    if !unit.nodes.all_terms().any(|(id, term)| matches!(term.kind, TermKind::Call(_)) && is_void(unit, id)) {
        return;
    }
    let mut found = Vec::new();
    for rule in unit.rules_with_else() {
        walk(&unit.nodes, of_rule(&unit.nodes, rule), |node| {
            if let Node::Term(term) = node
                && is_void(unit, term)
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
