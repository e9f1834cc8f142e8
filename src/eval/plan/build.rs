//! A checked program as a plan.

use super::writer::{Writer, number};
use super::{Index, Kind, Node, Plan, Query, Rule, RuleId, Told, index};
use crate::eval::value::Value;
use crate::rego::check::{self, Compiled, Key, RuleTree, TreeRule, parallel};
use crate::rego::syntax::{self, Module};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The plan of a program whose modules are given in the order of its units.
pub(in crate::eval) fn build(compiled: &Compiled<'_>, modules: &[Arc<Module>], texts: bool) -> Plan {
    let query = compiled.units.iter().find_map(|unit| Some((unit.number, unit.asked.as_ref()?.rule)));
    let reached = query.map(|(unit, rule)| compiled.graph.reached(unit, rule));
    let (nodes, rules, places) = (Vec::new(), Vec::new(), FxHashMap::default());
    let mut builder = Builder { compiled, nodes, rules, places, reached, texts };
    builder.node(RuleTree::ROOT, "data".to_owned());
    builder.rules();
    let query = builder.query();
    Plan { nodes: builder.nodes.into(), rules: builder.rules.into(), files: modules.to_vec(), query, texts }
}

/// How many places are made ready on one processor at a time.
const TOGETHER: usize = 256;

pub(super) struct Builder<'c, 'm> {
    pub(super) compiled: &'c Compiled<'m>,
    nodes: Vec<Node>,
    rules: Vec<Rule>,
    pub(super) places: FxHashMap<check::NodeId, usize>,
    /// The rules a query depends on, where there is one; others are left out.
    reached: Option<FxHashSet<(u32, syntax::RuleId)>>,
    pub(super) texts: bool,
}

impl<'c, 'm> Builder<'c, 'm> {
    fn node(&mut self, place: check::NodeId, path: String) -> usize {
        let number = self.nodes.len();
        self.nodes.push(Node { path: path.clone(), ..Node::default() });
        self.places.insert(place, number);
        let tree = &self.compiled.program.rules;
        let mut children = std::collections::BTreeMap::new();
        for child in tree.children(place) {
            let key = self.key(tree.key(*child));
            let path = match &key {
                Value::String(name) if syntax::is_name(name) => format!("{path}.{name}"),
                key => format!("{path}[{key}]"),
            };
            let child = self.node(*child, path);
            children.insert(key, child);
        }
        if let Some(node) = self.nodes.get_mut(number) {
            node.children = children;
        }
        number
    }

    fn key(&self, key: Key) -> Value {
        match key {
            Key::Null => Value::Null,
            Key::Boolean(value) => Value::Bool(value),
            Key::Number(text) => number(self.compiled.program.names.text(text)),
            Key::Name(name) => Value::from(self.compiled.program.names.text(name)),
        }
    }

    /// The rules of all places.
    fn rules(&mut self) {
        let mut places: Vec<(usize, check::NodeId)> =
            self.places.iter().map(|(place, number)| (*number, *place)).collect();
        places.sort_unstable_by_key(|(number, _)| *number);
        let made = parallel(places.chunks(TOGETHER).collect(), |places| {
            places.iter().map(|(_, place)| self.rules_at(*place)).collect::<Vec<_>>()
        });
        for ((number, _), at) in places.iter().zip(made.into_iter().flatten()) {
            let (mut kind, mut default, mut rules) = (Kind::Package, None, Vec::new());
            for (is_default, chain) in at {
                kind = match chain.first() {
                    Some(made) if !made.arguments.is_empty() => Kind::Function,
                    Some(made) if made.member.is_some() && made.keys.is_empty() => Kind::Set,
                    Some(made) if !made.keys.is_empty() => Kind::Object,
                    _ if matches!(kind, Kind::Object) => kind,
                    _ => Kind::Complete,
                };
                let id = self.rules.len();
                let last = id + chain.len().saturating_sub(1);
                let next = |id: RuleId| (id < last).then_some(id + 1);
                let chain = (id..).zip(chain).map(|(id, rule)| Rule { otherwise: next(id), ..rule });
                self.rules.extend(chain);
                if is_default {
                    default = Some(id);
                } else {
                    rules.push(id);
                }
            }
            let index = self.index(kind, &rules);
            if let Some(node) = self.nodes.get_mut(*number) {
                node.kind = kind;
                node.default = default;
                node.rules = rules;
                node.index = index;
            }
        }
    }

    /// The index of rules at a place.
    fn index(&self, kind: Kind, rules: &[RuleId]) -> Index {
        let chain = |first: &RuleId| {
            std::iter::successors(Some(*first), |id| self.rules.get(*id)?.otherwise).collect::<Vec<RuleId>>()
        };
        let chains: Vec<Vec<RuleId>> = rules.iter().map(chain).collect();
        index::build(kind, &chains, &self.rules, &|path| self.is_base(path))
    }

    /// Whether no rule lies at a path of `data`, nor on the way there, nor behind it.
    fn is_base(&self, path: &[Value]) -> bool {
        let tree = &self.compiled.program.rules;
        let mut place = RuleTree::ROOT;
        for key in path {
            let child = tree.children(place).iter().find(|child| match (tree.key(**child), key) {
                (Key::Name(name), Value::String(text)) => self.compiled.program.names.text(name) == &**text,
                (Key::Name(_), _) | (_, Value::String(_)) => false,
                _ => true,
            });
            match child {
                None => return true,
                Some(child) if !tree.rules(*child).is_empty() => return false,
                Some(child) => place = *child,
            }
        }
        false
    }

    /// The rules at a place, each with all its `else`, and whether it is a default.
    fn rules_at(&self, place: check::NodeId) -> Vec<(bool, Vec<Rule>)> {
        let tree = &self.compiled.program.rules;
        let is_reached =
            |rule: &&TreeRule| self.reached.as_ref().is_none_or(|reached| reached.contains(&(rule.unit, rule.rule)));
        let chain = |rule: &TreeRule| {
            let unit = self.compiled.units.get(rule.unit as usize)?;
            let otherwise = |id: &syntax::RuleId| unit.nodes.rule(*id).and_then(|rule| rule.otherwise);
            let chain = std::iter::successors(Some(rule.rule), otherwise);
            let suffix = tree.suffix(rule).len();
            Some((rule.default, chain.map(|id| Writer::new(self, unit).rule(id, suffix)).collect()))
        };
        tree.rules(place).iter().filter(is_reached).filter_map(chain).collect()
    }

    fn query(&self) -> Option<Query> {
        let (unit, asked) = self.compiled.units.iter().find_map(|unit| Some((unit, unit.asked.as_ref()?)))?;
        let rule = unit.nodes.rule(asked.rule)?;
        let mut writer = Writer::new(self, unit);
        let body = writer.body(rule.body);
        let mut expressions = Vec::new();
        for id in unit.nodes.body(rule.body) {
            let expression = unit.nodes.expression(*id);
            if expression.generated {
                continue;
            }
            let held = asked.captured.iter().find(|(held, _)| held == id).map(|(_, name)| writer.slot(*name));
            let (row, column) = unit.module.row_and_column(expression.location).unwrap_or_default();
            let text = unit.module.span(expression.location.text).to_owned();
            expressions.push(Told { text, row, column, slot: held });
        }
        let bindings = writer.bindings(rule.body);
        let slots = writer.slots.len();
        Some(Query { body, slots, expressions, bindings })
    }
}
