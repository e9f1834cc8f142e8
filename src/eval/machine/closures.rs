//! Comprehensions and `every`.

use super::events::{Node, Operation};
use super::failure::Place;
use super::references::members;
use super::{Failure, Machine};
use crate::eval::Value;
use crate::eval::plan::{Body, Expression, Term};

impl<'p> Machine<'p> {
    /// What a comprehension collects; `None` for any other term.
    pub(super) fn comprehension(&mut self, term: &'p Term) -> Result<Option<Value>, Failure> {
        let made = match term {
            Term::ArrayOf(of) => {
                let (term, body) = &**of;
                let mut members = Vec::new();
                self.collected(body, &mut |machine| {
                    members.extend(machine.value(term)?);
                    Ok(false)
                })?;
                Value::from(members)
            }
            Term::SetOf(of) => {
                let (term, body) = &**of;
                let mut set = std::collections::BTreeSet::new();
                self.collected(body, &mut |machine| {
                    set.extend(machine.value(term)?);
                    Ok(false)
                })?;
                Value::from(set)
            }
            Term::ObjectOf(of) => {
                let (key, value, body, location) = &**of;
                let place = Place { location: *location, ..self.place() };
                let mut entries = std::collections::BTreeMap::new();
                self.collected(body, &mut |machine| {
                    if let (Some(key), Some(value)) = (machine.value(key)?, machine.value(value)?) {
                        match entries.get(&key) {
                            Some(known) if *known != value => {
                                let message = "object keys must be unique";
                                return Err(machine.failure_at("eval_conflict_error", message, place));
                            }
                            Some(_) => {}
                            None => drop(entries.insert(key, value)),
                        }
                    }
                    Ok(false)
                })?;
                Value::from(entries)
            }
            _ => return Ok(None),
        };
        Ok(Some(made))
    }

    /// Goes through each way in which the body of a comprehension holds.
    fn collected(&mut self, body: &'p Body, next: super::Next<'_, 'p>) -> Result<(), Failure> {
        self.in_closure(|machine| {
            machine.tell(Operation::Enter, Node::Body(body));
            let _ = machine.body(body, 0, &mut |machine| {
                machine.tell(Operation::Exit, Node::Body(body));
                let flow = next(machine)?;
                machine.tell(Operation::Redo, Node::Body(body));
                Ok(flow)
            })?;
            Ok(())
        })
    }

    /// Whether a body holds for each member of a domain, whose key and value variables stand for.
    pub(super) fn every(
        &mut self,
        expression: &'p Expression,
        [key, value]: [Option<&'p Term>; 2],
        domain: &'p Term,
        body: &'p Body,
    ) -> Result<bool, Failure> {
        let Some(domain) = self.value(domain)? else { return Ok(false) };
        let Some(members) = members(&domain) else { return Ok(false) };
        let node = Node::Expression(expression);
        self.in_closure(|machine| {
            machine.at(expression);
            machine.tell(Operation::Enter, node);
            for (place, member) in &members {
                let mut holds = false;
                let mut check = |machine: &mut Self| {
                    holds = machine.holds(body)?;
                    Ok(true)
                };
                let mut with_value = |machine: &mut Self| match value {
                    Some(value) => machine.unify_value(value, member, &mut check),
                    None => check(machine),
                };
                let _ = match key {
                    Some(key) => machine.unify_value(key, place, &mut with_value)?,
                    None => with_value(machine)?,
                };
                if !holds {
                    machine.tell(Operation::Fail, node);
                    return Ok(false);
                }
                machine.tell(Operation::Redo, node);
            }
            machine.tell(Operation::Exit, node);
            Ok(true)
        })
    }
}
