//! What an OPA must know to load a program.

use super::unit::Unit;
use super::walk::{Enter, Node, of_body, walk};
use crate::rego::syntax::{Body, ExpressionKind, List, TermId, TermKind};

/// Calls `found` with each call that types are checked of: those of bodies of rules and of comprehensions, but not those of
/// `every`, `not { … }`, and the operands of `and` and `or`.
pub(super) fn each_typed_call(unit: &Unit<'_>, mut found: impl FnMut(List<TermId>)) {
    let nodes = &unit.nodes;
    let mut calls_of = |body: Body| {
        for id in nodes.body(body) {
            if let ExpressionKind::Call(call) = nodes.expression(*id).kind {
                found(call);
            }
        }
    };
    for rule in unit.rules_with_else().iter().filter_map(|rule| nodes.rule(*rule)) {
        calls_of(rule.body);
        walk(nodes, of_body(nodes, rule.body), |node| {
            if let Node::Term(term) = node
                && let TermKind::ArrayComprehension { body, .. }
                | TermKind::SetComprehension { body, .. }
                | TermKind::ObjectComprehension { body, .. } = nodes.term(term).kind
            {
                calls_of(body);
            }
            Enter::Yes
        });
    }
}
