//! Template strings become calls.
//!
//! `$"a{x.y}"` becomes `internal.template_string(["a", {v | v = x.y}])`: what is undefined is an empty set. All variables in
//! the braces have to be bound around the string.

use super::errors::{CheckError, Code, Place};
use super::names::Symbol;
use super::program::{Program, operator};
use super::rewrite::{NOWHERE, call, equality_operator};
use super::safety::Outputs;
use super::stage::Stage;
use super::unit::Unit;
use super::variables::{Bound, Skip, VariableWalk};
use super::walk::{Enter, Node, of_head, of_rule, push_children, walk};
use crate::rego::syntax::{
    Body, ExpressionId, ExpressionKind, List, Location, Part, RegoVersion, RuleId, TermId, TermKind,
};

/// How many comprehensions deep a string that cannot be rewritten is told again for each of them, as OPA does.
const TOLD_AGAIN: u32 = 10;

/// Rewrites the rules of a unit.
pub(super) fn rewrite(unit: &mut Unit<'_>, program: &Program<'_>) {
    unit.begin(Stage::TemplateStrings);
    if !unit.nodes.kinds().iter().any(|kind| matches!(kind, TermKind::TemplateString { .. })) {
        return;
    }
    let mut rewriter = Rewriter { unit, program, depth: 0 };
    for rule in rewriter.unit.rules_with_else() {
        rewriter.rule(rule);
    }
}

struct Rewriter<'u, 'm, 'p> {
    unit: &'u mut Unit<'m>,
    program: &'u Program<'p>,
    depth: u32,
}

