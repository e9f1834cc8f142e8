//! Names of rules and imports into the refs they stand for.
//!
//! All uses of the names of one package share the terms of its path, and so do all uses of one import; the place of a shared
//! term is that of its last use, which is where OPA tells some errors.

use super::declared::declared_variables;
use super::errors::{CheckError, Code, Place};
use super::names::Symbol;
use super::program::{Exports, Program};
use super::rewrite::is_scalar;
use super::stage::Stage;
use super::unit::{Unit, UnitImport};
use super::walk::{Enter, Node, of_terms, walk};
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, List, Location, Part, RuleId, TermId, TermKind};
use rustc_hash::{FxBuildHasher, FxHashMap};

/// What a name stands for.
struct Global {
    path: List<TermId>,
    used: bool,
}

/// Replaces the names in the rules of a unit.
pub(super) fn resolve(unit: &mut Unit<'_>, program: &Program<'_>, exports: &Exports) {
    let globals = globals(unit, exports);
    let mut resolver = Resolver { unit, globals, ignored: FxHashMap::default(), scopes: Vec::new() };
    for rule in resolver.unit.rules.clone() {
        let mut next = Some(rule);
        while let Some(rule) = next {
            match resolver.rule(rule) {
                Ok(otherwise) => next = otherwise,
                Err((shadowed, location)) => {
                    let message = format!("args must not shadow {shadowed} (use a different variable name)");
                    let place = Some(Place { unit: resolver.unit.number, location });
                    resolver.unit.tell(Stage::ResolveReferences, CheckError::new(Code::Compile, place, message));
                    next = None;
                }
            }
        }
    }
    if resolver.unit.is_strict(program.options) {
        let Resolver { unit, globals, .. } = resolver;
        tell_unused_imports(unit, program, &globals);
    }
}

fn globals(unit: &mut Unit<'_>, exports: &Exports) -> FxHashMap<Symbol, Global> {
    let names = exports.of(&unit.package_names);
    let mut globals = FxHashMap::with_capacity_and_hasher(names.len() + unit.imports.len(), FxBuildHasher);
    let package = unit.nodes.add_terms(&unit.package);
    for name in names {
        let name_term = unit.nodes.add_term(TermKind::String { value: *name, raw: false }, Location::NONE);
        let path = unit.nodes.extend_terms(package, &[name_term]);
        let _ = globals.insert(*name, Global { path, used: false });
    }
    for import in unit.imports.clone() {
        let Some((name, path)) = named(unit, &import) else { continue };
        let path = unit.nodes.add_terms(&path);
        let _ = globals.insert(name, Global { path, used: false });
    }
    globals
}

/// The name of an import and its path; `None` for those of `future` and `rego`.
pub(super) fn named(unit: &Unit<'_>, import: &UnitImport) -> Option<(Symbol, Vec<TermId>)> {
    let path = match unit.nodes.term(import.path).kind {
        TermKind::Ref(parts) => unit.nodes.terms(parts).to_vec(),
        _ => vec![import.path],
    };
    let head = unit.variable(*path.first()?)?;
    if matches!(head, Symbol::FUTURE | Symbol::REGO) {
        return None;
    }
    let last = *path.last()?;
    let name = import.alias.or_else(|| unit.string(last)).or_else(|| unit.variable(last))?;
    Some((name, path))
}

fn tell_unused_imports(unit: &mut Unit<'_>, program: &Program<'_>, globals: &FxHashMap<Symbol, Global>) {
    for import in unit.imports.clone() {
        let Some((name, _)) = named(unit, &import) else { continue };
        if globals.get(&name).is_none_or(|global| global.used) {
            continue;
        }
        let message = format!("{} unused", program.import_text(unit, &import));
        let place = Some(Place { unit: unit.number, location: import.location });
        unit.tell(Stage::UnusedImports, CheckError::new(Code::Compile, place, message));
    }
}

