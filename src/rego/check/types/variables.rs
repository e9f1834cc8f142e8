//! The types of a rule's variables.

use crate::rego::check::names::Symbol;
use crate::rego::types::Type;

/// The types of the variables of one rule at a time. Those found inside a closure are forgotten at its end.
#[derive(Debug, Default)]
pub(super) struct Variables {
    named: Vec<(u32, Type)>,
    made: Vec<(u32, Type)>,
    rule: u32,
    /// What was there before, for each change inside a closure.
    changes: Vec<(Symbol, Type)>,
    closures: u32,
}

impl Variables {
    /// Forgets all.
    pub(super) fn begin(&mut self) {
        self.rule += 1;
        self.changes.clear();
        self.closures = 0;
    }

    /// The type of a variable; unknown while nothing tells it.
    pub(super) fn get(&self, variable: Symbol) -> Type {
        let (all, place) = match variable.ordinal() {
            Some(ordinal) => (&self.made, ordinal as usize),
            None => (&self.named, variable.index()),
        };
        all.get(place).filter(|(rule, _)| *rule == self.rule).map_or(Type::UNKNOWN, |(_, of)| *of)
    }

    pub(super) fn set(&mut self, variable: Symbol, of: Type) {
        if self.closures > 0 {
            self.changes.push((variable, self.get(variable)));
        }
        self.put(variable, of);
    }

    fn put(&mut self, variable: Symbol, of: Type) {
        let (all, place) = match variable.ordinal() {
            Some(ordinal) => (&mut self.made, ordinal as usize),
            None => (&mut self.named, variable.index()),
        };
        if all.len() <= place {
            all.resize(place + 1, (0, Type::UNKNOWN));
        }
        if let Some(slot) = all.get_mut(place) {
            *slot = (self.rule, of);
        }
    }

    /// Enters a closure; what comes back is for [`leave`](Self::leave).
    pub(super) fn enter(&mut self) -> usize {
        self.closures += 1;
        self.changes.len()
    }

    pub(super) fn leave(&mut self, entered: usize) {
        self.closures -= 1;
        while self.changes.len() > entered {
            if let Some((variable, before)) = self.changes.pop() {
                self.put(variable, before);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closure_forgets_what_it_found() {
        let mut variables = Variables::default();
        let (x, y) = (Symbol::made(0), Symbol::DATA);
        variables.begin();
        variables.set(x, Type::NUMBER);
        let entered = variables.enter();
        variables.set(x, Type::STRING);
        variables.set(y, Type::NULL);
        variables.set(y, Type::ANY);
        assert_eq!((variables.get(x), variables.get(y)), (Type::STRING, Type::ANY));
        variables.leave(entered);
        assert_eq!((variables.get(x), variables.get(y)), (Type::NUMBER, Type::UNKNOWN));
        variables.begin();
        assert_eq!(variables.get(x), Type::UNKNOWN);
    }
}
