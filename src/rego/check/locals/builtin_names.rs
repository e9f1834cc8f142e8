//! Variables with the name of a built-in function.

use super::Locals;
use super::scopes::Occurrence;
use crate::rego::check::declared::declared_variables;
use crate::rego::check::names::Symbol;
use crate::rego::check::walk::{Enter, Node, of_body, push_children, walk};
use crate::rego::syntax::{Body, ExpressionKind, Nodes, RuleId, TermKind};

impl Locals<'_, '_> {
    /// Gives variables of a body that have the name of a built-in function names of their own, so that no later stage takes
    /// them for it. Operators, declared variables, and what stands in a `with` of the rule are left alone.
    pub(super) fn builtin_names(&mut self, rule: RuleId, body: Body) {
        let program = self.program;
        let mut found = Vec::new();
        each_operand(&self.unit.nodes, &of_body(&self.unit.nodes, body), true, |name| {
            if program.is_builtin_name(name) {
                found.push(name);
            }
        });
        if found.is_empty() {
            return;
        }
        let mut spared = Vec::new();
        declared_variables(&self.unit.nodes, body, &mut spared);
        self.names_in_withs(rule, &mut spared);
        found.sort_by_key(|name| program.names.text(*name));
        found.dedup();
        for name in found {
            if !spared.contains(&name) && self.scopes.declared(name).is_none() {
                let becomes = self.unit.make(Some(name));
                self.scopes.insert(name, becomes, Occurrence::Seen);
            }
        }
    }

    /// The variables of targets and values of all `with` of a rule, its head and its `else` among them.
    fn names_in_withs(&self, rule: RuleId, names: &mut Vec<Symbol>) {
        let nodes = &self.unit.nodes;
        let mut next = Some(rule);
        while let Some(rule) = next.and_then(|id| nodes.rule(id)) {
            let head = &rule.head;
            let mut roots: Vec<Node> = nodes.terms(head.arguments).iter().copied().map(Node::Term).collect();
            roots.extend(head.key.into_iter().chain(head.value).map(Node::Term));
            roots.extend(of_body(nodes, rule.body));
            walk(nodes, &roots, |node| {
                if let Node::With { target, value } = node {
                    each_operand(nodes, &[Node::Term(target), Node::Term(value)], false, |name| names.push(name));
                }
                Enter::Yes
            });
            next = rule.otherwise;
        }
    }
}

/// Calls `found` with the variables of nodes that are no operators of calls.
fn each_operand(nodes: &Nodes<Symbol>, roots: &[Node], skip_closures: bool, mut found: impl FnMut(Symbol)) {
    let mut due: Vec<Node> = roots.to_vec();
    let rest_of = |term, due: &mut Vec<Node>| {
        if let TermKind::Ref(parts) = nodes.term(term).kind {
            due.extend(nodes.terms(parts).iter().skip(1).copied().map(Node::Term));
        }
    };
    while let Some(node) = due.pop() {
        match node {
            Node::Term(term) => match nodes.term(term).kind {
                TermKind::Var(name) => found(name),
                TermKind::Call(list) => push_call(nodes.terms(list), &rest_of, &mut due),
                TermKind::ArrayComprehension { .. }
                | TermKind::SetComprehension { .. }
                | TermKind::ObjectComprehension { .. }
                | TermKind::TemplateString { .. }
                    if skip_closures => {}
                _ => push_children(nodes, node, &mut due),
            },
            Node::Expression(id) => {
                let expression = nodes.expression(id);
                let withs = nodes.withs(expression.with).iter();
                let withs = withs.map(|with| Node::With { target: with.target, value: with.value });
                match expression.kind {
                    ExpressionKind::Every { domain, .. } if skip_closures => due.push(Node::Term(domain)),
                    ExpressionKind::Not { .. } | ExpressionKind::And(_) | ExpressionKind::Or(_) if skip_closures => {
                        due.extend(withs);
                    }
                    ExpressionKind::Call(list) => {
                        push_call(nodes.terms(list), &rest_of, &mut due);
                        due.extend(withs);
                    }
                    _ => push_children(nodes, node, &mut due),
                }
            }
            Node::With { target, value } => {
                rest_of(target, &mut due);
                match nodes.term(value).kind {
                    TermKind::Ref(_) => rest_of(value, &mut due),
                    _ => due.push(Node::Term(value)),
                }
            }
        }
    }
}

fn push_call(
    terms: &[crate::rego::syntax::TermId],
    rest_of: &dyn Fn(crate::rego::syntax::TermId, &mut Vec<Node>),
    due: &mut Vec<Node>,
) {
    if let Some((operator, arguments)) = terms.split_first() {
        rest_of(*operator, due);
        due.extend(arguments.iter().copied().map(Node::Term));
    }
}
