//! Calls of `print` become calls that undefined arguments do not stop, or vanish.

use super::declared::is_operator;
use super::errors::{CheckError, Code, Place};
use super::names::Symbol;
use super::program::Program;
use super::rewrite::{NOWHERE, call, equality_operator};
use super::safety::Outputs;
use super::stage::Stage;
use super::template_strings::unbound;
use super::unit::Unit;
use super::variables::{Bound, Skip, VariableWalk};
use super::walk::{Enter, Node, each_variable, of_head, walk};
use crate::rego::syntax::{Body, Expression, ExpressionId, ExpressionKind, List, Location, Nodes, TermId, TermKind};

/// Rewrites or erases the calls in a unit.
pub(super) fn rewrite(unit: &mut Unit<'_>, program: &Program<'_>) {
    unit.begin(Stage::PrintCalls);
    if !unit.nodes.all_expressions().any(|(id, _)| is_print(&unit.nodes, id)) {
        return;
    }
    if !program.options.keep_print {
        return erase(unit);
    }
    let mut rewriter = Rewriter { unit, program };
    for id in rewriter.unit.rules_with_else() {
        let Some(rule) = rewriter.unit.nodes.rule(id).copied() else { continue };
        let mut bound = Bound::default();
        bound.reset();
        let mut walk = VariableWalk::new(&rewriter.unit.nodes, Skip::NOTHING, |name, _| {
            let _ = bound.add(name);
        });
        walk.terms(rule.head.arguments);
        for closure in closures(&rewriter.unit.nodes, of_head(&rewriter.unit.nodes, &rule.head)) {
            let _ = rewriter.closure(closure, &mut bound.clone());
        }
        if let Ok(body) = rewriter.body(rule.body, &bound)
            && let Some(rule) = rewriter.unit.nodes.rule_mut(id)
        {
            rule.body = body;
        }
    }
}

/// Whether an expression calls `print`.
fn is_print(nodes: &Nodes<Symbol>, id: ExpressionId) -> bool {
    match nodes.expression(id).kind {
        ExpressionKind::Call(call) => {
            nodes.terms(call).first().is_some_and(|operator| is_operator(nodes, *operator, Symbol::PRINT))
        }
        _ => false,
    }
}

/// The outermost nodes with bodies.
fn closures(nodes: &Nodes<Symbol>, roots: impl IntoIterator<Item = Node>) -> Vec<Node> {
    let mut found = Vec::new();
    walk(nodes, roots, |node| {
        let is_closure = match node {
            Node::Term(term) => matches!(
                nodes.term(term).kind,
                TermKind::ArrayComprehension { .. }
                    | TermKind::SetComprehension { .. }
                    | TermKind::ObjectComprehension { .. }
            ),
            Node::Expression(id) => matches!(
                nodes.expression(id).kind,
                ExpressionKind::Every { .. }
                    | ExpressionKind::Not { .. }
                    | ExpressionKind::And(_)
                    | ExpressionKind::Or(_)
            ),
            Node::With { .. } => false,
        };
        if is_closure {
            found.push(node);
            return Enter::No;
        }
        Enter::Yes
    });
    found
}

/// Something was told.
struct Told;

struct Rewriter<'u, 'm, 'p> {
    unit: &'u mut Unit<'m>,
    program: &'u Program<'p>,
}

