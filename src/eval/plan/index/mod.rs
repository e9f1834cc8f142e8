//! Which rules at a place cannot hold, as far as that can be told before they are evaluated: the rule index of OPA 1.22.2.
//!
//! OPA keeps a trie, which leaves out what it cannot look up. What comes of it for one rule is written down here: places in
//! the input, in base data and among arguments, and what must lie there.

mod entries;
mod found;
mod glob;
mod insert;
mod paths;
mod reader;
mod refs;

pub(super) use entries::Bases;
pub(in crate::eval) use glob::split;

use super::{Kind, Rule, RuleId};
use crate::eval::Value;
use entries::Entries;
use paths::Places;

/// The index of the rules at a place.
#[derive(Debug, Default)]
pub(in crate::eval) struct Index {
    /// Where something is looked for.
    pub(in crate::eval) probes: Vec<Probe>,
    /// The rules in their order, an `else` behind its rule.
    pub(in crate::eval) entries: Vec<Entry>,
    /// Whether what rules look up in base data is asked too.
    pub(in crate::eval) asks_keys: bool,
}

/// A rule, or one `else` of it.
#[derive(Debug)]
pub(in crate::eval) struct Entry {
    /// The place of the rule among those of the index; an `else` has that of its rule.
    pub(in crate::eval) group: usize,
    pub(in crate::eval) rule: RuleId,
    /// Ways in which it may hold: all conditions of one must be met.
    pub(in crate::eval) ways: Vec<Vec<Condition>>,
    /// The probes that must find something.
    pub(in crate::eval) defined: Vec<usize>,
    /// Probes that find keys of what others find.
    pub(in crate::eval) keys: Vec<(usize, usize)>,
}

impl Entry {
    /// Whether it may always hold.
    pub(in crate::eval) fn is_open(&self) -> bool {
        self.defined.is_empty() && self.keys.is_empty() && self.ways.iter().any(Vec::is_empty)
    }
}

/// What must lie at a place.
#[derive(Debug)]
pub(in crate::eval) struct Condition {
    pub(in crate::eval) probe: usize,
    /// One of these.
    pub(in crate::eval) wants: Vec<Want>,
    /// What strings are split at, for they may be meant as the arrays of their parts.
    pub(in crate::eval) delimiters: Vec<String>,
}

/// What may lie at a place.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::eval) enum Want {
    Anything,
    /// A scalar.
    Scalar(Value),
    /// An array of these; anything at the places of those that are `None`.
    Array(Vec<Option<Value>>),
    /// A string that begins so, or a collection of one.
    Prefix(String),
    /// A string that ends so, or a collection of one.
    Suffix(String),
    /// A collection of it.
    Member(Value),
}

/// Where to look.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::eval) enum Probe {
    /// In the input.
    Input(Vec<Value>),
    /// In base data.
    Data(Vec<Value>),
    /// At an argument of a function.
    Argument(usize),
}

/// The index of rules, each with its `else` behind it.
pub(super) fn build(kind: Kind, chains: &[Vec<RuleId>], rules: &[Rule], bases: Bases<'_>) -> Index {
    let mut places = Places::default();
    let all = || {
        let numbered = chains.iter().enumerate();
        numbered.flat_map(|(group, chain)| chain.iter().map(move |rule| (group, *rule)))
    };
    let found: Vec<Entries> = all()
        .map(|(_, id)| rules.get(id).map(|rule| Entries::of_rule(rule, bases, &mut places)).unwrap_or_default())
        .collect();
    let levels = places.levels(&found);
    let entries = all().zip(&found).map(|((group, rule), entries)| Entry {
        group,
        rule,
        ways: entries.paths().iter().map(|path| levels.conditions(path)).collect(),
        defined: levels.defined(&entries.paths()),
        keys: entries.keys.clone(),
    });
    let entries = entries.collect();
    Index { probes: places.probes, entries, asks_keys: !(is_one_value(kind) && agree(chains.concat(), rules)) }
}

/// Whether rules at a place of this kind have one value, so that the first that holds may be enough.
pub(in crate::eval) fn is_one_value(kind: Kind) -> bool {
    matches!(kind, Kind::Complete | Kind::Function)
}

/// Whether rules have one and the same constant for a value.
pub(in crate::eval) fn agree(ids: impl IntoIterator<Item = RuleId>, rules: &[Rule]) -> bool {
    let mut known: Option<&Value> = None;
    for id in ids {
        match rules.get(id).and_then(|rule| rule.value.as_ref()) {
            Some(super::Term::Constant(value)) if known.is_none_or(|known| known == value) => known = Some(value),
            _ => return false,
        }
    }
    true
}
