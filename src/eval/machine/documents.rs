//! What rules make at the places they lie at.

use super::events::{Node, Operation};
use super::failure::Place;
use super::{Failure, Machine};
use crate::eval::Value;
use crate::eval::plan::{Kind, NodeId, RuleId};

/// What OPA says of two values at one key.
const KEYS: &str = "object keys must be unique";

impl<'p> Machine<'p> {
    /// The document at a place: what rules make, over the data that lies there.
    pub(super) fn document(&mut self, node: NodeId, base: Option<Value>) -> Result<Option<Value>, Failure> {
        let plan = self.plan;
        let Some(at) = plan.nodes.get(node) else { return Ok(base) };
        match at.kind {
            Kind::Function => Ok(None),
            Kind::Package => {
                let mut whole = match base {
                    None => Value::new_object(),
                    Some(base) if at.children.is_empty() || base.as_object().is_none() => return Ok(Some(base)),
                    Some(base) => base,
                };
                for (key, child) in &at.children {
                    if self.state.hidden.contains(child) {
                        continue;
                    }
                    let below = whole.member(key).cloned();
                    let made = match below {
                        Some(base) if self.kind(*child) != Kind::Package => {
                            let made = self.document(*child, None)?;
                            Some(made.map_or_else(|| base.clone(), |made| over(&base, made)))
                        }
                        below => self.document(*child, below)?,
                    };
                    if let (Some(made), Some(entries)) = (made, whole.as_object_mut()) {
                        entries.insert(key.clone(), made);
                    }
                }
                Ok(Some(whole))
            }
            Kind::Complete => {
                let mut value = None;
                let _ = self.complete(node, &mut |_, made| {
                    value = Some(made.clone());
                    Ok(false)
                })?;
                Ok(value)
            }
            Kind::Set | Kind::Object => {
                self.look_up(node, &[]);
                if let Some(known) = self.state.documents.get(&node) {
                    return Ok(known.clone());
                }
                let made = self.deeper(|machine| machine.partial(node, at.kind, None).map(Some))?;
                self.state.documents.insert(node, made.clone());
                Ok(made)
            }
        }
    }

    /// The document at a place of partial rules as far as one key of it goes.
    pub(super) fn document_of_key(&mut self, node: NodeId, key: &Value) -> Result<Option<Value>, Failure> {
        self.look_up(node, &[]);
        if let Some(known) = self.state.documents.get(&node) {
            return Ok(known.clone());
        }
        let at = (node, key.clone());
        if let Some(known) = self.state.members.get(&at) {
            return Ok(known.clone());
        }
        let kind = self.kind(node);
        let made = self.deeper(|machine| machine.partial(node, kind, Some(key)).map(Some))?;
        self.state.members.insert(at, made.clone());
        Ok(made)
    }

    pub(super) fn place_of(&self, rule: RuleId) -> Place {
        self.plan.rules.get(rule).map_or_else(Place::default, |rule| Place { file: rule.file, location: rule.location })
    }

