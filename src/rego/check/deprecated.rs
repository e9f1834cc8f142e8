//! Calls of built-in functions that v1 refuses.

use super::errors::{CheckError, Code, Place};
use super::program::{Program, operator};
use super::required::each_typed_call;
use super::stage::Stage;
use super::unit::Unit;
use super::walk::{Enter, Node, of_rule, of_terms, walk};
use crate::rego::syntax::{ExpressionKind, List, Location, TermId, TermKind};

/// Tells calls of deprecated functions, since v1, before that only when strict.
///
/// Where types are checked of no such call in the whole program, those in other bodies pass too.
pub(super) fn check(units: &mut [Unit<'_>], program: &Program<'_>) {
    if !program.builtins.any_deprecated() || !units.iter().any(|unit| has_typed_call(unit, program)) {
        return;
    }
    for unit in units.iter_mut().filter(|unit| unit.refuses_more(program.options)) {
        for (location, name) in calls(unit, program) {
            let message = format!("deprecated built-in function calls in expression: {name}");
            let place = location.is_some().then_some(Place { unit: unit.number, location });
            unit.tell(Stage::DeprecatedBuiltins, CheckError::new(Code::Type, place, message));
        }
    }
}

fn has_typed_call(unit: &Unit<'_>, program: &Program<'_>) -> bool {
    let mut found = false;
    each_typed_call(unit, |call| found = found || deprecated(unit, program, call).is_some());
    found
}

/// The name of the deprecated function that is called.
fn deprecated<'p>(unit: &Unit<'_>, program: &'p Program<'_>, call: List<TermId>) -> Option<&'p str> {
    let builtin = program.builtin(&operator(unit, call)?)?;
    builtin.deprecated.then_some(&*builtin.name)
}

/// All calls of deprecated functions in a unit.
fn calls<'p>(unit: &Unit<'_>, program: &'p Program<'_>) -> Vec<(Location, &'p str)> {
    let nodes = &unit.nodes;
    let mut calls = Vec::new();
    for id in unit.rules_with_else() {
        let Some(rule) = nodes.rule(id) else { continue };
        let roots = of_terms(nodes, rule.head.reference).chain(of_rule(nodes, id));
        walk(nodes, roots, |node| {
            let call = match node {
                Node::Expression(id) => match nodes.expression(id).kind {
                    ExpressionKind::Call(call) => Some((nodes.expression(id).location, call)),
                    _ => None,
                },
                Node::Term(term) => match nodes.term(term).kind {
                    TermKind::Call(call) => {
                        let operator = nodes.terms(call).first();
                        operator.map(|operator| (nodes.term(*operator).location, call))
                    }
                    _ => None,
                },
                Node::With { .. } => None,
            };
            calls.extend(call.and_then(|(location, call)| Some((location, deprecated(unit, program, call)?))));
            Enter::Yes
        });
    }
    calls
}

#[cfg(test)]
mod tests {
    use crate::rego::check::CheckOptions;
    use crate::rego::check::tests::messages;

    #[test]
    fn a_deprecated_call_where_no_types_are_checked_passes_alone() {
        let quiet = "package a\n\np if every x in [1] { any([x == 1]) }";
        assert!(messages(&[quiet], &CheckOptions::default()).is_empty());
        let both = format!("{quiet}\n\nq := any([true])");
        assert_eq!(messages(&[&both], &CheckOptions::default()).len(), 2);
    }
}
