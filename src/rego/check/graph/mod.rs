//! Which rules depend on which, and an order in which each comes after those it depends on.
//!
//! A rule depends on every rule a ref in it may lead to. A part of a ref that is a variable may be any key, unless an
//! equation before it in the body binds it to one of a few constants.

pub(super) mod bindings;
pub(super) mod components;
pub(super) mod references;
pub(super) mod rules;
mod sort;
pub(super) mod targets;

use super::rule_tree::RuleTree;
use crate::rego::syntax::RuleId;
use rules::Rules;
use rustc_hash::FxHashSet;
use targets::{Found, Target, Targets};

/// Which rules of a program depend on which.
#[derive(Debug, Default)]
pub struct Graph {
    pub(super) rules: Rules,
    pub(super) targets: Targets,
    order: Option<Vec<u32>>,
}

impl Graph {
    /// The graph of a program's rules. Its units found these targets, once their calls stood apart and before their bodies
    /// were put in order.
    pub(super) fn new(rules: Rules, tree: &RuleTree, found: Vec<Found>) -> Self {
        let targets = Targets::new(tree, &rules, found);
        let order = sort::sorted(&targets, rules.count());
        Self { rules, targets, order }
    }

    /// Whether a rule depends on itself, through whatever others.
    #[must_use]
    pub const fn is_circular(&self) -> bool {
        self.order.is_none()
    }

    /// A rule and all it depends on, through whatever others, by unit; each `else` is a rule of its own.
    #[must_use]
    pub fn reached(&self, unit: u32, rule: RuleId) -> FxHashSet<(u32, RuleId)> {
        let mut reached = FxHashSet::default();
        let mut lists = FxHashSet::default();
        let mut due: Vec<u32> = self.rules.number(unit, rule).into_iter().collect();
        while let Some(number) = due.pop() {
            if !self.rules.get(number).is_some_and(|rule| reached.insert(rule)) {
                continue;
            }
            for target in self.targets.of(number) {
                match target {
                    Target::Rule(rule) => due.push(*rule),
                    Target::List(list) if lists.insert(*list) => due.extend(self.targets.list(*list)),
                    Target::List(_) => {}
                }
            }
        }
        reached
    }

    /// The place of each rule in the order, by its number; none if the graph is circular.
    pub(super) fn ranks(&self) -> Vec<u32> {
        let mut ranks = vec![0; self.order.as_ref().map_or(0, Vec::len)];
        for (rank, rule) in (0..).zip(self.order.iter().flatten()) {
            if let Some(slot) = ranks.get_mut(*rule as usize) {
                *slot = rank;
            }
        }
        ranks
    }

    /// The rule at a place in the order.
    pub(super) fn at(&self, rank: u32) -> Option<(u32, RuleId)> {
        self.rules.get(*self.order.as_ref()?.get(rank as usize)?)
    }

    /// All rules by unit, each `else` one of them, each after those it depends on; none if the graph is circular.
    pub fn order(&self) -> impl Iterator<Item = (u32, RuleId)> {
        self.order.iter().flatten().filter_map(|rule| self.rules.get(*rule))
    }
}

fn range(start: usize, end: usize) -> (u32, u32) {
    let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    (number(start), number(end))
}