impl Rewriter<'_, '_, '_> {
    fn rule(&mut self, id: RuleId) {
        let Some(rule) = self.unit.nodes.rule(id).copied() else { return };
        if !self.has_template(of_rule(&self.unit.nodes, id)) {
            return;
        }
        let mut bound = Bound::default();
        bound.reset();
        let mut walk = VariableWalk::new(&self.unit.nodes, Skip::NOTHING, |name, _| {
            let _ = bound.add(name);
        });
        walk.terms(rule.head.arguments);
        let bound = self.body(rule.body, bound);
        let head: Vec<Node> = of_head(&self.unit.nodes, &rule.head).collect();
        for node in head {
            self.visit(node, &bound);
        }
    }

    fn has_template(&self, roots: impl IntoIterator<Item = Node>) -> bool {
        let mut found = false;
        walk(&self.unit.nodes, roots, |node| {
            found |= matches!(node, Node::Term(term) if self.is_template(term));
            if found { Enter::No } else { Enter::Yes }
        });
        found
    }

    fn is_template(&self, term: TermId) -> bool {
        matches!(self.unit.nodes.term(term).kind, TermKind::TemplateString { .. })
    }

    /// Rewrites a body, and gives what is bound behind it.
    fn body(&mut self, body: Body, mut bound: Bound) -> Bound {
        Outputs::new(&self.unit.nodes, &self.unit.assigned, self.program).bind(self.unit.nodes.body(body), &mut bound);
        for place in 0..body.len() {
            if let Some(id) = self.unit.nodes.body(body).get(place).copied() {
                self.visit(Node::Expression(id), &bound);
            }
        }
        bound
    }

    fn visit(&mut self, node: Node, bound: &Bound) {
        if let Node::Term(term) = node {
            self.template(term, bound);
            let comprehension = match self.unit.nodes.term(term).kind {
                TermKind::ArrayComprehension { term, body } | TermKind::SetComprehension { term, body } => {
                    Some((vec![term], body))
                }
                TermKind::ObjectComprehension { entry, body } => Some((self.unit.nodes.entry(entry).to_vec(), body)),
                _ => None,
            };
            if let Some((collected, body)) = comprehension {
                self.depth += 1;
                let within = self.body(body, bound.clone());
                for term in collected {
                    self.template(term, &within);
                }
                self.depth -= 1;
            }
        }
        if let Node::Expression(id) = node
            && let ExpressionKind::Every { key, value, domain, body, .. } = self.unit.nodes.expression(id).kind
        {
            self.template(domain, bound);
            let mut within = bound.clone();
            let mut walk = VariableWalk::new(&self.unit.nodes, Skip::NOTHING, |name, _| {
                let _ = within.add(name);
            });
            key.into_iter().chain([value]).for_each(|term| walk.term(term));
            self.depth += 1;
            drop(self.body(body, within));
            self.depth -= 1;
        }
        if self.depth > TOLD_AGAIN || !self.has_template([node]) {
            return;
        }
        let mut children = Vec::new();
        push_children(&self.unit.nodes, node, &mut children);
        for child in children {
            self.visit(child, bound);
        }
    }

    /// Rewrites a term that is a template string.
    fn template(&mut self, id: TermId, bound: &Bound) {
        let term = self.unit.nodes.term(id);
        let TermKind::TemplateString { parts, .. } = term.kind else { return };
        let told = self.unit.errors.len();
        let parts = if self.is_supported() {
            self.parts(parts, term.location, bound)
        } else {
            self.tell(term.location, "template-strings are not supported".to_owned());
            Vec::new()
        };
        if self.unit.errors.len() > told {
            return;
        }
        let nodes = &mut self.unit.nodes;
        let parts = nodes.add_terms(&parts);
        let parts = nodes.add_term(TermKind::Array(parts), NOWHERE);
        let head = nodes.add_term(TermKind::Var(Symbol::INTERNAL), NOWHERE);
        let name = nodes.add_term(TermKind::String { value: Symbol::TEMPLATE_STRING, raw: false }, NOWHERE);
        let function = nodes.add_terms(&[head, name]);
        let function = nodes.add_term(TermKind::Ref(function), NOWHERE);
        let call = nodes.add_terms(&[function, parts]);
        nodes.set_kind(id, TermKind::Call(call));
    }

    fn is_supported(&self) -> bool {
        let capabilities = &self.program.options.capabilities;
        let has = |name: &str| capabilities.features.iter().any(|feature| feature == name);
        let by_version = self.unit.module.version == RegoVersion::V2 && has("rego_v2");
        (has("template_strings") || by_version)
            && self.program.builtin(&[Symbol::INTERNAL, Symbol::TEMPLATE_STRING]).is_some()
    }

    fn parts(&mut self, parts: List<Part>, location: Location, bound: &Bound) -> Vec<TermId> {
        if parts.is_empty() {
            return vec![self.unit.nodes.add_term(TermKind::String { value: Symbol::EMPTY, raw: false }, location)];
        }
        let mut terms = Vec::with_capacity(parts.len());
        for part in self.unit.nodes.parts(parts).to_vec() {
            match part {
                Part::Term(term) => terms.push(term),
                Part::Expression(expression) => terms.extend(self.part(expression, bound)),
            }
        }
        terms
    }

    fn part(&mut self, id: ExpressionId, bound: &Bound) -> Option<TermId> {
        let expression = *self.unit.nodes.expression(id);
        let term = match expression.kind {
            ExpressionKind::Term(term) => term,
            ExpressionKind::Call(call) => {
                let builtin = operator(self.unit, call).and_then(|path| self.program.builtin(&path));
                if let Some(builtin) = builtin.filter(|builtin| builtin.relation) {
                    let name = &builtin.name;
                    let what = format!("illegal call to relation built-in '{name}' that may cause multiple outputs");
                    self.tell(NOWHERE, what);
                    return None;
                }
                self.unit.nodes.add_term(TermKind::Call(call), NOWHERE)
            }
            kind => {
                let message = format!("unexpected template-string expression type: *ast.{}", kind_name(&kind));
                self.tell(expression.location, message);
                return None;
            }
        };
        let kind = self.unit.nodes.term(term).kind;
        let is_defined = match kind {
            TermKind::Ref(parts) => self.program.rules.is_defined(&self.unit.nodes, parts),
            TermKind::Var(_) => true,
            _ => false,
        };
        if is_defined {
            let members = self.unit.nodes.add_terms(&[term]);
            return Some(self.unit.nodes.add_term(TermKind::Set(members), NOWHERE));
        }
        let location = self.unit.nodes.term(term).location;
        for name in unbound(self.unit, self.program, term, bound) {
            let message = format!("var {} is undeclared", self.program.name(self.unit, name));
            self.tell(location, message);
        }
        let made = self.unit.make(None);
        let nodes = &mut self.unit.nodes;
        let variable = nodes.add_term(TermKind::Var(made), location);
        let equality = equality_operator(nodes, NOWHERE);
        let capture = call(nodes, &[equality, variable, term], location);
        if let Some(capture) = nodes.expression_mut(capture) {
            capture.with = expression.with;
            capture.generated = false;
        }
        let body = nodes.add_body(&[capture]);
        Some(nodes.add_term(TermKind::SetComprehension { term: variable, body }, location))
    }

    fn tell(&mut self, location: Location, message: String) {
        let place = location.is_some().then_some(Place { unit: self.unit.number, location });
        self.unit.tell(Stage::TemplateStrings, CheckError::new(Code::Compile, place, message));
    }
}

/// The variables of a term that have to be bound and are not, sorted by name.
pub(super) fn unbound(unit: &Unit<'_>, program: &Program<'_>, term: TermId, bound: &Bound) -> Vec<Symbol> {
    let mut found = Vec::new();
    let mut walk = VariableWalk::new(&unit.nodes, Skip::FOR_SAFETY, |name, _| {
        if !bound.contains(name) {
            found.push(name);
        }
    });
    walk.term(term);
    found.sort_by(|left, right| program.names.text(*left).cmp(program.names.text(*right)).then(left.cmp(right)));
    found.dedup();
    found
}

/// What OPA calls a kind of expressions.
const fn kind_name(kind: &ExpressionKind) -> &'static str {
    match kind {
        ExpressionKind::Term(_) | ExpressionKind::Call(_) => "Term",
        ExpressionKind::Some { .. } => "SomeDecl",
        ExpressionKind::Every { .. } => "Every",
        ExpressionKind::Not { .. } => "Not",
        ExpressionKind::And(_) => "LogicalAnd",
        ExpressionKind::Or(_) => "LogicalOr",
    }
}
