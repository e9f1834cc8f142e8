//! Values of terms, and terms that are to be equal.

use super::{Failure, Flow, Give, Machine, Next};
use crate::eval::Value;
use crate::eval::plan::{Slot, Term};
use std::collections::{BTreeMap, BTreeSet};

impl<'p> Machine<'p> {
    fn bound(&self, slot: Slot) -> Option<&Value> {
        self.frame.get(slot).and_then(Option::as_ref)
    }

    /// Gives a variable a value while it goes on.
    fn bind(&mut self, slot: Slot, value: Value, next: Next<'_, 'p>) -> Flow {
        if let Some(place) = self.frame.get_mut(slot) {
            *place = Some(value);
        }
        let flow = next(self);
        if let Some(place) = self.frame.get_mut(slot) {
            *place = None;
        }
        flow
    }

    /// Whether all variables of a term have values, and nothing in it is to be evaluated.
    pub(super) fn is_ground(&self, term: &Term) -> bool {
        match term {
            Term::Constant(_) => true,
            Term::Variable(slot) => self.bound(*slot).is_some(),
            Term::Array(members) | Term::Set(members) => members.iter().all(|member| self.is_ground(member)),
            Term::Object(entries) => entries.iter().all(|(key, value)| self.is_ground(key) && self.is_ground(value)),
            _ => false,
        }
    }

    /// The value of a term whose variables have values; of a ref, the first. `None` where it has none.
    pub(super) fn value(&mut self, term: &'p Term) -> Result<Option<Value>, Failure> {
        Ok(match term {
            Term::Constant(value) => Some(value.clone()).filter(|value| *value != Value::Undefined),
            Term::Variable(slot) => self.bound(*slot).cloned(),
            Term::Array(members) => self.values(members)?.map(Value::from),
            Term::Set(members) => self.values(members)?.map(|members| BTreeSet::from_iter(members).into()),
            Term::Object(entries) => {
                let mut made = BTreeMap::new();
                for (key, value) in entries {
                    let (Some(key), Some(value)) = (self.value(key)?, self.value(value)?) else { return Ok(None) };
                    made.insert(key, value);
                }
                Some(Value::from(made))
            }
            Term::Input(_) | Term::Data(_) | Term::Of(..) => {
                let mut found = None;
                let _ = self.each(term, &mut |_, value| {
                    found = Some(value);
                    Ok(true)
                })?;
                found
            }
            Term::ArrayOf(_) | Term::SetOf(_) | Term::ObjectOf(_) => self.comprehension(term)?,
        })
    }

    /// The values of terms; `None` where one has none.
    pub(super) fn values(&mut self, terms: &'p [Term]) -> Result<Option<Vec<Value>>, Failure> {
        let mut values = Vec::with_capacity(terms.len());
        for term in terms {
            let Some(value) = self.value(term)? else { return Ok(None) };
            values.push(value);
        }
        Ok(Some(values))
    }

    /// Goes on for each value of a term.
    pub(super) fn each(&mut self, term: &'p Term, give: Give<'_, 'p>) -> Flow {
        match term {
            Term::Input(parts) => match self.state.input.clone() {
                Some(input) => self.walk(&input, parts, give),
                None => Ok(false),
            },
            Term::Data(parts) => self.data(parts, give),
            Term::Of(head, parts) => match self.value(head)? {
                Some(head) => self.walk(&head, parts, give),
                None => Ok(false),
            },
            term => match self.value(term)? {
                Some(value) => give(self, value),
                None => Ok(false),
            },
        }
    }

    /// Goes on for each way in which two terms are equal.
    pub(super) fn unify(&mut self, left: &'p Term, right: &'p Term, next: Next<'_, 'p>) -> Flow {
        match (left, right) {
            (Term::Array(left), Term::Array(right)) => {
                if left.len() == right.len() {
                    self.unify_all(left, right, next)
                } else {
                    Ok(false)
                }
            }
            (Term::Object(left), Term::Object(right)) => {
                let Some(pairs) = self.pairs(left, right)? else { return Ok(false) };
                self.unify_pairs(&pairs, next)
            }
            _ if self.is_ground(left) || !is_pattern(left) && (is_pattern(right) || self.is_ground(right)) => {
                self.each(left, &mut |machine, value| machine.unify_value(right, &value, next))
            }
            _ if !is_pattern(right) || self.is_ground(right) => {
                self.each(right, &mut |machine, value| machine.unify_value(left, &value, next))
            }
            _ => Ok(false),
        }
    }

