//! What rewriting stages build: variables, equalities, longer bodies.

use super::names::Symbol;
use super::unit::Unit;
use crate::rego::syntax::{
    Body, Expression, ExpressionId, ExpressionKind, List, Location, Logical, Nodes, TermId, TermKind, With,
};

/// The place of what stands nowhere.
pub(super) const NOWHERE: Location = Location::NONE;

/// Puts expressions behind a body; a body that is only `true` gives way to the first of them.
pub(super) fn append(nodes: &mut Nodes<Symbol>, body: Body, more: &[ExpressionId]) -> Body {
    if more.is_empty() {
        return body;
    }
    let mut expressions = if is_true(nodes, body) { Vec::new() } else { nodes.body(body).to_vec() };
    expressions.extend_from_slice(more);
    nodes.add_body(&expressions)
}

/// Whether a body is `true` and nothing else.
pub(super) fn is_true(nodes: &Nodes<Symbol>, body: Body) -> bool {
    match nodes.body(body) {
        [only] => match nodes.expression(*only).kind {
            ExpressionKind::Term(term) => nodes.term(term).kind == TermKind::Boolean(true),
            _ => false,
        },
        _ => false,
    }
}

/// The operator of unification.
pub(super) fn equality_operator(nodes: &mut Nodes<Symbol>, location: Location) -> TermId {
    let name = nodes.add_term(TermKind::Var(Symbol::EQ), location);
    let parts = nodes.add_terms(&[name]);
    nodes.add_term(TermKind::Ref(parts), location)
}

/// An expression that calls a function, made by a stage.
pub(super) fn call(nodes: &mut Nodes<Symbol>, terms: &[TermId], location: Location) -> ExpressionId {
    let terms = nodes.add_terms(terms);
    call_of(nodes, terms, location)
}

/// The same for terms that are a list.
pub(super) fn call_of(nodes: &mut Nodes<Symbol>, terms: List<TermId>, location: Location) -> ExpressionId {
    nodes.add_expression(Expression {
        kind: ExpressionKind::Call(terms),
        with: List::EMPTY,
        index: 0,
        negated: false,
        generated: true,
        location,
    })
}

/// A new variable that is equal to a term: the variable, and the expression that says so.
pub(super) fn equality(unit: &mut Unit<'_>, term: TermId) -> (TermId, ExpressionId) {
    let location = unit.nodes.term(term).location;
    let name = unit.make(None);
    let variable = unit.nodes.add_term(TermKind::Var(name), location);
    let operator = equality_operator(&mut unit.nodes, NOWHERE);
    let expression = call(&mut unit.nodes, &[operator, variable, term], location);
    (variable, expression)
}

/// Whether a term is a scalar.
pub(super) fn is_scalar(kind: TermKind<Symbol>) -> bool {
    matches!(kind, TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. })
}

/// A copy of a term with all that is in it.
pub(super) fn copy(nodes: &mut Nodes<Symbol>, id: TermId) -> TermId {
    let term = nodes.term(id);
    let kind = match term.kind {
        TermKind::Ref(list) => TermKind::Ref(copy_all(nodes, list)),
        TermKind::Call(list) => TermKind::Call(copy_all(nodes, list)),
        TermKind::Array(list) => TermKind::Array(copy_all(nodes, list)),
        TermKind::Object(list) => TermKind::Object(copy_all(nodes, list)),
        TermKind::Set(list) => TermKind::Set(copy_all(nodes, list)),
        TermKind::ArrayComprehension { term, body } => {
            TermKind::ArrayComprehension { term: copy(nodes, term), body: copy_body(nodes, body) }
        }
        TermKind::SetComprehension { term, body } => {
            TermKind::SetComprehension { term: copy(nodes, term), body: copy_body(nodes, body) }
        }
        TermKind::ObjectComprehension { entry, body } => {
            let [key, value] = nodes.entry(entry).map(|term| copy(nodes, term));
            let entry = nodes.add_entry(key, value);
            TermKind::ObjectComprehension { entry, body: copy_body(nodes, body) }
        }
        // The expressions of a template string are not changed before they are taken out of it.
        kind => kind,
    };
    nodes.add_term(kind, term.location)
}

/// Copies of terms.
pub(super) fn copy_all(nodes: &mut Nodes<Symbol>, list: List<TermId>) -> List<TermId> {
    if list.is_empty() {
        return list;
    }
    let copies: Vec<TermId> = nodes.terms(list).to_vec().into_iter().map(|term| copy(nodes, term)).collect();
    nodes.add_terms(&copies)
}

fn copy_body(nodes: &mut Nodes<Symbol>, body: Body) -> Body {
    let copies: Vec<ExpressionId> =
        nodes.body(body).to_vec().into_iter().map(|expression| copy_expression(nodes, expression)).collect();
    nodes.add_body(&copies)
}

fn copy_expression(nodes: &mut Nodes<Symbol>, id: ExpressionId) -> ExpressionId {
    let expression = *nodes.expression(id);
    let kind = match expression.kind {
        ExpressionKind::Term(term) => ExpressionKind::Term(copy(nodes, term)),
        ExpressionKind::Call(terms) => ExpressionKind::Call(copy_all(nodes, terms)),
        ExpressionKind::Some { symbols, location } => {
            ExpressionKind::Some { symbols: copy_all(nodes, symbols), location }
        }
        ExpressionKind::Every { key, value, domain, body, location } => ExpressionKind::Every {
            key: key.map(|key| copy(nodes, key)),
            value: copy(nodes, value),
            domain: copy(nodes, domain),
            body: copy_body(nodes, body),
            location,
        },
        ExpressionKind::Not { body, explicit, location } => {
            ExpressionKind::Not { body: copy_body(nodes, body), explicit, location }
        }
        ExpressionKind::And(logical) => ExpressionKind::And(copy_operands(nodes, logical)),
        ExpressionKind::Or(logical) => ExpressionKind::Or(copy_operands(nodes, logical)),
    };
    let withs: Vec<With> = nodes
        .withs(expression.with)
        .to_vec()
        .into_iter()
        .map(|with| With { target: copy(nodes, with.target), value: copy(nodes, with.value), location: with.location })
        .collect();
    let with = nodes.add_withs(&withs);
    nodes.add_expression(Expression { kind, with, ..expression })
}

fn copy_operands(nodes: &mut Nodes<Symbol>, logical: Logical) -> Logical {
    let left = copy_body(nodes, logical.left);
    let right = copy_body(nodes, logical.right);
    Logical { left, right, ..logical }
}
