//! What `with` replaces, and with what.

use super::comprehension_terms::requires_evaluation;
use super::errors::{CheckError, Code, Place};
use super::names::Symbol;
use super::path::Step;
use super::program::{Program, ground_names};
use super::rewrite::{NOWHERE, equality};
use super::rule_tree::RuleTree;
use super::stage::Stage;
use super::unit::Unit;
use super::walk::{Node, of_head, of_terms, push_children};
use crate::rego::syntax::{Body, Expression, ExpressionId, ExpressionKind, List, TermId, TermKind, With};

/// Rewrites the bodies of a unit: values that have to be evaluated become variables. Tells targets and values that cannot
/// be; the first of each body, and nothing of the bodies in that.
pub(super) fn rewrite(unit: &mut Unit<'_>, program: &Program<'_>) {
    unit.begin(Stage::WithValues);
    if !unit.nodes.has_with() {
        return;
    }
    for id in unit.rules_with_else() {
        let Some(rule) = unit.nodes.rule(id).copied() else { continue };
        let head = of_terms(&unit.nodes, rule.head.reference).chain(of_head(&unit.nodes, &rule.head));
        let head = head.collect();
        bodies_in(unit, program, head);
        if let Some(body) = body(unit, program, rule.body)
            && let Some(rule) = unit.nodes.rule_mut(id)
        {
            rule.body = body;
        }
    }
}

/// The rewritten body; `None` if something in it was told.
fn body(unit: &mut Unit<'_>, program: &Program<'_>, body: Body) -> Option<Body> {
    let before = unit.nodes.body(body).to_vec();
    let mut after = Vec::with_capacity(before.len());
    for id in &before {
        match expression(unit, program, *id, &mut after) {
            Ok(()) => after.push(*id),
            Err(error) => {
                unit.tell(Stage::WithValues, *error);
                return None;
            }
        }
    }
    bodies_in(unit, program, after.iter().copied().map(Node::Expression).collect());
    Some(if after == before { body } else { unit.nodes.add_body(&after) })
}

/// Rewrites the bodies below nodes.
fn bodies_in(unit: &mut Unit<'_>, program: &Program<'_>, nodes: Vec<Node>) {
    let mut due = nodes;
    due.reverse();
    while let Some(node) = due.pop() {
        let height = due.len();
        match node {
            Node::Term(id) => {
                let kind = unit.nodes.term(id).kind;
                let (collected, inner): (Vec<TermId>, Body) = match kind {
                    TermKind::ArrayComprehension { term, body } | TermKind::SetComprehension { term, body } => {
                        (vec![term], body)
                    }
                    TermKind::ObjectComprehension { entry, body } => (unit.nodes.entry(entry).to_vec(), body),
                    _ => {
                        push_children(&unit.nodes, node, &mut due);
                        due.get_mut(height..).unwrap_or_default().reverse();
                        continue;
                    }
                };
                bodies_in(unit, program, collected.into_iter().map(Node::Term).collect());
                let Some(new) = body(unit, program, inner) else { continue };
                let kind = match kind {
                    TermKind::ArrayComprehension { term, .. } => TermKind::ArrayComprehension { term, body: new },
                    TermKind::SetComprehension { term, .. } => TermKind::SetComprehension { term, body: new },
                    TermKind::ObjectComprehension { entry, .. } => TermKind::ObjectComprehension { entry, body: new },
                    kind => kind,
                };
                unit.nodes.set_kind(id, kind);
            }
            Node::Expression(id) => {
                let Expression { kind, with, .. } = *unit.nodes.expression(id);
                let kind = match kind {
                    ExpressionKind::Every { key, value, domain, body: inner, location } => {
                        bodies_in(unit, program, vec![Node::Term(domain)]);
                        let body = body(unit, program, inner).unwrap_or(inner);
                        ExpressionKind::Every { key, value, domain, body, location }
                    }
                    ExpressionKind::Not { body: inner, explicit, location } => {
                        let body = body(unit, program, inner).unwrap_or(inner);
                        ExpressionKind::Not { body, explicit, location }
                    }
                    ExpressionKind::And(mut logical) => {
                        logical.left = body(unit, program, logical.left).unwrap_or(logical.left);
                        logical.right = body(unit, program, logical.right).unwrap_or(logical.right);
                        ExpressionKind::And(logical)
                    }
                    ExpressionKind::Or(mut logical) => {
                        logical.left = body(unit, program, logical.left).unwrap_or(logical.left);
                        logical.right = body(unit, program, logical.right).unwrap_or(logical.right);
                        ExpressionKind::Or(logical)
                    }
                    _ => {
                        push_children(&unit.nodes, node, &mut due);
                        due.get_mut(height..).unwrap_or_default().reverse();
                        continue;
                    }
                };
                if let Some(expression) = unit.nodes.expression_mut(id) {
                    expression.kind = kind;
                }
                let withs = unit.nodes.withs(with).iter().rev();
                due.extend(withs.map(|with| Node::With { target: with.target, value: with.value }));
            }
            Node::With { target, value } => due.extend([Node::Term(value), Node::Term(target)]),
        }
    }
}

/// Rewrites the `with` of an expression; what gives values is added to `result`.
fn expression(
    unit: &mut Unit<'_>,
    program: &Program<'_>,
    id: ExpressionId,
    result: &mut Vec<ExpressionId>,
) -> Result<(), Box<CheckError>> {
    let with = unit.nodes.expression(id).with;
    for place in 0..with.len() {
        let Some(With { target, value, .. }) = unit.nodes.withs(with).get(place).copied() else { continue };
        let Verdict::Evaluate = (Checker { unit, program }).check(target, value)? else { continue };
        if requires_evaluation(unit, value) {
            let (variable, expression) = equality(unit, value);
            result.push(expression);
            if let Some(with) = unit.nodes.withs_mut(with).get_mut(place) {
                with.value = variable;
            }
        }
    }
    Ok(())
}

