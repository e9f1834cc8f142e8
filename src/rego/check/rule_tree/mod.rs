//! The rules of a program by their paths.
//!
//! A path is that of the package, then the parts of the head's ref up to its first variable. Paths part where OPA's rule
//! tree parts: strings and numbers by their text, so that `1` and `1.0` are two places.

mod build;

use super::names::Symbol;
use super::path::{Key, Step};
use super::unit::Unit;
use crate::rego::syntax::{List, Nodes, RuleId, TermId, TermKind};
use rustc_hash::FxHashMap;

/// A place of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

/// A rule of the program: one of a unit's, an `else` hangs on it.
#[derive(Debug, Clone, Copy)]
pub struct TreeRule {
    /// The number of the unit.
    pub unit: u32,
    /// The rule in it.
    pub rule: RuleId,
    /// How many arguments the function takes; 0 for a rule.
    pub arity: usize,
    /// Whether it is written `default …`.
    pub default: bool,
    /// Whether it makes a set.
    pub multiple: bool,
    /// Whether it has a constant or variable as its value and no body.
    pub constant: bool,
    /// The steps behind the place it stands at, from the first that is dynamic on.
    suffix: (u32, u32),
}

impl TreeRule {
    /// Whether all of its path is the place it stands at.
    #[must_use]
    pub const fn is_ground(&self) -> bool {
        self.suffix.0 == self.suffix.1
    }
}

/// Some of the rules a ref may lead to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reach<'t> {
    /// One rule.
    Rule(&'t TreeRule),
    /// All rules at a place.
    At(NodeId),
    /// All rules at a place and below it.
    Below(NodeId),
}

#[derive(Debug)]
struct Node {
    key: Key,
    parent: Option<NodeId>,
    /// Where its children are among all.
    children: (u32, u32),
    /// Where its rules are among all.
    rules: (u32, u32),
    /// Where its units are among all.
    units: (u32, u32),
}

/// The rules of a program by their paths, and its packages.
#[derive(Debug, Default)]
pub struct RuleTree {
    nodes: Vec<Node>,
    steps: FxHashMap<(NodeId, Key), NodeId>,
    children: Vec<NodeId>,
    rules: Vec<TreeRule>,
    units: Vec<u32>,
    suffixes: Vec<Step>,
}

fn slice<T>(all: &[T], (start, end): (u32, u32)) -> &[T] {
    all.get(start as usize..end as usize).unwrap_or_default()
}

impl RuleTree {
    /// The place of `data`.
    pub const ROOT: NodeId = NodeId(0);

    fn node(&self, node: NodeId) -> Option<&Node> {
        self.nodes.get(node.0 as usize)
    }

    /// The step that leads to a place.
    #[must_use]
    pub fn key(&self, node: NodeId) -> Key {
        self.node(node).map_or(Key::Null, |node| node.key)
    }

    /// The places one step behind a place, in the order of their keys.
    #[must_use]
    pub fn children(&self, node: NodeId) -> &[NodeId] {
        self.node(node).map_or(&[], |node| slice(&self.children, node.children))
    }

