//! The refs of a rule that may lead to rules.

use super::super::names::{Names, Symbol};
use super::super::path::is_constant;
use super::super::unit::Unit;
use super::super::walk::{Enter, Node, is_leaf, of_body, of_head, walk};
use super::bindings::Bindings;
use crate::rego::syntax::{RuleId, TermId, TermKind};

/// A ref to `data` in a rule.
#[derive(Debug)]
pub(in crate::rego::check) struct Reference<'a> {
    /// The expression of the rule's body it stands in; behind all of them: the head, which is evaluated last.
    pub(in crate::rego::check) expression: usize,
    /// Its parts as they are written.
    pub(in crate::rego::check) parts: &'a [TermId],
    /// Whether a part is no constant.
    pub(in crate::rego::check) dynamic: bool,
    /// The refs it stands for where values of its variables are known; none where none is.
    pub(in crate::rego::check) narrowed: Vec<Vec<TermId>>,
}

/// Tells every ref to `data` in a rule, its `else` aside, in OPA's order. What a body of its own narrows is not told.
pub(in crate::rego::check) fn references(
    unit: &Unit<'_>,
    names: &Names,
    rule: RuleId,
    mut tell: impl FnMut(Reference<'_>),
) {
    let nodes = &unit.nodes;
    let Some(rule) = nodes.rule(rule) else { return };
    let body = nodes.body(rule.body);
    let mut bindings: Option<Bindings<'_>> = None;
    let mut visit = |expression: usize, term: TermId| {
        let TermKind::Ref(list) = nodes.term(term).kind else { return Enter::Yes };
        let parts = nodes.terms(list);
        let Some((head, behind)) = parts.split_first() else { return Enter::No };
        if nodes.term(*head).kind == TermKind::Var(Symbol::DATA) {
            let dynamic = behind.iter().any(|part| !is_constant(nodes, *part));
            let mut narrowed = Vec::new();
            if dynamic {
                let bindings = bindings.get_or_insert_with(|| Bindings::new(nodes, names, rule.body));
                if bindings.any_before(expression) {
                    narrowed = bindings.expand(parts, expression);
                }
            }
            tell(Reference { expression, parts, dynamic, narrowed });
        }
        if parts.iter().all(|part| is_leaf(nodes.term(*part).kind)) { Enter::No } else { Enter::Yes }
    };
    let mut met: usize = 0;
    walk(nodes, of_body(nodes, rule.body), |node| match node {
        Node::Term(term) => visit(met.saturating_sub(1), term),
        Node::Expression(id) => {
            // Expressions of inner bodies come between those of the body, but are none of it.
            met += usize::from(body.get(met) == Some(&id));
            Enter::Yes
        }
        Node::With { .. } => Enter::Yes,
    });
    let behind_body = body.len();
    walk(nodes, of_head(nodes, &rule.head), |node| match node {
        Node::Term(term) => visit(behind_body, term),
        Node::Expression(_) | Node::With { .. } => Enter::Yes,
    });
}
