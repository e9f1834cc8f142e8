//! The expressions of a body that declare variables.

use super::scopes::Occurrence;
use super::{Locals, Pass, membership};
use crate::rego::check::declared::{assignment, is_operator};
use crate::rego::check::errors::Code;
use crate::rego::check::names::Symbol;
use crate::rego::check::rewrite::equality_operator;
use crate::rego::syntax::{Body, Expression, ExpressionId, ExpressionKind, List, Location, Logical, TermId, TermKind};

/// How many expressions, one in another, are gone through twice.
const AGAIN: u32 = 8;

const IN_NEGATION: &str = "cannot assign vars inside negated expression";
const IN_AND: &str = "cannot assign vars inside implicit and operand";
const IN_OR: &str = "cannot assign vars inside implicit or operand";

impl Locals<'_, '_> {
    /// Rewrites an expression of a body; `None` if nothing is left of it.
    pub(super) fn statement(&mut self, id: ExpressionId) -> Option<ExpressionId> {
        let expression = *self.unit.nodes.expression(id);
        match expression.kind {
            ExpressionKind::Call(call) if self.is_assignment(call) => {
                self.assignment(id, &expression, call);
                Some(id)
            }
            ExpressionKind::Some { symbols, location } => self.some(&expression, symbols, location),
            ExpressionKind::Every { .. } => self.every(id, &expression),
            ExpressionKind::Not { body, explicit, location } => {
                self.not(id, body, explicit, location, Final::Here);
                Some(id)
            }
            ExpressionKind::And(_) | ExpressionKind::Or(_) => {
                self.logical(id, Final::Here);
                Some(id)
            }
            _ => {
                self.walk(id, Pass::First);
                Some(id)
            }
        }
    }

    fn is_assignment(&self, call: List<TermId>) -> bool {
        let operator = self.unit.nodes.terms(call).first();
        operator.is_some_and(|operator| is_operator(&self.unit.nodes, *operator, Symbol::ASSIGN))
    }

    fn assignment(&mut self, id: ExpressionId, expression: &Expression, call: List<TermId>) {
        if expression.negated {
            return self.refuse(Code::Compile, expression.location, IN_NEGATION);
        }
        let Some((target, value)) = assignment(&self.unit.nodes, call) else { return };
        let refused = self.refused;
        self.term(value);
        for with in self.unit.nodes.withs(expression.with).to_vec() {
            self.term(with.value);
        }
        self.target(target);
        if self.refused != refused {
            return;
        }
        let operator = self.unit.nodes.terms(call).first().copied();
        let location = operator.map_or(Location::NONE, |operator| self.unit.nodes.term(operator).location);
        let operator = equality_operator(&mut self.unit.nodes, location);
        let kind = ExpressionKind::Call(self.unit.nodes.add_terms(&[operator, target, value]));
        self.set_expression(id, kind);
        self.unit.mark_assigned(id);
    }

    /// Declares the variables that stand left of `:=`.
    fn target(&mut self, id: TermId) {
        let term = self.unit.nodes.term(id);
        match term.kind {
            TermKind::Var(name) => self.declare_target(id, name, term.location),
            TermKind::Array(members) => {
                for member in self.unit.nodes.terms(members).to_vec() {
                    self.target(member);
                }
            }
            TermKind::Object(entries) => {
                for entry in self.unit.nodes.terms(entries).to_vec().chunks(2) {
                    if let Some(value) = entry.get(1) {
                        self.target(*value);
                    }
                }
            }
            TermKind::Ref(parts) if self.root(parts).is_some() => {
                if let Some(root) = self.root(parts) {
                    self.declare_target(id, root, term.location);
                }
            }
            kind => {
                let message = format!("cannot assign to {}", kind_name(kind));
                self.refuse(Code::Compile, term.location, message);
            }
        }
    }

    fn declare_target(&mut self, id: TermId, name: Symbol, location: Location) {
        match self.declare(name, Occurrence::Assigned) {
            Ok(becomes) => self.set_variable(id, becomes),
            Err(message) => self.refuse(Code::Compile, location, message),
        }
    }

