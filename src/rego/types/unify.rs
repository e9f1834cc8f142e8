//! Which types have values in common.

use super::arena::{Run, Shape, Type, Types};
use super::constant::Constant;

impl Types {
    /// Whether a value could be of both types, as OPA tells. What is not known has nothing in common with anything.
    pub fn unifies(&mut self, left: Type, right: Type) -> bool {
        if left.is_unknown() || right.is_unknown() {
            return false;
        }
        if left == right && !self.has_holes(left) {
            return true;
        }
        let (a, b) = (self.shape(left), self.shape(right));
        match (a, b) {
            (Shape::Any(a), Shape::Any(b)) if a.is_empty() || b.is_empty() => true,
            (Shape::Any(members), other) | (other, Shape::Any(members)) if members.is_empty() => {
                !matches!(other, Shape::Function { .. })
            }
            (Shape::Any(_), _) | (_, Shape::Any(_)) => self.remembered(left, right),
            (Shape::Null, Shape::Null)
            | (Shape::Boolean, Shape::Boolean)
            | (Shape::Number, Shape::Number)
            | (Shape::String, Shape::String) => true,
            (Shape::Set(a), Shape::Set(b)) if a.is_unknown() || b.is_unknown() => true,
            (
                Shape::Object { properties: a, dynamic: None },
                Shape::Object { properties: b, dynamic: None },
            ) if self.have_other_keys(a, b) => false,
            (Shape::Array { .. }, Shape::Array { .. })
            | (Shape::Object { .. }, Shape::Object { .. })
            | (Shape::Set(_), Shape::Set(_))
            | (Shape::Function { .. }, Shape::Function { .. }) => self.remembered(left, right),
            _ => false,
        }
    }

    fn remembered(&mut self, left: Type, right: Type) -> bool {
        let pair = if left.index() <= right.index() { (left, right) } else { (right, left) };
        if let Some(known) = self.unified.get(&pair) {
            return *known;
        }
        let unifies = match (self.shape(left), self.shape(right)) {
            (Shape::Any(members), _) => self.any_unifies(members, right) || self.union_has(right, left),
            (_, Shape::Any(members)) => self.any_unifies(members, left),
            (Shape::Array { items: a, rest: x }, Shape::Array { items: b, rest: y }) => {
                let length = a.len().max(b.len());
                let together = (0..length).all(|place| {
                    let left = self.items(a).get(place).copied().unwrap_or(x);
                    let right = self.items(b).get(place).copied().unwrap_or(y);
                    self.unifies(left, right)
                });
                together && (x.is_unknown() || y.is_unknown() || self.unifies(x, y))
            }
            (Shape::Object { properties: a, dynamic: x }, Shape::Object { properties: b, dynamic: y }) => {
                let value = |dynamic: Option<(Type, Type)>| dynamic.map_or(Type::UNKNOWN, |(_, value)| value);
                let (x, y) = (value(x), value(y));
                let open = !x.is_unknown() || !y.is_unknown();
                self.known_keys_unify(left, a, right, open)
                    && self.known_keys_unify(right, b, left, open)
                    && (x.is_unknown() || y.is_unknown() || self.unifies(x, y))
            }
            (Shape::Set(a), Shape::Set(b)) => self.unifies(a, b),
            (Shape::Function { arguments: a, .. }, Shape::Function { arguments: b, .. }) => {
                a.len() == b.len()
                    && (0..a.len()).all(|place| {
                        let left = self.items(a).get(place).copied().unwrap_or(Type::UNKNOWN);
                        let right = self.items(b).get(place).copied().unwrap_or(Type::UNKNOWN);
                        let (left, right) = (self.unnamed(left), self.unnamed(right));
                        self.unifies(left, right)
                    })
            }
            _ => false,
        };
        self.unified.insert(pair, unifies);
        unifies
    }

    /// Whether objects of known keys alone show at first sight that their keys are not the same.
    fn have_other_keys(&self, left: Run, right: Run) -> bool {
        let (left, right) = (self.properties(left), self.properties(right));
        left.len() != right.len()
            || left.first().zip(right.first()).is_some_and(|(left, right)| self.constants.compare(left.key, right.key).is_ne())
    }

    fn union_has(&mut self, union: Type, other: Type) -> bool {
        if let Shape::Any(members) = self.shape(union) { self.any_unifies(members, other) } else { false }
    }

    fn any_unifies(&mut self, members: Run, other: Type) -> bool {
        if matches!(self.shape(other), Shape::Function { .. }) {
            return false;
        }
        (0..members.len()).any(|place| {
            let member = self.items(members).get(place).copied().unwrap_or(Type::UNKNOWN);
            self.unifies(member, other)
        })
    }

    /// Whether each known key of an object can be in another: what one lacks is forgiven where either has other keys.
    fn known_keys_unify(&mut self, object: Type, properties: Run, other: Type, open: bool) -> bool {
        (0..properties.len()).all(|place| {
            let key = self.properties(properties).get(place).map_or(Constant::NULL, |property| property.key);
            let theirs = self.select(other, key);
            if theirs.is_unknown() {
                return open;
            }
            let ours = self.select(object, key);
            self.unifies(ours, theirs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Property;
    use super::*;

    #[test]
    fn unions_unify_by_one_member() {
        let mut types = Types::default();
        let (first, second) = (types.union(Type::NUMBER, Type::STRING), types.union(Type::NULL, Type::STRING));
        assert!(types.unifies(first, second) && types.unifies(Type::NUMBER, first));
        assert!(!types.unifies(first, Type::BOOLEAN) && types.unifies(Type::ANY, first));
        assert!(!types.unifies(Type::UNKNOWN, Type::ANY));
    }

    #[test]
    fn objects_unify_by_their_known_keys() {
        let mut types = Types::default();
        let (a, b) = (types.string("a"), types.string("b"));
        let first = types.object(&[Property { key: a, value: Type::NUMBER }], None);
        let second = types.object(&[Property { key: b, value: Type::NUMBER }], None);
        let open = types.object(&[], Some((Type::STRING, Type::NUMBER)));
        let wrong = types.object(&[], Some((Type::STRING, Type::STRING)));
        assert!(!types.unifies(first, second) && types.unifies(first, open) && !types.unifies(first, wrong));
        assert!(types.unifies(first, first));
    }

    #[test]
    fn arrays_unify_member_by_member() {
        let mut types = Types::default();
        let pair = types.array(&[Type::NUMBER, Type::STRING], Type::UNKNOWN);
        let (one, many) = (types.array(&[Type::NUMBER], Type::UNKNOWN), types.array(&[], Type::ANY));
        let numbers = types.array(&[], Type::NUMBER);
        assert!(!types.unifies(pair, one) && types.unifies(pair, many) && !types.unifies(pair, numbers));
        let hole = types.array(&[Type::UNKNOWN], Type::UNKNOWN);
        assert!(!types.unifies(hole, hole));
    }

    #[test]
    fn the_empty_set_is_of_every_set_type() {
        let mut types = Types::default();
        let (empty, numbers, strings) = (types.set(Type::UNKNOWN), types.set(Type::NUMBER), types.set(Type::STRING));
        assert!(types.unifies(empty, numbers) && types.unifies(empty, empty) && !types.unifies(numbers, strings));
    }
}
