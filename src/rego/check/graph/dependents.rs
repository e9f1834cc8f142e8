//! Which rules depend on what a ref leads to.

use super::super::names::Symbol;
use super::super::rule_tree::{Reach, RuleTree};
use super::Graph;
use super::references::steps;
use super::targets::Target;
use crate::rego::syntax::{List, Nodes, RuleId, TermId};

/// A graph the other way round.
pub(in crate::rego::check) struct Dependents<'g> {
    graph: &'g Graph,
    /// What is depended on, and the rule that does; sorted.
    users: Vec<(Target, u32)>,
    /// The lists each rule is in; sorted.
    lists: Vec<(u32, u32)>,
}

impl<'g> Dependents<'g> {
    pub(in crate::rego::check) fn new(graph: &'g Graph) -> Self {
        let targets = &graph.targets;
        let users =
            (0..graph.rules.count()).flat_map(|rule| targets.of(rule).iter().map(move |target| (*target, rule)));
        let mut users: Vec<(Target, u32)> = users.collect();
        let lists =
            (0..).take(targets.lists()).flat_map(|list| targets.list(list).iter().map(move |rule| (*rule, list)));
        let mut lists: Vec<(u32, u32)> = lists.collect();
        users.sort_unstable();
        lists.sort_unstable();
        Self { graph, users, lists }
    }

    /// The rules a ref may lead to, and those that depend on them at any distance, by unit.
    pub(in crate::rego::check) fn of(
        &self,
        tree: &RuleTree,
        nodes: &Nodes<Symbol>,
        parts: List<TermId>,
    ) -> Vec<(u32, RuleId)> {
        let mut due = Vec::new();
        tree.referred(&steps(nodes, nodes.terms(parts)), |reach| {
            let mut add = |unit: u32, rule| due.extend(self.graph.rules.number(unit, rule));
            match reach {
                Reach::Rule(rule) => add(rule.unit, rule.rule),
                Reach::At(node) => tree.rules(node).iter().for_each(|rule| add(rule.unit, rule.rule)),
                Reach::Below(node) => {
                    let rules = tree.depth_first(node).flat_map(|node| tree.rules(node));
                    rules.for_each(|rule| add(rule.unit, rule.rule));
                }
            }
        });
        let mut met = vec![false; self.graph.rules.count() as usize];
        let mut met_lists = vec![false; self.graph.targets.lists()];
        let mut rules = Vec::new();
        while let Some(rule) = due.pop() {
            if met.get_mut(rule as usize).is_none_or(|met| std::mem::replace(met, true)) {
                continue;
            }
            rules.extend(self.graph.rules.get(rule));
            due.extend(self.users(Target::Rule(rule)));
            for (_, list) in run(&self.lists, |(of, _)| of.cmp(&rule)) {
                if met_lists.get_mut(*list as usize).is_some_and(|met| !std::mem::replace(met, true)) {
                    due.extend(self.users(Target::List(*list)));
                }
            }
        }
        rules
    }

    fn users(&self, target: Target) -> impl Iterator<Item = u32> {
        run(&self.users, move |(of, _)| of.cmp(&target)).iter().map(|(_, rule)| *rule)
    }
}

/// The run of equal members of a sorted list.
fn run<T>(sorted: &[T], order: impl Fn(&T) -> std::cmp::Ordering) -> &[T] {
    let start = sorted.partition_point(|one| order(one).is_lt());
    let rest = sorted.get(start..).unwrap_or_default();
    rest.get(..rest.partition_point(|one| order(one).is_eq())).unwrap_or_default()
}
