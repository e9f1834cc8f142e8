//! Whether two nodes are the same but for where they stand.

use crate::rego::check::names::Symbol;
use crate::rego::syntax::{
    Body, Expression, ExpressionId, ExpressionKind, List, Logical, Nodes, Part, TermId, TermKind,
};

/// Whether two terms are equal.
pub(super) fn terms_are_equal(nodes: &Nodes<Symbol>, left: TermId, right: TermId) -> bool {
    if left == right {
        return true;
    }
    let terms = |left, right| lists_are_equal(nodes, left, right);
    match (nodes.term(left).kind, nodes.term(right).kind) {
        (TermKind::Null, TermKind::Null) => true,
        (TermKind::Boolean(left), TermKind::Boolean(right)) => left == right,
        (TermKind::Number(left), TermKind::Number(right))
        | (TermKind::Var(left), TermKind::Var(right))
        | (TermKind::String { value: left, .. }, TermKind::String { value: right, .. }) => left == right,
        (TermKind::Ref(left), TermKind::Ref(right))
        | (TermKind::Call(left), TermKind::Call(right))
        | (TermKind::Array(left), TermKind::Array(right))
        | (TermKind::Object(left), TermKind::Object(right))
        | (TermKind::Set(left), TermKind::Set(right)) => terms(left, right),
        (
            TermKind::ArrayComprehension { term: left, body: left_body },
            TermKind::ArrayComprehension { term: right, body: right_body },
        )
        | (
            TermKind::SetComprehension { term: left, body: left_body },
            TermKind::SetComprehension { term: right, body: right_body },
        ) => terms_are_equal(nodes, left, right) && bodies_are_equal(nodes, left_body, right_body),
        (
            TermKind::ObjectComprehension { entry: left, body: left_body },
            TermKind::ObjectComprehension { entry: right, body: right_body },
        ) => {
            let mut both = nodes.entry(left).into_iter().zip(nodes.entry(right));
            both.all(|(left, right)| terms_are_equal(nodes, left, right))
                && bodies_are_equal(nodes, left_body, right_body)
        }
        (TermKind::TemplateString { parts: left, .. }, TermKind::TemplateString { parts: right, .. }) => {
            left.len() == right.len()
                && nodes.parts(left).iter().zip(nodes.parts(right)).all(|parts| match parts {
                    (Part::Term(left), Part::Term(right)) => terms_are_equal(nodes, *left, *right),
                    (Part::Expression(left), Part::Expression(right)) => expressions_are_equal(nodes, *left, *right),
                    _ => false,
                })
        }
        _ => false,
    }
}

/// Whether two expressions are equal.
pub(super) fn expressions_are_equal(nodes: &Nodes<Symbol>, left: ExpressionId, right: ExpressionId) -> bool {
    let (left, right) = (nodes.expression(left), nodes.expression(right));
    left.negated == right.negated && kinds_are_equal(nodes, left, right) && withs_are_equal(nodes, left, right)
}

fn kinds_are_equal(nodes: &Nodes<Symbol>, left: &Expression, right: &Expression) -> bool {
    match (left.kind, right.kind) {
        (ExpressionKind::Term(left), ExpressionKind::Term(right)) => terms_are_equal(nodes, left, right),
        (ExpressionKind::Call(left), ExpressionKind::Call(right))
        | (ExpressionKind::Some { symbols: left, .. }, ExpressionKind::Some { symbols: right, .. }) => {
            lists_are_equal(nodes, left, right)
        }
        (
            ExpressionKind::Every { key: left_key, value: left, domain: left_domain, body: left_body, .. },
            ExpressionKind::Every { key: right_key, value: right, domain: right_domain, body: right_body, .. },
        ) => {
            let keys_are_equal = match (left_key, right_key) {
                (Some(left), Some(right)) => terms_are_equal(nodes, left, right),
                (left, right) => left.is_none() && right.is_none(),
            };
            keys_are_equal
                && terms_are_equal(nodes, left, right)
                && terms_are_equal(nodes, left_domain, right_domain)
                && bodies_are_equal(nodes, left_body, right_body)
        }
        (ExpressionKind::Not { body: left, .. }, ExpressionKind::Not { body: right, .. }) => {
            bodies_are_equal(nodes, left, right)
        }
        (ExpressionKind::And(left), ExpressionKind::And(right))
        | (ExpressionKind::Or(left), ExpressionKind::Or(right)) => operands_are_equal(nodes, left, right),
        _ => false,
    }
}

fn operands_are_equal(nodes: &Nodes<Symbol>, left: Logical, right: Logical) -> bool {
    bodies_are_equal(nodes, left.left, right.left) && bodies_are_equal(nodes, left.right, right.right)
}

fn withs_are_equal(nodes: &Nodes<Symbol>, left: &Expression, right: &Expression) -> bool {
    left.with.len() == right.with.len()
        && nodes.withs(left.with).iter().zip(nodes.withs(right.with)).all(|(left, right)| {
            terms_are_equal(nodes, left.target, right.target) && terms_are_equal(nodes, left.value, right.value)
        })
}

fn lists_are_equal(nodes: &Nodes<Symbol>, left: List<TermId>, right: List<TermId>) -> bool {
    left.len() == right.len()
        && nodes.terms(left).iter().zip(nodes.terms(right)).all(|(left, right)| terms_are_equal(nodes, *left, *right))
}

fn bodies_are_equal(nodes: &Nodes<Symbol>, left: Body, right: Body) -> bool {
    left.len() == right.len()
        && nodes
            .body(left)
            .iter()
            .zip(nodes.body(right))
            .all(|(left, right)| expressions_are_equal(nodes, *left, *right))
}
