//! Unification: whether two sides can be equal, and what that tells of the variables in them.

use super::Checker;
use crate::rego::syntax::{TermId, TermKind};
use crate::rego::types::{Shape, Type};

impl Checker<'_, '_> {
    /// Whether two terms can be equal.
    pub(super) fn unify(&mut self, left: TermId, left_type: Type, right: TermId, right_type: Type) -> bool {
        match (self.types.is_nil(left_type), self.types.is_nil(right_type)) {
            (true, false) => return self.unify_term(left, right_type, false),
            (false, true) => return self.unify_term(right, left_type, false),
            (false, false) => return self.types.unifies(left_type, right_type),
            (true, true) => {}
        }
        match (self.kind(left), self.kind(right)) {
            (TermKind::Array(a), TermKind::Array(b)) => {
                let (a, b) = (self.terms(a), self.terms(b));
                return a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.unify_untyped(*a, *b));
            }
            (TermKind::Object(a), TermKind::Object(b)) => {
                let (a, b) = (self.terms(a), self.terms(b));
                return self.unify_objects(a, b);
            }
            (TermKind::Array(_) | TermKind::Object(_), TermKind::Var(_)) => {
                return self.unify_with_variable(left, right);
            }
            (TermKind::Var(_), TermKind::Var(_) | TermKind::Array(_) | TermKind::Object(_)) => {
                let (first, second) =
                    if matches!(self.kind(right), TermKind::Var(_)) { (left, right) } else { (right, left) };
                return self.unify_with_variable(first, second);
            }
            (TermKind::Array(_) | TermKind::Object(_), _) => return false,
            (TermKind::Var(_), TermKind::Ref(_)) => return self.unify_term(left, Type::ANY, false),
            (TermKind::Ref(_), TermKind::Var(_)) => return self.unify_term(right, Type::ANY, false),
            _ => {}
        }
        if matches!(self.kind(left), TermKind::Var(_)) && left_type.is_unknown() && !right_type.is_unknown() {
            return self.unify_term(left, right_type, false);
        }
        if matches!(self.kind(right), TermKind::Var(_)) && right_type.is_unknown() && !left_type.is_unknown() {
            return self.unify_term(right, left_type, false);
        }
        false
    }

    fn unify_untyped(&mut self, left: TermId, right: TermId) -> bool {
        let (left_type, right_type) = (self.type_of(left), self.type_of(right));
        self.unify(left, left_type, right, right_type)
    }

    /// Of a term nothing is known, and of a variable nothing either: they are anything, and the same.
    fn unify_with_variable(&mut self, term: TermId, variable: TermId) -> bool {
        self.unify_term(term, Type::ANY, false) && {
            let of = self.type_of(term);
            self.unify_term(variable, of, false)
        }
    }

    fn unify_objects(&mut self, left: &[TermId], right: &[TermId]) -> bool {
        if left.len() != right.len() {
            return false;
        }
        let (left, right) = (left.as_chunks::<2>().0, right.as_chunks::<2>().0);
        let mut pairs = Vec::with_capacity(left.len());
        for (place, [key, value]) in left.iter().enumerate() {
            let same = |other: &&[TermId; 2]| self.is_same(*key, other[0]);
            let found = right.get(place).filter(same).or_else(|| right.iter().find(same));
            let Some([_, other]) = found else { return false };
            pairs.push((*value, *other));
        }
        pairs.into_iter().all(|(left, right)| self.unify_untyped(left, right))
    }

    /// Whether two terms are written the same.
    fn is_same(&self, left: TermId, right: TermId) -> bool {
        if left == right {
            return true;
        }
        match (self.kind(left), self.kind(right)) {
            (TermKind::Ref(a), TermKind::Ref(b))
            | (TermKind::Array(a), TermKind::Array(b))
            | (TermKind::Object(a), TermKind::Object(b))
            | (TermKind::Set(a), TermKind::Set(b)) => {
                let (a, b) = (self.terms(a), self.terms(b));
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.is_same(*a, *b))
            }
            (TermKind::String { value: a, .. }, TermKind::String { value: b, .. }) => a == b,
            (a, b) => a == b,
        }
    }

    /// Whether a term can be of a type; tells variables in it that are not typed yet. With `union`, typed ones may be of that
    /// type as well.
    pub(super) fn unify_term(&mut self, term: TermId, of: Type, union: bool) -> bool {
        match self.kind(term) {
            TermKind::Var(name) => {
                let known = self.type_of_variable(name);
                if union {
                    let both = self.types.union(known, of);
                    self.variables.set(name, both);
                } else if !known.is_unknown() {
                    return self.types.unifies(known, of);
                } else {
                    self.variables.set(name, of);
                }
                true
            }
            TermKind::Array(members) => match self.types.shape(of) {
                Shape::Array { items, rest } => {
                    let members = self.terms(members);
                    if members.len() != items.len() && rest.is_unknown() {
                        return false;
                    }
                    members.iter().enumerate().all(|(place, member)| {
                        let of = self.types.items(items).get(place).copied().unwrap_or(rest);
                        self.unify_term(*member, of, union)
                    })
                }
                Shape::Any(_) => self.unify_composite(term, self.terms(members), of),
                _ => false,
            },
            TermKind::Object(entries) => match self.types.shape(of) {
                Shape::Object { properties, dynamic } => {
                    let open = dynamic.is_some_and(|(_, value)| !value.is_unknown());
                    self.unify_object(self.terms(entries), of, properties.len(), open, union)
                }
                Shape::Any(_) => self.unify_composite(term, self.terms(entries), of),
                _ => false,
            },
            TermKind::Set(members) => match self.types.shape(of) {
                Shape::Set(of) => self.terms(members).iter().all(|member| self.unify_term(*member, of, union)),
                Shape::Any(_) => self.unify_composite(term, self.terms(members), of),
                _ => false,
            },
            _ => {
                let known = self.type_of(term);
                self.types.unifies(known, of)
            }
        }
    }

    /// A composite against a union: each part may be anything, or the whole any of the members.
    fn unify_composite(&mut self, term: TermId, parts: &[TermId], union: Type) -> bool {
        if union == Type::ANY {
            for part in parts {
                let _ = self.unify_term(*part, Type::ANY, true);
            }
            return true;
        }
        let Shape::Any(members) = self.types.shape(union) else { return false };
        let mut unifies = false;
        for place in 0..members.len() {
            let member = self.types.items(members).get(place).copied().unwrap_or(Type::UNKNOWN);
            unifies |= self.unify_term(term, member, true);
        }
        unifies
    }

    fn unify_object(&mut self, entries: &[TermId], of: Type, known: usize, open: bool, union: bool) -> bool {
        if entries.len() / 2 != known && !open {
            return false;
        }
        for [key, value] in entries.as_chunks::<2>().0 {
            if let Some(key) = self.constant(*key) {
                let of = self.types.select(of, key);
                if of.is_unknown() || !self.unify_term(*value, of, union) {
                    return false;
                }
            } else {
                let _ = self.unify_term(*value, Type::ANY, union);
            }
        }
        true
    }
}
