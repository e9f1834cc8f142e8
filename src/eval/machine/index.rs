//! Which rules cannot hold, as OPA's rule index tells before they are evaluated.

use super::Machine;
use super::references::member_of_base;
use crate::eval::Value;
use crate::eval::plan::{Condition, Entry, Index, Node, Probe, RuleId, Want, agree, is_one_value, split};
use std::cell::OnceCell;

/// The rules at a place that may hold.
pub(super) struct Candidates {
    /// Each with the place of the rule it is, or is an `else` of, among those at the place.
    pub(super) rules: Vec<(usize, RuleId)>,
    /// Whether the first that holds is enough.
    pub(super) ends_early: bool,
}

impl Machine<'_> {
    /// The rules at a place that may hold, for these arguments where they are functions.
    pub(super) fn candidates(&self, at: &Node, operands: &[Value]) -> Candidates {
        let index = &at.index;
        let found: Vec<OnceCell<Option<Value>>> = vec![OnceCell::new(); index.probes.len()];
        let look = Look { machine: self, index, operands, found: &found };
        let may_hold = |entry: &&Entry| !self.setting.uses_index || entry.is_open() || look.may_hold(entry);
        let rules: Vec<(usize, RuleId)> =
            index.entries.iter().filter(may_hold).map(|entry| (entry.group, entry.rule)).collect();
        let ends_early = self.setting.ends_early
            && is_one_value(at.kind)
            && agree(rules.iter().map(|(_, rule)| *rule), &self.plan.rules);
        Candidates { rules, ends_early }
    }
}

/// A look at what lies at the places of an index; each is looked at once.
struct Look<'l, 'p> {
    machine: &'l Machine<'p>,
    index: &'l Index,
    operands: &'l [Value],
    found: &'l [OnceCell<Option<Value>>],
}

impl Look<'_, '_> {
    fn may_hold(&self, entry: &Entry) -> bool {
        entry.ways.iter().any(|way| way.iter().all(|condition| self.is_met(condition)))
            && entry.defined.iter().all(|probe| self.at(*probe).is_some())
            && (!self.index.asks_keys || entry.keys.iter().all(|(key, of)| self.has_key(*key, *of)))
    }

    /// What lies at a place.
    fn at(&self, probe: usize) -> Option<&Value> {
        let state = &self.machine.state;
        let find = || match self.index.probes.get(probe)? {
            Probe::Input(path) => lying_at(state.input.as_ref()?, path, Value::member),
            Probe::Data(path) => lying_at(&state.data, path, member_of_base),
            Probe::Argument(place) => self.operands.get(*place).cloned(),
        };
        self.found.get(probe)?.get_or_init(find).as_ref()
    }

    fn is_met(&self, condition: &Condition) -> bool {
        let Some(value) = self.at(condition.probe) else { return false };
        condition.wants.iter().any(|want| fits(want, value))
            || match value {
                Value::String(text) => condition.delimiters.iter().any(|delimiter| {
                    let parts = split(text, delimiter).into_iter().map(Value::from).collect::<Vec<_>>();
                    let parts = Value::from(parts);
                    condition.wants.iter().any(|want| matches!(want, Want::Array(_)) && fits(want, &parts))
                }),
                _ => false,
            }
    }

    fn has_key(&self, key: usize, of: usize) -> bool {
        let (Some(key), Some(of)) = (self.at(key), self.at(of)) else { return false };
        match of {
            Value::Object(entries) => entries.get(key).is_some(),
            Value::Set(members) => members.contains(key),
            _ => true,
        }
    }
}

/// What lies at a path of a document.
fn lying_at(
    document: &Value,
    path: &[Value],
    member: for<'v> fn(&'v Value, &Value) -> Option<&'v Value>,
) -> Option<Value> {
    path.iter().try_fold(document, |document, key| member(document, key)).cloned()
}

fn fits(want: &Want, value: &Value) -> bool {
    match want {
        Want::Anything => true,
        Want::Scalar(wanted) => wanted == value,
        Want::Array(parts) => match value {
            Value::Array(members) if members.len() == parts.len() => {
                let fits = |(part, member): (&Option<Value>, &Value)| part.as_ref().is_none_or(|part| part == member);
                parts.iter().zip(members.iter()).all(fits)
            }
            _ => false,
        },
        Want::Prefix(prefix) => any_text(value, |text| text.starts_with(prefix)),
        Want::Suffix(suffix) => any_text(value, |text| text.ends_with(suffix)),
        Want::Member(wanted) => members_of(value).any(|member| member == wanted),
    }
}

/// Whether a text, or one of a collection, is such.
fn any_text(value: &Value, is_such: impl Fn(&str) -> bool) -> bool {
    let is_text = |value: &Value| matches!(value, Value::String(text) if is_such(text));
    is_text(value) || members_of(value).any(is_text)
}

/// The members of an array or a set, and the values of an object.
fn members_of(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(members) => Box::new(members.iter()),
        Value::Set(members) => Box::new(members.iter()),
        Value::Object(entries) => Box::new(entries.values()),
        _ => Box::new(std::iter::empty()),
    }
}
