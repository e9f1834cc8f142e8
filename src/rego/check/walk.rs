//! Walks through the nodes of a tree, in the order OPA walks through them.

use super::names::Symbol;
use crate::rego::syntax::{
    Body, ExpressionId, ExpressionKind, Head, List, Nodes, Part, RuleId, TermId, TermKind, With,
};

/// A node on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Term(TermId),
    Expression(ExpressionId),
    With { target: TermId, value: TermId },
}

/// Calls `visit` with every node below and including those given, each before what is in it, and goes into a node unless
/// `visit` says that it need not.
pub(super) fn walk(nodes: &Nodes<Symbol>, roots: impl IntoIterator<Item = Node>, mut visit: impl FnMut(Node) -> Enter) {
    let mut walk = Walk { nodes, visit: &mut visit };
    roots.into_iter().for_each(|root| walk.node(root));
}

/// Whether a walk goes into a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Enter {
    Yes,
    No,
}

/// Whether nothing can be in a term.
pub(super) const fn is_leaf(kind: TermKind<Symbol>) -> bool {
    matches!(
        kind,
        TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. } | TermKind::Var(_)
    )
}

/// What walks: one piece of code for all that is done with the nodes, so that it stays near the processor.
struct Walk<'a> {
    nodes: &'a Nodes<Symbol>,
    visit: &'a mut dyn FnMut(Node) -> Enter,
}

impl Walk<'_> {
    fn node(&mut self, node: Node) {
        match node {
            Node::Term(term) => self.term(term),
            Node::Expression(id) => self.expression(id),
            Node::With { target, value } => self.with(target, value),
        }
    }

    fn with(&mut self, target: TermId, value: TermId) {
        if (self.visit)(Node::With { target, value }) == Enter::Yes {
            self.term(target);
            self.term(value);
        }
    }

    /// Most terms have nothing in them: only for others is there a call.
    #[inline]
    fn term(&mut self, term: TermId) {
        if (self.visit)(Node::Term(term)) == Enter::No {
            return;
        }
        let kind = self.nodes.term(term).kind;
        if !is_leaf(kind) {
            self.composite(kind);
        }
    }

    fn composite(&mut self, kind: TermKind<Symbol>) {
        match kind {
            TermKind::Ref(list)
            | TermKind::Call(list)
            | TermKind::Array(list)
            | TermKind::Object(list)
            | TermKind::Set(list) => self.terms(list),
            TermKind::ArrayComprehension { term, body } | TermKind::SetComprehension { term, body } => {
                self.term(term);
                self.body(body);
            }
            TermKind::ObjectComprehension { entry, body } => {
                self.nodes.entry(entry).into_iter().for_each(|term| self.term(term));
                self.body(body);
            }
            TermKind::TemplateString { parts, .. } => {
                for part in self.nodes.parts(parts) {
                    self.node(node_of_part(part));
                }
            }
            TermKind::Null
            | TermKind::Boolean(_)
            | TermKind::Number(_)
            | TermKind::String { .. }
            | TermKind::Var(_) => {}
        }
    }

    fn expression(&mut self, id: ExpressionId) {
        if (self.visit)(Node::Expression(id)) == Enter::No {
            return;
        }
        let expression = self.nodes.expression(id);
        match expression.kind {
            ExpressionKind::Term(term) => self.term(term),
            ExpressionKind::Call(list) => self.terms(list),
            ExpressionKind::Some { symbols, .. } => self.terms(symbols),
            ExpressionKind::Every { key, value, domain, body, .. } => {
                key.into_iter().chain([value, domain]).for_each(|term| self.term(term));
                self.body(body);
            }
            ExpressionKind::Not { body, .. } => self.body(body),
            ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
                self.body(logical.left);
                self.body(logical.right);
            }
        }
        for with in self.nodes.withs(expression.with) {
            self.with(with.target, with.value);
        }
    }

    fn terms(&mut self, list: List<TermId>) {
        for term in self.nodes.terms(list) {
            self.term(*term);
        }
    }

    fn body(&mut self, body: Body) {
        for id in self.nodes.body(body) {
            self.expression(*id);
        }
    }
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
        TermKind::ObjectComprehension { entry, body } => {
            due.extend(nodes.entry(entry).map(Node::Term));
            push_body(nodes, body, due);
        }
        TermKind::TemplateString { parts, .. } => {
            due.extend(nodes.parts(parts).iter().map(node_of_part));
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

fn node_of_part(part: &Part) -> Node {
    match part {
        Part::Term(term) => Node::Term(*term),
        Part::Expression(expression) => Node::Expression(*expression),
    }
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
pub(super) fn of_body(nodes: &Nodes<Symbol>, body: Body) -> impl Iterator<Item = Node> {
    nodes.body(body).iter().copied().map(Node::Expression)
}

/// The nodes of a list of terms.
pub(super) fn of_terms(nodes: &Nodes<Symbol>, list: List<TermId>) -> impl Iterator<Item = Node> {
    nodes.terms(list).iter().copied().map(Node::Term)
}

/// The nodes of a rule's arguments, key and value.
pub(super) fn of_head(nodes: &Nodes<Symbol>, head: &Head<Symbol>) -> impl Iterator<Item = Node> {
    of_terms(nodes, head.arguments).chain(head.key.into_iter().chain(head.value).map(Node::Term))
}

/// The arguments, key, value and body of a rule, as OPA walks through them.
pub(super) fn of_rule(nodes: &Nodes<Symbol>, rule: RuleId) -> impl Iterator<Item = Node> {
    let rule = nodes.rule(rule).into_iter();
    rule.flat_map(|rule| of_head(nodes, &rule.head).chain(of_body(nodes, rule.body)))
}

/// Calls `found` with every variable of nodes, those of operators and of what is in comprehensions among them.
pub(super) fn each_variable(
    nodes: &Nodes<Symbol>,
    roots: impl IntoIterator<Item = Node>,
    mut found: impl FnMut(Symbol),
) {
    walk(nodes, roots, |node| {
        if let Node::Term(term) = node
            && let TermKind::Var(name) = nodes.term(term).kind
        {
            found(name);
        }
        Enter::Yes
    });
}
