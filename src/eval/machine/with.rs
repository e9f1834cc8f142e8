//! `with`: documents and functions that are others while an expression is evaluated.

use super::{Failure, Flow, Machine, Mock, Next, State};
use crate::eval::Value;
use crate::eval::plan::{Replacement, Target, With};

impl<'p> Machine<'p> {
    /// Evaluates with replacements, and goes on without them.
    pub(super) fn with(
        &mut self,
        withs: &'p [With],
        inner: &mut dyn FnMut(&mut Self, Next<'_, 'p>) -> Flow,
        next: Next<'_, 'p>,
    ) -> Flow {
        if withs.is_empty() {
            return inner(self, next);
        }
        let Some(state) = self.replaced(withs)? else { return Ok(false) };
        self.in_state(state, inner, next)
    }

    /// Evaluates in another state, and goes on in this one.
    pub(super) fn in_state(
        &mut self,
        state: State,
        inner: &mut dyn FnMut(&mut Self, Next<'_, 'p>) -> Flow,
        next: Next<'_, 'p>,
    ) -> Flow {
        let mut other = std::mem::replace(&mut self.state, state);
        let flow = inner(self, &mut |machine| {
            std::mem::swap(&mut machine.state, &mut other);
            let flow = next(machine);
            std::mem::swap(&mut machine.state, &mut other);
            flow
        });
        std::mem::swap(&mut self.state, &mut other);
        flow
    }

    /// The state with replacements; `None` where one is undefined.
    fn replaced(&mut self, withs: &'p [With]) -> Result<Option<State>, Failure> {
        let mut state = State {
            functions: self.state.functions.clone(),
            hidden: self.state.hidden.clone(),
            ..State::new(self.state.input.clone(), self.state.data.clone())
        };
        for with in withs {
            let mock = match &with.value {
                Replacement::Function(function) => Mock::Function(function.clone()),
                Replacement::Value(term) => match self.value(term)? {
                    Some(value) => Mock::Value(value),
                    None => return Ok(None),
                },
            };
            match (&with.target, mock) {
                (Target::Function(function), mock) => {
                    state.functions.retain(|(known, _)| known != function);
                    state.functions.push((function.clone(), mock));
                }
                (Target::Input(parts), Mock::Value(value)) => {
                    let Some(keys) = self.values(parts)? else { return Ok(None) };
                    let document = state.input.take().unwrap_or_else(Value::new_object);
                    state.input = Some(placed(document, &keys, value));
                }
                (Target::Data { parts, node }, Mock::Value(value)) => {
                    let Some(keys) = self.values(parts)? else { return Ok(None) };
                    let document = std::mem::replace(&mut state.data, Value::Null);
                    state.data = placed(document, &keys, value);
                    state.hidden.extend(node);
                }
                (Target::Input(_) | Target::Data { .. }, Mock::Function(_)) => {}
            }
        }
        Ok(Some(state))
    }
}

/// A document with another value at a path.
fn placed(document: Value, keys: &[Value], value: Value) -> Value {
    let Some((key, rest)) = keys.split_first() else { return value };
    let mut document = if document.as_object().is_some() { document } else { Value::new_object() };
    if let Some(entries) = document.as_object_mut() {
        let below = entries.get(key).cloned().unwrap_or_else(Value::new_object);
        entries.insert(key.clone(), placed(below, rest, value));
    }
    document
}
