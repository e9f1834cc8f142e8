//! The values in what events are about.

use super::Machine;
use super::events::Node;
use crate::eval::Value;
use crate::eval::plan::{Expression, ExpressionKind, Kind, Place, ShownValue, Slot, Term};
use crate::rego::check::WithoutValue;
use crate::rego::syntax::Location;
use std::collections::BTreeMap;

/// What is known of an expression that failed.
#[derive(Debug, Clone)]
pub(in crate::eval) struct FailedParts {
    pub(in crate::eval) place: Place,
    /// The place of the author's expression.
    pub(in crate::eval) whole: Location,
    /// Pieces of its text and their values; of those with the same text the first that has one counts.
    pub(in crate::eval) parts: Vec<(Location, Option<Value>)>,
}

/// Values by the names of variables, and by the refs of documents that were made before.
type Named = BTreeMap<String, Value>;

impl<'p> Machine<'p> {
    /// The values in a node, as they are now.
    pub(super) fn values_in(&self, node: Node<'p>) -> Named {
        let mut named = Named::new();
        match node {
            Node::Expression(expression) | Node::Negated(expression, _) => self.name_values(expression, &mut named),
            Node::Body(body) => body.iter().for_each(|expression| self.name_values(expression, &mut named)),
            Node::Rule(rule) | Node::Early(rule) => self.name_variables(&rule.shown, &mut named),
        }
        named
    }

    /// What is known of a node that failed. What stands behind `not` is told without its `with`.
    pub(super) fn failed(&self, node: Node<'p>) -> Option<FailedParts> {
        match node {
            // What fails inside of `every` tells more.
            Node::Expression(expression) if matches!(expression.kind, ExpressionKind::Every { .. }) => None,
            Node::Expression(expression) => self.failed_parts(expression, false),
            Node::Negated(expression, false) => self.failed_parts(expression, true),
            Node::Rule(_) | Node::Early(_) | Node::Body(_) | Node::Negated(_, true) => None,
        }
    }

    fn name_values(&self, expression: &'p Expression, named: &mut Named) {
        let Some(shown) = &expression.shown else { return };
        for document in &shown.documents {
            if let Some(value) = self.made(&document.path) {
                named.insert(document.text.clone(), value.clone());
            }
        }
        self.name_variables(&shown.variables, named);
    }

    fn name_variables(&self, variables: &[(String, Slot)], named: &mut Named) {
        for (name, slot) in variables {
            if let Some(value) = self.frame.get(*slot).and_then(Option::as_ref) {
                named.insert(name.clone(), value.clone());
            }
        }
    }

    fn failed_parts(&self, expression: &'p Expression, behind_not: bool) -> Option<FailedParts> {
        let shown = expression.shown.as_ref()?;
        let mut parts = Vec::with_capacity(shown.documents.len() + shown.parts.len());
        for document in &shown.documents {
            if let Some(value) = self.made(&document.path) {
                parts.push((document.location, Some(value.clone())));
            }
        }
        for part in shown.parts.iter().filter(|part| !(behind_not && part.in_with)) {
            let value = self.shown_value(&part.value);
            let is_told = value.is_some()
                || match part.without_value {
                    WithoutValue::Undefined => true,
                    WithoutValue::UndefinedUnlessNegated => behind_not || !expression.negated,
                    WithoutValue::Nothing => false,
                };
            if is_told {
                parts.push((part.location, value));
            }
        }
        Some(FailedParts { place: expression.place(), whole: shown.whole, parts })
    }

    fn shown_value(&self, value: &ShownValue) -> Option<Value> {
        match value {
            ShownValue::Unknown => None,
            ShownValue::Variable(slot) => self.frame.get(*slot)?.clone(),
            ShownValue::Member(head, keys) => {
                let mut found = self.frame.get(*head)?.clone()?;
                for key in keys {
                    let key = match key {
                        Term::Constant(key) => key,
                        Term::Variable(slot) => self.frame.get(*slot)?.as_ref()?,
                        _ => return None,
                    };
                    found = found.member(key)?.clone();
                }
                Some(found)
            }
        }
    }

    /// A document of rules that was made before.
    fn made(&self, path: &[Value]) -> Option<&Value> {
        let mut node = 0;
        let mut rest = path;
        loop {
            if self.kind(node) != Kind::Package {
                break;
            }
            let (key, behind) = rest.split_first()?;
            node = self.child(node, key)?;
            rest = behind;
        }
        match (rest, self.kind(node)) {
            ([], Kind::Complete | Kind::Set | Kind::Object) => self.state.documents.get(&node)?.as_ref(),
            ([key], Kind::Set | Kind::Object) => {
                let all = self.state.members.get(&(node, key.clone()))?.as_ref()?;
                match all {
                    Value::Set(members) => members.get(key),
                    Value::Object(entries) => entries.get(key),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
