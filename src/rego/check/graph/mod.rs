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

use super::names::Names;
use super::rule_tree::RuleTree;
use super::unit::Unit;
use crate::rego::syntax::RuleId;
use rules::Rules;
use targets::Targets;

/// Which rules of a program depend on which.
#[derive(Debug, Default)]
pub struct Graph {
    pub(super) rules: Rules,
    pub(super) targets: Targets,
    order: Option<Vec<u32>>,
}

impl Graph {
    /// The graph of a program's units, once their calls stand apart and before their bodies are put in order.
    #[must_use]
    pub fn new(units: &[Unit<'_>], names: &Names, tree: &RuleTree) -> Self {
        let rules = Rules::new(units);
        let found = super::parallel(units.iter().collect(), |unit| targets::of_unit(units, unit, names, tree, &rules));
        let targets = Targets::new(units, tree, &rules, found);
        let order = sort::sorted(&targets, rules.count());
        Self { rules, targets, order }
    }

    /// Whether a rule depends on itself, through whatever others.
    #[must_use]
    pub const fn is_circular(&self) -> bool {
        self.order.is_none()
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
