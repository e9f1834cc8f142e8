//! What comprehensions and heads collect becomes a variable where it has to be evaluated.

use super::rewrite::{append, equality};
use super::stage::Stage;
use super::unit::Unit;
use super::walk::{Enter, Node, is_leaf, walk};
use crate::rego::syntax::{Body, ExpressionId, RuleId, TermId, TermKind};

/// Rewrites all comprehensions of a unit: `[x.y | …]` becomes `[v | …; v = x.y]`.
pub(super) fn rewrite_comprehensions(unit: &mut Unit<'_>) {
    unit.begin(Stage::ComprehensionTerms);
    let is_comprehension = |kind| {
        matches!(
            kind,
            TermKind::ArrayComprehension { .. }
                | TermKind::SetComprehension { .. }
                | TermKind::ObjectComprehension { .. }
        )
    };
    let all: Vec<TermId> =
        unit.nodes.all_terms().filter(|(_, term)| is_comprehension(term.kind)).map(|(id, _)| id).collect();
    for id in all {
        let kind = match unit.nodes.term(id).kind {
            TermKind::ArrayComprehension { term, body } => {
                let (term, body) = collected(unit, term, body);
                TermKind::ArrayComprehension { term, body }
            }
            TermKind::SetComprehension { term, body } => {
                let (term, body) = collected(unit, term, body);
                TermKind::SetComprehension { term, body }
            }
            TermKind::ObjectComprehension { entry, body } => {
                let [key, value] = unit.nodes.entry(entry);
                let (key, body) = collected(unit, key, body);
                let (value, body) = collected(unit, value, body);
                let entry = unit.nodes.add_entry(key, value);
                TermKind::ObjectComprehension { entry, body }
            }
            _ => continue,
        };
        unit.nodes.set_kind(id, kind);
    }
}

fn collected(unit: &mut Unit<'_>, term: TermId, body: Body) -> (TermId, Body) {
    if !requires_evaluation(unit, term) {
        return (term, body);
    }
    let (variable, expression) = equality(unit, term);
    (variable, append(&mut unit.nodes, body, &[expression]))
}

/// Rewrites the heads of a unit: `p contains x.y if …` becomes `p contains v if { …; v = x.y }`.
pub(super) fn rewrite_heads(unit: &mut Unit<'_>) {
    unit.begin(Stage::ReferencesInHead);
    for rule in unit.rules_with_else() {
        rewrite_head(unit, rule);
    }
}

fn rewrite_head(unit: &mut Unit<'_>, id: RuleId) {
    let Some(mut rule) = unit.nodes.rule(id).copied() else { return };
    let mut made: Vec<ExpressionId> = Vec::new();
    let mut replaced = |unit: &mut Unit<'_>, term: TermId| {
        if !requires_evaluation(unit, term) {
            return term;
        }
        let (variable, expression) = equality(unit, term);
        made.push(expression);
        variable
    };
    rule.head.key = rule.head.key.map(|key| replaced(unit, key));
    rule.head.value = rule.head.value.map(|value| replaced(unit, value));
    let arguments = unit.nodes.terms(rule.head.arguments).to_vec();
    let new: Vec<TermId> = arguments.iter().map(|argument| replaced(unit, *argument)).collect();
    if made.is_empty() {
        return;
    }
    if new != arguments {
        rule.head.arguments = unit.nodes.add_terms(&new);
    }
    rule.body = append(&mut unit.nodes, rule.body, &made);
    if let Some(old) = unit.nodes.rule_mut(id) {
        *old = rule;
    }
}

/// Whether a ref or comprehension stands in a term.
pub(super) fn requires_evaluation(unit: &Unit<'_>, term: TermId) -> bool {
    match unit.nodes.term(term).kind {
        TermKind::Ref(_) => return true,
        kind if is_leaf(kind) => return false,
        _ => {}
    }
    let mut found = false;
    walk(&unit.nodes, [Node::Term(term)], |node| {
        if let Node::Term(term) = node {
            found |= matches!(
                unit.nodes.term(term).kind,
                TermKind::Ref(_)
                    | TermKind::ArrayComprehension { .. }
                    | TermKind::SetComprehension { .. }
                    | TermKind::ObjectComprehension { .. }
            );
        }
        if found { Enter::No } else { Enter::Yes }
    });
    found
}
