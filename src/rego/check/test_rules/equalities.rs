//! Gives refs and comprehensions that tests compare names of their own, so that their values can be told.
//!
//! `data.app.allow = false` becomes `v = data.app.allow; v = false`: where the first holds and the second does not, it is
//! known what there was. What is negated stays: it may well be undefined.

use super::TEST;
use crate::rego::check::declared::is_operator;
use crate::rego::check::dynamic_terms::bound;
use crate::rego::check::names::{Names, Symbol};
use crate::rego::check::stage::Stage;
use crate::rego::check::unit::Unit;
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, TermId, TermKind};

/// Rewrites the tests of a unit that have a plain name.
pub(in crate::rego::check) fn name_sides(unit: &mut Unit<'_>, names: &Names) {
    unit.begin(Stage::TestEqualities);
    for id in unit.rules_with_else() {
        let Some(rule) = unit.nodes.rule(id).copied() else { continue };
        let [name] = *unit.nodes.terms(rule.head.reference) else { continue };
        if !unit.variable(name).is_some_and(|name| names.text(name).starts_with(TEST)) {
            continue;
        }
        let body = body(unit, rule.body);
        if let Some(rule) = unit.nodes.rule_mut(id) {
            rule.body = body;
        }
    }
}

fn body(unit: &mut Unit<'_>, body: Body) -> Body {
    let mut result = Vec::with_capacity(body.len());
    for id in unit.nodes.body(body).to_vec() {
        expression(unit, id, &mut result);
        result.push(id);
    }
    unit.nodes.add_body(&result)
}

fn expression(unit: &mut Unit<'_>, id: ExpressionId, result: &mut Vec<ExpressionId>) {
    let expression = *unit.nodes.expression(id);
    if expression.negated || expression.generated {
        return;
    }
    let kind = match expression.kind {
        ExpressionKind::Call(terms) => match *unit.nodes.terms(terms) {
            [operator, left, right] if is_operator(&unit.nodes, operator, Symbol::EQ) => {
                let [left, right] = [left, right].map(|side| named(unit, side, id, result));
                ExpressionKind::Call(unit.nodes.add_terms(&[operator, left, right]))
            }
            _ => return,
        },
        ExpressionKind::Every { key, value, domain, body: inner, location } => {
            ExpressionKind::Every { key, value, domain, body: body(unit, inner), location }
        }
        _ => return,
    };
    if let Some(expression) = unit.nodes.expression_mut(id) {
        expression.kind = kind;
    }
}

/// A variable for a side that is a ref or comprehension; any other side itself.
fn named(unit: &mut Unit<'_>, side: TermId, of: ExpressionId, result: &mut Vec<ExpressionId>) -> TermId {
    match unit.nodes.term(side).kind {
        TermKind::Ref(_)
        | TermKind::ArrayComprehension { .. }
        | TermKind::SetComprehension { .. }
        | TermKind::ObjectComprehension { .. } => bound(unit, side, of, result),
        _ => side,
    }
}
