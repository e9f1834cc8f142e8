//! Calls inside of terms become expressions of their own.
//!
//! `x := f(g(y))` becomes `g(y, v); f(v, w); x = w`. What a ref goes into must be a variable or a ref too, so `[1, 2][i]`
//! becomes `v = [1, 2]; v[i]`; for messages the variable remembers what it stands for.

use super::rewrite::{append, call, call_of, copy, equality, equality_operator};
use super::stage::Stage;
use super::unit::Unit;
use super::walk::is_leaf;
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, List, Logical, RuleId, TermId, TermKind, With};

/// Rewrites the rules of a unit.
pub(super) fn rewrite(unit: &mut Unit<'_>) {
    unit.begin(Stage::ExpressionTerms);
    let mut support = Vec::new();
    for rule in unit.rules_with_else() {
        support.clear();
        rewrite_rule(unit, rule, &mut support);
    }
}

fn rewrite_rule(unit: &mut Unit<'_>, id: RuleId, support: &mut Vec<ExpressionId>) {
    let Some(mut rule) = unit.nodes.rule(id).copied() else { return };
    expand_all(unit, rule.head.arguments, 0, support);
    rule.head.key = rule.head.key.map(|key| expand(unit, key, support));
    rule.head.value = rule.head.value.map(|value| expand(unit, value, support));
    rule.body = append(&mut unit.nodes, rule.body, support);
    rule.body = body(unit, rule.body, support);
    if let Some(old) = unit.nodes.rule_mut(id) {
        *old = rule;
    }
}

/// Rewrites a body. `result` is where its expressions are gathered, behind those of the body around it.
fn body(unit: &mut Unit<'_>, body: Body, result: &mut Vec<ExpressionId>) -> Body {
    let start = result.len();
    for place in 0..body.len() {
        if let Some(id) = unit.nodes.body(body).get(place).copied() {
            expression(unit, id, result);
        }
    }
    let after = result.get(start..).unwrap_or_default();
    let new = if after == unit.nodes.body(body) { body } else { unit.nodes.add_body(after) };
    result.truncate(start);
    new
}

/// Adds an expression to others, what it needs before it.
fn expression(unit: &mut Unit<'_>, id: ExpressionId, result: &mut Vec<ExpressionId>) {
    let expression = *unit.nodes.expression(id);
    for place in 0..expression.with.len() {
        if let Some(with) = unit.nodes.withs(expression.with).get(place).copied() {
            let value = expand(unit, with.value, result);
            if let Some(with) = unit.nodes.withs_mut(expression.with).get_mut(place) {
                with.value = value;
            }
        }
    }
    let start = result.len();
    match expression.kind {
        ExpressionKind::Term(term) => {
            let term = expand(unit, term, result);
            set_kind(unit, id, ExpressionKind::Term(term));
            give(unit, result.get(start..).unwrap_or_default(), expression.with);
        }
        ExpressionKind::Call(terms) => {
            expand_all(unit, terms, 1, result);
            unit.derive(id, result.get(start..).unwrap_or_default());
            give(unit, result.get(start..).unwrap_or_default(), expression.with);
        }
        ExpressionKind::Every { key, value, domain, body: every, location } => {
            let place = unit.nodes.term(domain).location;
            let name = unit.make(None);
            let variable = unit.nodes.add_term(TermKind::Var(name), place);
            let operator = equality_operator(&mut unit.nodes, super::rewrite::NOWHERE);
            let equality = call(&mut unit.nodes, &[operator, variable, domain], place);
            give(unit, &[equality], expression.with);
            self::expression(unit, equality, result);
            let body = body(unit, every, result);
            set_kind(unit, id, ExpressionKind::Every { key, value, domain: variable, body, location });
        }
        ExpressionKind::Not { body: inner, explicit, location } => {
            let body = body(unit, inner, result);
            set_kind(unit, id, ExpressionKind::Not { body, explicit, location });
        }
        ExpressionKind::And(logical) => {
            let logical = operands(unit, logical, result);
            set_kind(unit, id, ExpressionKind::And(logical));
        }
        ExpressionKind::Or(logical) => {
            let logical = operands(unit, logical, result);
            set_kind(unit, id, ExpressionKind::Or(logical));
        }
        ExpressionKind::Some { .. } => {}
    }
    result.push(id);
}

fn operands(unit: &mut Unit<'_>, logical: Logical, result: &mut Vec<ExpressionId>) -> Logical {
    let left = body(unit, logical.left, result);
    let right = body(unit, logical.right, result);
    Logical { left, right, ..logical }
}

fn set_kind(unit: &mut Unit<'_>, id: ExpressionId, kind: ExpressionKind) {
    if let Some(expression) = unit.nodes.expression_mut(id) {
        expression.kind = kind;
    }
}