    /// The place one step before a place; `None` before `data`.
    #[must_use]
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.node(node)?.parent
    }

    /// The rules at a place.
    #[must_use]
    pub fn rules(&self, node: NodeId) -> &[TreeRule] {
        self.node(node).map_or(&[], |node| slice(&self.rules, node.rules))
    }

    /// The units whose package is a place.
    #[must_use]
    pub fn units(&self, node: NodeId) -> &[u32] {
        self.node(node).map_or(&[], |node| slice(&self.units, node.units))
    }

    /// The place one step behind a place.
    #[must_use]
    pub fn child(&self, node: NodeId, key: Key) -> Option<NodeId> {
        self.steps.get(&(node, key)).copied()
    }

    /// The place of a path of names, `data` first.
    #[must_use]
    pub fn find(&self, path: &[Symbol]) -> Option<NodeId> {
        let (&Symbol::DATA, names) = path.split_first()? else { return None };
        names.iter().try_fold(Self::ROOT, |node, name| self.child(node, Key::Name(*name)))
    }

    /// The place all parts of a ref lead to.
    #[must_use]
    pub fn find_reference(&self, nodes: &Nodes<Symbol>, parts: List<TermId>) -> Option<NodeId> {
        let (head, parts) = nodes.terms(parts).split_first()?;
        let TermKind::Var(Symbol::DATA) = nodes.term(*head).kind else { return None };
        parts.iter().try_fold(Self::ROOT, |node, part| match Step::of(nodes, *part) {
            Step::Key(key) => self.child(node, key),
            Step::Composite | Step::Dynamic => None,
        })
    }

    /// The place of a rule.
    pub(super) fn place(&self, unit: &Unit<'_>, rule: RuleId) -> Option<NodeId> {
        let package = self.find(&unit.package_names)?;
        let (name, parts) = unit.nodes.terms(unit.nodes.rule(rule)?.head.reference).split_first()?;
        let mut node = self.child(package, Key::Name(unit.variable(*name)?))?;
        for part in parts {
            let Step::Key(key) = Step::of(&unit.nodes, *part) else { break };
            node = self.child(node, key)?;
        }
        Some(node)
    }

    /// How many arguments the rules at a path take; `None` where there is no rule.
    #[must_use]
    pub fn arity(&self, path: &[Symbol]) -> Option<usize> {
        self.rules(self.find(path)?).first().map(|rule| rule.arity)
    }

    /// How many arguments the rules a ref leads to take; `None` where there is no rule.
    #[must_use]
    pub fn arity_of_reference(&self, nodes: &Nodes<Symbol>, parts: List<TermId>) -> Option<usize> {
        self.rules(self.find_reference(nodes, parts)?).first().map(|rule| rule.arity)
    }

    /// Whether a ref leads to a rule that has a value always: a set, one with a default, or a constant.
    #[must_use]
    pub fn is_defined(&self, nodes: &Nodes<Symbol>, parts: List<TermId>) -> bool {
        let rules = self.find_reference(nodes, parts).map_or(&[][..], |node| self.rules(node));
        let Some((first, others)) = rules.split_first() else { return false };
        if parts.len() < 2 || first.arity > 0 {
            return false;
        }
        first.default
            || first.multiple
            || if others.is_empty() { first.constant } else { others.iter().any(|rule| rule.default) }
    }

    /// A place and all below it, each before those below it, in the order of their keys.
    pub fn depth_first(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let mut due = vec![node];
        std::iter::from_fn(move || {
            let node = due.pop()?;
            due.extend(self.children(node).iter().rev());
            Some(node)
        })
    }

    /// Tells all rules a ref, `data` first, may lead to; some may be told twice.
    pub(super) fn referred(&self, nodes: &Nodes<Symbol>, parts: &[TermId], mut tell: impl FnMut(Reach<'_>)) {
        let mut due = Vec::new();
        let mut next = Some((Self::ROOT, 1));
        while let Some((node, place)) = next.take().or_else(|| due.pop()) {
            // Where no part behind is constant, nothing below is left out.
            let rest = parts.get(place..).unwrap_or_default();
            let Some(part) = rest.first().filter(|_| rest.iter().any(|part| Step::of(nodes, *part) != Step::Dynamic))
            else {
                tell(Reach::Below(node));
                continue;
            };
            let behind = parts.get(place + 1..).unwrap_or_default();
            match Step::of(nodes, *part) {
                Step::Key(key) => {
                    if let Some(child) = self.child(node, key) {
                        self.passed(nodes, child, behind, &mut tell);
                        next = Some((child, place + 1));
                    }
                }
                Step::Composite => {}
                Step::Dynamic => {
                    for child in self.children(node) {
                        self.passed(nodes, *child, behind, &mut tell);
                        due.push((*child, place + 1));
                    }
                }
            }
        }
    }

    /// Tells the rules at a place a ref passes that go where it goes.
    fn passed(&self, nodes: &Nodes<Symbol>, node: NodeId, behind: &[TermId], tell: &mut impl FnMut(Reach<'_>)) {
        let rules = self.rules(node);
        if rules.is_empty() || behind.is_empty() {
            return;
        }
        if rules.iter().all(|rule| self.may_meet(rule, nodes, behind)) {
            return tell(Reach::At(node));
        }
        rules.iter().filter(|rule| self.may_meet(rule, nodes, behind)).for_each(|rule| tell(Reach::Rule(rule)));
    }

    /// The steps of a rule behind the place it stands at.
    #[must_use]
    pub fn suffix(&self, rule: &TreeRule) -> &[Step] {
        slice(&self.suffixes, rule.suffix)
    }

    /// Whether parts behind the place of a rule may go where the rule does.
    fn may_meet(&self, rule: &TreeRule, nodes: &Nodes<Symbol>, behind: &[TermId]) -> bool {
        self.suffix(rule).iter().zip(behind).all(|(step, part)| match (step, Step::of(nodes, *part)) {
            (Step::Key(left), Step::Key(right)) => *left == right,
            (Step::Key(_), Step::Composite) => false,
            _ => true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::lower::{adopt, lower, meet};
    use super::super::names::{Interner, Names};
    use super::*;
    use crate::rego::syntax::{Module, Options, RegoVersion, parse};

    fn tree<R>(texts: &[&str], look: impl FnOnce(&RuleTree, &Names, &[Unit<'_>], &Interner<'_>) -> R) -> R {
        let modules: Vec<Module> = texts
            .iter()
            .map(|text| parse(text.as_bytes(), "a.rego", &Options::new(RegoVersion::V1)).expect("a module"))
            .collect();
        let mut interner = Interner::default();
        let mut units = Vec::new();
        for (number, module) in (0..).zip(&modules) {
            let (mut unit, own) = lower(module);
            unit.number = number;
            meet(&mut unit, interner.absorb(&own.into_met()));
            adopt(&mut unit);
            units.push(unit);
        }
        let names = interner.names();
        look(&RuleTree::new(&units, &names), &names, &units, &interner)
    }

    fn path(interner: &Interner<'_>, path: &str) -> Vec<Symbol> {
        path.split('.').map(|name| interner.find(name).expect("a name of the program")).collect()
    }

    #[test]
    fn rules_stand_at_the_ground_part_of_their_paths() {
        let texts = ["package a.b\n\nc.d.e := 1\n\nc.d[x].y := 1 if x := 1", "package a\n\nb.c.d.e := 2\n\nf(x) := x"];
        tree(&texts, |tree, _, _, interner| {
            let rules = |text: &str| tree.rules(tree.find(&path(interner, text)).expect("a place")).to_vec();
            let units: Vec<u32> = rules("data.a.b.c.d.e").iter().map(|rule| rule.unit).collect();
            assert_eq!(units, [1, 0], "the outer package comes first");
            let [dynamic] = rules("data.a.b.c.d")[..] else { panic!("one rule") };
            assert!(!dynamic.is_ground());
            assert_eq!(tree.suffix(&dynamic).len(), 2);
            assert!(rules("data.a.b.c").is_empty());
            assert_eq!(tree.arity(&path(interner, "data.a.f")), Some(1));
            assert_eq!(tree.arity(&path(interner, "data.a.b")), None);
            assert_eq!(tree.find(&path(interner, "a.b")), None);
            assert_eq!(tree.units(tree.find(&path(interner, "data.a.b")).expect("a package")), [0]);
        });
    }

    #[test]
    fn places_come_in_the_order_of_their_keys() {
        let text = "package a\n\np.z := 1\n\np[10] := 1\n\np[9] := 1\n\np[true] := 1\n\np.b := 1";
        tree(&[text], |tree, names, _, interner| {
            let p = tree.find(&path(interner, "data.a.p")).expect("a place");
            let keys: Vec<String> = tree
                .depth_first(p)
                .skip(1)
                .map(|node| match tree.key(node) {
                    Key::Name(symbol) | Key::Number(symbol) => names.text(symbol).to_owned(),
                    key => format!("{key:?}"),
                })
                .collect();
            assert_eq!(keys, ["Boolean(true)", "9", "10", "b", "z"]);
        });
    }

    #[test]
    fn a_variable_may_lead_to_every_child() {
        let refs = "package z\n\nr := [data, data.a[i].p, data.a.b.p[i], data.a[i].q[j].s, data.a[[1]]]";
        let texts =
            ["package a.b\n\np := 1\n\nq[x].r := 1 if x := 1", "package a.c\n\np := 1\n\nq[x].s := 1 if x := 1", refs];
        tree(&texts, |tree, _, units, _| {
            let nodes = &units[2].nodes;
            let mut counts = Vec::new();
            for (_, term) in nodes.all_terms() {
                let TermKind::Ref(parts) = term.kind else { continue };
                let mut rules = Vec::new();
                tree.referred(nodes, nodes.terms(parts), |reach| match reach {
                    Reach::Rule(rule) => rules.push((rule.unit, rule.rule)),
                    Reach::At(node) => rules.extend(tree.rules(node).iter().map(|rule| (rule.unit, rule.rule))),
                    Reach::Below(node) => {
                        let all = tree.depth_first(node).flat_map(|node| tree.rules(node));
                        rules.extend(all.map(|rule| (rule.unit, rule.rule)));
                    }
                });
                rules.sort();
                rules.dedup();
                counts.push(rules.len());
            }
            counts.truncate(5);
            assert_eq!(counts, [5, 2, 1, 1, 0]);
        });
    }
}
