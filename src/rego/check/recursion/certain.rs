//! Which of its dependencies a rule has only for certain values of variables.

use super::Recursion;
use crate::rego::check::graph::references::references;
use crate::rego::check::names::Symbol;
use crate::rego::check::path::{Key, Step, is_constant};
use crate::rego::check::rule_tree::{Reach, TreeRule};
use crate::rego::check::unit::Unit;
use crate::rego::check::walk::{Node, each_variable, of_head};
use crate::rego::syntax::{RuleId, TermId, TermKind, compare_numbers};
use rustc_hash::{FxHashMap, FxHashSet};

/// The refs of a rule that lead to others only for certain values of variables.
#[derive(Debug, Default)]
pub(super) struct Certainty {
    pub(super) references: Vec<Uncertain>,
    /// The first such ref, by the rule it leads to.
    causes: FxHashMap<u32, usize>,
}

/// A ref with variables, and the expression of the body it stands in.
#[derive(Debug)]
pub(super) struct Uncertain {
    pub(super) expression: usize,
    /// As it is written.
    pub(super) written: Vec<TermId>,
    /// With the values of its variables, where each has one.
    pub(super) selecting: Vec<TermId>,
}

impl Certainty {
    pub(super) fn is_uncertain(&self, rule: u32) -> bool {
        self.causes.contains_key(&rule)
    }

    /// The ref that may lead to a rule.
    pub(super) fn cause(&self, rule: u32) -> Option<&Uncertain> {
        self.references.get(*self.causes.get(&rule)?)
    }
}

/// The variables of a rule that may have values at an expression: those of its head and of expressions before.
pub(super) struct Bound {
    /// The first expression each stands in.
    first: FxHashMap<Symbol, usize>,
}

impl Bound {
    pub(super) fn new(unit: &Unit<'_>, rule: RuleId) -> Self {
        let mut first = FxHashMap::default();
        let nodes = &unit.nodes;
        if let Some(rule) = nodes.rule(rule) {
            each_variable(nodes, of_head(nodes, &rule.head), |name| {
                let _ = first.insert(name, 0);
            });
            first.extend(rule.head.name.map(|name| (name, 0)));
            for (place, expression) in (1..).zip(nodes.body(rule.body)) {
                each_variable(nodes, [Node::Expression(*expression)], |name| {
                    let _ = first.entry(name).or_insert(place);
                });
            }
        }
        Self { first }
    }

    fn has(&self, variable: Symbol, expression: usize) -> bool {
        self.first.get(&variable).is_some_and(|first| *first <= expression)
    }
}

impl<'m> Recursion<'_, 'm> {
    pub(super) fn certainty_of(&self, number: u32) -> Certainty {
        let Some((unit, rule)) = self.rule(number) else { return Certainty::default() };
        let circle = self.circles.of(number);
        let bound = Bound::new(unit, rule);
        let tree = &self.program.rules;
        let mut certain: FxHashSet<(u32, RuleId)> = FxHashSet::default();
        let mut uncertain: Vec<(Uncertain, Vec<TreeRule>)> = Vec::new();
        references(unit, &self.program.names, rule, |reference| {
            let selecting = match &reference.narrowed[..] {
                [one] => one,
                _ => reference.parts,
            };
            let mut may = Vec::new();
            let mut tell = |target: &TreeRule| {
                let Some(of) = self.units.get(target.unit as usize) else { return };
                if !self.graph.rules.with_else(target.unit, target.rule).any(|rule| self.circles.of(rule) == circle) {
                    return;
                }
                let at = reference.expression;
                if !reference.dynamic || self.selects((unit, selecting), (of, target.rule), &bound, at, None) {
                    let _ = certain.insert((target.unit, target.rule));
                } else {
                    may.push(*target);
                }
            };
            let mut reached = |reach: Reach<'_>| match reach {
                Reach::Rule(rule) => tell(rule),
                Reach::At(node) => tree.rules(node).iter().for_each(&mut tell),
                Reach::Below(node) => tree.depth_first(node).flat_map(|node| tree.rules(node)).for_each(&mut tell),
            };
            if reference.narrowed.is_empty() {
                tree.referred(&unit.nodes, reference.parts, &mut reached);
            }
            for parts in &reference.narrowed {
                tree.referred(&unit.nodes, parts, &mut reached);
            }
            if !may.is_empty() {
                let written = reference.parts.to_vec();
                let reference = Uncertain { expression: reference.expression, written, selecting: selecting.to_vec() };
                uncertain.push((reference, may));
            }
        });
        let mut certainty = Certainty::default();
        for (reference, rules) in uncertain {
            for rule in rules.iter().filter(|rule| !certain.contains(&(rule.unit, rule.rule))) {
                for number in self.graph.rules.with_else(rule.unit, rule.rule) {
                    let _ = certainty.causes.entry(number).or_insert(certainty.references.len());
                }
            }
            certainty.references.push(reference);
        }
        certainty
    }

    /// Whether a ref leads to a rule whatever values its variables have; else `positions` gets its parts that decide.
    ///
    /// A variable that has no value yet, and stands in the ref once, goes through all keys.
    pub(super) fn selects(
        &self,
        (unit, parts): (&Unit<'_>, &[TermId]),
        (of, rule): (&Unit<'_>, RuleId),
        bound: &Bound,
        expression: usize,
        mut positions: Option<&mut Vec<usize>>,
    ) -> bool {
        let mut selects = true;
        for (place, part) in parts.iter().enumerate().skip(1) {
            let key = match rule_step(of, rule, place) {
                None => break,
                Some(Step::Key(key)) => key,
                Some(Step::Composite | Step::Dynamic) => continue,
            };
            if let Some(variable) = unit.variable(*part)
                && !bound.has(variable, expression)
                && parts.iter().filter(|part| unit.variable(**part) == Some(variable)).count() == 1
            {
                continue;
            }
            if is_constant(&unit.nodes, *part) {
                if !self.same(Step::of(&unit.nodes, *part), key) {
                    return false;
                }
                continue;
            }
            let Some(positions) = &mut positions else { return false };
            selects = false;
            positions.push(place);
        }
        selects
    }

    fn same(&self, step: Step, key: Key) -> bool {
        let names = &self.program.names;
        match (step, key) {
            (Step::Key(Key::Number(left)), Key::Number(right)) => {
                compare_numbers(names.text(left), names.text(right)).is_eq()
            }
            (step, key) => step == Step::Key(key),
        }
    }
}

/// The step of a rule's whole path at a place, `data` being at 0; `None` behind its end.
pub(super) fn rule_step(unit: &Unit<'_>, rule: RuleId, place: usize) -> Option<Step> {
    if let Some(name) = unit.package_names.get(place) {
        return Some(Step::Key(Key::Name(*name)));
    }
    let head = unit.nodes.terms(unit.nodes.rule(rule)?.head.reference);
    let part = *head.get(place - unit.package_names.len())?;
    Some(match unit.nodes.term(part).kind {
        TermKind::Var(name) if place == unit.package_names.len() => Step::Key(Key::Name(name)),
        _ => Step::of(&unit.nodes, part),
    })
}