/// Gives expressions the `with` of another.
fn give(unit: &mut Unit<'_>, expressions: &[ExpressionId], with: List<With>) {
    if with.is_empty() {
        return;
    }
    for id in expressions {
        if let Some(expression) = unit.nodes.expression_mut(*id) {
            expression.with = with;
        }
    }
}

/// Replaces the terms of a list, from a place on.
fn expand_all(unit: &mut Unit<'_>, list: List<TermId>, from: usize, support: &mut Vec<ExpressionId>) {
    for place in from..list.len() {
        let Some(term) = unit.nodes.terms(list).get(place).copied() else { continue };
        if is_leaf(unit.nodes.term(term).kind) {
            continue;
        }
        let expanded = expand(unit, term, support);
        if expanded != term
            && let Some(term) = unit.nodes.terms_mut(list).get_mut(place)
        {
            *term = expanded;
        }
    }
}

/// The term to be put in place of a term; what gives it a value is added to `support`.
fn expand(unit: &mut Unit<'_>, id: TermId, support: &mut Vec<ExpressionId>) -> TermId {
    let term = unit.nodes.term(id);
    match term.kind {
        TermKind::Call(list) => {
            expand_all(unit, list, 1, support);
            let name = unit.make(None);
            let output = unit.nodes.add_term(TermKind::Var(name), term.location);
            let terms = unit.nodes.extend_terms(list, &[output]);
            support.push(call_of(&mut unit.nodes, terms, term.location));
            return output;
        }
        TermKind::Ref(parts) => reference(unit, parts, support),
        TermKind::Array(members) | TermKind::Object(members) | TermKind::Set(members) => {
            expand_all(unit, members, 0, support);
        }
        TermKind::ArrayComprehension { term, body } => {
            let (term, body) = collected(unit, term, body, support);
            unit.nodes.set_kind(id, TermKind::ArrayComprehension { term, body });
        }
        TermKind::SetComprehension { term, body } => {
            let (term, body) = collected(unit, term, body, support);
            unit.nodes.set_kind(id, TermKind::SetComprehension { term, body });
        }
        TermKind::ObjectComprehension { entry, body: inner } => {
            let start = support.len();
            let [key, value] = unit.nodes.entry(entry).map(|term| expand(unit, term, support));
            let body = longer(unit, inner, start, support);
            let entry = unit.nodes.add_entry(key, value);
            unit.nodes.set_kind(id, TermKind::ObjectComprehension { entry, body });
        }
        TermKind::Null
        | TermKind::Boolean(_)
        | TermKind::Number(_)
        | TermKind::String { .. }
        | TermKind::Var(_)
        | TermKind::TemplateString { .. } => {}
    }
    id
}

fn collected(unit: &mut Unit<'_>, term: TermId, inner: Body, support: &mut Vec<ExpressionId>) -> (TermId, Body) {
    let start = support.len();
    let term = expand(unit, term, support);
    let body = longer(unit, inner, start, support);
    (term, body)
}

/// The rewritten body, with what was gathered since `start` behind it.
fn longer(unit: &mut Unit<'_>, inner: Body, start: usize, support: &mut Vec<ExpressionId>) -> Body {
    let longer = append(&mut unit.nodes, inner, support.get(start..).unwrap_or_default());
    support.truncate(start);
    body(unit, longer, support)
}

fn reference(unit: &mut Unit<'_>, parts: List<TermId>, support: &mut Vec<ExpressionId>) {
    for place in 0..parts.len() {
        let Some(part) = unit.nodes.terms(parts).get(place).copied() else { continue };
        let kind = unit.nodes.term(part).kind;
        if is_leaf(kind) {
            continue;
        }
        let is_call = matches!(kind, TermKind::Call(_));
        let subject = is_call.then(|| copy(&mut unit.nodes, part));
        let expanded = expand(unit, part, support);
        if let (Some(subject), Some(name)) = (subject, unit.variable(expanded)) {
            unit.remember(name, subject);
        }
        if expanded != part
            && let Some(part) = unit.nodes.terms_mut(parts).get_mut(place)
        {
            *part = expanded;
        }
    }
    let Some(head) = unit.nodes.terms(parts).first().copied() else { return };
    if matches!(
        unit.nodes.term(head).kind,
        TermKind::Array(_)
            | TermKind::Object(_)
            | TermKind::Set(_)
            | TermKind::ArrayComprehension { .. }
            | TermKind::SetComprehension { .. }
            | TermKind::ObjectComprehension { .. }
            | TermKind::Call(_)
    ) {
        let (variable, expression) = equality(unit, head);
        support.push(expression);
        let subject = copy(&mut unit.nodes, head);
        if let Some(name) = unit.variable(variable) {
            unit.remember(name, subject);
        }
        if let Some(head) = unit.nodes.terms_mut(parts).first_mut() {
            *head = variable;
        }
    }
}
