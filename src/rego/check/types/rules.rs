//! Rules: the type of what a head gives once its body holds.

use super::Checker;
use super::tree::Step;
use crate::rego::check::names::Symbol;
use crate::rego::check::variables::{Skip, VariableWalk};
use crate::rego::syntax::{Head, List, RuleId, TermId, TermKind};
use crate::rego::types::{Constant, Type};

/// Steps, and each as a value.
pub(super) type Path = Vec<(Step, Constant)>;

impl Checker<'_, '_> {
    /// Types a rule, and adds what it gives to the documents.
    pub(super) fn rule(&mut self, id: RuleId) {
        let Some(rule) = self.unit.nodes.rule(id).copied() else { return };
        self.variables.begin();
        self.closures.begin();
        let mut found = std::mem::take(&mut self.found);
        self.annotate(id, rule.location, &mut found);
        let before = found.len();
        self.body(rule.body, &mut found);
        self.replaced.clear();
        self.found = found;
        if self.unit.asked.is_some() {
            return;
        }
        if self.found.len() > before {
            let path = self.whole_path(id);
            self.documents.put(&path, Type::ANY);
            return;
        }
        let (path, _) = self.rule_path(id);
        let of = self.type_of_head(&rule.head);
        if !of.is_unknown() {
            self.documents.insert(&path, of, &mut self.types);
        }
    }

    /// The path of a rule up to the first part of its head that is not known beforehand, and whether that is all of it.
    pub(super) fn rule_path(&mut self, id: RuleId) -> (Path, bool) {
        let unit = self.unit;
        if self.package.0 != Some(unit.number) {
            self.package = (Some(unit.number), self.ground_prefix(&unit.package).0);
        }
        let reference = unit.nodes.rule(id).map_or(&[][..], |rule| self.terms(rule.head.reference));
        let mut path = Vec::with_capacity(self.package.1.len() + reference.len());
        path.extend_from_slice(&self.package.1);
        for (place, part) in reference.iter().enumerate() {
            let step = match self.kind(*part) {
                TermKind::Var(name) if place == 0 => Some((Step::String(name), self.string(name))),
                TermKind::Var(_) => None,
                _ => self.step(*part),
            };
            let Some(step) = step else { return (path, false) };
            path.push(step);
        }
        (path, true)
    }

    /// The path of a rule with a step for each part, known beforehand or not.
    fn whole_path(&mut self, id: RuleId) -> Path {
        let (mut path, ground) = self.rule_path(id);
        if !ground {
            let suffix = self.unit.nodes.rule(id).map_or(Vec::new(), |rule| self.dynamic_suffix(rule.head.reference));
            for part in suffix {
                let step = match self.kind(part) {
                    TermKind::Var(name) => {
                        let text = self.unit.name(&self.program.names, self.units, self.unit.origin(name));
                        (Step::Variable(name), self.types.string(&text))
                    }
                    _ => self.step(part).unwrap_or((Step::Null, Constant::NULL)),
                };
                path.push(step);
            }
        }
        path
    }

    fn type_of_head(&mut self, head: &Head<Symbol>) -> Type {
        if !head.arguments.is_empty() {
            return self.type_of_function(head.arguments, head.value);
        }
        let of = match (head.value, head.key) {
            (Some(value), _) => self.type_of(value),
            (None, Some(key)) => {
                let of = self.type_of(key);
                if of.is_unknown() { of } else { self.types.set(of) }
            }
            (None, None) => Type::UNKNOWN,
        };
        self.nested(self.dynamic_suffix(head.reference), of)
    }

    fn type_of_function(&mut self, arguments: List<TermId>, value: Option<TermId>) -> Type {
        let mut unbound = Vec::new();
        let mut walk = VariableWalk::new(&self.unit.nodes, Skip::NOTHING, |name, _| unbound.push(name));
        walk.terms(arguments);
        for name in unbound {
            if self.type_of_variable(name).is_unknown() {
                self.variables.set(name, Type::ANY);
            }
        }
        let arguments: Vec<Type> = self.terms(arguments).iter().map(|argument| self.type_of(*argument)).collect();
        let result = value.map_or(Type::UNKNOWN, |value| self.type_of(value));
        self.types.function(&arguments, Type::UNKNOWN, result)
    }

    /// The parts of a head from the first on that is not known beforehand.
    fn dynamic_suffix(&self, reference: List<TermId>) -> Vec<TermId> {
        let parts = self.terms(reference);
        let dynamic = |(place, part): (usize, &TermId)| place > 0 && !self.is_constant(*part);
        let from = parts.iter().enumerate().position(dynamic).unwrap_or(parts.len());
        parts.get(from..).unwrap_or_default().to_vec()
    }

    /// An object for each part of a head that is not known beforehand.
    fn nested(&mut self, suffix: Vec<TermId>, of: Type) -> Type {
        let mut of = of;
        for part in suffix.into_iter().rev() {
            let key = self.type_of(part);
            if of.is_unknown() || key.is_unknown() {
                return Type::UNKNOWN;
            }
            of = self.types.object(&[], Some((key, of)));
        }
        of
    }
}
