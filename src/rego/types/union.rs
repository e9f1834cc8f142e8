//! Unions of types.

use super::arena::Types;
use super::shape::{Run, Shape, Type};
use rustc_hash::FxHashSet;

impl Types {
    /// The type of values that are of one type or the other. Of a function and something else nothing is known.
    pub fn union(&mut self, left: Type, right: Type) -> Type {
        let (left, right) = (self.unnamed(left), self.unnamed(right));
        if left.is_unknown() || right.is_unknown() {
            return left.or(right);
        }
        match (self.shape(left), self.shape(right)) {
            (Shape::Function { .. }, Shape::Function { .. }) => return self.union_of_functions(left, right),
            (Shape::Function { .. }, _) | (_, Shape::Function { .. }) => return Type::UNKNOWN,
            _ if left == right => return left,
            _ => {}
        }
        if left == Type::ANY || right == Type::ANY {
            return Type::ANY;
        }
        if let Some(known) = self.unions.get(&(left, right)) {
            return *known;
        }
        let union = match (self.shape(left), self.shape(right)) {
            (Shape::Any(a), Shape::Any(b)) => self.merged(a, b),
            (Shape::Any(members), _) => self.with_member(left, members, right),
            (_, Shape::Any(members)) => self.with_member(right, members, left),
            _ => match self.compare(left, right) {
                std::cmp::Ordering::Equal => left,
                std::cmp::Ordering::Less => self.any(&[left, right]),
                std::cmp::Ordering::Greater => self.any(&[right, left]),
            },
        };
        self.unions.insert((left, right), union);
        union
    }

    /// The union of many types, as if each had been added to those before it.
    pub fn union_of(&mut self, types: &[Type]) -> Type {
        let mut members: Vec<Type> = types.iter().copied().filter(|of| !of.is_unknown()).collect();
        members.sort_unstable_by_key(|of| of.index());
        members.dedup();
        let function = |of: &Type| matches!(self.shape(self.unnamed(*of)), Shape::Function { .. });
        if members.len() <= 2 || members.iter().any(function) {
            return types.iter().fold(Type::UNKNOWN, |union, of| self.union(union, *of));
        }
        let mut flat = Vec::with_capacity(members.len());
        for of in members {
            let of = self.unnamed(of);
            match self.shape(of) {
                Shape::Any(members) if members.is_empty() => return Type::ANY,
                Shape::Any(members) => flat.extend_from_slice(self.items(members)),
                _ => flat.push(of),
            }
        }
        flat.sort_by(|left, right| self.compare(*left, *right));
        flat.dedup_by(|left, right| self.compare(*left, *right).is_eq());
        match flat.as_slice() {
            [one] if !types.iter().any(|of| matches!(self.shape(*of), Shape::Any(_))) => *one,
            all => self.any(all),
        }
    }

    fn with_member(&mut self, union: Type, members: Run, member: Type) -> Type {
        let members = self.items(members);
        match self.find(members, member) {
            Ok(_) => union,
            Err(place) => {
                let (before, after) = members.split_at_checked(place).unwrap_or((members, &[]));
                let all = [before, &[member], after].concat();
                self.any(&all)
            }
        }
    }

