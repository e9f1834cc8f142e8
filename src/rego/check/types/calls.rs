//! Calls: whether their arguments can be of the types the function takes.

use super::Checker;
use super::fault::{Fault, Found};
use crate::rego::check::names::Symbol;
use crate::rego::check::program::ground_names;
use crate::rego::syntax::{Expression, ExpressionKind, Location, TermId, TermKind};
use crate::rego::types::{Shape, Type};

/// What is told of a query's call of a rule with another number of arguments than it takes.
const MISMATCH: &str = "arity mismatch";

/// The functions that are typed in ways of their own.
enum Special {
    Equality,
    Member,
    MemberWithKey,
}

impl Checker<'_, '_> {
    /// Looks at a call, and at functions `with` replaces by others.
    pub(super) fn call(&mut self, expression: &Expression) -> Option<Found> {
        if let Some(found) = self.replaced_functions(expression.with) {
            return Some(found);
        }
        let ExpressionKind::Call(parts) = expression.kind else { return None };
        let (operator, arguments) = self.terms(parts).split_first()?;
        let location = expression.location;
        match self.special(*operator) {
            Some(Special::Equality) => self.equality(*operator, arguments, location),
            Some(Special::Member) if arguments.len() >= 2 => self
                .membership(arguments.first().copied(), None, arguments.get(1).copied(), location)
                .or_else(|| self.function(*operator, arguments, location)),
            Some(Special::MemberWithKey) if arguments.len() >= 3 => self
                .membership(arguments.get(1).copied(), arguments.first().copied(), arguments.get(2).copied(), location)
                .or_else(|| self.function(*operator, arguments, location)),
            _ => self.function(*operator, arguments, location),
        }
    }

    fn special(&self, operator: TermId) -> Option<Special> {
        let TermKind::Ref(parts) = self.kind(operator) else { return None };
        match self.terms(parts) {
            [head] if self.head(*head) == Some(Symbol::EQ) => Some(Special::Equality),
            [head, name] if self.head(*head) == Some(Symbol::INTERNAL) => match self.kind(*name) {
                TermKind::String { value: Symbol::MEMBER_2, .. } => Some(Special::Member),
                TermKind::String { value: Symbol::MEMBER_3, .. } => Some(Special::MemberWithKey),
                _ => None,
            },
            _ => None,
        }
    }

    fn found(&self, location: Location, fault: Fault) -> Found {
        Found { unit: self.unit.number, location, fault }
    }

    fn equality(&mut self, operator: TermId, arguments: &[TermId], location: Location) -> Option<Found> {
        let [left, right] = *arguments else {
            let message = if arguments.len() > 2 { "too many arguments" } else { "too few arguments" };
            let have = arguments.iter().map(|argument| self.type_of(*argument)).collect();
            let (want, variadic) = (vec![Type::ANY; 2], Type::UNKNOWN);
            return Some(self.found(location, Fault::Arguments { operator, message, have, want, variadic }));
        };
        let (left_type, right_type) = (self.type_of(left), self.type_of(right));
        if self.unify(left, left_type, right, right_type) {
            return None;
        }
        Some(self.found(location, Fault::Mismatch { left: left_type, right: right_type }))
    }

    /// Looks at `value in collection` and `key, value in collection`. What cannot be gone through has no members, which is no
    /// error.
    fn membership(
        &mut self,
        value: Option<TermId>,
        key: Option<TermId>,
        collection: Option<TermId>,
        location: Location,
    ) -> Option<Found> {
        let of = self.type_of(collection?);
        let values = self.types.values(of);
        if values.is_unknown() {
            return None;
        }
        if let Some(key) = key {
            let keys = self.types.keys(of);
            if let Some(found) = self.member(key, keys, location) {
                return Some(found);
            }
        }
        self.member(value?, values, location)
    }

    fn member(&mut self, term: TermId, of: Type, location: Location) -> Option<Found> {
        if self.types.is_nil(of) {
            return None;
        }
        let have = self.type_of(term);
        let known = !self.types.is_nil(have);
        if (!known || self.types.unifies(have, of)) && self.unify_term(term, of, false) {
            return None;
        }
        Some(self.found(location, Fault::Mismatch { left: have, right: of }))
    }

    /// The names of a function.
    fn names_of(&self, operator: TermId) -> Vec<Symbol> {
        match self.kind(operator) {
            TermKind::Ref(parts) => ground_names(&self.unit.nodes, parts),
            TermKind::Var(name) => vec![name],
            _ => Vec::new(),
        }
    }

    fn function(&mut self, operator: TermId, arguments: &[TermId], location: Location) -> Option<Found> {
        let of = match self.kind(operator) {
            TermKind::Ref(parts) => self.type_of_reference(self.terms(parts)),
            _ => self.type_of(operator),
        };
        if of == Type::ANY {
            return None;
        }
        let Shape::Function { arguments: wanted, variadic, result } = self.types.shape(of) else {
            return Some(self.found(location, Fault::NoFunction { operator }));
        };
        let arity = wanted.len();
        let most = arity + usize::from(!result.is_unknown());
        let mut have = std::mem::take(&mut self.arguments);
        have.clear();
        have.extend(arguments.iter().map(|argument| self.type_of(*argument)));
        let message = if arguments.len() > most && variadic.is_unknown() {
            Some("too many arguments")
        } else if arguments.len() < arity {
            Some("too few arguments")
        } else {
            let beyond = |place| if place == arity && arity < most { result } else { variadic };
            let mut wrong = false;
            for (place, (argument, known)) in arguments.iter().zip(&have).enumerate() {
                let want = self.types.items(wanted).get(place).copied().unwrap_or_else(|| beyond(place));
                let want = self.types.unnamed(want);
                if !self.types.is_nil(*known) && !self.types.unifies(*known, want) {
                    wrong = true;
                    break;
                }
                if !self.unify_term(*argument, want, false) {
                    // What was found out about variables on the way is told too.
                    have = arguments.iter().map(|argument| self.type_of(*argument)).collect();
                    wrong = true;
                    break;
                }
            }
            wrong.then_some("invalid argument(s)")
        };
        let is_asked = self.unit.asked.is_some() && self.program.builtin(&self.names_of(operator)).is_none();
        let message = match message {
            Some("too many arguments" | "too few arguments") if is_asked => Some(MISMATCH),
            other => other,
        };
        let found = message.map(|message| {
            let mut want = self.types.items(wanted).to_vec();
            want.extend((!result.is_unknown() && message != MISMATCH).then_some(result));
            self.found(location, Fault::Arguments { operator, message, have: have.clone(), want, variadic })
        });
        self.arguments = have;
        found
    }
}