/// What is to be done with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It is evaluated first.
    Evaluate,
    /// It names a function.
    Keep,
}

struct Checker<'u, 'm, 'p> {
    unit: &'u mut Unit<'m>,
    program: &'u Program<'p>,
}

impl Checker<'_, '_, '_> {
    fn check(&mut self, target: TermId, value: TermId) -> Result<Verdict, Box<CheckError>> {
        if let TermKind::Var(name) = self.unit.nodes.term(value).kind
            && self.program.is_builtin_name(name)
        {
            self.make_reference(value);
        }
        let parts = match self.unit.nodes.term(target).kind {
            TermKind::Ref(parts) => Some(parts),
            _ => None,
        };
        let head = parts.and_then(|parts| self.unit.nodes.terms(parts).first().copied());
        match (parts, head.and_then(|head| self.unit.variable(head))) {
            (Some(parts), Some(Symbol::DATA)) => self.check_document(target, parts, value),
            (Some(_), Some(Symbol::INPUT)) => Ok(Verdict::Evaluate),
            _ if self.is_builtin(target) => self.check_builtin(target, value),
            _ => Err(self.error(
                Code::Type,
                target,
                "with keyword target must reference existing input, data, or a function".to_owned(),
            )),
        }
    }

    fn error(&self, code: Code, target: TermId, message: String) -> Box<CheckError> {
        let location = self.unit.nodes.term(target).location;
        let place = location.is_some().then_some(Place { unit: self.unit.number, location });
        Box::new(CheckError::new(code, place, message))
    }

    /// Makes a variable a ref of one name.
    fn make_reference(&mut self, id: TermId) {
        let term = self.unit.nodes.term(id);
        let head = self.unit.nodes.add_term(term.kind, NOWHERE);
        let parts = self.unit.nodes.add_terms(&[head]);
        self.unit.nodes.set_kind(id, TermKind::Ref(parts));
    }

    fn check_document(&self, target: TermId, parts: List<TermId>, value: TermId) -> Result<Verdict, Box<CheckError>> {
        let nodes = &self.unit.nodes;
        let rules = &self.program.rules;
        let mut node = None;
        let child = |node, part| match (node, Step::of(nodes, part)) {
            (None, _) => Some(RuleTree::ROOT),
            (Some(node), Step::Key(key)) => rules.child(node, key),
            _ => None,
        };
        let Some((last, before)) = nodes.terms(parts).split_last() else { return Ok(Verdict::Evaluate) };
        for part in before {
            let Some(next) = child(node, *part) else { break };
            if !rules.rules(next).is_empty() {
                let message = "with keyword cannot partially replace virtual document(s)".to_owned();
                return Err(self.error(Code::Compile, target, message));
            }
            node = Some(next);
        }
        let takes_arguments = |node| rules.rules(node).iter().any(|rule| rule.arity > 0);
        if child(node, *last).is_some_and(takes_arguments) && self.is_function_value(value) {
            return Ok(Verdict::Keep);
        }
        if let TermKind::Ref(parts) = nodes.term(value).kind
            && rules.find_reference(nodes, parts).is_some_and(takes_arguments)
        {
            return Ok(Verdict::Keep);
        }
        Ok(Verdict::Evaluate)
    }

    fn check_builtin(&mut self, target: TermId, value: TermId) -> Result<Verdict, Box<CheckError>> {
        if matches!(self.unit.nodes.term(target).kind, TermKind::Var(_)) {
            self.make_reference(target);
        }
        let TermKind::Ref(parts) = self.unit.nodes.term(target).kind else { return Ok(Verdict::Evaluate) };
        let path = ground_names(&self.unit.nodes, parts);
        let Some(builtin) = self.program.builtin(&path) else { return Ok(Verdict::Evaluate) };
        let wrong = if matches!(&*builtin.name, "eq" | "rego.metadata.chain" | "rego.metadata.rule") {
            format!("replacement of \"{}\" invalid", builtin.name)
        } else if path.first() == Some(&Symbol::INTERNAL) {
            format!("replacement of internal function \"{}\" invalid", builtin.name)
        } else if builtin.relation {
            "target must not be a relation".to_owned()
        } else if builtin.void {
            "target must not be a void function".to_owned()
        } else if self.is_function_value(value) {
            return Ok(Verdict::Keep);
        } else {
            return Ok(Verdict::Evaluate);
        };
        Err(self.error(Code::Compile, target, format!("with keyword replacing built-in function: {wrong}")))
    }

    fn is_function_value(&self, value: TermId) -> bool {
        let nodes = &self.unit.nodes;
        let in_tree = match nodes.term(value).kind {
            TermKind::Ref(parts) => {
                let is_root = parts.len() == 1
                    && nodes.terms(parts).first().is_some_and(|head| self.unit.variable(*head) == Some(Symbol::DATA));
                is_root || self.program.rules.find_reference(nodes, parts).is_some()
            }
            _ => false,
        };
        in_tree || self.is_builtin(value)
    }

    fn is_builtin(&self, term: TermId) -> bool {
        let nodes = &self.unit.nodes;
        match nodes.term(term).kind {
            TermKind::Var(name) => self.program.is_builtin_name(name),
            TermKind::Ref(parts) => {
                let path = ground_names(nodes, parts);
                path.len() == parts.len() && self.program.builtin(&path).is_some()
            }
            _ => false,
        }
    }
}
