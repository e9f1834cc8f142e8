//! Whether the body of each rule binds the variables of its head.

use super::report::{Scopes, WITH_SUGGESTIONS, as_told, suggestions};
use crate::rego::check::errors::{CheckError, Code, Place};
use crate::rego::check::names::Symbol;
use crate::rego::check::program::Program;
use crate::rego::check::rewrite::is_scalar;
use crate::rego::check::stage::Stage;
use crate::rego::check::unit::Unit;
use crate::rego::check::variables::{Skip, VariableWalk};
use crate::rego::syntax::{Location, RuleId};

/// Tells the variables in the heads of a unit's rules that neither their bodies nor their arguments hold.
pub(in crate::rego::check) fn check(unit: &mut Unit<'_>, program: &Program<'_>) {
    let mut failed: Vec<(RuleId, Symbol, Location)> = Vec::new();
    for rule in &unit.rules {
        let mut next = Some(*rule);
        while let Some(id) = next {
            unsafe_in_head(unit, id, &mut failed);
            next = unit.nodes.rule(id).and_then(|rule| rule.otherwise);
        }
    }
    if failed.is_empty() {
        return;
    }
    let scopes = Scopes::new(unit);
    let mut errors = Vec::with_capacity(failed.len());
    for (rule, variable, location) in failed {
        if let Some(name) = as_told(unit, program, variable) {
            let place = location.is_some().then_some(Place { unit: unit.number, location });
            let message = format!("var {name} is unsafe{}", scopes.of(unit, program, rule));
            let mut error = CheckError::new(Code::UnsafeVariable, place, message);
            if errors.len() < WITH_SUGGESTIONS {
                error.suggestions = suggestions(unit, program, rule, &name);
            }
            errors.push(error);
        }
    }
    for error in errors {
        unit.tell(Stage::HeadSafety, error);
    }
}

/// Adds the variables of a rule's head that are not in its body or arguments, each once, with the place it is last found
/// at.
fn unsafe_in_head(unit: &Unit<'_>, id: RuleId, failed: &mut Vec<(RuleId, Symbol, Location)>) {
    let nodes = &unit.nodes;
    let Some(rule) = nodes.rule(id) else { return };
    let head = &rule.head;
    let parts = nodes.terms(head.reference).iter().skip(1).copied();
    let mut found: Vec<(Symbol, Location)> = Vec::new();
    let mut walk = VariableWalk::new(nodes, Skip::NOTHING, |name, term| found.push((name, nodes.term(term).location)));
    head.key
        .into_iter()
        .chain(head.value)
        .chain(parts)
        .filter(|term| !is_scalar(nodes.term(*term).kind))
        .for_each(|term| walk.term(term));
    if found.is_empty() {
        return;
    }
    found.reverse();
    found.sort_by_key(|(name, _)| *name);
    found.dedup_by_key(|(name, _)| *name);
    let mut bound = vec![false; found.len()];
    let mut bind = |name: Symbol, _| {
        if let Ok(place) = found.binary_search_by_key(&name, |(name, _)| *name)
            && let Some(bound) = bound.get_mut(place)
        {
            *bound = true;
        }
    };
    VariableWalk::new(nodes, Skip::NOTHING, &mut bind).terms(head.arguments);
    VariableWalk::new(nodes, Skip::FOR_SAFETY, &mut bind).body(rule.body);
    for ((name, location), bound) in found.into_iter().zip(bound) {
        if !bound {
            failed.push((id, name, location));
        }
    }
}
