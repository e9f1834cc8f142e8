//! Calls of `rego.metadata.rule` and `rego.metadata.chain`, which become what the annotations say.

mod annotations;

pub(super) use annotations::AnnotationTerms;

use super::errors::{CheckError, Code};
use super::names::Symbol;
use super::program::Program;
use super::rewrite::{call, equality, equality_operator};
use super::stage::Stage;
use super::unit::Unit;
use super::walk::{Enter, Node, of_rule, walk};
use crate::rego::syntax::{ExpressionId, ExpressionKind, List, Location, Nodes, RuleId, TermId, TermKind};

/// Whether a unit calls one of the functions.
pub(super) fn reads(unit: &Unit<'_>) -> bool {
    let kinds = unit.nodes.kinds();
    kinds.iter().any(|kind| matches!(kind, TermKind::String { value: Symbol::METADATA, .. }))
        && kinds.iter().any(|kind| match kind {
            TermKind::Ref(parts) => function(&unit.nodes, *parts).is_some(),
            _ => false,
        })
}

/// `chain` or `rule`, for a ref to one of the functions.
fn function(nodes: &Nodes<Symbol>, parts: List<TermId>) -> Option<Symbol> {
    let [rego, metadata, name] = *nodes.terms(parts) else { return None };
    let name = match (nodes.term(rego).kind, nodes.term(metadata).kind, nodes.term(name).kind) {
        (
            TermKind::Var(Symbol::REGO),
            TermKind::String { value: Symbol::METADATA, .. },
            TermKind::String { value, .. },
        ) => value,
        _ => return None,
    };
    matches!(name, Symbol::CHAIN | Symbol::RULE).then_some(name)
}

/// `chain` or `rule`, for an expression that calls one of the functions; its arguments, and its place.
fn called(nodes: &Nodes<Symbol>, id: ExpressionId) -> Option<(Symbol, &[TermId], Location)> {
    let expression = nodes.expression(id);
    let ExpressionKind::Call(call) = expression.kind else { return None };
    let (operator, arguments) = nodes.terms(call).split_first()?;
    let TermKind::Ref(parts) = nodes.term(*operator).kind else { return None };
    Some((function(nodes, parts)?, arguments, expression.location))
}

/// Rewrites the rules of a unit: a rule with such calls begins with variables that hold the annotations, and calls are those
/// variables.
pub(super) fn rewrite(unit: &mut Unit<'_>, program: &Program<'_>) {
    let Some(annotations) = &program.annotations else { return };
    unit.begin(Stage::MetadataCalls);
    if !unit.reads_metadata {
        return;
    }
    let known = |name| program.builtin(&[Symbol::REGO, Symbol::METADATA, name]).is_some();
    let known = [Symbol::CHAIN, Symbol::RULE].map(|name| known(name).then_some(name));
    for rule in unit.rules_with_else() {
        let first = known.map(|name| first_call(unit, rule, name?));
        let mut variables = [None; 2];
        let mut body = Vec::new();
        let mut failed = false;
        for ((location, name), variable) in first.iter().zip([Symbol::CHAIN, Symbol::RULE]).zip(&mut variables) {
            let Some(location) = *location else { continue };
            let term = match name {
                Symbol::CHAIN => annotations.chain(unit, program, rule),
                _ => annotations.of_rule(unit, rule),
            };
            match term {
                Ok(term) => {
                    unit.nodes.set_location(term, location);
                    let (made, expression) = equality(unit, term);
                    *variable = Some(made);
                    body.push(expression);
                }
                Err((place, message)) => {
                    unit.tell(Stage::MetadataCalls, CheckError::new(Code::Compile, Some(place), message));
                    failed = true;
                    break;
                }
            }
        }
        if !failed && !body.is_empty() {
            prepend(unit, rule, body);
            replace_calls(unit, rule, variables);
        }
    }
}

/// The place of the first call of a function in a rule or an `else` of it.
fn first_call(unit: &Unit<'_>, rule: RuleId, name: Symbol) -> Option<Location> {
    let mut first = None;
    let mut next = Some(rule);
    while let (None, Some(rule)) = (first, next) {
        walk(&unit.nodes, of_rule(&unit.nodes, rule), |node| {
            if let Node::Expression(id) = node
                && first.is_none()
                && let Some((called, _, location)) = called(&unit.nodes, id)
                && called == name
            {
                first = Some(location);
            }
            if first.is_some() { Enter::No } else { Enter::Yes }
        });
        next = unit.nodes.rule(rule).and_then(|rule| rule.otherwise);
    }
    first
}

fn prepend(unit: &mut Unit<'_>, rule: RuleId, mut expressions: Vec<ExpressionId>) {
    let Some(body) = unit.nodes.rule(rule).map(|rule| rule.body) else { return };
    expressions.extend_from_slice(unit.nodes.body(body));
    let body = unit.nodes.add_body(&expressions);
    if let Some(rule) = unit.nodes.rule_mut(rule) {
        rule.body = body;
    }
}

/// Puts the variables of `chain` and `rule` in place of the calls of a rule.
fn replace_calls(unit: &mut Unit<'_>, rule: RuleId, [chain, own]: [Option<TermId>; 2]) {
    let mut calls = Vec::new();
    walk(&unit.nodes, of_rule(&unit.nodes, rule), |node| {
        if let Node::Expression(id) = node
            && let Some((name, arguments, location)) = called(&unit.nodes, id)
            && let Some(variable) = if name == Symbol::CHAIN { chain } else { own }
        {
            calls.push((id, arguments.first().copied(), variable, location));
        }
        Enter::Yes
    });
    let nodes = &mut unit.nodes;
    for (id, result, variable, location) in calls {
        let variable = nodes.add_term(nodes.term(variable).kind, Location::NONE);
        let kind = match result {
            None => ExpressionKind::Term(variable),
            Some(result) => {
                let operator = equality_operator(nodes, Location::NONE);
                let equal = call(nodes, &[operator, result, variable], location);
                nodes.expression(equal).kind
            }
        };
        if let Some(expression) = nodes.expression_mut(id) {
            expression.kind = kind;
            expression.with = List::EMPTY;
            expression.negated = false;
            expression.generated = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rego::check::CheckOptions;
    use crate::rego::check::tests::messages;

    #[test]
    fn a_call_has_the_type_of_the_annotation() {
        let rule = |key: &str| format!("package a\n\n# METADATA\n# title: b\np := rego.metadata.rule().{key}");
        assert!(messages(&[&rule("title")], &CheckOptions::default()).is_empty());
        assert_eq!(messages(&[&rule("description")], &CheckOptions::default()).len(), 1);
    }
}
