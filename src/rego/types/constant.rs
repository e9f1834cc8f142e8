//! Values that are known beforehand: the keys of objects, and the parts of paths.

use super::index::Index;
use crate::rego::syntax::compare_numbers;
use rustc_hash::FxHasher;
use std::cmp::Ordering;
use std::fmt::Write as _;
use std::hash::Hasher as _;

/// A JSON value of an arena; sets are arrays, and keys that are no strings are their JSON texts, as OPA has them in types.
///
/// Equal constants of the same text are equal numbers. `1` and `1.0` are two, which [`Types`](super::Types) compares as
/// equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Constant(u32);

impl Constant {
    /// `null`
    pub const NULL: Self = Self(0);
    /// `false`
    pub const FALSE: Self = Self(1);
    /// `true`
    pub const TRUE: Self = Self(2);

    /// Its place among the constants of its arena.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a constant is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ConstantShape<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A number, as it is written.
    Number(&'a str),
    /// A string.
    String(&'a str),
    /// An array, or the members of a set.
    Array(&'a [Constant]),
    /// An object: keys, which are strings, and values by turns, sorted by key.
    Object(&'a [Constant]),
}

#[derive(Debug, Clone, Copy)]
enum Stored {
    Null,
    Boolean(bool),
    Number { start: u32, length: u32 },
    String { start: u32, length: u32 },
    Array { start: u32, length: u32 },
    Object { start: u32, length: u32 },
}

/// The constants of an arena.
#[derive(Debug, Clone)]
pub(super) struct Constants {
    index: Index,
    stored: Vec<Stored>,
    texts: String,
    members: Vec<Constant>,
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn hash(kind: u8, text: &[u8], members: &[Constant]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u8(kind);
    hasher.write(text);
    for member in members {
        hasher.write_u32(member.0);
    }
    hasher.finish()
}

impl Default for Constants {
    fn default() -> Self {
        let mut all = Self { index: Index::default(), stored: Vec::new(), texts: String::new(), members: Vec::new() };
        for (kind, stored) in (0..).zip([Stored::Null, Stored::Boolean(false), Stored::Boolean(true)]) {
            let _ = all.index.insert(hash(kind, &[], &[]));
            all.stored.push(stored);
        }
        all
    }
}

impl Constants {
    pub(super) fn shape(&self, constant: Constant) -> ConstantShape<'_> {
        let text = |start: u32, length: u32| {
            self.texts.get(start as usize..start as usize + length as usize).unwrap_or_default()
        };
        let members = |start: u32, length: u32| {
            self.members.get(start as usize..start as usize + length as usize).unwrap_or_default()
        };
        match self.stored.get(constant.index()).copied().unwrap_or(Stored::Null) {
            Stored::Null => ConstantShape::Null,
            Stored::Boolean(value) => ConstantShape::Boolean(value),
            Stored::Number { start, length } => ConstantShape::Number(text(start, length)),
            Stored::String { start, length } => ConstantShape::String(text(start, length)),
            Stored::Array { start, length } => ConstantShape::Array(members(start, length)),
            Stored::Object { start, length } => ConstantShape::Object(members(start, length)),
        }
    }

    pub(super) fn string(&mut self, value: &str) -> Constant {
        self.text(3, value)
    }

    pub(super) fn number(&mut self, value: &str) -> Constant {
        self.text(4, value)
    }

    fn text(&mut self, kind: u8, value: &str) -> Constant {
        let hash = hash(kind, value.as_bytes(), &[]);
        let same = |found| match self.shape(Constant(found)) {
            ConstantShape::String(text) => kind == 3 && text == value,
            ConstantShape::Number(text) => kind == 4 && text == value,
            _ => false,
        };
        if let Some(found) = self.index.find(hash, same) {
            return Constant(found);
        }
        let (start, length) = (number(self.texts.len()), number(value.len()));
        self.texts.push_str(value);
        self.stored.push(if kind == 3 { Stored::String { start, length } } else { Stored::Number { start, length } });
        Constant(self.index.insert(hash))
    }

    pub(super) fn array(&mut self, members: &[Constant]) -> Constant {
        self.list(5, members)
    }

    /// An object of keys, which are strings, and values; of equal keys the last counts.
    pub(super) fn object(&mut self, mut entries: Vec<(Constant, Constant)>) -> Constant {
        entries.reverse();
        entries.sort_by(|left, right| self.compare(left.0, right.0));
        entries.dedup_by_key(|entry| entry.0);
        let members: Vec<Constant> = entries.into_iter().flat_map(|(key, value)| [key, value]).collect();
        self.list(6, &members)
    }

    fn list(&mut self, kind: u8, members: &[Constant]) -> Constant {
        let hash = hash(kind, &[], members);
        let same = |found| match self.shape(Constant(found)) {
            ConstantShape::Array(found) => kind == 5 && found == members,
            ConstantShape::Object(found) => kind == 6 && found == members,
            _ => false,
        };
        if let Some(found) = self.index.find(hash, same) {
            return Constant(found);
        }
        let (start, length) = (number(self.members.len()), number(members.len()));
        self.members.extend_from_slice(members);
        self.stored.push(if kind == 5 { Stored::Array { start, length } } else { Stored::Object { start, length } });
        Constant(self.index.insert(hash))
    }

    /// The order of keys: null, booleans, numbers, strings, arrays, objects.
    pub(super) fn compare(&self, left: Constant, right: Constant) -> Ordering {
        if left == right {
            return Ordering::Equal;
        }
        let (left, right) = (self.shape(left), self.shape(right));
        match (left, right) {
            (ConstantShape::String(left), ConstantShape::String(right)) => left.cmp(right),
            (ConstantShape::Boolean(left), ConstantShape::Boolean(right)) => left.cmp(&right),
            (ConstantShape::Number(left), ConstantShape::Number(right)) => compare_numbers(left, right),
            (ConstantShape::Array(left), ConstantShape::Array(right))
            | (ConstantShape::Object(left), ConstantShape::Object(right)) => {
                let pairs = left.iter().zip(right).map(|(left, right)| self.compare(*left, *right));
                pairs.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| left.len().cmp(&right.len()))
            }
            (left, right) => rank(left).cmp(&rank(right)),
        }
    }

    /// The text Go's `%v` gives.
    pub(super) fn write_text(&self, constant: Constant, to: &mut String) {
        match self.shape(constant) {
            ConstantShape::Null => to.push_str("<nil>"),
            ConstantShape::Boolean(value) => {
                let _ = write!(to, "{value}");
            }
            ConstantShape::Number(text) | ConstantShape::String(text) => to.push_str(text),
            ConstantShape::Array(members) => {
                to.push('[');
                for (place, member) in members.iter().enumerate() {
                    if place > 0 {
                        to.push(' ');
                    }
                    self.write_text(*member, to);
                }
                to.push(']');
            }
            ConstantShape::Object(entries) => {
                to.push_str("map[");
                for (place, entry) in entries.iter().enumerate() {
                    if place > 0 {
                        to.push(if place % 2 == 1 { ':' } else { ' ' });
                    }
                    self.write_text(*entry, to);
                }
                to.push(']');
            }
        }
    }

    pub(super) fn write_json(&self, constant: Constant, to: &mut String) {
        match self.shape(constant) {
            ConstantShape::Null => to.push_str("null"),
            ConstantShape::Boolean(value) => {
                let _ = write!(to, "{value}");
            }
            ConstantShape::Number(text) => to.push_str(text),
            ConstantShape::String(text) => write_json_string(text, to),
            ConstantShape::Array(members) => {
                to.push('[');
                for (place, member) in members.iter().enumerate() {
                    if place > 0 {
                        to.push(',');
                    }
                    self.write_json(*member, to);
                }
                to.push(']');
            }
            ConstantShape::Object(entries) => {
                to.push('{');
                for (place, entry) in entries.iter().enumerate() {
                    if place > 0 {
                        to.push(if place % 2 == 1 { ':' } else { ',' });
                    }
                    self.write_json(*entry, to);
                }
                to.push('}');
            }
        }
    }
}

fn rank(shape: ConstantShape<'_>) -> u8 {
    match shape {
        ConstantShape::Null => 0,
        ConstantShape::Boolean(_) => 1,
        ConstantShape::Number(_) => 2,
        ConstantShape::String(_) => 3,
        ConstantShape::Array(_) => 4,
        ConstantShape::Object(_) => 5,
    }
}

/// Writes a string as JSON.
pub(super) fn write_json_string(text: &str, to: &mut String) {
    to.push('"');
    for character in text.chars() {
        match character {
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            '\n' => to.push_str("\\n"),
            '\r' => to.push_str("\\r"),
            '\t' => to.push_str("\\t"),
            '\u{8}' => to.push_str("\\b"),
            '\u{c}' => to.push_str("\\f"),
            control if (control as u32) < 0x20 => {
                let _ = write!(to, "\\u{:04x}", control as u32);
            }
            other => to.push(other),
        }
    }
    to.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_stored_once() {
        let mut all = Constants::default();
        let (a, one) = (all.string("a"), all.number("1"));
        assert_eq!((a, one), (all.string("a"), all.number("1")));
        assert_ne!(all.string("1"), one);
        let list = all.array(&[a, one]);
        assert_eq!(all.array(&[a, one]), list);
        let (first, second) = (all.object(vec![(a, one), (a, list)]), all.object(vec![(a, list)]));
        assert_eq!(first, second);
    }

    #[test]
    fn constants_are_sorted_and_written_as_go_does() {
        let mut all = Constants::default();
        let (a, two) = (all.string("a\""), all.number("2"));
        let list = all.array(&[Constant::NULL, two]);
        let object = all.object(vec![(a, list)]);
        let sorted = [Constant::NULL, Constant::FALSE, Constant::TRUE, two, a, list, object];
        assert!(sorted.windows(2).all(|pair| all.compare(pair[0], pair[1]).is_lt()));
        let (mut text, mut json) = (String::new(), String::new());
        all.write_text(object, &mut text);
        all.write_json(object, &mut json);
        assert_eq!((text.as_str(), json.as_str()), ("map[a\":[<nil> 2]]", r#"{"a\"":[null,2]}"#));
    }
}
