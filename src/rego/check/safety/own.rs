//! The variables of an expression that have to be bound where it is evaluated.

use super::operand::unsafe_in_operand;
use super::outputs::Outputs;
use crate::rego::check::names::Symbol;
use crate::rego::check::variables::{Skip, VariableWalk};
use crate::rego::syntax::{ExpressionId, ExpressionKind, Nodes};

/// Adds an expression's own variables to `found`, sorted and each once; whether there are closures in it.
///
/// The variables in closures are not its own, but for those that a part of `not`, `and` or `or` without braces takes from
/// around it.
pub(super) fn own_variables(
    nodes: &Nodes<Symbol>,
    outputs: &Outputs<'_>,
    id: ExpressionId,
    found: &mut Vec<Symbol>,
) -> bool {
    let start = found.len();
    let expression = nodes.expression(id);
    let operands = match expression.kind {
        ExpressionKind::Not { body, explicit, .. } => [(!explicit).then_some(body), None],
        ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
            [(!logical.explicit_left).then_some(logical.left), (!logical.explicit_right).then_some(logical.right)]
        }
        _ => [None, None],
    };
    for operand in operands.into_iter().flatten() {
        unsafe_in_operand(nodes, outputs, operand, found);
    }
    let mut walk = VariableWalk::new(nodes, Skip::FOR_SAFETY, |name, _| found.push(name));
    walk.expression(id);
    let closures = walk.passed_closures;
    sort_from(found, start);
    closures
}

/// Sorts what stands in a list from a place on, and takes out doubles.
pub(super) fn sort_from(list: &mut Vec<Symbol>, start: usize) {
    if let Some(part) = list.get_mut(start..) {
        part.sort_unstable();
        let mut kept = 0;
        for place in 1..part.len() {
            if part.get(place) != part.get(kept) {
                kept += 1;
                part.swap(kept, place);
            }
        }
        if !part.is_empty() {
            list.truncate(start + kept + 1);
        }
    }
}
