//! Which rules cannot hold, as OPA's rule index tells before they are evaluated.

use super::Machine;
use crate::eval::Value;
use crate::eval::plan::{Condition, Probe, Rule};

impl Machine<'_> {
    /// Whether what a rule compares with constants is equal to them.
    pub(super) fn may_hold(&self, rule: &Rule, operands: &[Value]) -> bool {
        rule.conditions.iter().all(|Condition { probe, value }| match probe {
            Probe::Input(path) => self.state.input.as_ref().is_some_and(|input| lies_at(input, path, value)),
            Probe::Data(path) => lies_at(&self.state.data, path, value),
            Probe::Argument(place) => operands.get(*place).is_none_or(|operand| operand == value),
        })
    }
}

/// Whether a value lies at a path of a document.
fn lies_at(document: &Value, path: &[Value], value: &Value) -> bool {
    let Some((first, rest)) = path.split_first() else { return document == value };
    document.member(first).is_some_and(|below| lies_at(below, rest, value))
}