struct Resolver<'u, 'm> {
    unit: &'u mut Unit<'m>,
    globals: FxHashMap<Symbol, Global>,
    /// How many of the scopes a variable is declared in.
    ignored: FxHashMap<Symbol, u32>,
    /// The variables of the scopes, one scope behind the other, and how many there were when each began.
    scopes: Vec<Symbol>,
}

impl Resolver<'_, '_> {
    /// Resolves a rule, and gives its `else`.
    fn rule(&mut self, id: RuleId) -> Result<Option<RuleId>, (&'static str, Location)> {
        let Some(rule) = self.unit.nodes.rule(id).copied() else { return Ok(None) };
        let declared = self.declared_of_rule(rule.head.arguments, rule.body, rule.location)?;
        self.enter(&declared);
        let reference = self.unit.nodes.terms(rule.head.reference).to_vec();
        for part in reference.iter().skip(1) {
            self.term(*part);
        }
        if let Some(key) = rule.head.key.filter(|key| reference.iter().skip(1).all(|part| part != key)) {
            self.term(key);
        }
        if let Some(value) = rule.head.value {
            self.term(value);
        }
        self.body(rule.body);
        self.leave(0);
        Ok(rule.otherwise)
    }

    /// The variables of a function's arguments, and those a body declares.
    fn declared_of_rule(
        &self,
        arguments: List<TermId>,
        body: Body,
        location: Location,
    ) -> Result<Vec<Symbol>, (&'static str, Location)> {
        let nodes = &self.unit.nodes;
        let mut declared = Vec::new();
        let mut shadowed = None;
        walk(nodes, of_terms(nodes, arguments), |node| {
            let Node::Term(term) = node else { return Enter::Yes };
            match nodes.term(term).kind {
                _ if shadowed.is_some() => return Enter::No,
                TermKind::Var(name) => declared.push(name),
                TermKind::Set(_)
                | TermKind::ArrayComprehension { .. }
                | TermKind::SetComprehension { .. }
                | TermKind::ObjectComprehension { .. }
                | TermKind::Call(_) => return Enter::No,
                TermKind::Ref(parts) if parts.len() == 1 => {
                    shadowed = nodes.terms(parts).first().and_then(|head| root(self.unit.variable(*head)));
                }
                _ => {}
            }
            Enter::Yes
        });
        if let Some(shadowed) = shadowed {
            return Err((shadowed, location));
        }
        declared_variables(nodes, body, &mut declared);
        Ok(declared)
    }

    fn enter(&mut self, declared: &[Symbol]) {
        for name in declared {
            *self.ignored.entry(*name).or_insert(0) += 1;
        }
        self.scopes.extend_from_slice(declared);
    }

    /// Leaves what was entered since there were as many variables.
    fn leave(&mut self, before: usize) {
        for name in self.scopes.drain(before..) {
            if let Some(count) = self.ignored.get_mut(&name) {
                *count -= 1;
            }
        }
    }

    fn in_scope(&mut self, declared: &[Symbol], resolve: impl FnOnce(&mut Self)) {
        let before = self.scopes.len();
        self.enter(declared);
        resolve(self);
        self.leave(before);
    }

    /// The path a name stands for, its terms moved to where it is used.
    fn global(&mut self, name: Symbol, location: Location) -> Option<List<TermId>> {
        if self.ignored.get(&name).is_some_and(|count| *count > 0) {
            return None;
        }
        let global = self.globals.get_mut(&name)?;
        global.used = true;
        let path = global.path;
        for place in 0..path.len() {
            if let Some(part) = self.unit.nodes.terms(path).get(place).copied() {
                self.unit.nodes.set_location(part, location);
            }
        }
        Some(path)
    }

    fn body(&mut self, body: Body) {
        for place in 0..body.len() {
            if let Some(id) = self.unit.nodes.body(body).get(place).copied() {
                self.expression(id);
            }
        }
    }