    fn merged(&mut self, left: Run, right: Run) -> Type {
        let (left, right) = (self.items(left), self.items(right));
        let mut all = Vec::with_capacity(left.len() + right.len());
        let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let order = self.compare(**a, **b);
            if order.is_le() {
                all.extend(left.next());
            }
            if order.is_eq() {
                right.next();
            } else if order.is_gt() {
                all.extend(right.next());
            }
        }
        all.extend(left);
        all.extend(right);
        self.any(&all)
    }

    fn union_of_functions(&mut self, left: Type, right: Type) -> Type {
        let (
            Shape::Function { arguments: a, variadic: v, result: x },
            Shape::Function { arguments: b, variadic: w, result: y },
        ) = (self.shape(left), self.shape(right))
        else {
            return Type::UNKNOWN;
        };
        if a.len() != b.len() || v.is_unknown() != w.is_unknown() {
            return Type::UNKNOWN;
        }
        if left == right && !self.items(a).iter().any(|argument| self.unnamed(*argument) != *argument) {
            return left;
        }
        let pairs: Vec<(Type, Type)> = self.items(a).iter().copied().zip(self.items(b).iter().copied()).collect();
        let arguments: Vec<Type> = pairs.into_iter().map(|(a, b)| self.union(a, b)).collect();
        let (variadic, result) = (self.union(v, w), self.union(x, y));
        self.function(&arguments, variadic, result)
    }

    /// The type of a document that two rules make together: sets become one set, objects without known keys one object; all
    /// else is a union.
    pub fn merge(&mut self, left: Type, right: Type) -> Type {
        if left.is_unknown() || right.is_unknown() {
            return left.or(right);
        }
        match (self.shape(left), self.shape(right)) {
            (Shape::Set(left), Shape::Set(right)) => {
                let of = self.union(left, right);
                self.set(of)
            }
            (Shape::Object { properties: a, dynamic: x }, Shape::Object { properties: b, dynamic: y })
                if a.is_empty() && b.is_empty() =>
            {
                match (x, y) {
                    (None, _) => right,
                    (_, None) => left,
                    (Some((key, value)), Some((other_key, other_value))) => {
                        let (key, value) = (self.union(key, other_key), self.merge(value, other_value));
                        self.object(&[], Some((key, value)))
                    }
                }
            }
            (Shape::Object { properties, dynamic: Some(dynamic) }, Shape::Any(members)) if properties.is_empty() => {
                self.merge_into_union(left, dynamic, right, members)
            }
            (Shape::Any(_), Shape::Any(_)) => self.union(left, right),
            (Shape::Any(_), _) => self.merge(right, left),
            _ => self.union(left, right),
        }
    }

    /// The type of a document that many rules make together, as if each had been merged with those before it.
    pub fn merge_all(&mut self, types: &[Type]) -> Type {
        let mut distinct = Vec::with_capacity(types.len());
        let mut seen = FxHashSet::default();
        distinct.extend(types.iter().copied().filter(|of| !of.is_unknown() && seen.insert(*of)));
        if distinct.len() > 2 {
            let shapes = || distinct.iter().map(|of| self.shape(*of));
            let sets: Vec<Type> =
                shapes().filter_map(|of| if let Shape::Set(of) = of { Some(of) } else { None }).collect();
            if sets.len() == distinct.len() {
                let of = self.union_of(&sets);
                return self.set(of);
            }
            let plain = |of: Shape| match of {
                Shape::Object { properties, .. } => !properties.is_empty(),
                Shape::Set(_) | Shape::Any(_) | Shape::Function { .. } => false,
                _ => true,
            };
            if shapes().all(plain) {
                return self.union_of(&distinct);
            }
            if let Some(function) = self.union_of_all_functions(&distinct) {
                return function;
            }
        }
        distinct.iter().fold(Type::UNKNOWN, |merged, of| self.merge(merged, *of))
    }

    /// The union of functions that all have as many arguments.
    fn union_of_all_functions(&mut self, functions: &[Type]) -> Option<Type> {
        let mut columns: Vec<Vec<Type>> = Vec::new();
        let mut results = Vec::with_capacity(functions.len());
        for function in functions {
            let Shape::Function { arguments, variadic: Type::UNKNOWN, result } = self.shape(*function) else {
                return None;
            };
            if columns.is_empty() {
                columns.resize(arguments.len(), Vec::new());
            }
            if columns.len() != arguments.len() {
                return None;
            }
            for (column, argument) in columns.iter_mut().zip(self.items(arguments)) {
                column.push(self.unnamed(*argument));
            }
            results.push(self.unnamed(result));
        }
        let arguments: Vec<Type> = columns.iter().map(|column| self.union_of(column)).collect();
        let result = self.union_of(&results);
        Some(self.function(&arguments, Type::UNKNOWN, result))
    }

    /// Whether a type is that of an object.
    #[must_use]
    pub fn is_object(&self, of: Type) -> bool {
        matches!(self.shape(of), Shape::Object { .. })
    }

    /// An object that may also have keys of one type, with values of another.
    pub fn with_dynamic(&mut self, object: Type, key: Type, value: Type) -> Type {
        let Shape::Object { properties, dynamic } = self.shape(object) else { return object };
        let dynamic = match dynamic {
            Some((known_key, known_value)) => (self.union(known_key, key), self.union(known_value, value)),
            None => (key, value),
        };
        let properties = self.properties(properties).to_vec();
        self.object(&properties, Some(dynamic))
    }

    /// An object without known keys goes into the first such object of a union, which keeps its place.
    fn merge_into_union(&mut self, object: Type, dynamic: (Type, Type), union: Type, members: Run) -> Type {
        let mut members = self.items(members).to_vec();
        for member in &mut members {
            if let Shape::Object { properties, dynamic: Some((key, value)) } = self.shape(*member)
                && properties.is_empty()
            {
                let (key, value) = (self.union(key, dynamic.0), self.union(value, dynamic.1));
                *member = self.object(&[], Some((key, value)));
                return self.any(&members);
            }
        }
        self.union(object, union)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Property;
    use super::*;

    #[test]
    fn members_are_sorted_and_never_twice() {
        let mut types = Types::default();
        let first = types.union(Type::STRING, Type::NUMBER);
        assert_eq!(types.union(Type::NUMBER, Type::STRING), first);
        assert_eq!(types.union(first, Type::STRING), first);
        assert_eq!(types.union(Type::ANY, first), Type::ANY);
        assert_eq!(types.union(Type::UNKNOWN, first), first);
        let three = types.union(first, Type::NULL);
        assert_eq!(types.text(three), "any<null, number, string>");
        let other = types.union(Type::NULL, Type::BOOLEAN);
        let all = types.union(other, three);
        assert_eq!(types.text(all), "any<null, boolean, number, string>");
    }

    #[test]
    fn many_are_joined_as_one_after_the_other() {
        let mut types = Types::default();
        let mut shapes = vec![Type::STRING, Type::NULL];
        for name in ["d", "b", "c", "a", "b"] {
            let key = types.string(name);
            shapes.push(types.object(&[Property { key, value: Type::STRING }], None));
        }
        let one_by_one = shapes.iter().fold(Type::UNKNOWN, |union, of| types.union(union, *of));
        assert_eq!(types.union_of(&shapes), one_by_one);
        shapes.push(Type::ANY);
        assert_eq!(types.union_of(&shapes), Type::ANY);
    }

    #[test]
    fn functions_are_joined_by_argument_and_with_nothing_else() {
        let mut types = Types::default();
        let first = types.function(&[Type::NUMBER], Type::UNKNOWN, Type::STRING);
        let second = types.function(&[Type::STRING], Type::UNKNOWN, Type::STRING);
        let both = types.union(first, second);
        assert_eq!(types.text(both), "(any<number, string>) => string");
        assert_eq!(types.union(first, Type::ANY), Type::UNKNOWN);
        let wide = types.function(&[Type::NUMBER, Type::NUMBER], Type::UNKNOWN, Type::STRING);
        assert_eq!(types.union(first, wide), Type::UNKNOWN);
    }

    #[test]
    fn sets_and_open_objects_of_two_rules_become_one() {
        let mut types = Types::default();
        let (numbers, strings) = (types.set(Type::NUMBER), types.set(Type::STRING));
        let merged = types.merge(numbers, strings);
        assert_eq!(types.text(merged), "set[any<number, string>]");
        let first = types.object(&[], Some((Type::STRING, Type::NUMBER)));
        let second = types.object(&[], Some((Type::NUMBER, Type::NUMBER)));
        let merged = types.merge(first, second);
        assert_eq!(types.text(merged), "object[any<number, string>: number]");
        let union = types.union(Type::NULL, first);
        let merged = types.merge(union, second);
        assert_eq!(types.text(merged), "any<null, object[any<number, string>: number]>");
    }

    #[test]
    fn many_are_merged_as_one_after_the_other() {
        let mut types = Types::default();
        let (a, b) = (types.string("a"), types.string("b"));
        let (numbers, strings, nulls) = (types.set(Type::NUMBER), types.set(Type::STRING), types.set(Type::NULL));
        let known = types.object(&[Property { key: a, value: Type::STRING }], None);
        let other = types.object(&[Property { key: b, value: Type::STRING }], None);
        let open = types.object(&[], Some((Type::STRING, Type::NUMBER)));
        let mut function = |of: Type| types.function(&[of], Type::UNKNOWN, of);
        let functions = [function(Type::NUMBER), function(Type::STRING), function(known)];
        for all in [
            &[numbers, strings, nulls][..],
            &[numbers, Type::NUMBER, strings, nulls],
            &[known, Type::NULL, other, known],
            &[open, Type::NULL, other, known],
            &functions,
        ] {
            let one_by_one = all.iter().fold(Type::UNKNOWN, |merged, of| types.merge(merged, *of));
            assert_eq!(types.merge_all(all), one_by_one);
        }
    }
}
