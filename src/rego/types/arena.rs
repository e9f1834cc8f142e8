//! The arena types are built in.

use super::constant::{Constant, ConstantShape, Constants};
use super::index::Index;
use super::select::Holders;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher as _;

/// A type; the same type is the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Type(pub(super) u32);

impl Type {
    /// A type that could not be told.
    pub const UNKNOWN: Self = Self(0);
    /// The type of `null`.
    pub const NULL: Self = Self(1);
    /// The type of `true` and `false`.
    pub const BOOLEAN: Self = Self(2);
    /// The type of numbers.
    pub const NUMBER: Self = Self(3);
    /// The type of strings.
    pub const STRING: Self = Self(4);
    /// The type of anything.
    pub const ANY: Self = Self(5);

    /// Whether the type could not be told at all.
    #[must_use]
    pub const fn is_unknown(self) -> bool {
        self.0 == 0
    }

    /// This type, or another where it is not known.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        if self.is_unknown() { other } else { self }
    }

    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A key of an object that is known, and the type of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Property {
    /// The key.
    pub key: Constant,
    /// The type of the value.
    pub value: Type,
}

/// A run of types or properties in a [`Types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    start: u32,
    length: u32,
}

impl Run {
    /// How many there are.
    #[must_use]
    pub const fn len(self) -> usize {
        self.length as usize
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.length == 0
    }

    fn of<T>(self, all: &[T]) -> &[T] {
        all.get(self.start as usize..self.start as usize + self.length as usize).unwrap_or_default()
    }
}

/// What a type is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A type that could not be told.
    Unknown,
    /// `null`
    Null,
    /// A boolean.
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array: of its first members, then of any number of others, if `rest` is known.
    Array {
        /// The types of the first members.
        items: Run,
        /// The type of all others.
        rest: Type,
    },
    /// An object.
    Object {
        /// Keys that are known, sorted.
        properties: Run,
        /// The types of other keys and of their values.
        dynamic: Option<(Type, Type)>,
    },
    /// A set; that of an unknown type is the empty set.
    Set(Type),
    /// One of several types, sorted; without members anything.
    Any(Run),
    /// A function.
    Function {
        /// The types of its arguments, with names where they have some.
        arguments: Run,
        /// The type of any number of further arguments.
        variadic: Type,
        /// The type of the result; unknown where there is none.
        result: Type,
    },
    /// An argument or result with a name.
    Named {
        /// The name, a string.
        name: Constant,
        /// The description, a string; empty where there is none.
        description: Constant,
        /// The type.
        of: Type,
    },
}

/// What is known of a type at once.
#[derive(Debug, Clone, Copy, Default)]
struct Facts {
    /// Something of it could not be told, in OPA's sense: what stands inside a union does not count, the member of an empty
    /// set does.
    nil: bool,
    /// Something of it could not be told; the member of an empty set does not count.
    holes: bool,
    depth: u32,
}

/// How deep types are nested at most; what would be deeper is anything.
const DEPTH: u32 = 60_000;

/// An arena of types.
#[derive(Debug, Clone)]
pub struct Types {
    index: Index,
    shapes: Vec<Shape>,
    facts: Vec<Facts>,
    items: Vec<Type>,
    properties: Vec<Property>,
    pub(super) constants: Constants,
    pub(super) unions: FxHashMap<(Type, Type), Type>,
    pub(super) unified: FxHashMap<(Type, Type), bool>,
    pub(super) selected: FxHashMap<(Type, Constant), Type>,
    pub(super) holders: FxHashMap<Type, Holders>,
    pub(super) keys: FxHashMap<Type, Type>,
    pub(super) values: FxHashMap<Type, Type>,
}

