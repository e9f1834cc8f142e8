//! Refs of rule heads: every part becomes a scalar or a variable.

use super::errors::{CheckError, Code, Place};
use super::program::Program;
use super::rewrite::{append, equality, is_scalar};
use super::stage::Stage;
use super::unit::Unit;
use crate::rego::syntax::{RuleId, TermKind};

/// Rewrites the heads of the rules of a unit: `p.q[x.y] if …` becomes `p.q[v] if { …; v = x.y }`.
pub(super) fn rewrite(unit: &mut Unit<'_>, program: &Program<'_>) {
    unit.begin(Stage::HeadReferences);
    for id in unit.rules.clone() {
        rewrite_head(unit, program, id);
    }
}

fn rewrite_head(unit: &mut Unit<'_>, program: &Program<'_>, id: RuleId) {
    let Some(mut rule) = unit.nodes.rule(id).copied() else { return };
    let mut reference = unit.nodes.terms(rule.head.reference).to_vec();
    let heads = &program.heads;
    let tell = |unit: &mut Unit<'_>, code, what: &str| {
        let message =
            format!("{what} not supported: {}", program.reference_text(unit, unit.nodes.terms(rule.head.reference)));
        let place = Some(Place { unit: unit.number, location: rule.location });
        unit.tell(Stage::HeadReferences, CheckError::new(code, place, message));
    };
    if !heads.of_strings && !heads.general && rule.head.name.is_none() {
        return tell(unit, Code::Compile, "rule heads with refs are");
    }
    let mut made = Vec::new();
    let last = reference.len().saturating_sub(1);
    for (place, part) in reference.iter_mut().enumerate().skip(1) {
        let kind = unit.nodes.term(*part).kind;
        let collects = rule.head.value.is_none();
        if !heads.general && (collects || place != last) && !matches!(kind, TermKind::String { .. }) {
            tell(unit, Code::Type, "rule heads with general refs (containing variables) are");
            continue;
        }
        if matches!(kind, TermKind::Var(_)) || is_scalar(kind) {
            continue;
        }
        let is_key = rule.head.key.is_some_and(|key| {
            place == last && (key == *part || program.term_text(unit, key) == program.term_text(unit, *part))
        });
        let (variable, expression) = equality(unit, *part);
        if is_key {
            rule.head.key = Some(variable);
        }
        *part = variable;
        made.push(expression);
    }
    if !made.is_empty() {
        rule.head.reference = unit.nodes.add_terms(&reference);
        rule.body = append(&mut unit.nodes, rule.body, &made);
        if let Some(old) = unit.nodes.rule_mut(id) {
            *old = rule;
        }
    }
}
