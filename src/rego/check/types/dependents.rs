//! Which rules depend on what a ref leads to.

use super::ProgramRule;
use crate::rego::check::graph::Graph;
use crate::rego::check::graph::targets::Target;
use crate::rego::check::rule_tree::{Reach, RuleTree};
use crate::rego::check::unit::Unit;
use crate::rego::syntax::TermId;

/// The graph of rules, backwards.
#[derive(Debug, Default)]
pub(super) struct Dependents {
    /// The rules that depend on a rule by itself, by its number, and the lists it is in.
    of_rules: Vec<(Vec<u32>, Vec<u32>)>,
    /// The rules that depend on a list.
    of_lists: Vec<Vec<u32>>,
}

impl Dependents {
    pub(super) fn new(graph: &Graph) -> Self {
        let count = graph.rules.count();
        let mut all = Self::default();
        all.of_rules.resize_with(count as usize, Default::default);
        all.of_lists.resize_with(graph.targets.lists(), Vec::new);
        for rule in 0..count {
            for target in graph.targets.of(rule) {
                let dependents = match target {
                    Target::Rule(target) => all.of_rules.get_mut(*target as usize).map(|(rules, _)| rules),
                    Target::List(list) => all.of_lists.get_mut(*list as usize),
                };
                if let Some(dependents) = dependents {
                    dependents.push(rule);
                }
            }
        }
        for list in 0..u32::try_from(graph.targets.lists()).unwrap_or(0) {
            for rule in graph.targets.list(list) {
                if let Some((_, lists)) = all.of_rules.get_mut(*rule as usize) {
                    lists.push(list);
                }
            }
        }
        all
    }

    /// The rules that a ref of a unit, `data` first, can lead to, and those that depend on them at any distance.
    pub(super) fn of(&self, unit: &Unit<'_>, parts: &[TermId], graph: &Graph, tree: &RuleTree) -> Vec<ProgramRule> {
        let mut search = Search { due: Vec::new(), rules: vec![false; self.of_rules.len()], order: Vec::new() };
        let mut add = |unit, rule| graph.rules.with_else(unit, rule).for_each(|rule| search.add(rule));
        tree.referred(&unit.nodes, parts, |reach| match reach {
            Reach::Rule(rule) => add(rule.unit, rule.rule),
            Reach::At(node) => tree.rules(node).iter().for_each(|rule| add(rule.unit, rule.rule)),
            Reach::Below(node) => {
                tree.depth_first(node).flat_map(|node| tree.rules(node)).for_each(|rule| add(rule.unit, rule.rule));
            }
        });
        let mut lists = vec![false; self.of_lists.len()];
        while let Some(rule) = search.due.pop() {
            let Some((dependents, in_lists)) = self.of_rules.get(rule as usize) else { continue };
            dependents.iter().for_each(|dependent| search.add(*dependent));
            for list in in_lists {
                if let Some(seen @ false) = lists.get_mut(*list as usize) {
                    *seen = true;
                    let dependents = self.of_lists.get(*list as usize).map_or(&[][..], Vec::as_slice);
                    dependents.iter().for_each(|dependent| search.add(*dependent));
                }
            }
        }
        search.order.into_iter().filter_map(|rule| graph.rules.get(rule)).collect()
    }
}

struct Search {
    due: Vec<u32>,
    rules: Vec<bool>,
    order: Vec<u32>,
}

impl Search {
    fn add(&mut self, rule: u32) {
        if let Some(seen @ false) = self.rules.get_mut(rule as usize) {
            *seen = true;
            self.due.push(rule);
            self.order.push(rule);
        }
    }
}
