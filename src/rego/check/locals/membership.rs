//! What `some … in …` binds.

use crate::rego::check::names::Symbol;
use crate::rego::check::variables::{Skip, VariableWalk};
use crate::rego::check::walk::{Enter, Node, walk};
use crate::rego::syntax::{Nodes, TermId, TermKind};

fn variables(nodes: &Nodes<Symbol>, skip: Skip, terms: &[TermId]) -> Vec<Symbol> {
    let mut found = Vec::new();
    let mut walk = VariableWalk::new(nodes, skip, |name, _| found.push(name));
    for term in terms {
        walk.term(*term);
    }
    found
}

/// The variables of patterns.
pub(super) fn of_patterns(nodes: &Nodes<Symbol>, patterns: &[TermId]) -> Vec<Symbol> {
    let skip = Skip { reference_heads: true, object_keys: true, closures: true, ..Skip::NOTHING };
    variables(nodes, skip, patterns)
}

/// The variables of a domain, those in comprehensions aside.
pub(super) fn of_domain(nodes: &Nodes<Symbol>, domain: TermId) -> Vec<Symbol> {
    variables(nodes, Skip { closures: true, ..Skip::NOTHING }, &[domain])
}

/// The variables that `value = member` binds when those of the domain are bound; `member` is a ref into the domain.
pub(super) fn bound(nodes: &Nodes<Symbol>, value: TermId, member: TermId, domain: TermId) -> Vec<Symbol> {
    let given = variables(nodes, Skip::NOTHING, &[domain]);
    let mut bound = Vec::new();
    walk(nodes, [Node::Term(value), Node::Term(member)], |node| {
        let Node::Term(term) = node else { return Enter::Yes };
        match nodes.term(term).kind {
            TermKind::ArrayComprehension { .. }
            | TermKind::SetComprehension { .. }
            | TermKind::ObjectComprehension { .. }
            | TermKind::TemplateString { .. } => Enter::No,
            TermKind::Ref(parts) => {
                let parts = nodes.terms(parts);
                let head = parts.first().copied();
                let is_given = head.is_some_and(|head| match nodes.term(head).kind {
                    TermKind::Var(name) => given.contains(&name),
                    _ => variables(nodes, Skip::FOR_SAFETY, &[head]).iter().all(|name| given.contains(name)),
                });
                if !is_given {
                    return Enter::No;
                }
                let behind = parts.get(1..).unwrap_or_default();
                bound.extend(variables(nodes, Skip { reference_heads: true, ..Skip::NOTHING }, behind));
                Enter::Yes
            }
            _ => Enter::Yes,
        }
    });
    match nodes.term(value).kind {
        TermKind::Var(name) => bound.push(name),
        TermKind::Array(_) | TermKind::Object(_) => bound.extend(of_patterns(nodes, &[value])),
        _ => {}
    }
    bound.retain(|name| !given.contains(name));
    bound
}