    /// Declares a variable in the innermost scope, where it must be new.
    fn declare(&mut self, name: Symbol, occurrence: Occurrence) -> Result<Symbol, String> {
        if let Some(entry) = self.scopes.find_here(name) {
            let occurrence = entry.occurrence;
            let name = self.program.name(self.unit, name);
            return Err(match occurrence {
                Occurrence::Seen => format!("var {name} referenced above"),
                Occurrence::Assigned => format!("var {name} assigned above"),
                Occurrence::Declared => format!("var {name} declared above"),
                Occurrence::Argument => format!("arg {name} redeclared"),
            });
        }
        let becomes = self.unit.make(Some(name));
        self.scopes.insert(name, becomes, occurrence);
        Ok(becomes)
    }

    fn some(&mut self, expression: &Expression, symbols: List<TermId>, location: Location) -> Option<ExpressionId> {
        for symbol in self.unit.nodes.terms(symbols).to_vec() {
            match self.unit.nodes.term(symbol).kind {
                TermKind::Var(name) => {
                    if let Err(message) = self.declare(name, Occurrence::Declared) {
                        self.refuse(Code::Compile, location, message);
                        return None;
                    }
                }
                TermKind::Call(call) => return self.some_in(expression, call, location),
                _ => {}
            }
        }
        None
    }

    /// `some k, v in xs` becomes `v = xs[k]`.
    fn some_in(&mut self, expression: &Expression, call: List<TermId>, place: Location) -> Option<ExpressionId> {
        let (key, value, domain) = match *self.unit.nodes.terms(call) {
            [_, key, value, domain] => (key, value, domain),
            [_, value, domain] => {
                let key = self.unit.make(None);
                (self.unit.nodes.add_term(TermKind::Var(key), Location::NONE), value, domain)
            }
            _ => return None,
        };
        let bound = membership::of_patterns(&self.unit.nodes, &[key, value]);
        let before = membership::of_domain(&self.unit.nodes, domain);
        let mut again: Vec<Symbol> = bound.into_iter().filter(|name| before.contains(name)).collect();
        again.retain(|name| !self.program.names.is_wildcard(*name));
        self.sort_by_name(&mut again);
        for name in &again {
            let message = format!("var {} assigned before", self.program.name(self.unit, *name));
            self.refuse(Code::Compile, place, message);
        }
        if !again.is_empty() {
            return None;
        }
        let parts = match self.unit.nodes.term(domain).kind {
            TermKind::Ref(parts) => [self.unit.nodes.terms(parts), &[key]].concat(),
            _ => vec![domain, key],
        };
        let parts = self.unit.nodes.add_terms(&parts);
        let member = self.unit.nodes.add_term(TermKind::Ref(parts), Location::NONE);
        let operator = equality_operator(&mut self.unit.nodes, Location::NONE);
        let terms = self.unit.nodes.add_terms(&[operator, value, member]);
        let id = self.unit.nodes.add_expression(Expression { kind: ExpressionKind::Call(terms), ..*expression });
        let mut outputs = membership::bound(&self.unit.nodes, value, member, domain);
        self.sort_by_name(&mut outputs);
        for name in outputs {
            if let Err(message) = self.declare(name, Occurrence::Declared) {
                self.refuse(Code::Compile, place, message);
                return None;
            }
        }
        self.walk(id, Pass::First);
        Some(id)
    }

    fn every(&mut self, id: ExpressionId, expression: &Expression) -> Option<ExpressionId> {
        let ExpressionKind::Every { key, value, domain, body, location } = expression.kind else { return Some(id) };
        self.term(domain);
        self.scopes.enter();
        let key = match key {
            Some(key) => self.every_variable(key).then_some(key),
            None => {
                let name = self.unit.make(None);
                Some(self.unit.nodes.add_term(TermKind::Var(name), Location::NONE))
            }
        };
        let declared = key.is_some() && self.every_variable(value);
        if declared {
            let body = self.body(body, &[]);
            self.set_expression(id, ExpressionKind::Every { key, value, domain, body, location });
            self.walk_again(id);
        }
        self.scopes.leave();
        declared.then_some(id)
    }

    /// Declares a variable of `every`; where that is none, OPA tells no place.
    fn every_variable(&mut self, term: TermId) -> bool {
        let Some(name) = self.unit.variable(term) else { return true };
        if self.program.names.is_wildcard(name) {
            return true;
        }
        match self.declare(name, Occurrence::Declared) {
            Ok(becomes) => self.set_variable(term, becomes),
            Err(message) => {
                self.refuse(Code::Compile, Location::NONE, message);
                return false;
            }
        }
        true
    }

