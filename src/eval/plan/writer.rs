//! The terms and bodies of one rule as a plan has them.

use super::build::Builder;
use super::{Body, Expression, ExpressionKind, Function, Replacement, Rule, Slot, Target, Term, With};
use crate::eval::value::{Number, Object, Set, Value};
use crate::rego::check::{self, Compiled, Symbol, Unit, is_constant};
use crate::rego::syntax::{self, ExpressionId, List, TermId, TermKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// A number of a text; those of Rego may begin with a point.
pub(super) fn number(text: &str) -> Value {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let read = if digits.starts_with('.') { Number::read(&format!("{sign}0{digits}")) } else { Number::read(text) };
    read.map_or(Value::Null, Value::Number)
}

/// Writes the terms of one rule.
pub(super) struct Writer<'b, 'c, 'm> {
    pub(super) compiled: &'c Compiled<'m>,
    pub(super) unit: &'c Unit<'m>,
    places: &'b FxHashMap<check::NodeId, usize>,
    pub(super) slots: FxHashMap<Symbol, Slot>,
    texts: bool,
}

impl<'b, 'c, 'm> Writer<'b, 'c, 'm> {
    pub(super) fn new(builder: &'b Builder<'c, 'm>, unit: &'c Unit<'m>) -> Self {
        Self {
            compiled: builder.compiled,
            unit,
            places: &builder.places,
            slots: FxHashMap::default(),
            texts: builder.texts,
        }
    }

    pub(super) fn slot(&mut self, name: Symbol) -> Slot {
        let next = self.slots.len();
        *self.slots.entry(name).or_insert(next)
    }

    pub(super) fn rule(&mut self, id: syntax::RuleId, suffix: usize) -> Rule {
        let unit = self.unit;
        let file = unit.number as usize;
        let Some(rule) = unit.nodes.rule(id) else {
            return Rule {
                file,
                location: syntax::Location::NONE,
                head: syntax::Location::NONE,
                text: "".into(),
                arguments: Vec::new(),
                keys: Vec::new(),
                member: None,
                value: None,
                body: Vec::new(),
                otherwise: None,
                slots: 0,
                shown: Vec::new(),
            };
        };
        let arguments = self.terms(unit.nodes.terms(rule.head.arguments));
        let reference = unit.nodes.terms(rule.head.reference);
        let keys = self.terms(reference.get(reference.len().saturating_sub(suffix)..).unwrap_or_default());
        let value = rule.head.value.map(|value| self.term(value));
        let member = if value.is_none() { rule.head.key.map(|key| self.term(key)) } else { None };
        let body = self.body(rule.body);
        let shown = if self.shows_values() { self.shown_of_head(id) } else { Vec::new() };
        let slots = self.slots.len();
        let text = if self.texts { self.rule_text(rule.head.reference) } else { String::new() };
        Rule {
            file,
            location: rule.location,
            head: rule.head.location,
            text: text.into(),
            arguments,
            keys,
            member,
            value,
            body,
            otherwise: None,
            slots,
            shown,
        }
    }

    pub(super) fn body(&mut self, body: syntax::Body) -> Body {
        let unit = self.unit;
        unit.nodes.body(body).iter().map(|id| self.expression(*id)).collect()
    }

    fn expression(&mut self, id: ExpressionId) -> Expression {
        let unit = self.unit;
        let expression = unit.nodes.expression(id);
        let kind = match expression.kind {
            syntax::ExpressionKind::Term(term) => ExpressionKind::Term(self.term(term)),
            syntax::ExpressionKind::Call(terms) => self.call(terms),
            syntax::ExpressionKind::Some { .. } => ExpressionKind::Nothing,
            syntax::ExpressionKind::Every { key, value, domain, body, .. } => ExpressionKind::Every {
                key: key.map(|key| self.term(key)),
                value: self.term(value),
                domain: self.term(domain),
                body: self.body(body),
            },
            syntax::ExpressionKind::Not { body, .. } => ExpressionKind::Not(self.body(body)),
            syntax::ExpressionKind::And(sides) => ExpressionKind::And(self.body(sides.left), self.body(sides.right)),
            syntax::ExpressionKind::Or(sides) => ExpressionKind::Or(self.body(sides.left), self.body(sides.right)),
        };
        let with = unit.nodes.withs(expression.with).iter().filter_map(|with| self.with(*with)).collect();
        let text = if self.texts { self.text(id) } else { String::new() };
        Expression {
            kind,
            with,
            reads: self.reads(id).into(),
            text: text.into(),
            shown: self.shows_values().then(|| Box::new(self.shown(id))),
            negated: expression.negated,
            file: unit.number as usize,
            location: expression.location,
        }
    }