impl Default for Types {
    fn default() -> Self {
        let mut types = Self {
            index: Index::default(),
            shapes: Vec::new(),
            facts: Vec::new(),
            items: Vec::new(),
            properties: Vec::new(),
            constants: Constants::default(),
            unions: FxHashMap::default(),
            unified: FxHashMap::default(),
            selected: FxHashMap::default(),
            holders: FxHashMap::default(),
            keys: FxHashMap::default(),
            values: FxHashMap::default(),
        };
        let nothing = Run { start: 0, length: 0 };
        for shape in [Shape::Unknown, Shape::Null, Shape::Boolean, Shape::Number, Shape::String, Shape::Any(nothing)] {
            let _ = types.intern(shape);
        }
        types
    }
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Types {
    /// What a type is made of.
    #[must_use]
    pub fn shape(&self, of: Type) -> Shape {
        self.shapes.get(of.index()).copied().unwrap_or(Shape::Unknown)
    }

    /// The types of a run.
    #[must_use]
    pub fn items(&self, run: Run) -> &[Type] {
        run.of(&self.items)
    }

    /// The properties of a run.
    #[must_use]
    pub fn properties(&self, run: Run) -> &[Property] {
        run.of(&self.properties)
    }

    /// What a constant is.
    #[must_use]
    pub fn constant(&self, constant: Constant) -> ConstantShape<'_> {
        self.constants.shape(constant)
    }

    /// Whether something of a type could not be told, in OPA's sense: what stands inside a union does not count, while the
    /// empty set always counts.
    #[must_use]
    pub fn is_nil(&self, of: Type) -> bool {
        self.facts.get(of.index()).is_none_or(|facts| facts.nil)
    }

    /// Whether something inside a type, at any depth, could not be told.
    pub(super) fn has_holes(&self, of: Type) -> bool {
        self.facts.get(of.index()).is_none_or(|facts| facts.holes)
    }

    /// A type without its name.
    #[must_use]
    pub fn unnamed(&self, of: Type) -> Type {
        if let Shape::Named { of, .. } = self.shape(of) { of } else { of }
    }

    /// A string as a constant.
    pub fn string(&mut self, value: &str) -> Constant {
        self.constants.string(value)
    }

    /// A number as a constant; `value` is as JSON writes numbers.
    pub fn number(&mut self, value: &str) -> Constant {
        self.constants.number(value)
    }

    /// An array, or the members of a set, as a constant.
    pub fn constant_array(&mut self, members: &[Constant]) -> Constant {
        self.constants.array(members)
    }

    /// An object as a constant.
    pub fn constant_object(&mut self, entries: &[(Constant, Constant)]) -> Constant {
        let entries = entries.iter().map(|(key, value)| {
            if let ConstantShape::String(_) = self.constants.shape(*key) {
                return (*key, *value);
            }
            let mut text = String::new();
            self.constants.write_json(*key, &mut text);
            (self.constants.string(&text), *value)
        });
        let entries = entries.collect();
        self.constants.object(entries)
    }

    /// An array of `items`, then of any number of `rest` if that is known.
    pub fn array(&mut self, items: &[Type], rest: Type) -> Type {
        let items = self.run(items);
        self.intern(Shape::Array { items, rest })
    }

    /// An object of keys that are known, in any order, and of others.
    pub fn object(&mut self, properties: &[Property], dynamic: Option<(Type, Type)>) -> Type {
        let start = self.properties.len();
        self.properties.extend_from_slice(properties);
        let (constants, run) = (&self.constants, self.properties.get_mut(start..).unwrap_or_default());
        if !run.is_sorted_by(|left, right| constants.compare(left.key, right.key).is_le()) {
            run.sort_by(|left, right| constants.compare(left.key, right.key));
        }
        let properties = Run { start: number(start), length: number(properties.len()) };
        self.intern(Shape::Object { properties, dynamic })
    }

    /// A set.
    pub fn set(&mut self, of: Type) -> Type {
        self.intern(Shape::Set(of))
    }

    /// A union of members in the order they have.
    pub(super) fn any(&mut self, members: &[Type]) -> Type {
        let members = self.run(members);
        self.intern(Shape::Any(members))
    }

    /// A function.
    pub fn function(&mut self, arguments: &[Type], variadic: Type, result: Type) -> Type {
        let arguments = self.run(arguments);
        self.intern(Shape::Function { arguments, variadic, result })
    }

