//! Whether nodes are free of variables, as OPA sees it: the heads of refs are no variables.

use crate::rego::check::names::Symbol;
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, List, Nodes, TermId, TermKind};

/// Whether a term is free of variables.
pub(super) fn is_ground(nodes: &Nodes<Symbol>, term: TermId) -> bool {
    match nodes.term(term).kind {
        TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. } => true,
        TermKind::Var(_) | TermKind::TemplateString { .. } => false,
        TermKind::Ref(parts) => are_ground(nodes, parts, 1),
        TermKind::Call(list) | TermKind::Array(list) | TermKind::Object(list) | TermKind::Set(list) => {
            are_ground(nodes, list, 0)
        }
        TermKind::ArrayComprehension { term, body } | TermKind::SetComprehension { term, body } => {
            is_ground(nodes, term) && is_body_ground(nodes, body)
        }
        TermKind::ObjectComprehension { entry, body } => {
            nodes.entry(entry).iter().all(|term| is_ground(nodes, *term)) && is_body_ground(nodes, body)
        }
    }
}

fn are_ground(nodes: &Nodes<Symbol>, list: List<TermId>, from: usize) -> bool {
    nodes.terms(list).iter().skip(from).all(|term| is_ground(nodes, *term))
}

fn is_body_ground(nodes: &Nodes<Symbol>, body: Body) -> bool {
    nodes.body(body).iter().all(|expression| is_expression_ground(nodes, *expression))
}

fn is_expression_ground(nodes: &Nodes<Symbol>, id: ExpressionId) -> bool {
    match nodes.expression(id).kind {
        ExpressionKind::Term(term) => is_ground(nodes, term),
        ExpressionKind::Call(parts) => are_ground(nodes, parts, 1),
        ExpressionKind::Not { body, .. } => is_body_ground(nodes, body),
        ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
            is_body_ground(nodes, logical.left) && is_body_ground(nodes, logical.right)
        }
        ExpressionKind::Some { .. } | ExpressionKind::Every { .. } => false,
    }
}
