//! What rules depend on, many rules at a time.

use super::super::rule_tree::{NodeId, Reach, RuleTree};
use super::super::unit::Unit;
use super::references::{Reference, references};
use super::rules::{Rules, with_else};
use crate::rego::check::names::Names;
use rustc_hash::FxHashMap;

/// What a rule depends on: a rule, or all rules of a list.
///
/// A ref that leads to many rules is one target, so that a graph is not larger than its program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::rego::check) enum Target {
    /// The rule of a number.
    Rule(u32),
    /// A list.
    List(u32),
}

/// What one rule depends on before lists are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place {
    Rule(u32),
    At(NodeId),
    Below(NodeId),
}

/// What the rules of a unit, each `else` among them, depend on; one after another with the end of each.
#[derive(Debug, Default)]
pub(in crate::rego::check) struct Found {
    rules: Vec<(u32, u32)>,
    places: Vec<Place>,
    narrowed: bool,
}

/// What the rules of a unit depend on.
pub(in crate::rego::check) fn of_unit(unit: &Unit<'_>, names: &Names, tree: &RuleTree, rules: &Rules) -> Found {
    let mut found = Found::default();
    for rule in &unit.rules {
        for (id, _) in with_else(unit, *rule) {
            let start = found.places.len();
            let add = |reference: Reference<'_>| found.add(unit, tree, rules, &reference);
            references(unit, names, id, add);
            if let Some(places) = found.places.get_mut(start..) {
                places.sort_unstable();
            }
            let mut kept = start;
            for place in start..found.places.len() {
                if kept == start || found.places.get(place) != found.places.get(kept - 1) {
                    found.places.swap(kept, place);
                    kept += 1;
                }
            }
            found.places.truncate(kept);
            if let Some(number) = rules.number(unit.number, id) {
                found.rules.push((number, u32::try_from(kept).unwrap_or(u32::MAX)));
            }
        }
    }
    found
}

impl Found {
    fn add(&mut self, unit: &Unit<'_>, tree: &RuleTree, rules: &Rules, reference: &Reference<'_>) {
        let mut tell = |reach: Reach<'_>| match reach {
            Reach::Rule(rule) => self.places.extend(rules.with_else(rule.unit, rule.rule).map(Place::Rule)),
            Reach::Below(node) if !tree.children(node).is_empty() => self.places.push(Place::Below(node)),
            Reach::At(node) | Reach::Below(node) => self.places.push(Place::At(node)),
        };
        if reference.narrowed.is_empty() {
            tree.referred(&unit.nodes, reference.parts, &mut tell);
        }
        self.narrowed |= !reference.narrowed.is_empty();
        for parts in &reference.narrowed {
            tree.referred(&unit.nodes, parts, &mut tell);
        }
    }
}

/// What all rules of a program depend on.
#[derive(Debug, Default)]
pub(in crate::rego::check) struct Targets {
    starts: Vec<(u32, u32)>,
    targets: Vec<Target>,
    lists: Vec<(u32, u32)>,
    members: Vec<u32>,
    places: FxHashMap<Place, u32>,
    /// Whether a ref leads to less than its parts say, because values of its variables are known.
    pub(in crate::rego::check) narrowed: bool,
}

impl Targets {
    pub(super) fn new(tree: &RuleTree, rules: &Rules, found: Vec<Found>) -> Self {
        let mut all = Self { starts: vec![(0, 0); rules.count() as usize], ..Self::default() };
        for found in found {
            all.narrowed |= found.narrowed;
            let mut start = 0;
            for (number, end) in found.rules {
                let first = all.targets.len();
                for place in found.places.get(start as usize..end as usize).unwrap_or_default() {
                    let target = all.target(tree, rules, *place);
                    all.targets.extend(target);
                }
                if let Some(range) = all.starts.get_mut(number as usize) {
                    *range = super::range(first, all.targets.len());
                }
                start = end;
            }
        }
        all
    }

    fn target(&mut self, tree: &RuleTree, rules: &Rules, place: Place) -> Option<Target> {
        let (node, below) = match place {
            Place::Rule(number) => return Some(Target::Rule(number)),
            Place::At(node) => (node, false),
            Place::Below(node) => (node, true),
        };
        if let Some(list) = self.places.get(&place) {
            return Some(Target::List(*list));
        }
        let start = self.members.len();
        let mut add = |node| {
            for rule in tree.rules(node) {
                self.members.extend(rules.with_else(rule.unit, rule.rule));
            }
        };
        if below {
            tree.depth_first(node).for_each(&mut add);
        } else {
            add(node);
        }
        let members = self.members.get_mut(start..).unwrap_or_default();
        members.sort_unstable();
        match members {
            [] => return None,
            [rule] => {
                let rule = *rule;
                self.members.truncate(start);
                return Some(Target::Rule(rule));
            }
            _ => {}
        }
        let list = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
        self.lists.push(super::range(start, self.members.len()));
        let _ = self.places.insert(place, list);
        Some(Target::List(list))
    }

    /// What a rule depends on.
    pub(in crate::rego::check) fn of(&self, rule: u32) -> &[Target] {
        let (start, end) = self.starts.get(rule as usize).copied().unwrap_or_default();
        self.targets.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The rules of a list, in the order of their numbers.
    pub(in crate::rego::check) fn list(&self, list: u32) -> &[u32] {
        let (start, end) = self.lists.get(list as usize).copied().unwrap_or_default();
        self.members.get(start as usize..end as usize).unwrap_or_default()
    }

    /// How many lists there are.
    pub(in crate::rego::check) fn lists(&self) -> usize {
        self.lists.len()
    }
}
