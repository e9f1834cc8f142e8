//! What types are made of.

use super::constant::Constant;

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
    pub(super) start: u32,
    pub(super) length: u32,
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

    pub(super) fn of<T>(self, all: &[T]) -> &[T] {
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