    fn not(&mut self, id: ExpressionId, body: Body, explicit: bool, location: Location, last: Final) {
        if explicit {
            self.scopes.enter();
            let body = self.body(body, &[]);
            self.set_expression(id, ExpressionKind::Not { body, explicit, location });
            self.walk_again(id);
            return self.scopes.leave();
        }
        let refused = self.refused;
        self.implicit(body, IN_NEGATION);
        if self.refused == refused && last == Final::Here {
            self.walk(id, Pass::First);
        }
    }

    /// OPA goes through all of an expression once more before it leaves its scope, with what its body declares: what stands
    /// before a declaration is rewritten only now, and what was refused is told again. One in another is gone through twice
    /// as often each time, so that there is an end to it here.
    fn walk_again(&mut self, id: ExpressionId) {
        if self.again < AGAIN {
            self.again += 1;
            self.walk(id, Pass::First);
            self.again -= 1;
            return;
        }
        for with in self.unit.nodes.withs(self.unit.nodes.expression(id).with).to_vec() {
            self.with(with);
        }
    }

    fn logical(&mut self, id: ExpressionId, last: Final) {
        let refused = self.refused;
        let kind = self.unit.nodes.expression(id).kind;
        let (logical, kind_of, message): (Logical, fn(Logical) -> ExpressionKind, _) = match kind {
            ExpressionKind::And(logical) => (logical, ExpressionKind::And, IN_AND),
            ExpressionKind::Or(logical) => (logical, ExpressionKind::Or, IN_OR),
            _ => return,
        };
        let left = self.operand(logical.left, logical.explicit_left, message);
        let right = self.operand(logical.right, logical.explicit_right, message);
        self.set_expression(id, kind_of(Logical { left, right, ..logical }));
        if self.refused == refused && last == Final::Here {
            self.walk(id, Pass::First);
        }
    }

    fn operand(&mut self, body: Body, explicit: bool, message: &'static str) -> Body {
        if !explicit {
            self.implicit(body, message);
            return body;
        }
        self.scopes.enter();
        let body = self.body(body, &[]);
        self.scopes.leave();
        body
    }

    /// A body without braces must not assign. Its other variables are replaced together with those around it.
    fn implicit(&mut self, body: Body, message: &'static str) {
        for id in self.unit.nodes.body(body).to_vec() {
            let expression = *self.unit.nodes.expression(id);
            match expression.kind {
                ExpressionKind::Call(call) if self.is_assignment(call) => {
                    self.refuse(Code::Compile, expression.location, message);
                }
                ExpressionKind::Not { body, explicit, location } => {
                    self.not(id, body, explicit, location, Final::Around);
                }
                ExpressionKind::And(_) | ExpressionKind::Or(_) => self.logical(id, Final::Around),
                _ => {}
            }
        }
    }

    fn set_expression(&mut self, id: ExpressionId, kind: ExpressionKind) {
        if let Some(expression) = self.unit.nodes.expression_mut(id) {
            expression.kind = kind;
        }
    }

    fn sort_by_name(&self, names: &mut Vec<Symbol>) {
        names.sort_by(|left, right| {
            let name = |symbol: Symbol| self.program.names.text(symbol);
            name(*left).cmp(name(*right)).then(left.cmp(right))
        });
        names.dedup();
    }
}

/// Where the variables of an expression without braces are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Final {
    /// Right after it was checked.
    Here,
    /// With the expression around it.
    Around,
}

/// What OPA calls a kind of terms.
pub(super) const fn kind_name(kind: TermKind<Symbol>) -> &'static str {
    match kind {
        TermKind::Null => "null",
        TermKind::Boolean(_) => "boolean",
        TermKind::Number(_) => "number",
        TermKind::String { .. } => "string",
        TermKind::Var(_) => "var",
        TermKind::Ref(_) => "ref",
        TermKind::Call(_) => "call",
        TermKind::Array(_) => "array",
        TermKind::Object(_) => "object",
        TermKind::Set(_) => "set",
        TermKind::ArrayComprehension { .. } => "arraycomprehension",
        TermKind::SetComprehension { .. } => "setcomprehension",
        TermKind::ObjectComprehension { .. } => "objectcomprehension",
        TermKind::TemplateString { .. } => "templatestring",
    }
}
