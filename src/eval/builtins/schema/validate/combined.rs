//! Schemas that are combined.

use crate::eval::Value;
use crate::eval::value::Object;

use super::super::tree::{Dependency, Node, NodeId};
use super::{Findings, Validator};

impl<'a> Validator<'a> {
    /// What schemas of the same value say together.
    pub(super) fn combined(&mut self, node: &'a Node, value: &Value, findings: &mut Findings, context: &str) {
        if !node.any_of.is_empty() {
            let (valid, best) = self.tried(&node.any_of, value, context, true);
            if valid == 0 {
                findings.add(context, "number_any_of", "Must validate at least one schema (anyOf)");
                findings.merge(best.unwrap_or_default());
            }
        }
        if !node.one_of.is_empty() {
            let (valid, best) = self.tried(&node.one_of, value, context, false);
            if valid != 1 {
                findings.add(context, "number_one_of", "Must validate one and only one schema (oneOf)");
            }
            if valid == 0 {
                findings.merge(best.unwrap_or_default());
            }
        }
        if !node.all_of.is_empty() {
            let mut all = true;
            for id in &node.all_of {
                let found = self.apart(*id, value, context);
                all &= found.is_valid();
                findings.merge(found);
            }
            if !all {
                findings.add(context, "number_all_of", "Must validate all the schemas (allOf)");
            }
        }
        if node.not.is_some_and(|id| self.apart(id, value, context).is_valid()) {
            findings.add(context, "number_not", "Must not validate the schema (not)");
        }
        if let Value::Object(fields) = value {
            self.dependencies(node, fields, value, findings, context);
        }
        if let Some(condition) = node.condition {
            let is_valid = self.apart(condition, value, context).is_valid();
            let (branch, kind, message) = if is_valid {
                (node.then, "condition_then", "Must validate \"then\" as \"if\" was valid")
            } else {
                (node.otherwise, "condition_else", "Must validate \"else\" as \"if\" was not valid")
            };
            let found = branch.map(|id| self.apart(id, value, context)).unwrap_or_default();
            if !found.is_valid() {
                findings.add(context, kind, message);
                findings.merge(found);
            }
        }
        findings.score += 1;
    }

    /// How many of some schemas a value fits, and what the best of the others finds.
    pub(super) fn tried(
        &mut self,
        ids: &[NodeId],
        value: &Value,
        context: &str,
        stops: bool,
    ) -> (usize, Option<Findings>) {
        let mut valid = 0;
        let mut best: Option<Findings> = None;
        for id in ids {
            let found = self.apart(*id, value, context);
            if found.is_valid() {
                valid += 1;
                if stops {
                    break;
                }
            } else if valid == 0 && best.as_ref().is_none_or(|best| found.score > best.score) {
                best = Some(found);
            }
        }
        (valid, best)
    }

    pub(super) fn dependencies(
        &mut self,
        node: &'a Node,
        fields: &Object,
        value: &Value,
        findings: &mut Findings,
        context: &str,
    ) {
        for (_, dependency) in node.dependencies.iter().filter(|(name, _)| fields.contains_key(&name.as_str().into())) {
            match dependency {
                Dependency::Names(names) => {
                    for name in names.iter().filter(|name| !fields.contains_key(&name.as_str().into())) {
                        findings.add(context, "missing_dependency", format!("Has a dependency on {name}"));
                    }
                }
                Dependency::As(id) => self.node(*id, value, findings, context),
            }
        }
    }
}