    /// What partial rules make, as far as one key goes where there is one.
    fn partial(&mut self, node: NodeId, kind: Kind, key: Option<&Value>) -> Result<Value, Failure> {
        let plan = self.plan;
        let mut made = if kind == Kind::Set { Value::new_set() } else { Value::new_object() };
        let Some(at) = plan.nodes.get(node) else { return Ok(made) };
        for (_, id) in self.candidates(at, &[]).rules {
            let Some(rule) = plan.rules.get(id) else { continue };
            self.in_rule(rule, |machine| {
                machine.tell(Operation::Enter, Node::Rule(rule));
                let restricted = key.zip(rule.keys.first().or(rule.member.as_ref()));
                let mut collect = |machine: &mut Self| {
                    machine.body(&rule.body, 0, &mut |machine| {
                        machine.tell(Operation::Exit, Node::Rule(rule));
                        machine.collect(&mut made, id)?;
                        machine.tell(Operation::Redo, Node::Rule(rule));
                        Ok(false)
                    })
                };
                match restricted {
                    Some((key, term)) => machine.unify_value(term, key, &mut collect),
                    None => collect(machine),
                }
            })?;
        }
        for (name, child) in &at.children {
            if key.is_some_and(|key| key != name) || self.state.hidden.contains(child) {
                continue;
            }
            let Some(below) = self.document(*child, None)? else { continue };
            let whole = match made.member(name) {
                Some(known) => merged(known.clone(), &below),
                None => Some(below),
            };
            match (whole, made.as_object_mut()) {
                (Some(whole), Some(entries)) => entries.insert(name.clone(), whole),
                _ => {
                    let place = at.rules.first().map(|rule| self.place_of(*rule)).unwrap_or_default();
                    return Err(self.failure_at("eval_conflict_error", KEYS, place));
                }
            };
        }
        Ok(made)
    }

    /// Adds what the head of a rule gives.
    fn collect(&mut self, made: &mut Value, id: RuleId) -> Result<(), Failure> {
        let plan = self.plan;
        let Some(rule) = plan.rules.get(id) else { return Ok(()) };
        let Some(keys) = self.values(&rule.keys)? else { return Ok(()) };
        let (is_member, leaf) = match (&rule.member, &rule.value) {
            (Some(member), _) => (true, self.value(member)?),
            (None, Some(value)) => (false, self.value(value)?),
            (None, None) => return Ok(()),
        };
        let Some(leaf) = leaf else { return Ok(()) };
        if !put(made, &keys, leaf, is_member) {
            let place = Place { location: rule.head, ..self.place_of(id) };
            return Err(self.failure_at("eval_conflict_error", KEYS, place));
        }
        Ok(())
    }
}

/// Base data over what rules make: of objects the members of both.
fn over(base: &Value, mut made: Value) -> Value {
    let (Some(known), Some(entries)) = (base.as_object(), made.as_object_mut()) else { return base.clone() };
    for (key, value) in known.iter() {
        let both = match entries.get(key).cloned() {
            Some(below) => over(value, below),
            None => value.clone(),
        };
        entries.insert(key.clone(), both);
    }
    made
}

/// Puts a leaf at a path; `false` where another value lies there.
fn put(made: &mut Value, keys: &[Value], leaf: Value, is_member: bool) -> bool {
    let Some((key, rest)) = keys.split_first() else {
        return match made.as_set_mut() {
            Some(set) if is_member => {
                set.insert(leaf);
                true
            }
            _ => *made == leaf,
        };
    };
    let Some(entries) = made.as_object_mut() else { return false };
    if rest.is_empty() && !is_member {
        return match entries.get(key) {
            Some(known) => *known == leaf,
            None => {
                entries.insert(key.clone(), leaf);
                true
            }
        };
    }
    let mut below = match entries.get(key) {
        Some(known) => known.clone(),
        None if rest.is_empty() => Value::new_set(),
        None => Value::new_object(),
    };
    entries.insert(key.clone(), Value::Null);
    let fits = put(&mut below, rest, leaf, is_member);
    entries.insert(key.clone(), below);
    fits
}

/// Two documents as one: objects and sets with the members of both. `None` where they differ.
fn merged(mut left: Value, right: &Value) -> Option<Value> {
    match right {
        Value::Object(others) => {
            let entries = left.as_object_mut()?;
            for (key, value) in others.iter() {
                let both = match entries.get(key).cloned() {
                    Some(known) => merged(known, value)?,
                    None => value.clone(),
                };
                entries.insert(key.clone(), both);
            }
        }
        Value::Set(others) if left.as_set().is_some() => {
            let members = left.as_set_mut()?;
            for member in others.iter() {
                members.insert(member.clone());
            }
        }
        right if left != *right => return None,
        _ => {}
    }
    Some(left)
}