    fn unify_all(&mut self, left: &'p [Term], right: &'p [Term], next: Next<'_, 'p>) -> Flow {
        match (left.split_first(), right.split_first()) {
            (Some((first, left)), Some((other, right))) => {
                self.unify(first, other, &mut |machine| machine.unify_all(left, right, next))
            }
            _ => next(self),
        }
    }

    /// The values of two objects by their keys; `None` where the keys differ.
    fn pairs(
        &mut self,
        left: &'p [(Term, Term)],
        right: &'p [(Term, Term)],
    ) -> Result<Option<Vec<(&'p Term, &'p Term)>>, Failure> {
        let (Some(left), Some(right)) = (self.by_key(left)?, self.by_key(right)?) else { return Ok(None) };
        if left.len() != right.len() {
            return Ok(None);
        }
        let pair = |(key, value): (&Value, &&'p Term)| Some((*value, *right.get(key)?));
        Ok(left.iter().map(pair).collect())
    }

    fn by_key(&mut self, entries: &'p [(Term, Term)]) -> Result<Option<BTreeMap<Value, &'p Term>>, Failure> {
        let mut keyed = BTreeMap::new();
        for (key, value) in entries {
            let Some(key) = self.value(key)? else { return Ok(None) };
            keyed.insert(key, value);
        }
        Ok(Some(keyed))
    }

    fn unify_pairs(&mut self, pairs: &[(&'p Term, &'p Term)], next: Next<'_, 'p>) -> Flow {
        match pairs.split_first() {
            Some(((left, right), rest)) => self.unify(left, right, &mut |machine| machine.unify_pairs(rest, next)),
            None => next(self),
        }
    }

    /// Goes on for each way in which a term is equal to a value.
    pub(super) fn unify_value(&mut self, term: &'p Term, value: &Value, next: Next<'_, 'p>) -> Flow {
        match term {
            Term::Constant(known) => {
                if known == value {
                    next(self)
                } else {
                    Ok(false)
                }
            }
            Term::Variable(slot) => match self.bound(*slot) {
                Some(known) if known == value => next(self),
                Some(_) => Ok(false),
                None => self.bind(*slot, value.clone(), next),
            },
            Term::Array(terms) => match value {
                Value::Array(members) if members.len() == terms.len() => {
                    let members: Vec<Value> = members.iter().cloned().collect();
                    self.unify_values(terms, &members, next)
                }
                _ => Ok(false),
            },
            Term::Object(entries) => {
                let Value::Object(members) = value else { return Ok(false) };
                let Some(keyed) = self.by_key(entries)? else { return Ok(false) };
                if keyed.len() != members.len() {
                    return Ok(false);
                }
                let pairs: Option<Vec<(&'p Term, Value)>> =
                    keyed.into_iter().map(|(key, term)| Some((term, members.get(&key)?.clone()))).collect();
                match pairs {
                    Some(pairs) => self.unify_entries(&pairs, next),
                    None => Ok(false),
                }
            }
            _ => self.each(term, &mut |machine, known| if known == *value { next(machine) } else { Ok(false) }),
        }
    }

    fn unify_values(&mut self, terms: &'p [Term], values: &[Value], next: Next<'_, 'p>) -> Flow {
        match (terms.split_first(), values.split_first()) {
            (Some((term, terms)), Some((value, values))) => {
                self.unify_value(term, value, &mut |machine| machine.unify_values(terms, values, next))
            }
            _ => next(self),
        }
    }

    fn unify_entries(&mut self, pairs: &[(&'p Term, Value)], next: Next<'_, 'p>) -> Flow {
        match pairs.split_first() {
            Some(((term, value), rest)) => {
                self.unify_value(term, value, &mut |machine| machine.unify_entries(rest, next))
            }
            None => next(self),
        }
    }

    /// Goes on where terms are equal to the operands of a call, one by one.
    pub(super) fn unify_operands(&mut self, terms: &'p [Term], values: &[Value], next: Next<'_, 'p>) -> Flow {
        if terms.len() == values.len() { self.unify_values(terms, values, next) } else { Ok(false) }
    }
}

/// Whether a term may have variables that a value gives.
fn is_pattern(term: &Term) -> bool {
    matches!(term, Term::Variable(_) | Term::Array(_) | Term::Object(_))
}
