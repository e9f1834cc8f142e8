//! The refs of a rule that may lead to rules.

use super::super::names::{Names, Symbol};
use super::super::path::{Step, is_constant};
use super::super::unit::Unit;
use super::super::walk::{Enter, Node, walk};
use super::bindings::Bindings;
use crate::rego::syntax::{Nodes, RuleId, TermId, TermKind};

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
    let mut bindings: Option<Bindings<'_>> = None;
    let mut visit = |expression: usize, roots: &[Node]| {
        walk(nodes, roots, |node| {
            let Node::Term(term) = node else { return Enter::Yes };
            let TermKind::Ref(list) = nodes.term(term).kind else { return Enter::Yes };
            let parts = nodes.terms(list);
            let Some((head, behind)) = parts.split_first() else { return Enter::No };
            if nodes.term(*head).kind != TermKind::Var(Symbol::DATA) {
                return Enter::Yes;
            }
            let dynamic = behind.iter().any(|part| !is_constant(nodes, *part));
            let mut narrowed = Vec::new();
            if dynamic {
                let bindings = bindings.get_or_insert_with(|| Bindings::new(nodes, names, rule.body));
                if bindings.any_before(expression) {
                    narrowed = bindings.expand(parts, expression);
                }
            }
            tell(Reference { expression, parts, dynamic, narrowed });
            Enter::Yes
        });
    };
    let body = nodes.body(rule.body);
    for (place, expression) in body.iter().enumerate() {
        visit(place, &[Node::Expression(*expression)]);
    }
    let mut head: Vec<Node> = nodes.terms(rule.head.arguments).iter().copied().map(Node::Term).collect();
    head.extend(rule.head.key.into_iter().chain(rule.head.value).map(Node::Term));
    visit(body.len(), &head);
}

/// The steps of a ref behind `data`.
pub(in crate::rego::check) fn steps(nodes: &Nodes<Symbol>, parts: &[TermId]) -> Vec<Step> {
    parts.iter().skip(1).map(|part| Step::of(nodes, *part)).collect()
}