    /// A type with a name.
    pub(super) fn named(&mut self, name: &str, description: &str, of: Type) -> Type {
        let (name, description) = (self.constants.string(name), self.constants.string(description));
        self.intern(Shape::Named { name, description, of })
    }

    /// Sorts constants as OPA sorts values.
    pub fn sort_keys(&self, keys: &mut [Constant]) {
        keys.sort_by(|left, right| self.constants.compare(*left, *right));
    }

    /// A constant as OPA writes it.
    #[must_use]
    pub fn constant_text(&self, constant: Constant) -> String {
        let mut text = String::new();
        self.constants.write_json(constant, &mut text);
        text
    }

    /// The type of a constant.
    pub fn type_of(&mut self, constant: Constant) -> Type {
        match self.constants.shape(constant) {
            ConstantShape::Null => Type::NULL,
            ConstantShape::Boolean(_) => Type::BOOLEAN,
            ConstantShape::Number(_) => Type::NUMBER,
            ConstantShape::String(_) => Type::STRING,
            ConstantShape::Array(members) => {
                let members = members.to_vec();
                let items: Vec<Type> = members.into_iter().map(|member| self.type_of(member)).collect();
                self.array(&items, Type::UNKNOWN)
            }
            ConstantShape::Object(entries) => {
                let entries: Vec<_> = entries.as_chunks::<2>().0.to_vec();
                let properties: Vec<Property> =
                    entries.into_iter().map(|[key, value]| Property { key, value: self.type_of(value) }).collect();
                self.object(&properties, None)
            }
        }
    }

    fn run(&mut self, items: &[Type]) -> Run {
        let start = number(self.items.len());
        self.items.extend_from_slice(items);
        Run { start, length: number(items.len()) }
    }

    /// The type of a shape whose run, if it has one, was put last; the run is taken back where the type was there.
    fn intern(&mut self, shape: Shape) -> Type {
        let hash = self.hash(shape);
        if let Some(found) = self.index.find(hash, |found| self.same(self.shape(Type(found)), shape)) {
            self.take_back(shape);
            return Type(found);
        }
        let facts = self.facts_of(shape);
        if facts.depth > DEPTH {
            self.take_back(shape);
            return Type::ANY;
        }
        self.shapes.push(shape);
        self.facts.push(facts);
        Type(self.index.insert(hash))
    }

    fn take_back(&mut self, shape: Shape) {
        match shape {
            Shape::Array { items: run, .. } | Shape::Any(run) | Shape::Function { arguments: run, .. } => {
                self.items.truncate(run.start as usize);
            }
            Shape::Object { properties, .. } => self.properties.truncate(properties.start as usize),
            _ => {}
        }
    }

    fn hash(&self, shape: Shape) -> u64 {
        let mut hasher = FxHasher::default();
        let mut word = |word: u32| hasher.write_u32(word);
        match shape {
            Shape::Unknown => word(0),
            Shape::Null => word(1),
            Shape::Boolean => word(2),
            Shape::Number => word(3),
            Shape::String => word(4),
            Shape::Array { items, rest } => {
                word(5);
                word(rest.0);
                self.items(items).iter().for_each(|item| word(item.0));
            }
            Shape::Object { properties, dynamic } => {
                word(6);
                if let Some((key, value)) = dynamic {
                    word(key.0);
                    word(value.0);
                }
                for property in self.properties(properties) {
                    word(number(property.key.index()));
                    word(property.value.0);
                }
            }
            Shape::Set(of) => {
                word(7);
                word(of.0);
            }
            Shape::Any(members) => {
                word(8);
                self.items(members).iter().for_each(|member| word(member.0));
            }
            Shape::Function { arguments, variadic, result } => {
                word(9);
                word(variadic.0);
                word(result.0);
                self.items(arguments).iter().for_each(|argument| word(argument.0));
            }
            Shape::Named { name, description, of } => {
                word(10);
                word(number(name.index()));
                word(number(description.index()));
                word(of.0);
            }
        }
        hasher.finish()
    }

