//! How a rule tree is made of the units of a program.

use super::super::names::{Names, Symbol};
use super::super::parallel::parallel;
use super::super::path::{Key, Step, is_constant};
use super::super::unit::Unit;
use super::{Node, NodeId, RuleTree, TreeRule, slice};
use crate::rego::syntax::{Body, ExpressionKind, Nodes, Rule, RuleId, TermId, TermKind};
use rustc_hash::{FxBuildHasher, FxHashMap};

/// The rules and units of a tree on their way to their places.
struct Found {
    keys: Vec<Key>,
    steps: FxHashMap<(NodeId, Key), NodeId>,
    children: Vec<(NodeId, NodeId)>,
    rules: Vec<(NodeId, TreeRule)>,
    units: Vec<(NodeId, u32)>,
    suffixes: Vec<Step>,
}

impl Found {
    /// Room for the places of so many rules and packages.
    fn with_room(room: usize) -> Self {
        let mut keys = Vec::with_capacity(room);
        keys.push(Key::Name(Symbol::DATA));
        Self {
            keys,
            steps: FxHashMap::with_capacity_and_hasher(room, FxBuildHasher),
            children: Vec::with_capacity(room),
            rules: Vec::with_capacity(room),
            units: Vec::new(),
            suffixes: Vec::new(),
        }
    }

    fn step(&mut self, node: NodeId, key: Key) -> NodeId {
        let next = NodeId(u32::try_from(self.keys.len()).unwrap_or(u32::MAX));
        let child = *self.steps.entry((node, key)).or_insert(next);
        if child == next {
            self.keys.push(key);
            self.children.push((node, child));
        }
        child
    }

    fn unit(&mut self, unit: &Unit<'_>, own: &Own) {
        let mut package = RuleTree::ROOT;
        for name in unit.package_names.iter().skip(1) {
            package = self.step(package, Key::Name(*name));
        }
        self.units.push((package, unit.number));
        let before = range(0, self.suffixes.len()).1;
        for (steps, rule) in &own.rules {
            let node = slice(&own.steps, *steps).iter().fold(package, |node, key| self.step(node, *key));
            let suffix = (rule.suffix.0 + before, rule.suffix.1 + before);
            self.rules.push((node, TreeRule { suffix, ..*rule }));
        }
        self.suffixes.extend_from_slice(&own.suffixes);
    }
}

/// The rules of one unit: the steps from its package to each, and what is known of it.
#[derive(Default)]
struct Own {
    rules: Vec<((u32, u32), TreeRule)>,
    steps: Vec<Key>,
    suffixes: Vec<Step>,
}

impl Own {
    fn of(unit: &Unit<'_>) -> Self {
        let mut own = Self::default();
        own.rules.reserve(unit.rules.len());
        own.steps.reserve(unit.rules.len());
        for id in &unit.rules {
            if let Some(rule) = unit.nodes.rule(*id) {
                own.rule(unit, *id, rule);
            }
        }
        own
    }

    fn rule(&mut self, unit: &Unit<'_>, id: RuleId, rule: &Rule<Symbol>) {
        let (first, start) = (self.steps.len(), self.suffixes.len());
        let mut parts = unit.nodes.terms(rule.head.reference).iter();
        if let Some(TermKind::Var(name)) = parts.next().map(|part| unit.nodes.term(*part).kind) {
            self.steps.push(Key::Name(name));
        }
        for step in parts.map(|part| Step::of(&unit.nodes, *part)) {
            match step {
                Step::Key(key) if self.suffixes.len() == start => self.steps.push(key),
                step => self.suffixes.push(step),
            }
        }
        let rule = TreeRule {
            unit: unit.number,
            rule: id,
            arity: rule.head.arguments.len(),
            default: rule.default,
            multiple: rule.head.value.is_none(),
            constant: is_without_body(&unit.nodes, rule.body)
                && rule.head.value.is_some_and(|value| is_value(&unit.nodes, value)),
            suffix: range(start, self.suffixes.len()),
        };
        self.rules.push((range(first, self.steps.len()), rule));
    }
}

fn is_without_body(nodes: &Nodes<Symbol>, body: Body) -> bool {
    let [expression] = nodes.body(body) else { return false };
    match nodes.expression(*expression).kind {
        ExpressionKind::Term(term) => nodes.term(term).kind == TermKind::Boolean(true),
        _ => false,
    }
}

fn is_value(nodes: &Nodes<Symbol>, term: TermId) -> bool {
    matches!(nodes.term(term).kind, TermKind::Var(_)) || is_constant(nodes, term)
}

fn range(start: usize, end: usize) -> (u32, u32) {
    let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    (number(start), number(end))
}

/// Puts what belongs to the same node together, in the order it came; the ranges by node.
fn gather<T: Copy>(found: &[(NodeId, T)], nodes: usize) -> (Vec<T>, Vec<(u32, u32)>) {
    let mut ranges = vec![(0, 0); nodes];
    for (node, _) in found {
        if let Some((_, count)) = ranges.get_mut(node.0 as usize) {
            *count += 1;
        }
    }
    let mut start = 0;
    for range in &mut ranges {
        let count = range.1;
        *range = (start, start);
        start += count;
    }
    let Some((_, first)) = found.first() else { return (Vec::new(), ranges) };
    let mut gathered = vec![*first; found.len()];
    for (node, one) in found {
        if let Some((_, end)) = ranges.get_mut(node.0 as usize) {
            if let Some(place) = gathered.get_mut(*end as usize) {
                *place = *one;
            }
            *end += 1;
        }
    }
    (gathered, ranges)
}

impl RuleTree {
    /// The tree of a program's units, whose heads have scalars and variables alone behind their names.
    #[must_use]
    pub fn new(units: &[Unit<'_>], names: &Names) -> Self {
        let mut found = Found::with_room(units.iter().map(|unit| unit.rules.len() + 1).sum());
        // A place has the rules of outer packages first, those of one package by file.
        let mut order: Vec<&Unit<'_>> = units.iter().filter(|unit| unit.asked.is_none()).collect();
        order.sort_by_key(|unit| unit.package_names.len());
        for (unit, own) in order.iter().zip(parallel(order.clone(), Own::of)) {
            found.unit(unit, &own);
        }
        let count = found.keys.len();
        let keys = found.keys;
        let key = |node: NodeId| keys.get(node.0 as usize).copied().unwrap_or(Key::Null);
        let mut parents = vec![None; count];
        for (node, child) in &found.children {
            if let Some(parent) = parents.get_mut(child.0 as usize) {
                *parent = Some(*node);
            }
        }
        let (mut children, children_of) = gather(&found.children, count);
        let several = children_of.iter().copied().filter(|(start, end)| end - start > 1).collect();
        let sorted = parallel(several, |range| {
            let mut siblings = slice(&children, range).to_vec();
            siblings.sort_unstable_by(|left, right| key(*left).order(key(*right), names));
            (range, siblings)
        });
        for ((start, end), siblings) in sorted {
            if let Some(place) = children.get_mut(start as usize..end as usize) {
                place.copy_from_slice(&siblings);
            }
        }
        let (rules, rules_of) = gather(&found.rules, count);
        let (units, units_of) = gather(&found.units, count);
        let of = children_of.into_iter().zip(rules_of).zip(units_of).zip(parents);
        let nodes = keys.iter().zip(of);
        let nodes = nodes
            .map(|(key, (((children, rules), units), parent))| Node { key: *key, parent, children, rules, units })
            .collect();
        Self { nodes, steps: found.steps, children, rules, units, suffixes: found.suffixes }
    }
}
