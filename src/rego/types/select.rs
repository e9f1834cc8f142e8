//! Parts of a type: what stands under a key, which keys there are, which values.

use super::arena::{Run, Shape, Type, Types};
use super::constant::{Constant, ConstantShape};
use rustc_hash::FxHashMap;

/// A union of more members than this is looked into by key.
const MANY: usize = 16;

/// The members of a union by the keys they have.
#[derive(Debug, Clone, Default)]
pub(super) struct Holders {
    /// Objects of known keys alone.
    by_key: FxHashMap<Constant, Vec<Type>>,
    /// All other members.
    others: Vec<Type>,
}

impl Types {
    /// The type of what stands under a key; unknown where nothing can.
    pub fn select(&mut self, of: Type, key: Constant) -> Type {
        let of = self.unnamed(of);
        match self.shape(of) {
            Shape::Array { items, rest } => {
                let ConstantShape::Number(place) = self.constant(key) else { return Type::UNKNOWN };
                match place.parse::<i64>().map(usize::try_from) {
                    Ok(Ok(place)) => self.items(items).get(place).copied().unwrap_or(rest),
                    _ => Type::UNKNOWN,
                }
            }
            Shape::Object { properties, dynamic } => {
                let properties = self.properties(properties);
                let found = properties.binary_search_by(|property| self.constants.compare(property.key, key));
                if let Some(property) = found.ok().and_then(|place| properties.get(place)) {
                    return property.value;
                }
                let Some((keys, value)) = dynamic else { return Type::UNKNOWN };
                let key = self.type_of(key);
                if self.contains(keys, key) { value } else { Type::UNKNOWN }
            }
            Shape::Set(member) => {
                let key = self.type_of(key);
                if self.compare(member, key).is_eq() {
                    return member;
                }
                let union = matches!(self.shape(member), Shape::Any(_));
                if union && self.contains(member, key) { key } else { Type::UNKNOWN }
            }
            Shape::Any(members) if members.is_empty() => Type::ANY,
            Shape::Any(members) => {
                if let Some(known) = self.selected.get(&(of, key)) {
                    return *known;
                }
                let members = match self.constant(key) {
                    ConstantShape::String(_) if members.len() > MANY => self.holders(of, members, key),
                    _ => self.items(members).to_vec(),
                };
                let parts: Vec<Type> = members.into_iter().map(|member| self.select(member, key)).collect();
                let selected = self.union_of(&parts);
                self.selected.insert((of, key), selected);
                selected
            }
            _ => Type::UNKNOWN,
        }
    }

    /// The members of a large union that something may stand under a string in.
    fn holders(&mut self, union: Type, members: Run, key: Constant) -> Vec<Type> {
        if !self.holders.contains_key(&union) {
            let mut holders = Holders::default();
            for member in self.items(members) {
                match self.shape(*member) {
                    Shape::Object { properties, dynamic: None } => {
                        for property in self.properties(properties) {
                            holders.by_key.entry(property.key).or_default().push(*member);
                        }
                    }
                    _ => holders.others.push(*member),
                }
            }
            self.holders.insert(union, holders);
        }
        let Some(holders) = self.holders.get(&union) else { return Vec::new() };
        let known = holders.by_key.get(&key).map_or(&[][..], Vec::as_slice);
        [&holders.others, known].concat()
    }

    /// The type of the keys a value of this type can be gone through by; unknown where it has none.
    pub fn keys(&mut self, of: Type) -> Type {
        let of = self.unnamed(of);
        match self.shape(of) {
            Shape::Array { .. } => Type::NUMBER,
            Shape::Set(member) => member,
            Shape::Any(members) if members.is_empty() => Type::ANY,
            Shape::Object { properties, dynamic } => {
                if let Some(known) = self.keys.get(&of) {
                    return *known;
                }
                let known: Vec<Constant> = self.properties(properties).iter().map(|property| property.key).collect();
                let mut parts: Vec<Type> = known.into_iter().map(|key| self.type_of(key)).collect();
                parts.extend(dynamic.map(|(key, _)| key));
                let keys = self.union_of(&parts);
                self.keys.insert(of, keys);
                keys
            }
            Shape::Any(members) => {
                if let Some(known) = self.keys.get(&of) {
                    return *known;
                }
                let members = self.items(members).to_vec();
                let parts: Vec<Type> = members.into_iter().map(|member| self.keys(member)).collect();
                let keys = self.union_of(&parts);
                self.keys.insert(of, keys);
                keys
            }
            _ => Type::UNKNOWN,
        }
    }

    /// The type of the values that going through a value of this type gives; unknown where it has none.
    pub fn values(&mut self, of: Type) -> Type {
        let of = self.unnamed(of);
        let parts = match self.shape(of) {
            Shape::Set(member) => return member,
            Shape::Array { items, rest } if items.is_empty() => return rest,
            Shape::Any(members) if members.is_empty() => return Type::ANY,
            Shape::Array { .. } | Shape::Object { .. } | Shape::Any(_) => {
                if let Some(known) = self.values.get(&of) {
                    return *known;
                }
                self.value_parts(of)
            }
            _ => return Type::UNKNOWN,
        };
        let values = self.union_of(&parts);
        self.values.insert(of, values);
        values
    }

