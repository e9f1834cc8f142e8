//! A checked program as a plan.

use super::{
    Body, Expression, ExpressionKind, File, Function, Index, Kind, Node, Plan, Query, Replacement, Rule, RuleId, Slot,
    Target, Term, Told, With, index,
};
use crate::eval::value::{Number, Object, Set, Value};
use crate::rego::check::{self, Compiled, Key, RuleTree, Symbol, TreeRule, Unit, is_constant, parallel};
use crate::rego::syntax::{self, ExpressionId, List, Module, Span, TermId, TermKind, Written};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::sync::Arc;

/// The plan of a program whose modules are given in the order of its units.
pub(in crate::eval) fn build(compiled: &Compiled<'_>, modules: &[Arc<Module>], texts: bool) -> Plan {
    let files = modules.iter().map(|module| File { name: module.file.clone(), module: module.clone() }).collect();
    let plan = Plan { files, ..Plan::default() };
    let query = compiled.units.iter().find_map(|unit| Some((unit.number, unit.asked.as_ref()?.rule)));
    let reached = query.map(|(unit, rule)| compiled.graph.reached(unit, rule));
    let mut builder = Builder { compiled, plan, places: FxHashMap::default(), reached, texts };
    builder.node(RuleTree::ROOT, "data".to_owned());
    builder.rules();
    builder.query();
    builder.plan
}

/// How many places are made ready on one processor at a time.
const TOGETHER: usize = 256;

struct Builder<'c, 'm> {
    compiled: &'c Compiled<'m>,
    plan: Plan,
    places: FxHashMap<check::NodeId, usize>,
    /// The rules a query depends on, where there is one; others are left out.
    reached: Option<FxHashSet<(u32, syntax::RuleId)>>,
    texts: bool,
}

impl<'c, 'm> Builder<'c, 'm> {
    fn node(&mut self, place: check::NodeId, path: String) -> usize {
        let number = self.plan.nodes.len();
        self.plan.nodes.push(Node { path: path.clone(), ..Node::default() });
        self.places.insert(place, number);
        let tree = &self.compiled.program.rules;
        let mut children = std::collections::BTreeMap::new();
        for child in tree.children(place) {
            let key = self.key(tree.key(*child));
            let path = match &key {
                Value::String(name) if syntax::is_name(name) => format!("{path}.{name}"),
                key => format!("{path}[{key}]"),
            };
            let child = self.node(*child, path);
            children.insert(key, child);
        }
        if let Some(node) = self.plan.nodes.get_mut(number) {
            node.children = children;
        }
        number
    }

    fn key(&self, key: Key) -> Value {
        match key {
            Key::Null => Value::Null,
            Key::Boolean(value) => Value::Bool(value),
            Key::Number(text) => number(self.compiled.program.names.text(text)),
            Key::Name(name) => Value::from(self.compiled.program.names.text(name)),
        }
    }

    /// The rules of all places.
    fn rules(&mut self) {
        let mut places: Vec<(usize, check::NodeId)> =
            self.places.iter().map(|(place, number)| (*number, *place)).collect();
        places.sort_unstable_by_key(|(number, _)| *number);
        let made = parallel(places.chunks(TOGETHER).collect(), |places| {
            places.iter().map(|(_, place)| self.rules_at(*place)).collect::<Vec<_>>()
        });
        for ((number, _), at) in places.iter().zip(made.into_iter().flatten()) {
            let (mut kind, mut default, mut rules) = (Kind::Package, None, Vec::new());
            for (is_default, chain) in at {
                kind = match chain.first() {
                    Some(made) if !made.arguments.is_empty() => Kind::Function,
                    Some(made) if made.member.is_some() && made.keys.is_empty() => Kind::Set,
                    Some(made) if !made.keys.is_empty() => Kind::Object,
                    _ if matches!(kind, Kind::Object) => kind,
                    _ => Kind::Complete,
                };
                let id = self.plan.rules.len();
                let last = id + chain.len().saturating_sub(1);
                let next = |id: RuleId| (id < last).then_some(id + 1);
                let chain = (id..).zip(chain).map(|(id, rule)| Rule { otherwise: next(id), ..rule });
                self.plan.rules.extend(chain);
                if is_default {
                    default = Some(id);
                } else {
                    rules.push(id);
                }
            }
            let index = self.index(kind, &rules);
            if let Some(node) = self.plan.nodes.get_mut(*number) {
                node.kind = kind;
                node.default = default;
                node.rules = rules;
                node.index = index;
            }
        }
    }

