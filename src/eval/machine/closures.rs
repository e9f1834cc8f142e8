//! Comprehensions and `every`.

use super::{Failure, Machine};
use crate::eval::plan::{Body, Term};
use regorus::Value;

impl<'p> Machine<'p> {
    /// What a comprehension collects; `None` for any other term.
    pub(super) fn comprehension(&mut self, term: &'p Term) -> Result<Option<Value>, Failure> {
        let place = self.place;
        let made = match term {
            Term::ArrayOf(of) => {
                let (term, body) = &**of;
                let mut members = Vec::new();
                let _ = self.body(body, 0, &mut |machine| {
                    members.extend(machine.value(term)?);
                    Ok(false)
                })?;
                Value::from(members)
            }
            Term::SetOf(of) => {
                let (term, body) = &**of;
                let mut set = std::collections::BTreeSet::new();
                let _ = self.body(body, 0, &mut |machine| {
                    set.extend(machine.value(term)?);
                    Ok(false)
                })?;
                Value::from(set)
            }
            Term::ObjectOf(of) => {
                let (key, value, body) = &**of;
                let mut entries = std::collections::BTreeMap::new();
                let _ = self.body(body, 0, &mut |machine| {
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
        self.place = place;
        Ok(Some(made))
    }

    /// Whether a body holds for each member of a domain.
    pub(super) fn every(
        &mut self,
        key: Option<&'p Term>,
        value: &'p Term,
        domain: &'p Term,
        body: &'p Body,
    ) -> Result<bool, Failure> {
        let Some(domain) = self.value(domain)? else { return Ok(false) };
        let members: Vec<(Value, Value)> = match &domain {
            Value::Array(members) => (0_u64..).map(Value::from).zip(members.iter().cloned()).collect(),
            Value::Set(members) => members.iter().map(|member| (member.clone(), member.clone())).collect(),
            Value::Object(entries) => entries.iter_sorted().map(|(key, value)| (key.clone(), value.clone())).collect(),
            _ => return Ok(false),
        };
        for (place, member) in members {
            let mut holds = false;
            let mut check = |machine: &mut Self| {
                holds = machine.holds(body)?;
                Ok(true)
            };
            let _ = match key {
                Some(key) => {
                    self.unify_value(key, &place, &mut |machine| machine.unify_value(value, &member, &mut check))?
                }
                None => self.unify_value(value, &member, &mut check)?,
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