    fn value_parts(&mut self, of: Type) -> Vec<Type> {
        match self.shape(of) {
            Shape::Array { items, rest } => {
                let mut parts = self.items(items).to_vec();
                parts.push(rest);
                parts
            }
            Shape::Object { properties, dynamic } => {
                let mut parts: Vec<Type> = self.properties(properties).iter().map(|property| property.value).collect();
                parts.extend(dynamic.map(|(_, value)| value));
                parts
            }
            Shape::Any(members) => {
                let members = self.items(members).to_vec();
                members.into_iter().map(|member| self.values(member)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether a type is that of a collection that can hold nothing.
    #[must_use]
    pub fn is_empty_collection(&self, of: Type) -> bool {
        match self.shape(self.unnamed(of)) {
            Shape::Object { properties, dynamic } => properties.is_empty() && dynamic.is_none(),
            Shape::Array { items, rest } => items.is_empty() && rest.is_unknown(),
            Shape::Set(of) => of.is_unknown(),
            _ => false,
        }
    }

    /// The keys that are known of an object, and of the objects of a union; in no order, without doubles.
    #[must_use]
    pub fn known_keys(&self, of: Type) -> Vec<Constant> {
        let mut keys = Vec::new();
        let mut left = vec![of];
        while let Some(of) = left.pop() {
            match self.shape(of) {
                Shape::Object { properties, .. } => {
                    keys.extend(self.properties(properties).iter().map(|property| property.key));
                }
                Shape::Any(members) => left.extend_from_slice(self.items(members)),
                _ => {}
            }
        }
        keys.sort_unstable_by_key(|key| key.index());
        keys.dedup();
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::super::Property;
    use super::*;

    #[test]
    fn arrays_are_selected_by_whole_numbers_alone() {
        let mut types = Types::default();
        let array = types.array(&[Type::STRING], Type::NUMBER);
        let mut under = |key: &str| {
            let key = types.number(key);
            types.select(array, key)
        };
        assert_eq!((under("0"), under("7")), (Type::STRING, Type::NUMBER));
        assert_eq!((under("-1"), under("1.0")), (Type::UNKNOWN, Type::UNKNOWN));
        let name = types.string("0");
        assert_eq!(types.select(array, name), Type::UNKNOWN);
        let values = types.values(array);
        assert_eq!(types.text(values), "any<number, string>");
    }

    #[test]
    fn objects_give_known_keys_first_and_others_by_type() {
        let mut types = Types::default();
        let (a, b, one) = (types.string("a"), types.string("b"), types.number("1"));
        let object = types.object(&[Property { key: a, value: Type::NULL }], Some((Type::STRING, Type::NUMBER)));
        assert_eq!(types.select(object, a), Type::NULL);
        assert_eq!(types.select(object, b), Type::NUMBER);
        assert_eq!(types.select(object, one), Type::UNKNOWN);
        assert_eq!(types.keys(object), Type::STRING);
        let union = types.union(object, Type::NULL);
        assert_eq!(types.select(union, a), Type::NULL);
        assert_eq!(types.known_keys(union), [a]);
    }

    #[test]
    fn a_large_union_gives_what_each_member_gives() {
        let mut types = Types::default();
        let mut members = vec![Type::NULL];
        for name in 0..40 {
            let (own, shared) = (types.string(&format!("k{name}")), types.string(&format!("s{}", name % 3)));
            let value = types.array(&[Type::NUMBER], if name % 2 == 0 { Type::NULL } else { Type::UNKNOWN });
            let properties = [Property { key: own, value: Type::BOOLEAN }, Property { key: shared, value }];
            members.push(types.object(&properties, None));
        }
        members.push(types.object(&[], Some((Type::STRING, Type::NUMBER))));
        let union = types.union_of(&members);
        for name in ["k7", "s0", "s1", "elsewhere"] {
            let key = types.string(name);
            let parts: Vec<Type> = members.iter().map(|member| types.select(*member, key)).collect();
            let expected = types.union_of(&parts);
            assert_eq!(types.select(union, key), expected, "{name}");
        }
    }

    #[test]
    fn sets_give_members_of_their_type() {
        let mut types = Types::default();
        let of = types.union(Type::NUMBER, Type::STRING);
        let set = types.set(of);
        let (name, null) = (types.string("a"), Constant::NULL);
        assert_eq!((types.select(set, name), types.select(set, null)), (Type::STRING, Type::UNKNOWN));
        let empty = types.set(Type::UNKNOWN);
        assert!(types.is_empty_collection(empty) && !types.is_empty_collection(set));
    }
}
