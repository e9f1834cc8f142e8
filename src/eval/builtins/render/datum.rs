//! The values of a template: those of Go that JSON becomes, and those of constants and functions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::eval::Value;

use super::super::sprintf::{Argument, Flags};

/// A value as Go has it.
#[derive(Debug, Clone)]
pub(super) enum Datum {
    /// Null, or no value at all.
    Nothing,
    Truth(bool),
    Integer(i64),
    Byte(u8),
    Float(f64),
    Text(Arc<str>),
    /// A number of JSON; Go has it as a kind of text.
    Number(Arc<str>),
    List(Arc<[Datum]>),
    Map(Arc<BTreeMap<String, Datum>>),
}

/// What two values must share to be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basic {
    Truth,
    Integer,
    Unsigned,
    Float,
    Text,
}

/// A value, and whether Go has it as the `interface {}` of a list or map.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) datum: Datum,
    pub(super) boxed: bool,
}

impl Held {
    pub(super) const NOTHING: Self = Self { datum: Datum::Nothing, boxed: false };

    pub(super) fn boxed(datum: Datum) -> Self {
        Self { datum, boxed: true }
    }

    pub(super) fn type_name(&self) -> &'static str {
        if self.boxed { "interface {}" } else { self.datum.type_name() }
    }
}

impl From<Datum> for Held {
    fn from(datum: Datum) -> Self {
        Self { datum, boxed: false }
    }
}

impl From<&Value> for Datum {
    /// A value as it comes back from JSON.
    fn from(value: &Value) -> Self {
        match value {
            Value::Null | Value::Undefined => Self::Nothing,
            Value::Bool(truth) => Self::Truth(*truth),
            Value::Number(number) => Self::Number(number.text().into()),
            Value::String(string) => Self::Text(string.as_ref().into()),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Set(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(fields) => {
                let key = |key: &Value| match key {
                    Value::String(key) => key.to_string(),
                    other => other.to_json(),
                };
                Self::Map(Arc::new(fields.iter().map(|(name, value)| (key(name), Self::from(value))).collect()))
            }
        }
    }
}

impl Datum {
    /// Go's name of the type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Nothing => "<nil>",
            Self::Truth(_) => "bool",
            Self::Integer(_) => "int",
            Self::Byte(_) => "uint8",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::Number(_) => "json.Number",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
        }
    }

    /// Whether `if` takes it for true.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Truth(truth) => *truth,
            Self::Integer(number) => *number != 0,
            Self::Byte(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Text(text) | Self::Number(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(fields) => !fields.is_empty(),
        }
    }

    /// What it can be compared as.
    pub(super) fn basic(&self) -> Option<Basic> {
        match self {
            Self::Truth(_) => Some(Basic::Truth),
            Self::Integer(_) => Some(Basic::Integer),
            Self::Byte(_) => Some(Basic::Unsigned),
            Self::Float(_) => Some(Basic::Float),
            Self::Text(_) | Self::Number(_) => Some(Basic::Text),
            Self::Nothing | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// The value as a verb of a format takes it.
    pub(super) fn argument(&self) -> Argument {
        match self {
            Self::Nothing => Argument::Nothing,
            Self::Truth(truth) => Argument::Truth(*truth),
            Self::Integer(number) => Argument::Named("int", Box::new(Argument::Integer(*number))),
            Self::Byte(number) => Argument::Named("uint8", Box::new(Argument::Integer((*number).into()))),
            Self::Float(number) => Argument::Float(*number),
            Self::Text(text) => Argument::Text(text.to_string()),
            Self::Number(text) => Argument::Named("json.Number", Box::new(Argument::Text(text.to_string()))),
            Self::List(items) => Argument::List(items.iter().map(Self::argument).collect()),
            Self::Map(fields) => {
                Argument::Map(fields.iter().map(|(name, value)| (name.clone(), value.argument())).collect())
            }
        }
    }

    /// The value as `%v` writes it.
    pub(super) fn shown(&self) -> String {
        self.argument().shown(Flags::default())
    }
}