    fn call(&mut self, terms: List<TermId>) -> ExpressionKind {
        let unit = self.unit;
        let Some((operator, arguments)) = unit.nodes.terms(terms).split_first() else { return ExpressionKind::Nothing };
        let Some(function) = self.function(*operator) else { return ExpressionKind::Nothing };
        if let (Function::Builtin(name), [left, right]) = (&function, arguments)
            && (name == "eq" || name == "assign")
        {
            return ExpressionKind::Equal(self.term(*left), self.term(*right));
        }
        let arity = match &function {
            Function::Builtin(name) => {
                self.compiled.program.options.capabilities.builtin(name).map(|known| known.arity)
            }
            Function::Rule(_) => self.rule_arity(*operator),
        };
        let (arguments, output) = match arguments.split_last() {
            Some((output, arguments)) if arity == Some(arguments.len()) => (arguments, Some(*output)),
            _ => (arguments, None),
        };
        let arguments = self.terms(arguments);
        let output = output.map(|output| self.term(output));
        ExpressionKind::Call { function, arguments, output }
    }

    fn rule_arity(&self, operator: TermId) -> Option<usize> {
        let TermKind::Ref(parts) = self.unit.nodes.term(operator).kind else { return None };
        self.compiled.program.rules.arity_of_reference(&self.unit.nodes, parts)
    }

    /// The function a term names.
    fn function(&self, term: TermId) -> Option<Function> {
        let nodes = &self.unit.nodes;
        let names = &self.compiled.program.names;
        match nodes.term(term).kind {
            TermKind::Var(name) => Some(Function::Builtin(names.text(name).to_owned())),
            TermKind::Ref(parts) => {
                if let Some(place) = self.compiled.program.rules.find_reference(nodes, parts) {
                    return self.places.get(&place).copied().map(Function::Rule);
                }
                let mut name = String::new();
                for part in nodes.terms(parts) {
                    let part = self.unit.variable(*part).or_else(|| self.unit.string(*part))?;
                    if !name.is_empty() {
                        name.push('.');
                    }
                    name.push_str(names.text(part));
                }
                Some(Function::Builtin(name))
            }
            _ => None,
        }
    }

    fn with(&mut self, with: syntax::With) -> Option<With> {
        let nodes = &self.unit.nodes;
        let target = match nodes.term(with.target).kind {
            TermKind::Ref(parts) => {
                let terms = nodes.terms(parts);
                match terms.first().and_then(|head| self.unit.variable(*head)) {
                    Some(Symbol::INPUT) => Target::Input(self.terms(terms.get(1..)?)),
                    Some(Symbol::DATA) => {
                        let place = self.compiled.program.rules.find_reference(nodes, parts);
                        let node = place.and_then(|place| self.places.get(&place).copied());
                        let is_function = self.compiled.program.rules.arity_of_reference(nodes, parts) > Some(0);
                        match node {
                            Some(node) if is_function => Target::Function(Function::Rule(node)),
                            node => Target::Data { parts: self.terms(terms.get(1..)?), node },
                        }
                    }
                    _ => Target::Function(self.function(with.target)?),
                }
            }
            TermKind::Var(Symbol::INPUT) => Target::Input(Vec::new()),
            TermKind::Var(Symbol::DATA) => Target::Data { parts: Vec::new(), node: Some(0) },
            _ => Target::Function(self.function(with.target)?),
        };
        let value = match (&target, nodes.term(with.value).kind) {
            (Target::Function(_), TermKind::Ref(parts)) => match self.function(with.value) {
                Some(Function::Builtin(name)) => {
                    let is_known = self.compiled.program.options.capabilities.builtin(&name).is_some();
                    if is_known {
                        Replacement::Function(Function::Builtin(name))
                    } else {
                        Replacement::Value(self.term(with.value))
                    }
                }
                Some(function) if self.compiled.program.rules.arity_of_reference(nodes, parts) > Some(0) => {
                    Replacement::Function(function)
                }
                _ => Replacement::Value(self.term(with.value)),
            },
            _ => Replacement::Value(self.term(with.value)),
        };
        Some(With { target, value })
    }

