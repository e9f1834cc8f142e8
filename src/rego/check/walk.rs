//! Walks through the nodes of a tree, in the order OPA walks through them.

use super::names::Symbol;
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, List, Nodes, Part, TermId, TermKind, With};

/// A node on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Term(TermId),
    Expression(ExpressionId),
    With { target: TermId, value: TermId },
}

/// Calls `visit` with every node below and including those given, each before what is in it, and goes into a node unless
/// `visit` says that it need not.
pub(super) fn walk(nodes: &Nodes<Symbol>, roots: &[Node], mut visit: impl FnMut(Node) -> Enter) {
    let mut due: Vec<Node> = roots.iter().rev().copied().collect();
    while let Some(node) = due.pop() {
        if visit(node) == Enter::Yes {
            let height = due.len();
            push_children(nodes, node, &mut due);
            if let Some(children) = due.get_mut(height..) {
                children.reverse();
            }
        }
    }
}

/// Whether a walk goes into a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Enter {
    Yes,
    No,
}

/// The nodes right below a node, in order.
pub(super) fn push_children(nodes: &Nodes<Symbol>, node: Node, due: &mut Vec<Node>) {
    match node {
        Node::Term(term) => push_parts_of_term(nodes, term, due),
        Node::Expression(id) => push_parts_of_expression(nodes, id, due),
        Node::With { target, value } => due.extend([Node::Term(target), Node::Term(value)]),
    }
}

fn push_parts_of_term(nodes: &Nodes<Symbol>, term: TermId, due: &mut Vec<Node>) {
    match nodes.term(term).kind {
        TermKind::Ref(list)
        | TermKind::Call(list)
        | TermKind::Array(list)
        | TermKind::Object(list)
        | TermKind::Set(list) => push_terms(nodes, list, due),
        TermKind::ArrayComprehension { term, body } | TermKind::SetComprehension { term, body } => {
            due.push(Node::Term(term));
            push_body(nodes, body, due);
        }
        TermKind::ObjectComprehension { key, value, body } => {
            due.extend([Node::Term(key), Node::Term(value)]);
            push_body(nodes, body, due);
        }
        TermKind::TemplateString { parts, .. } => {
            due.extend(nodes.parts(parts).iter().map(|part| match part {
                Part::Term(term) => Node::Term(*term),
                Part::Expression(expression) => Node::Expression(*expression),
            }));
        }
        TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. } | TermKind::Var(_) => {}
    }
}

fn push_parts_of_expression(nodes: &Nodes<Symbol>, id: ExpressionId, due: &mut Vec<Node>) {
    let expression = nodes.expression(id);
    match expression.kind {
        ExpressionKind::Term(term) => due.push(Node::Term(term)),
        ExpressionKind::Call(list) => push_terms(nodes, list, due),
        ExpressionKind::Some { symbols, .. } => push_terms(nodes, symbols, due),
        ExpressionKind::Every { key, value, domain, body, .. } => {
            due.extend(key.map(Node::Term));
            due.extend([Node::Term(value), Node::Term(domain)]);
            push_body(nodes, body, due);
        }
        ExpressionKind::Not { body, .. } => push_body(nodes, body, due),
        ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
            push_body(nodes, logical.left, due);
            push_body(nodes, logical.right, due);
        }
    }
    due.extend(nodes.withs(expression.with).iter().map(node_of_with));
}

fn node_of_with(with: &With) -> Node {
    Node::With { target: with.target, value: with.value }
}

fn push_terms(nodes: &Nodes<Symbol>, list: List<TermId>, due: &mut Vec<Node>) {
    due.extend(nodes.terms(list).iter().copied().map(Node::Term));
}

fn push_body(nodes: &Nodes<Symbol>, body: Body, due: &mut Vec<Node>) {
    due.extend(nodes.body(body).iter().copied().map(Node::Expression));
}

/// The nodes of a body.
pub(super) fn of_body(nodes: &Nodes<Symbol>, body: Body) -> Vec<Node> {
    nodes.body(body).iter().copied().map(Node::Expression).collect()
}

/// Calls `found` with every variable of nodes, those of operators and of what is in comprehensions among them.
pub(super) fn each_variable(nodes: &Nodes<Symbol>, roots: &[Node], mut found: impl FnMut(Symbol)) {
    walk(nodes, roots, |node| {
        if let Node::Term(term) = node
            && let TermKind::Var(name) = nodes.term(term).kind
        {
            found(name);
        }
        Enter::Yes
    });
}
