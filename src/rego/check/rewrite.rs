//! What rewriting stages build: variables, equalities, longer bodies.

use super::names::Symbol;
use super::unit::Unit;
use crate::rego::syntax::{Body, Expression, ExpressionId, ExpressionKind, List, Location, Nodes, TermId, TermKind};

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
    let term = *nodes.term(id);
    let kind = match term.kind {
        TermKind::Ref(list) => TermKind::Ref(copy_all(nodes, list)),
        TermKind::Call(list) => TermKind::Call(copy_all(nodes, list)),
        TermKind::Array(list) => TermKind::Array(copy_all(nodes, list)),
        TermKind::Object(list) => TermKind::Object(copy_all(nodes, list)),
        TermKind::Set(list) => TermKind::Set(copy_all(nodes, list)),
        // What is in a closure is shared: copies of it are only for messages.
        kind => kind,
    };
    nodes.add_term(kind, term.location)
}

fn copy_all(nodes: &mut Nodes<Symbol>, list: List<TermId>) -> List<TermId> {
    let copies: Vec<TermId> = nodes.terms(list).to_vec().into_iter().map(|term| copy(nodes, term)).collect();
    nodes.add_terms(&copies)
}