    /// The index of rules at a place.
    fn index(&self, kind: Kind, rules: &[RuleId]) -> Index {
        let chain = |first: &RuleId| {
            std::iter::successors(Some(*first), |id| self.plan.rules.get(*id)?.otherwise).collect::<Vec<RuleId>>()
        };
        let chains: Vec<Vec<RuleId>> = rules.iter().map(chain).collect();
        index::build(kind, &chains, &self.plan.rules, &|path| self.is_base(path))
    }

    /// Whether no rule lies at a path of `data`, nor on the way there, nor behind it.
    fn is_base(&self, path: &[Value]) -> bool {
        let tree = &self.compiled.program.rules;
        let mut place = RuleTree::ROOT;
        for key in path {
            let child = tree.children(place).iter().find(|child| match (tree.key(**child), key) {
                (Key::Name(name), Value::String(text)) => self.compiled.program.names.text(name) == &**text,
                (Key::Name(_), _) | (_, Value::String(_)) => false,
                _ => true,
            });
            match child {
                None => return true,
                Some(child) if !tree.rules(*child).is_empty() => return false,
                Some(child) => place = *child,
            }
        }
        false
    }

    /// The rules at a place, each with all its `else`, and whether it is a default.
    fn rules_at(&self, place: check::NodeId) -> Vec<(bool, Vec<Rule>)> {
        let tree = &self.compiled.program.rules;
        let is_reached =
            |rule: &&TreeRule| self.reached.as_ref().is_none_or(|reached| reached.contains(&(rule.unit, rule.rule)));
        let chain = |rule: &TreeRule| {
            let unit = self.compiled.units.get(rule.unit as usize)?;
            let otherwise = |id: &syntax::RuleId| unit.nodes.rule(*id).and_then(|rule| rule.otherwise);
            let chain = std::iter::successors(Some(rule.rule), otherwise);
            let suffix = tree.suffix(rule).len();
            Some((rule.default, chain.map(|id| Writer::new(self, unit).rule(id, suffix)).collect()))
        };
        tree.rules(place).iter().filter(is_reached).filter_map(chain).collect()
    }

    fn query(&mut self) {
        let Some((unit, asked)) = self.compiled.units.iter().find_map(|unit| Some((unit, unit.asked.as_ref()?))) else {
            return;
        };
        let Some(rule) = unit.nodes.rule(asked.rule) else { return };
        let mut writer = Writer::new(self, unit);
        let body = writer.body(rule.body);
        let mut expressions = Vec::new();
        for id in unit.nodes.body(rule.body) {
            let expression = unit.nodes.expression(*id);
            if expression.generated {
                continue;
            }
            let held = asked.captured.iter().find(|(held, _)| held == id).map(|(_, name)| writer.slot(*name));
            let (row, column) = unit.module.row_and_column(expression.location).unwrap_or_default();
            let text = unit.module.span(expression.location.text).to_owned();
            expressions.push(Told { text, row, column, slot: held });
        }
        let bindings = writer.bindings(rule.body);
        let slots = writer.slots.len();
        self.plan.query = Some(Query { body, slots, expressions, bindings });
    }
}

