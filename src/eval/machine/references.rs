//! Refs: steps through values, and through rules and data.

use super::{Failure, Flow, Give, Machine};
use crate::eval::Value;
use crate::eval::plan::{Kind, NodeId, Term};

/// Where OPA keeps what it knows of itself.
const SYSTEM: &str = "system";

/// The member of base data at a key; a number finds a key of its text, as in OPA's store.
pub(super) fn member_of_base<'v>(value: &'v Value, key: &Value) -> Option<&'v Value> {
    value.member(key).or_else(|| match (value, key) {
        (Value::Object(entries), Value::Number(number)) => entries.get(&Value::from(&*number.text())),
        _ => None,
    })
}

/// The keys of a value and what lies there; `None` of a scalar.
pub(super) fn members(value: &Value) -> Option<Vec<(Value, Value)>> {
    Some(match value {
        Value::Object(entries) => entries.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        Value::Array(members) => (0_u64..).map(Value::from).zip(members.iter().cloned()).collect(),
        Value::Set(members) => members.iter().map(|member| (member.clone(), member.clone())).collect(),
        _ => return None,
    })
}

impl<'p> Machine<'p> {
    /// Goes through a value along parts of a ref.
    pub(super) fn walk(&mut self, value: &Value, parts: &'p [Term], give: Give<'_, 'p>) -> Flow {
        let Some((part, rest)) = parts.split_first() else { return give(self, value.clone()) };
        if self.is_ground(part) {
            let Some(key) = self.value(part)? else { return Ok(false) };
            return match value.member(&key) {
                Some(member) => self.walk(member, rest, give),
                None => Ok(false),
            };
        }
        for (key, member) in members(value).unwrap_or_default() {
            self.tick()?;
            if self.unify_value(part, &key, &mut |machine| machine.walk(&member, rest, give))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Goes through `data` along parts of a ref.
    pub(super) fn data(&mut self, parts: &'p [Term], give: Give<'_, 'p>) -> Flow {
        if parts.is_empty() {
            return match self.whole()? {
                Some(value) => give(self, value),
                None => Ok(false),
            };
        }
        let base = self.state.data.clone();
        self.tree(Some(0), Some(base), parts, give)
    }

    /// All documents but `system`, which is only there for those who name it.
    fn whole(&mut self) -> Result<Option<Value>, Failure> {
        let base = self.state.data.clone();
        let mut whole = self.document(0, Some(base))?;
        if let Some(whole) = &mut whole
            && whole.field(SYSTEM).is_some()
            && let Some(entries) = whole.as_object_mut()
        {
            let _ = entries.remove(&Value::from(SYSTEM));
        }
        Ok(whole)
    }

    /// What lies at a path of `data`.
    pub(super) fn value_at(&mut self, path: &[Value]) -> Result<Option<Value>, Failure> {
        if path.is_empty() {
            return self.whole();
        }
        let (mut node, mut base, mut rest) = (Some(0), Some(self.state.data.clone()), path);
        while let Some(at) = node.filter(|at| self.kind(*at) == Kind::Package)
            && let Some((key, behind)) = rest.split_first()
        {
            base = base.and_then(|base| member_of_base(&base, key).cloned());
            node = self.child(at, key);
            rest = behind;
        }
        let value = match (node, rest.first()) {
            (None, _) => base,
            (Some(node), Some(key)) if self.kind(node) != Kind::Complete => self.document_of_key(node, key)?,
            (Some(node), _) => self.document(node, base.filter(|_| self.kind(node) == Kind::Package))?,
        };
        Ok(value.and_then(|value| rest.iter().try_fold(value, |value, key| value.member(key).cloned())))
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
                    self.tree(None, member_of_base(&base, &key).cloned(), rest, give)
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
        let of_base = base.as_ref().and_then(members).unwrap_or_default();
        let mut keys: Vec<Value> = of_base.into_iter().map(|(key, _)| key).collect();
        if at == 0 {
            keys.retain(|key| *key != Value::from(SYSTEM));
        }
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
        let below = base.and_then(|base| member_of_base(base, key).cloned());
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
