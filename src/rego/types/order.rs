//! The order of types.

use super::arena::Types;
use super::shape::{Shape, Type};
use std::cmp::Ordering;

fn rank(shape: Shape) -> u8 {
    match shape {
        Shape::Unknown | Shape::Named { .. } => 0,
        Shape::Null => 1,
        Shape::Boolean => 2,
        Shape::Number => 3,
        Shape::String => 4,
        Shape::Array { .. } => 5,
        Shape::Object { .. } => 6,
        Shape::Set(_) => 7,
        Shape::Any(_) => 8,
        Shape::Function { .. } => 9,
    }
}

impl Types {
    /// The order OPA sorts the members of a union in; names count for nothing.
    #[must_use]
    pub fn compare(&self, left: Type, right: Type) -> Ordering {
        let (left, right) = (self.unnamed(left), self.unnamed(right));
        if left == right {
            return Ordering::Equal;
        }
        match (self.shape(left), self.shape(right)) {
            (Shape::Array { items: left, rest: a }, Shape::Array { items: right, rest: b }) => {
                self.compare(a, b).then_with(|| self.compare_all(self.items(left), self.items(right)))
            }
            (Shape::Object { properties: left, dynamic: a }, Shape::Object { properties: right, dynamic: b }) => {
                let (a, b) = match (a, b) {
                    (Some(a), Some(b)) => (a, b),
                    (Some(_), None) => return Ordering::Greater,
                    (None, Some(_)) => return Ordering::Less,
                    (None, None) => ((Type::UNKNOWN, Type::UNKNOWN), (Type::UNKNOWN, Type::UNKNOWN)),
                };
                let dynamic = self.compare(a.0, b.0).then_with(|| self.compare(a.1, b.1));
                if dynamic.is_ne() {
                    return dynamic;
                }
                let (left, right) = (self.properties(left), self.properties(right));
                for (a, b) in left.iter().zip(right) {
                    let order = self.constants.compare(a.key, b.key).then_with(|| self.compare(a.value, b.value));
                    if order.is_ne() {
                        return order;
                    }
                }
                left.len().cmp(&right.len())
            }
            (Shape::Set(left), Shape::Set(right)) => self.compare(left, right),
            (Shape::Any(left), Shape::Any(right)) => self.compare_all(self.items(left), self.items(right)),
            (
                Shape::Function { arguments: left, variadic: a, result: x },
                Shape::Function { arguments: right, variadic: b, result: y },
            ) => (left.len().cmp(&right.len()))
                .then_with(|| self.compare_all(self.items(left), self.items(right)))
                .then_with(|| self.compare(x, y))
                .then_with(|| self.compare(a, b)),
            (left, right) => rank(left).cmp(&rank(right)),
        }
    }

    fn compare_all(&self, left: &[Type], right: &[Type]) -> Ordering {
        let orders = left.iter().zip(right).map(|(left, right)| self.compare(*left, *right));
        orders.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| left.len().cmp(&right.len()))
    }

    /// Whether every value of type `part` is one of type `whole`, as far as OPA tells: the same type, or a member of a union.
    #[must_use]
    pub fn contains(&self, whole: Type, part: Type) -> bool {
        let whole = self.unnamed(whole);
        match self.shape(whole) {
            Shape::Any(_) if matches!(self.shape(part), Shape::Function { .. }) => false,
            Shape::Any(members) if members.is_empty() => true,
            Shape::Any(members) => self.find(self.items(members), part).is_ok(),
            _ => self.compare(whole, part).is_eq(),
        }
    }

    /// The place of a type among sorted ones.
    pub(super) fn find(&self, members: &[Type], wanted: Type) -> Result<usize, usize> {
        members.binary_search_by(|member| self.compare(*member, wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Property;
    use super::*;

    #[test]
    fn kinds_come_in_order_and_the_same_kind_by_what_is_inside() {
        let mut types = Types::default();
        let key = types.string("a");
        let empty = types.object(&[], None);
        let known = types.object(&[Property { key, value: Type::STRING }], None);
        let open = types.object(&[], Some((Type::STRING, Type::ANY)));
        let (array, list) = (types.array(&[Type::NUMBER], Type::UNKNOWN), types.array(&[], Type::NULL));
        let (nothing, set) = (types.set(Type::UNKNOWN), types.set(Type::NUMBER));
        let union = types.union(Type::NUMBER, Type::STRING);
        let function = types.function(&[Type::ANY], Type::UNKNOWN, Type::ANY);
        let sorted = [
            Type::UNKNOWN,
            Type::NULL,
            Type::BOOLEAN,
            Type::NUMBER,
            Type::STRING,
            array,
            list,
            empty,
            known,
            open,
            nothing,
            set,
            Type::ANY,
            union,
            function,
        ];
        for (place, left) in sorted.iter().enumerate() {
            for right in &sorted[place + 1..] {
                assert_eq!(types.compare(*left, *right), Ordering::Less, "{left:?} {right:?}");
                assert_eq!(types.compare(*right, *left), Ordering::Greater, "{left:?} {right:?}");
            }
        }
    }

    #[test]
    fn a_union_contains_its_members_and_anything_contains_all_but_functions() {
        let mut types = Types::default();
        let union = types.union(Type::NUMBER, Type::STRING);
        let function = types.function(&[], Type::UNKNOWN, Type::ANY);
        assert!(types.contains(union, Type::STRING) && !types.contains(union, Type::NULL));
        assert!(types.contains(Type::ANY, union) && !types.contains(Type::ANY, function));
    }
}