    fn expression(&mut self, id: ExpressionId) {
        let expression = *self.unit.nodes.expression(id);
        match expression.kind {
            ExpressionKind::Term(term) => self.term(term),
            ExpressionKind::Call(terms) => self.terms(terms),
            ExpressionKind::Some { symbols, .. } => {
                if let Some(call) = self.unit.nodes.terms(symbols).first().copied()
                    && matches!(self.unit.nodes.term(call).kind, TermKind::Call(_))
                {
                    self.term(call);
                }
            }
            ExpressionKind::Every { key, value, domain, body, .. } => {
                let declared: Vec<Symbol> =
                    key.into_iter().chain([value]).filter_map(|term| self.unit.variable(term)).collect();
                self.in_scope(&declared, |resolver| {
                    resolver.term(domain);
                    resolver.body(body);
                });
            }
            ExpressionKind::Not { body, .. } => self.body(body),
            ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
                self.body(logical.left);
                self.body(logical.right);
            }
        }
        for place in 0..expression.with.len() {
            if let Some(with) = self.unit.nodes.withs(expression.with).get(place).copied() {
                self.term(with.target);
                self.term(with.value);
            }
        }
    }

    fn terms(&mut self, list: List<TermId>) {
        for place in 0..list.len() {
            if let Some(term) = self.unit.nodes.terms(list).get(place).copied()
                && !is_scalar(self.unit.nodes.term(term).kind)
            {
                self.term(term);
            }
        }
    }

    fn term(&mut self, id: TermId) {
        let term = self.unit.nodes.term(id);
        match term.kind {
            TermKind::Var(name) => {
                if let Some(path) = self.global(name, term.location) {
                    self.refer(id, path, List::EMPTY);
                }
            }
            TermKind::Ref(parts) => self.reference(id, parts),
            TermKind::Call(list) | TermKind::Array(list) | TermKind::Object(list) | TermKind::Set(list) => {
                self.terms(list);
            }
            TermKind::ArrayComprehension { term, body } | TermKind::SetComprehension { term, body } => {
                self.closure(&[term], body);
            }
            TermKind::ObjectComprehension { entry, body } => self.closure(&self.unit.nodes.entry(entry), body),
            TermKind::TemplateString { parts, .. } => {
                for part in self.unit.nodes.parts(parts).to_vec() {
                    if let Part::Expression(expression) = part {
                        self.expression(expression);
                    }
                }
            }
            TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. } => {}
        }
    }

    fn closure(&mut self, collected: &[TermId], body: Body) {
        let mut declared = Vec::new();
        declared_variables(&self.unit.nodes, body, &mut declared);
        self.in_scope(&declared, |resolver| {
            for term in collected {
                resolver.term(*term);
            }
            resolver.body(body);
        });
    }

    fn reference(&mut self, id: TermId, parts: List<TermId>) {
        let mut longer = None;
        for place in 0..parts.len() {
            let Some(part) = self.unit.nodes.terms(parts).get(place).copied() else { continue };
            let term = self.unit.nodes.term(part);
            match term.kind {
                TermKind::Var(name) => {
                    if let Some(path) = self.global(name, term.location) {
                        if place == 0 {
                            longer = Some(path);
                        } else {
                            self.refer(part, path, List::EMPTY);
                        }
                    }
                }
                TermKind::Null
                | TermKind::Boolean(_)
                | TermKind::Number(_)
                | TermKind::String { .. }
                | TermKind::TemplateString { .. } => {}
                _ => self.term(part),
            }
        }
        if let Some(path) = longer {
            self.refer(id, path, parts);
        }
    }

    /// Makes a term a ref along a path, and then along what stands behind the head of another ref.
    fn refer(&mut self, id: TermId, path: List<TermId>, behind: List<TermId>) {
        let parts = self.unit.nodes.join_terms(path, behind, 1);
        self.unit.nodes.set_kind(id, TermKind::Ref(parts));
    }
}

/// The name of a root document.
fn root(name: Option<Symbol>) -> Option<&'static str> {
    match name? {
        Symbol::DATA => Some("data"),
        Symbol::INPUT => Some("input"),
        _ => None,
    }
}
