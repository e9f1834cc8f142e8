//! `with`: what documents and functions can be while others stand in for them.

use super::dependents::Dependents;
use super::fault::{Fault, Found};
use super::tree::{Step, Tree};
use super::{Checker, ProgramRule, Replaced};
use crate::rego::check::names::Symbol;
use crate::rego::syntax::{List, TermId, TermKind, With};
use crate::rego::types::{Constant, Shape, Type};
use std::cell::RefCell;
use std::rc::Rc;

/// What is replaced: a path, and whether it is a function's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Target {
    path: Vec<Step>,
    function: bool,
}

type Path = Vec<(Step, Constant)>;

impl Checker<'_, '_> {
    /// Puts what an expression's `with` replaces above all that is replaced already, and says how much was.
    ///
    /// A replaced document is of its own type or that of what replaces it, and what depends on it is anything.
    pub(super) fn replace(&mut self, withs: List<With>) -> usize {
        let before = self.replaced.len();
        let mut layers = Vec::new();
        let mut own = Tree::default();
        let mut any = false;
        for with in self.unit.nodes.withs(withs) {
            let TermKind::Ref(parts) = self.kind(with.target) else { continue };
            let terms = self.terms(parts);
            let of = self.type_of_reference(terms);
            let function = matches!(self.types.shape(of), Shape::Function { .. });
            layers.extend(self.affected(parts, function));
            if function {
                continue;
            }
            let (path, ground) = self.ground_prefix(terms);
            let mut both = Type::ANY;
            if ground && !of.is_unknown() {
                let value = self.type_of(with.value);
                if !value.is_unknown() {
                    both = self.types.union(of, value).or(Type::ANY);
                }
            }
            own.put(&path, both);
            any = true;
        }
        self.replaced.extend(layers);
        if any {
            let layer = self.layer(own);
            self.replaced.push(layer);
        }
        before
    }

    pub(super) fn layer(&mut self, documents: Tree) -> Rc<Replaced> {
        self.replacements += 1;
        Rc::new(Replaced { number: self.replacements, documents: RefCell::new(documents) })
    }

    /// The steps of a ref up to its first part that is not known beforehand, and whether that is all of it.
    pub(super) fn ground_prefix(&mut self, parts: &[TermId]) -> (Path, bool) {
        let mut path = Vec::with_capacity(parts.len());
        for (place, part) in parts.iter().enumerate() {
            let step = match self.head(*part) {
                Some(name) if place == 0 => Some((Step::Variable(name), Constant::NULL)),
                Some(_) => None,
                None => self.step(*part),
            };
            let Some(step) = step else { return (path, false) };
            path.push(step);
        }
        (path, true)
    }

    fn dependents_of(&mut self, parts: List<TermId>) -> Vec<ProgramRule> {
        let parts = self.terms(parts);
        if parts.first().and_then(|head| self.head(*head)) != Some(Symbol::DATA) {
            return Vec::new();
        }
        let graph = self.graph;
        let dependents = Rc::clone(self.dependents.get_or_insert_with(|| Rc::new(Dependents::new(graph))));
        dependents.of(self.unit, parts, graph, &self.program.rules)
    }

    /// The documents that depend on what is replaced, each of them anything.
    fn affected(&mut self, parts: List<TermId>, function: bool) -> Option<Rc<Replaced>> {
        let (target, ground) = self.ground_prefix(self.terms(parts));
        let key = Target { path: target.iter().map(|(step, _)| *step).collect(), function };
        if ground && let Some(known) = self.affected.get(&key) {
            return known.clone();
        }
        let mut documents = Tree::default();
        let mut any = false;
        let unit = self.unit;
        for (number, rule) in self.dependents_of(parts) {
            let Some(of) = self.units.get(number as usize) else { continue };
            self.unit = of;
            let (path, all) = self.rule_path(rule);
            if function && all && path == target {
                continue;
            }
            documents.put(&path, Type::ANY);
            any = true;
        }
        self.unit = unit;
        let layer = any.then(|| self.layer(documents));
        if ground {
            self.affected.insert(key, layer.clone());
        }
        layer
    }

    /// Looks at functions that are replaced by functions of other arguments.
    pub(super) fn replaced_functions(&mut self, withs: List<With>) -> Option<Found> {
        for with in self.unit.nodes.withs(withs) {
            let (target, value) = (self.type_of(with.target), self.type_of(with.value));
            if let (Shape::Function { arguments, variadic, .. }, Shape::Function { arguments: have, .. }) =
                (self.types.shape(target), self.types.shape(value))
                && !self.types.unifies(target, value)
            {
                let have = self.types.items(have).iter().map(|argument| self.types.unnamed(*argument)).collect();
                let want = self.types.items(arguments).to_vec();
                let message = "arity mismatch";
                let fault = Fault::Arguments { operator: with.target, message, have, want, variadic };
                return Some(Found { unit: self.unit.number, location: with.location, fault });
            }
        }
        None
    }
}