    fn terms(&mut self, terms: &[TermId]) -> Vec<Term> {
        terms.iter().map(|term| self.term(*term)).collect()
    }

    pub(super) fn term(&mut self, id: TermId) -> Term {
        let unit = self.unit;
        if is_constant(&unit.nodes, id) {
            return Term::Constant(self.constant(id));
        }
        match unit.nodes.term(id).kind {
            TermKind::Var(Symbol::INPUT) => Term::Input(Vec::new()),
            TermKind::Var(Symbol::DATA) => Term::Data(Vec::new()),
            TermKind::Var(name) => Term::Variable(self.slot(name)),
            TermKind::Ref(parts) => {
                let Some((head, parts)) = unit.nodes.terms(parts).split_first() else {
                    return Term::Constant(Value::Undefined);
                };
                let parts = self.terms(parts);
                match self.term(*head) {
                    Term::Input(_) => Term::Input(parts),
                    Term::Data(_) => Term::Data(parts),
                    head => Term::Of(Box::new(head), parts),
                }
            }
            TermKind::Array(members) => Term::Array(self.terms(unit.nodes.terms(members))),
            TermKind::Set(members) => Term::Set(self.terms(unit.nodes.terms(members))),
            TermKind::Object(entries) => {
                let mut made = Vec::with_capacity(entries.len() / 2);
                for entry in unit.nodes.terms(entries).chunks_exact(2) {
                    if let [key, value] = entry {
                        made.push((self.term(*key), self.term(*value)));
                    }
                }
                Term::Object(made)
            }
            TermKind::ArrayComprehension { term, body } => {
                let body = self.body(body);
                Term::ArrayOf(Box::new((self.term(term), body)))
            }
            TermKind::SetComprehension { term, body } => {
                let body = self.body(body);
                Term::SetOf(Box::new((self.term(term), body)))
            }
            TermKind::ObjectComprehension { entry, body } => {
                let [key, value] = unit.nodes.entry(entry);
                let body = self.body(body);
                Term::ObjectOf(Box::new((self.term(key), self.term(value), body, unit.nodes.term(key).location)))
            }
            // Calls and template strings stand apart once a program is checked.
            _ => Term::Constant(Value::Undefined),
        }
    }

    fn constant(&self, id: TermId) -> Value {
        let unit = self.unit;
        let names = &self.compiled.program.names;
        match unit.nodes.term(id).kind {
            TermKind::Boolean(value) => Value::Bool(value),
            TermKind::Number(text) => number(names.text(text)),
            TermKind::String { value, .. } => Value::from(names.text(value)),
            TermKind::Array(members) => {
                let members: Vec<Value> =
                    unit.nodes.terms(members).iter().map(|member| self.constant(*member)).collect();
                Value::from(members)
            }
            TermKind::Set(members) => {
                let members = unit.nodes.terms(members).iter().map(|member| self.constant(*member));
                Value::from(members.collect::<Set>())
            }
            TermKind::Object(entries) => {
                let mut members = Object::new();
                for entry in unit.nodes.terms(entries).chunks_exact(2) {
                    if let [key, value] = entry {
                        members.insert(self.constant(*key), self.constant(*value));
                    }
                }
                Value::from(members)
            }
            _ => Value::Null,
        }
    }

    /// The author's variables of a body, those of closures aside, by name.
    pub(super) fn bindings(&mut self, body: syntax::Body) -> Vec<(String, Slot)> {
        let names = &self.compiled.program.names;
        let mut seen = FxHashSet::default();
        let mut found = Vec::new();
        for name in check::variables_of_body(self.unit, body) {
            let origin = self.unit.origin(name);
            if origin.ordinal().is_some() || names.is_wildcard(origin) || !seen.insert(name) {
                continue;
            }
            if let Some(slot) = self.slots.get(&name) {
                found.push((names.text(origin).to_owned(), *slot));
            }
        }
        found.sort();
        found
    }
}