/// A number of a text.
fn number(text: &str) -> Value {
    Number::read(text).map_or(Value::Null, Value::Number)
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
    fn new(builder: &'b Builder<'c, 'm>, unit: &'c Unit<'m>) -> Self {
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

    fn rule(&mut self, id: syntax::RuleId, suffix: usize) -> Rule {
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

    fn body(&mut self, body: syntax::Body) -> Body {
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

    /// An expression as OPA writes it, with the author's variables.
    fn text(&self, id: ExpressionId) -> String {
        let program = &self.compiled.program;
        let name = |symbol: Symbol| -> Cow<'_, str> {
            let origin = self.unit.origin(symbol);
            if program.names.is_wildcard(origin) {
                return Cow::Borrowed("_");
            }
            self.unit.name(&program.names, &self.compiled.units, origin)
        };
        let written = Written::new(&self.unit.nodes, &name);
        let text = written.expression(id);
        match self.unit.nodes.expression(id).kind {
            // A key that the author did not write.
            syntax::ExpressionKind::Every { key: Some(key), .. } if self.is_made(key) => {
                text.replacen(&format!("every {}, ", written.term(key)), "every ", 1)
            }
            _ => text,
        }
    }

    fn is_made(&self, term: TermId) -> bool {
        self.unit.variable(term).is_some_and(|name| self.unit.origin(name).ordinal().is_some())
    }

    /// The path of a rule's head.
    fn rule_text(&self, reference: List<TermId>) -> String {
        let program = &self.compiled.program;
        let nodes = &self.unit.nodes;
        let name = |symbol: Symbol| self.unit.name(&program.names, &self.compiled.units, self.unit.origin(symbol));
        let written = Written::new(nodes, &name);
        let mut text = written.reference(&self.unit.package);
        for (place, part) in nodes.terms(reference).iter().enumerate() {
            match nodes.term(*part).kind {
                TermKind::Var(name) if place == 0 => syntax::write_part(program.names.text(name), &mut text),
                TermKind::String { value, .. } => syntax::write_part(program.names.text(value), &mut text),
                _ if is_constant(nodes, *part) => text.push_str(&format!("[{}]", written.term(*part))),
                _ => break,
            }
        }
        text
    }

    /// Where in the text of an expression variables are read.
    fn reads(&mut self, id: ExpressionId) -> Vec<(Span, Slot)> {
        let unit = self.unit;
        let whole = unit.nodes.expression(id).location.text;
        let mut found = Vec::new();
        let mut due = vec![id];
        while let Some(id) = due.pop() {
            let expression = unit.nodes.expression(id);
            match expression.kind {
                syntax::ExpressionKind::Term(term) => self.reads_of(term, &mut found),
                syntax::ExpressionKind::Call(terms) => {
                    for term in unit.nodes.terms(terms).iter().skip(1) {
                        self.reads_of(*term, &mut found);
                    }
                }
                syntax::ExpressionKind::Every { domain, body, .. } => {
                    self.reads_of(domain, &mut found);
                    due.extend(unit.nodes.body(body));
                }
                _ => {}
            }
            for with in unit.nodes.withs(expression.with) {
                self.reads_of(with.value, &mut found);
            }
        }
        found.retain(|(span, _)| span.length > 0 && span.offset >= whole.offset && span.end() <= whole.end());
        found.sort_by_key(|(span, _)| span.offset);
        found
    }

    fn reads_of(&mut self, id: TermId, found: &mut Vec<(Span, Slot)>) {
        let unit = self.unit;
        let term = unit.nodes.term(id);
        match term.kind {
            TermKind::Var(Symbol::DATA | Symbol::INPUT) => {}
            TermKind::Var(name) => {
                let slot = self.slot(name);
                found.push((term.location.text, slot));
            }
            TermKind::Ref(terms) | TermKind::Array(terms) | TermKind::Set(terms) | TermKind::Object(terms) => {
                for term in unit.nodes.terms(terms) {
                    self.reads_of(*term, found);
                }
            }
            _ => {}
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
            TermKind::ObjectComprehension { key, value, body } => {
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
    fn bindings(&mut self, body: syntax::Body) -> Vec<(String, Slot)> {
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
