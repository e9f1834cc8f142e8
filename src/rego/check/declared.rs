//! The variables a body declares.

use super::names::Symbol;
use super::walk::{Node, each_variable};
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, List, Nodes, TermId, TermKind};

/// The variables that `:=` and `some` declare in a body, and in the bodies in it that are no comprehensions.
pub(super) fn declared_variables(nodes: &Nodes<Symbol>, body: Body, declared: &mut Vec<Symbol>) {
    for id in nodes.body(body) {
        declared_in_expression(nodes, *id, declared);
    }
}

/// The same for one expression.
pub(super) fn declared_in_expression(nodes: &Nodes<Symbol>, id: ExpressionId, declared: &mut Vec<Symbol>) {
    match nodes.expression(id).kind {
        ExpressionKind::Call(call) => {
            if let Some((target, _)) = assignment(nodes, call) {
                each_variable(nodes, [Node::Term(target)], |name| declared.push(name));
            }
        }
        ExpressionKind::Some { symbols, .. } => declared_by_some(nodes, symbols, declared),
        ExpressionKind::Every { body, .. } | ExpressionKind::Not { body, .. } => {
            declared_variables(nodes, body, declared);
        }
        ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
            declared_variables(nodes, logical.left, declared);
            declared_variables(nodes, logical.right, declared);
        }
        ExpressionKind::Term(_) => {}
    }
}

fn declared_by_some(nodes: &Nodes<Symbol>, symbols: List<TermId>, declared: &mut Vec<Symbol>) {
    for symbol in nodes.terms(symbols) {
        match nodes.term(*symbol).kind {
            TermKind::Var(name) => declared.push(name),
            TermKind::Call(call) => {
                let bound = match nodes.terms(call) {
                    [_, key, value, _] => [Some(*value), Some(*key)],
                    [_, value, ..] => [Some(*value), None],
                    _ => [None, None],
                };
                each_variable(nodes, bound.into_iter().flatten().map(Node::Term), |name| declared.push(name));
            }
            _ => {}
        }
    }
}

/// The two sides of a call of `:=`.
pub(super) fn assignment(nodes: &Nodes<Symbol>, call: List<TermId>) -> Option<(TermId, TermId)> {
    match nodes.terms(call) {
        [operator, target, value] if is_operator(nodes, *operator, Symbol::ASSIGN) => Some((*target, *value)),
        _ => None,
    }
}

/// Whether an operator is a ref of one name alone, and which.
pub(super) fn is_operator(nodes: &Nodes<Symbol>, operator: TermId, name: Symbol) -> bool {
    let TermKind::Ref(parts) = nodes.term(operator).kind else { return false };
    matches!(nodes.terms(parts), [head] if nodes.term(*head).kind == TermKind::Var(name))
}
