//! Refs: steps through values, and through rules and data.

use super::{Flow, Give, Machine};
use crate::eval::plan::{Kind, NodeId, Term};
use regorus::Value;

/// The member of a value at a key.
pub(super) fn member(value: &Value, key: &Value) -> Option<Value> {
    match value {
        Value::Object(entries) => entries.get(key).cloned(),
        Value::Array(members) => {
            let index = key.as_number().ok()?.as_u64()?;
            members.get(usize::try_from(index).ok()?).cloned()
        }
        Value::Set(members) => members.get(key).cloned(),
        _ => None,
    }
}

/// The member of base data at a key; a number finds a key of its text, as in OPA's store.
fn member_of_base(value: &Value, key: &Value) -> Option<Value> {
    member(value, key).or_else(|| match (value, key) {
        (Value::Object(entries), Value::Number(_)) => entries.get(&Value::from(key.to_json_str().ok()?)).cloned(),
        _ => None,
    })
}

/// The keys of a value and what lies there.
fn members(value: &Value) -> Vec<(Value, Value)> {
    match value {
        Value::Object(entries) => entries.iter_sorted().map(|(key, value)| (key.clone(), value.clone())).collect(),
        Value::Array(members) => (0_u64..).map(Value::from).zip(members.iter().cloned()).collect(),
        Value::Set(members) => members.iter().map(|member| (member.clone(), member.clone())).collect(),
        _ => Vec::new(),
    }
}

impl<'p> Machine<'p> {
    /// Goes through a value along parts of a ref.
    pub(super) fn walk(&mut self, value: &Value, parts: &'p [Term], give: Give<'_, 'p>) -> Flow {
        let Some((part, rest)) = parts.split_first() else { return give(self, value.clone()) };
        if self.is_ground(part) {
            let Some(key) = self.value(part)? else { return Ok(false) };
            return match member(value, &key) {
                Some(member) => self.walk(&member, rest, give),
                None => Ok(false),
            };
        }
        for (key, member) in members(value) {
            self.tick()?;
            if self.unify_value(part, &key, &mut |machine| machine.walk(&member, rest, give))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Goes through `data` along parts of a ref.
    pub(super) fn data(&mut self, parts: &'p [Term], give: Give<'_, 'p>) -> Flow {
        let base = self.state.data.clone();
        self.tree(Some(0), Some(base), parts, give)
    }

    /// Goes through `data` along keys.
    pub(super) fn data_of_keys(&mut self, keys: &[Value], give: Give<'_, 'p>) -> Flow {
        let (mut node, mut base) = (Some(0), Some(self.state.data.clone()));
        let mut rest = keys;
        while let Some((key, behind)) = rest.split_first() {
            rest = behind;
            base = base.and_then(|base| member(&base, key));
            node = node.and_then(|node| self.child(node, key));
            if let Some(at) = node
                && self.kind(at) != Kind::Package
            {
                let value = match behind.first() {
                    Some(key) if self.kind(at) != Kind::Complete => self.document_of_key(at, key)?,
                    _ => self.document(at, None)?,
                };
                let value =
                    behind.iter().try_fold(value, |value, key| Some(value.and_then(|value| member(&value, key))));
                return match value.flatten() {
                    Some(value) => give(self, value),
                    None => Ok(false),
                };
            }
        }
        match node {
            Some(node) => match self.document(node, base)? {
                Some(value) => give(self, value),
                None => Ok(false),
            },
            None => base.map_or(Ok(false), |value| give(self, value)),
        }
    }

    pub(super) fn kind(&self, node: NodeId) -> Kind {
        self.plan.nodes.get(node).map(|node| node.kind).unwrap_or_default()
    }

    /// The place one step on, unless `with` hides it.
    pub(super) fn child(&self, node: NodeId, key: &Value) -> Option<NodeId> {
        let child = *self.plan.nodes.get(node)?.children.get(key)?;
        (!self.state.hidden.contains(&child)).then_some(child)
    }

    fn tree(&mut self, node: Option<NodeId>, base: Option<Value>, parts: &'p [Term], give: Give<'_, 'p>) -> Flow {
        let Some(at) = node else {
            let Some(base) = base else { return Ok(false) };
            return match parts.split_first() {
                Some((part, rest)) if self.is_ground(part) => {
                    let Some(key) = self.value(part)? else { return Ok(false) };
                    self.tree(None, member_of_base(&base, &key), rest, give)
                }
                _ => self.walk(&base, parts, give),
            };
        };
        let Some((part, rest)) = parts.split_first() else {
            return match self.document(at, base)? {
                Some(value) => give(self, value),
                None => Ok(false),
            };
        };
        if self.is_ground(part) {
            let Some(key) = self.value(part)? else { return Ok(false) };
            return self.step(at, base.as_ref(), &key, rest, give);
        }
        let mut keys: Vec<Value> =
            base.as_ref().map(|base| members(base).into_iter().map(|(key, _)| key).collect()).unwrap_or_default();
        if let Some(node) = self.plan.nodes.get(at) {
            let known = keys.len();
            for key in node.children.keys() {
                if !keys.get(..known).unwrap_or_default().contains(key) {
                    keys.push(key.clone());
                }
            }
        }
        for key in keys {
            let flow =
                self.unify_value(part, &key, &mut |machine| machine.step(at, base.as_ref(), &key, rest, give))?;
            if flow {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn step(&mut self, node: NodeId, base: Option<&Value>, key: &Value, rest: &'p [Term], give: Give<'_, 'p>) -> Flow {
        let below = base.and_then(|base| member_of_base(base, key));
        match self.child(node, key) {
            Some(child) if self.kind(child) != Kind::Package => self.of_rules(child, rest, give),
            child => self.tree(child, below, rest, give),
        }
    }

    /// Goes on from the rules at a place.
    fn of_rules(&mut self, node: NodeId, parts: &'p [Term], give: Give<'_, 'p>) -> Flow {
        if self.kind(node) == Kind::Complete {
            return self.complete(node, &mut |machine, value| machine.walk(value, parts, give));
        }
        let is_partial = matches!(self.kind(node), Kind::Set | Kind::Object);
        let value = match parts.first() {
            Some(part) if is_partial && self.is_ground(part) => match self.value(part)? {
                Some(key) => self.document_of_key(node, &key)?,
                None => None,
            },
            _ => self.document(node, None)?,
        };
        match value {
            Some(value) => self.walk(&value, parts, give),
            None => Ok(false),
        }
    }
}