    fn same(&self, found: Shape, shape: Shape) -> bool {
        match (found, shape) {
            (Shape::Array { items: left, rest: a }, Shape::Array { items: right, rest: b }) => {
                a == b && self.items(left) == self.items(right)
            }
            (Shape::Any(left), Shape::Any(right)) => self.items(left) == self.items(right),
            (Shape::Object { properties: left, dynamic: a }, Shape::Object { properties: right, dynamic: b }) => {
                a == b && self.properties(left) == self.properties(right)
            }
            (
                Shape::Function { arguments: left, variadic: a, result: x },
                Shape::Function { arguments: right, variadic: b, result: y },
            ) => a == b && x == y && self.items(left) == self.items(right),
            (found, shape) => found == shape,
        }
    }

    fn facts_of(&self, shape: Shape) -> Facts {
        let of =
            |part: Type| self.facts.get(part.index()).copied().unwrap_or(Facts { nil: true, holes: true, depth: 0 });
        let mut facts = Facts::default();
        let mut add = |part: Type| {
            let part = of(part);
            facts.nil |= part.nil;
            facts.holes |= part.holes;
            facts.depth = facts.depth.max(part.depth + 1);
        };
        match shape {
            Shape::Unknown => return Facts { nil: true, holes: true, depth: 0 },
            Shape::Null | Shape::Boolean | Shape::Number | Shape::String => {}
            Shape::Array { items, rest } => {
                self.items(items).iter().for_each(|item| add(*item));
                if !rest.is_unknown() {
                    add(rest);
                }
            }
            Shape::Object { properties, dynamic } => {
                self.properties(properties).iter().for_each(|property| add(property.value));
                if let Some((key, value)) = dynamic {
                    add(key);
                    add(value);
                }
            }
            Shape::Set(Type::UNKNOWN) => return Facts { nil: true, holes: false, depth: 0 },
            Shape::Set(of) => add(of),
            Shape::Any(members) => {
                self.items(members).iter().for_each(|member| add(*member));
                facts.nil = false;
            }
            Shape::Function { arguments, variadic, result } => {
                self.items(arguments).iter().for_each(|argument| add(*argument));
                add(result);
                let nil = facts.nil;
                if !variadic.is_unknown() {
                    let variadic = of(variadic);
                    facts.depth = facts.depth.max(variadic.depth + 1);
                }
                facts.nil = nil;
            }
            Shape::Named { of, .. } => add(of),
        }
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_type_is_the_same_number() {
        let mut types = Types::default();
        let (a, b) = (types.string("a"), types.string("b"));
        let first = [Property { key: a, value: Type::NUMBER }, Property { key: b, value: Type::STRING }];
        let second = [first[1], first[0]];
        assert_eq!(types.object(&first, None), types.object(&second, None));
        let array = types.array(&[Type::NULL], Type::UNKNOWN);
        assert_eq!(types.array(&[Type::NULL], Type::UNKNOWN), array);
        assert_ne!(types.array(&[], Type::NULL), array);
    }

    #[test]
    fn a_type_with_an_unknown_part_is_nil_except_inside_a_union() {
        let mut types = Types::default();
        let unsure = types.array(&[Type::NUMBER, Type::UNKNOWN], Type::UNKNOWN);
        let (set, empty) = (types.set(unsure), types.set(Type::UNKNOWN));
        let union = types.any(&[Type::NUMBER, unsure]);
        assert!(types.is_nil(unsure) && types.is_nil(set) && types.is_nil(empty) && !types.is_nil(union));
        assert!(types.has_holes(union) && !types.has_holes(empty));
    }

    #[test]
    fn types_beyond_any_depth_are_anything() {
        let mut types = Types::default();
        let mut deep = Type::NUMBER;
        for _ in 0..=DEPTH {
            deep = types.set(deep);
        }
        assert_eq!(deep, Type::ANY);
    }
}
