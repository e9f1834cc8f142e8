//! The values of Rego.

mod decimal;
mod digits;
mod float;

mod json;
mod number;
mod order;
mod text;

pub(in crate::eval) use float::Float;
pub use json::{JsonText, SyntaxError};
pub use number::Number;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The members of an object by their keys, in OPA's order.
pub type Object = BTreeMap<Value, Value>;

/// The members of a set in OPA's order.
pub type Set = BTreeSet<Value>;

/// A value of Rego, cheap to clone. Values are in OPA's order, and equal where OPA says so: `1` and `1.0` are.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// No value at all: what a function without an answer gives.
    #[default]
    Undefined,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number of any size.
    Number(Number),
    /// A string.
    String(Arc<str>),
    /// An array.
    Array(Arc<Vec<Value>>),
    /// An object.
    Object(Arc<Object>),
    /// A set.
    Set(Arc<Set>),
}

impl Value {
    /// The object without members.
    #[must_use]
    pub fn new_object() -> Self {
        Self::from(Object::new())
    }

    /// The set without members.
    #[must_use]
    pub fn new_set() -> Self {
        Self::from(Set::new())
    }

    /// OPA's name of the type.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
            Self::Set(_) => "set",
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_string(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn as_number(&self) -> Option<&Number> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    /// The members of an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(members) = self { Some(members) } else { None }
    }

    /// The members of an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// The members of a set.
    #[must_use]
    pub fn as_set(&self) -> Option<&Set> {
        if let Self::Set(members) = self { Some(members) } else { None }
    }

    /// The member of an array, object or set at a key.
    #[must_use]
    pub fn member(&self, key: &Self) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(key),
            Self::Array(members) => members.get(usize::try_from(key.as_number()?.as_u64()?).ok()?),
            Self::Set(members) => members.get(key),
            _ => None,
        }
    }

    /// The member of an object at a string.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(&Self::from(name))
    }

    /// The members of an object, to be changed.
    pub fn as_object_mut(&mut self) -> Option<&mut Object> {
        if let Self::Object(members) = self { Some(Arc::make_mut(members)) } else { None }
    }

    /// The members of a set, to be changed.
    pub fn as_set_mut(&mut self) -> Option<&mut Set> {
        if let Self::Set(members) = self { Some(Arc::make_mut(members)) } else { None }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Self::String(text)
    }
}

impl<N: Into<Number>> From<N> for Value {
    fn from(number: N) -> Self {
        Self::Number(number.into())
    }
}

impl From<Vec<Self>> for Value {
    fn from(members: Vec<Self>) -> Self {
        Self::Array(members.into())
    }
}

impl From<Object> for Value {
    fn from(members: Object) -> Self {
        Self::Object(members.into())
    }
}

impl From<Set> for Value {
    fn from(members: Set) -> Self {
        Self::Set(members.into())
    }
}