impl Rewriter<'_, '_, '_> {
    fn bind(&self, id: ExpressionId, bound: &mut Bound) {
        Outputs::new(&self.unit.nodes, &self.unit.assigned, self.program).bind(&[id], bound);
    }

    fn body(&mut self, body: Body, around: &Bound) -> Result<Body, Told> {
        let mut expressions = self.unit.nodes.body(body).to_vec();
        let mut bound = around.clone();
        for id in &expressions {
            for closure in closures(&self.unit.nodes, [Node::Expression(*id)]) {
                self.closure(closure, &mut bound.clone())?;
            }
            self.bind(*id, &mut bound);
        }
        let mut bound = around.clone();
        let mut changed = false;
        for place in 0..expressions.len() {
            let Some(id) = expressions.get(place).copied() else { break };
            if is_print(&self.unit.nodes, id) {
                let new = self.print(id, &bound)?;
                if let Some(id) = expressions.get_mut(place) {
                    *id = new;
                }
                changed = true;
                continue;
            }
            self.bind(id, &mut bound);
            each_variable(&self.unit.nodes, [Node::Expression(id)], |name| {
                if name.ordinal().is_some() {
                    let _ = bound.add(name);
                }
            });
        }
        Ok(if changed { self.unit.nodes.add_body(&expressions) } else { body })
    }

    fn closure(&mut self, closure: Node, bound: &mut Bound) -> Result<(), Told> {
        match closure {
            Node::Term(id) => {
                let kind = match self.unit.nodes.term(id).kind {
                    TermKind::ArrayComprehension { term, body } => {
                        TermKind::ArrayComprehension { term, body: self.body(body, bound)? }
                    }
                    TermKind::SetComprehension { term, body } => {
                        TermKind::SetComprehension { term, body: self.body(body, bound)? }
                    }
                    TermKind::ObjectComprehension { entry, body } => {
                        TermKind::ObjectComprehension { entry, body: self.body(body, bound)? }
                    }
                    kind => kind,
                };
                self.unit.nodes.set_kind(id, kind);
            }
            Node::Expression(id) => {
                let kind = self.closure_kind(self.unit.nodes.expression(id).kind, bound)?;
                if let Some(expression) = self.unit.nodes.expression_mut(id) {
                    expression.kind = kind;
                }
            }
            Node::With { .. } => {}
        }
        Ok(())
    }

    fn closure_kind(&mut self, kind: ExpressionKind, bound: &mut Bound) -> Result<ExpressionKind, Told> {
        Ok(match kind {
            ExpressionKind::Every { key, value, domain, body, location } => {
                let mut walk = VariableWalk::new(&self.unit.nodes, Skip::NOTHING, |name, _| {
                    let _ = bound.add(name);
                });
                key.into_iter().chain([value]).for_each(|term| walk.term(term));
                ExpressionKind::Every { key, value, domain, body: self.body(body, bound)?, location }
            }
            ExpressionKind::Not { body, explicit, location } => {
                ExpressionKind::Not { body: self.body(body, bound)?, explicit, location }
            }
            ExpressionKind::And(mut logical) | ExpressionKind::Or(mut logical) => {
                let left = self.body(logical.left, bound);
                let right = self.body(logical.right, bound);
                (logical.left, logical.right) = (left?, right?);
                if matches!(kind, ExpressionKind::And(_)) {
                    ExpressionKind::And(logical)
                } else {
                    ExpressionKind::Or(logical)
                }
            }
            kind => kind,
        })
    }

    /// `print(x)` becomes `internal.print([{v | v = x}])`.
    fn print(&mut self, id: ExpressionId, bound: &Bound) -> Result<ExpressionId, Told> {
        let expression = *self.unit.nodes.expression(id);
        let ExpressionKind::Call(terms) = expression.kind else { return Ok(id) };
        let arguments = self.unit.nodes.terms(terms).get(1..).unwrap_or_default().to_vec();
        let mut told = false;
        for argument in &arguments {
            for name in unbound(self.unit, self.program, *argument, bound) {
                let message = format!("var {} is undeclared", self.program.name(self.unit, name));
                let location = self.unit.nodes.term(*argument).location;
                let place = location.is_some().then_some(Place { unit: self.unit.number, location });
                self.unit.tell(Stage::PrintCalls, CheckError::new(Code::Compile, place, message));
                told = true;
            }
        }
        if told {
            return Err(Told);
        }
        let captures: Vec<TermId> = arguments.into_iter().map(|argument| self.captured(argument)).collect();
        let location = expression.location;
        let nodes = &mut self.unit.nodes;
        let head = nodes.add_term(TermKind::Var(Symbol::INTERNAL), NOWHERE);
        let name = nodes.add_term(TermKind::String { value: Symbol::PRINT, raw: false }, NOWHERE);
        let function = nodes.add_terms(&[head, name]);
        let function = nodes.add_term(TermKind::Ref(function), location);
        let captures = nodes.add_terms(&captures);
        let captures = nodes.add_term(TermKind::Array(captures), location);
        let print = call(nodes, &[function, captures], location);
        if let Some(print) = nodes.expression_mut(print) {
            print.generated = false;
        }
        Ok(print)
    }

    fn captured(&mut self, argument: TermId) -> TermId {
        let location = self.unit.nodes.term(argument).location;
        let made = self.unit.make(None);
        let nodes = &mut self.unit.nodes;
        let variable = nodes.add_term(TermKind::Var(made), location);
        let equality = equality_operator(nodes, NOWHERE);
        let capture = call(nodes, &[equality, variable, argument], location);
        if let Some(capture) = nodes.expression_mut(capture) {
            capture.generated = false;
        }
        let body = nodes.add_body(&[capture]);
        nodes.add_term(TermKind::SetComprehension { term: variable, body }, location)
    }
}

