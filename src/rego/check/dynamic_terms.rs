//! Refs and comprehensions inside of terms become variables, and `==` between expressions becomes `=`.
//!
//! `f(x.y) = 1` becomes `v = x.y; f(v) = 1`. For messages the variable remembers what it stands for.

use super::declared::is_operator;
use super::names::Symbol;
use super::rewrite::{NOWHERE, equality, equality_operator};
use super::stage::Stage;
use super::unit::Unit;
use super::walk::is_leaf;
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, List, Logical, TermId, TermKind};

/// Makes unifications of the comparisons of a unit that are expressions.
pub(super) fn rewrite_equals(unit: &mut Unit<'_>) {
    let mut equals = Vec::new();
    for (id, expression) in unit.nodes.all_expressions() {
        if let ExpressionKind::Call(terms) = expression.kind
            && let [operator, left, right] = *unit.nodes.terms(terms)
            && is_operator(&unit.nodes, operator, Symbol::EQUAL)
        {
            equals.push((id, left, right));
        }
    }
    for (id, left, right) in equals {
        let operator = equality_operator(&mut unit.nodes, NOWHERE);
        let terms = unit.nodes.add_terms(&[operator, left, right]);
        if let Some(expression) = unit.nodes.expression_mut(id) {
            expression.kind = ExpressionKind::Call(terms);
        }
    }
}

/// Rewrites the bodies of a unit.
pub(super) fn rewrite(unit: &mut Unit<'_>) {
    unit.begin(Stage::DynamicTerms);
    let mut result = Vec::new();
    for id in unit.rules_with_else() {
        let Some(rule) = unit.nodes.rule(id).copied() else { continue };
        let body = body(unit, rule.body, &mut result);
        if let Some(rule) = unit.nodes.rule_mut(id) {
            rule.body = body;
        }
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

fn expression(unit: &mut Unit<'_>, id: ExpressionId, result: &mut Vec<ExpressionId>) {
    match unit.nodes.expression(id).kind {
        ExpressionKind::Term(term) => {
            let term = top(unit, term, id, result);
            set_kind(unit, id, ExpressionKind::Term(term));
        }
        ExpressionKind::Call(terms) => match *unit.nodes.terms(terms) {
            [operator, left, right] if is_operator(&unit.nodes, operator, Symbol::EQ) => {
                let new = [operator, top(unit, left, id, result), top(unit, right, id, result)];
                if new != [operator, left, right] {
                    let terms = unit.nodes.add_terms(&new);
                    set_kind(unit, id, ExpressionKind::Call(terms));
                }
            }
            _ => replace_all(unit, terms, 1, id, result),
        },
        ExpressionKind::Every { key, value, domain, body: inner, location } => {
            let domain = replaced(unit, domain, id, result);
            let body = body(unit, inner, result);
            set_kind(unit, id, ExpressionKind::Every { key, value, domain, body, location });
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

/// A term that is a side of an equality or all of an expression: it may be a ref or comprehension itself.
fn top(unit: &mut Unit<'_>, term: TermId, of: ExpressionId, result: &mut Vec<ExpressionId>) -> TermId {
    match unit.nodes.term(term).kind {
        TermKind::Ref(parts) => {
            replace_all(unit, parts, 1, of, result);
            term
        }
        kind @ (TermKind::ArrayComprehension { .. }
        | TermKind::SetComprehension { .. }
        | TermKind::ObjectComprehension { .. }) => {
            comprehension(unit, term, kind, result);
            term
        }
        _ => replaced(unit, term, of, result),
    }
}

fn comprehension(unit: &mut Unit<'_>, id: TermId, kind: TermKind<Symbol>, result: &mut Vec<ExpressionId>) {
    let kind = match kind {
        TermKind::ArrayComprehension { term, body: inner } => {
            TermKind::ArrayComprehension { term, body: body(unit, inner, result) }
        }
        TermKind::SetComprehension { term, body: inner } => {
            TermKind::SetComprehension { term, body: body(unit, inner, result) }
        }
        TermKind::ObjectComprehension { entry, body: inner } => {
            TermKind::ObjectComprehension { entry, body: body(unit, inner, result) }
        }
        kind => kind,
    };
    unit.nodes.set_kind(id, kind);
}

fn replace_all(unit: &mut Unit<'_>, list: List<TermId>, from: usize, of: ExpressionId, result: &mut Vec<ExpressionId>) {
    for place in from..list.len() {
        let Some(term) = unit.nodes.terms(list).get(place).copied() else { continue };
        if is_leaf(unit.nodes.term(term).kind) {
            continue;
        }
        let new = replaced(unit, term, of, result);
        if new != term
            && let Some(term) = unit.nodes.terms_mut(list).get_mut(place)
        {
            *term = new;
        }
    }
}

/// The term to be put in place of a term in another; what gives it a value is added to `result`.
fn replaced(unit: &mut Unit<'_>, id: TermId, of: ExpressionId, result: &mut Vec<ExpressionId>) -> TermId {
    match unit.nodes.term(id).kind {
        TermKind::Ref(parts) => {
            replace_all(unit, parts, 1, of, result);
            bound(unit, id, of, result)
        }
        TermKind::Array(members) | TermKind::Object(members) | TermKind::Set(members) => {
            replace_all(unit, members, 0, of, result);
            id
        }
        kind @ (TermKind::ArrayComprehension { .. }
        | TermKind::SetComprehension { .. }
        | TermKind::ObjectComprehension { .. }) => {
            comprehension(unit, id, kind, result);
            bound(unit, id, of, result)
        }
        _ => id,
    }
}

/// A variable for a term of an expression.
pub(super) fn bound(unit: &mut Unit<'_>, id: TermId, of: ExpressionId, result: &mut Vec<ExpressionId>) -> TermId {
    let (variable, expression) = equality(unit, id);
    let with = unit.nodes.expression(of).with;
    if let Some(expression) = unit.nodes.expression_mut(expression) {
        expression.with = with;
    }
    unit.derive(of, &[expression]);
    result.push(expression);
    if let Some(name) = unit.variable(variable) {
        unit.remember(name, id);
    }
    variable
}
