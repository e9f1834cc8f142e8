//! Rules and variables named as the documents `input` and `data`.

use super::errors::{CheckError, Code, Place};
use super::names::Symbol;
use super::program::Program;
use super::stage::Stage;
use super::unit::Unit;
use super::walk::{Enter, Node, of_rule, walk};
use crate::rego::syntax::{ExpressionKind, Location, TermId, TermKind};

/// Tells rules named `input` or `data`, and assignments to them; since v1, before that only when strict.
pub(super) fn check(unit: &mut Unit<'_>, program: &Program<'_>) {
    if !unit.refuses_more(program.options) {
        return;
    }
    let mut found = Vec::new();
    for rule in unit.rules.iter().filter_map(|rule| unit.nodes.rule(*rule)) {
        let name = unit.nodes.terms(rule.head.reference).first().and_then(|name| unit.variable(*name));
        if let Some(name @ (Symbol::INPUT | Symbol::DATA)) = name {
            found.push((rule.location, name, "rules", "rule"));
        }
    }
    let assigned = unit.nodes.all_expressions().any(|(id, _)| assigned_document(unit, Node::Expression(id)).is_some());
    let rules = if assigned { unit.rules_with_else() } else { Vec::new() };
    for rule in rules {
        walk(&unit.nodes, of_rule(&unit.nodes, rule), |node| {
            found.extend(
                assigned_document(unit, node).map(|(location, name)| (location, name, "variables", "variable")),
            );
            Enter::Yes
        });
    }
    for (location, name, what, kind) in found {
        let name = program.names.text(name);
        let message = format!("{what} must not shadow {name} (use a different {kind} name)");
        let place = Some(Place { unit: unit.number, location });
        unit.tell(Stage::KeywordOverrides, CheckError::new(Code::Compile, place, message));
    }
}

/// The document an expression assigns to, and its place.
fn assigned_document(unit: &Unit<'_>, node: Node) -> Option<(Location, Symbol)> {
    let Node::Expression(id) = node else { return None };
    let expression = unit.nodes.expression(id);
    let ExpressionKind::Call(call) = expression.kind else { return None };
    let [operator, operand, ..] = *unit.nodes.terms(call) else { return None };
    let name = alone(unit, operand)?;
    let assigned = alone(unit, operator) == Some(Symbol::ASSIGN) && matches!(name, Symbol::INPUT | Symbol::DATA);
    assigned.then_some((expression.location, name))
}

/// The name a term is.
fn alone(unit: &Unit<'_>, term: TermId) -> Option<Symbol> {
    match unit.nodes.term(term).kind {
        TermKind::Ref(parts) => match *unit.nodes.terms(parts) {
            [name] => unit.variable(name),
            _ => None,
        },
        _ => unit.variable(term),
    }
}

#[cfg(test)]
mod tests {
    use crate::rego::check::CheckOptions;
    use crate::rego::check::tests::messages;

    #[test]
    fn input_is_no_name_for_a_rule_or_variable() {
        let told = messages(&["package a\n\ninput := 1\n\np if { data := 1 }"], &CheckOptions::default());
        assert_eq!(
            told,
            [
                "rules must not shadow input (use a different rule name)",
                "variables must not shadow data (use a different variable name)"
            ]
        );
    }
}