/// Takes the calls out of all bodies.
fn erase(unit: &mut Unit<'_>) {
    let terms: Vec<TermId> = unit.nodes.all_terms().map(|(id, _)| id).collect();
    for id in terms {
        let kind = match unit.nodes.term(id).kind {
            TermKind::ArrayComprehension { term, body } => {
                TermKind::ArrayComprehension { term, body: erased(&mut unit.nodes, body) }
            }
            TermKind::SetComprehension { term, body } => {
                TermKind::SetComprehension { term, body: erased(&mut unit.nodes, body) }
            }
            TermKind::ObjectComprehension { entry, body } => {
                TermKind::ObjectComprehension { entry, body: erased(&mut unit.nodes, body) }
            }
            _ => continue,
        };
        unit.nodes.set_kind(id, kind);
    }
    let expressions: Vec<ExpressionId> = unit.nodes.all_expressions().map(|(id, _)| id).collect();
    for id in expressions {
        let kind = match unit.nodes.expression(id).kind {
            ExpressionKind::Every { key, value, domain, body, location } => {
                ExpressionKind::Every { key, value, domain, body: erased(&mut unit.nodes, body), location }
            }
            ExpressionKind::Not { body, explicit, location } => {
                ExpressionKind::Not { body: erased(&mut unit.nodes, body), explicit, location }
            }
            ExpressionKind::And(mut logical) => {
                logical.left = erased(&mut unit.nodes, logical.left);
                logical.right = erased(&mut unit.nodes, logical.right);
                ExpressionKind::And(logical)
            }
            ExpressionKind::Or(mut logical) => {
                logical.left = erased(&mut unit.nodes, logical.left);
                logical.right = erased(&mut unit.nodes, logical.right);
                ExpressionKind::Or(logical)
            }
            _ => continue,
        };
        if let Some(expression) = unit.nodes.expression_mut(id) {
            expression.kind = kind;
        }
    }
    for id in unit.rules_with_else() {
        let Some(rule) = unit.nodes.rule(id).copied() else { continue };
        let body = erased(&mut unit.nodes, rule.body);
        if let Some(rule) = unit.nodes.rule_mut(id) {
            rule.body = body;
        }
    }
}

fn erased(nodes: &mut Nodes<Symbol>, body: Body) -> Body {
    let before = nodes.body(body).to_vec();
    let mut after = before.clone();
    after.retain(|id| !is_print(nodes, *id));
    if after.len() == before.len() {
        return body;
    }
    if after.is_empty() {
        let location = before.first().map_or(Location::NONE, |id| nodes.expression(*id).location);
        let term = nodes.add_term(TermKind::Boolean(true), location);
        after.push(nodes.add_expression(Expression {
            kind: ExpressionKind::Term(term),
            with: List::EMPTY,
            index: 0,
            negated: false,
            generated: false,
            location,
        }));
    }
    nodes.add_body(&after)
}
