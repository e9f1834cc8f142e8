//! Types as people read them: `array<number>[any<number, string>]`.

use super::arena::Types;
use super::constant::Constant;
use super::shape::{Shape, Type};
use rustc_hash::FxHashMap;

/// Types whose text is longer than this are shown as what they are on the outside.
const LONGEST: u64 = 1 << 20;

pub(super) const ELISION: &str = "...";

impl Types {
    /// A type as OPA prints it. What would be longer than a million characters is only shown as what it is on the outside.
    #[must_use]
    pub fn text(&self, of: Type) -> String {
        if self.width(of) > LONGEST { self.elided(of, 0) } else { self.elided(of, u32::MAX) }
    }

    /// How many characters [`text`](Self::text) has, were nothing left out.
    #[must_use]
    pub(super) fn width(&self, of: Type) -> u64 {
        self.measured(of, &mut FxHashMap::default())
    }

    fn measured(&self, of: Type, known: &mut FxHashMap<Type, u64>) -> u64 {
        if let Some(width) = known.get(&of) {
            return *width;
        }
        let mut listed = |parts: &[Type], around: u64| {
            let inside: u64 = parts.iter().map(|part| self.measured(*part, known)).fold(0, u64::saturating_add);
            inside.saturating_add(around).saturating_add(2 * (parts.len() as u64).saturating_sub(1))
        };
        let width = match self.shape(of) {
            Shape::Unknown => 3,
            Shape::Null => 4,
            Shape::Boolean => 7,
            Shape::Number | Shape::String => 6,
            Shape::Array { items, rest } => {
                let items = if items.is_empty() { 0 } else { listed(self.items(items), 2) };
                let rest = if rest.is_unknown() { 0 } else { listed(&[rest], 2) };
                items.saturating_add(rest).saturating_add(5)
            }
            Shape::Object { properties, dynamic } => {
                let properties = self.properties(properties);
                let values: Vec<Type> = properties.iter().map(|property| property.value).collect();
                let keys: u64 = properties.iter().map(|property| 2 + self.key_text(property.key).1).sum();
                let known = if values.is_empty() { 0 } else { listed(&values, 2).saturating_add(keys) };
                let dynamic = dynamic.map_or(0, |(key, value)| listed(&[key, value], 2));
                known.saturating_add(dynamic).saturating_add(6)
            }
            Shape::Set(Type::UNKNOWN) => 3,
            Shape::Set(of) => listed(&[of], 5),
            Shape::Any(members) if members.is_empty() => 3,
            Shape::Any(members) => listed(self.items(members), 5),
            Shape::Function { arguments, variadic, result } => {
                let mut parts: Vec<Type> =
                    self.items(arguments).iter().map(|argument| self.unnamed(*argument)).collect();
                let dots = if variadic.is_unknown() { 0 } else { 3 };
                parts.extend((!variadic.is_unknown()).then_some(self.unnamed(variadic)));
                let result = self.unnamed(result);
                listed(&parts, 2 + 4 + dots).saturating_add(listed(&[result], 0))
            }
            Shape::Named { name, of, .. } => self.key_text(name).1.saturating_add(2).saturating_add(listed(&[of], 0)),
        };
        known.insert(of, width);
        width
    }

    /// The text of a key, and how many characters it has.
    pub(super) fn key_text(&self, key: Constant) -> (String, u64) {
        let mut text = String::new();
        self.constants.write_text(key, &mut text);
        let width = text.chars().count() as u64;
        (text, width)
    }

    /// A type with `...` for all that is nested deeper than `depth` levels.
    pub(super) fn elided(&self, of: Type, depth: u32) -> String {
        let mut text = String::new();
        self.write_elided(of, depth, &mut text);
        text
    }

    fn write_elided(&self, of: Type, depth: u32, to: &mut String) {
        let deeper = depth.saturating_sub(u32::from(depth != u32::MAX));
        let part = |of: Type, to: &mut String| {
            if depth == 0 {
                to.push_str(ELISION);
            } else {
                self.write_elided(of, deeper, to);
            }
        };
        match self.shape(of) {
            Shape::Unknown => to.push_str("???"),
            Shape::Null => to.push_str("null"),
            Shape::Boolean => to.push_str("boolean"),
            Shape::Number => to.push_str("number"),
            Shape::String => to.push_str("string"),
            Shape::Array { items, rest } => {
                to.push_str("array");
                let items = self.items(items);
                write_list(if depth == 0 { items.get(..1).unwrap_or(items) } else { items }, "<>", to, |item, to| {
                    part(*item, to);
                });
                let rest = Some(rest).filter(|rest| !rest.is_unknown());
                write_list(rest.as_slice(), "[]", to, |rest, to| part(*rest, to));
            }
            Shape::Object { properties, dynamic } => {
                to.push_str("object");
                let properties = self.properties(properties);
                let shown = if depth == 0 { properties.get(..1).unwrap_or(properties) } else { properties };
                write_list(shown, "<>", to, |property, to| {
                    if depth > 0 {
                        self.constants.write_text(property.key, to);
                        to.push_str(": ");
                    }
                    part(property.value, to);
                });
                write_list(dynamic.as_slice(), "[]", to, |(key, value), to| {
                    part(*key, to);
                    if depth > 0 {
                        to.push_str(": ");
                        part(*value, to);
                    }
                });
            }
            Shape::Set(of) => {
                to.push_str("set");
                let of = Some(of).filter(|of| !of.is_unknown());
                write_list(of.as_slice(), "[]", to, |of, to| part(*of, to));
            }
            Shape::Any(members) => {
                to.push_str("any");
                let members = self.items(members);
                let shown = if depth == 0 { members.get(..1).unwrap_or(members) } else { members };
                write_list(shown, "<>", to, |member, to| part(*member, to));
            }
            Shape::Function { arguments, variadic, result } => {
                to.push('(');
                let mut parts: Vec<(Type, &str)> =
                    self.items(arguments).iter().map(|argument| (self.unnamed(*argument), "")).collect();
                parts.extend((!variadic.is_unknown()).then(|| (self.unnamed(variadic), "...")));
                if depth == 0 && !parts.is_empty() {
                    to.push_str(ELISION);
                } else {
                    for (place, (argument, dots)) in parts.into_iter().enumerate() {
                        to.push_str(if place > 0 { ", " } else { "" });
                        part(argument, to);
                        to.push_str(dots);
                    }
                }
                to.push_str(") => ");
                let result = self.unnamed(result);
                if result.is_unknown() { to.push_str("???") } else { part(result, to) }
            }
            Shape::Named { name, of, .. } => {
                self.constants.write_text(name, to);
                to.push_str(": ");
                self.write_elided(of, depth, to);
            }
        }
    }
}

/// Writes members between brackets; nothing where there is none.
fn write_list<T>(members: &[T], brackets: &str, to: &mut String, mut write: impl FnMut(&T, &mut String)) {
    let (open, close) = brackets.split_at(1);
    for (place, member) in members.iter().enumerate() {
        to.push_str(if place == 0 { open } else { ", " });
        write(member, to);
    }
    if !members.is_empty() {
        to.push_str(close);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Property;
    use super::*;

    fn of_every_kind(types: &mut Types) -> Type {
        let (name, one) = (types.string("ä"), types.number("1"));
        let pair = types.array(&[Type::NULL, Type::UNKNOWN], Type::BOOLEAN);
        let known = Property { key: name, value: pair };
        let object = types.object(&[known, Property { key: one, value: Type::ANY }], Some((Type::STRING, pair)));
        let (set, empty) = (types.set(object), types.set(Type::UNKNOWN));
        let union = types.union(set, empty);
        let named = types.named("x", "what it is", union);
        types.function(&[named, Type::NUMBER], Type::ANY, Type::UNKNOWN)
    }

    #[test]
    fn types_read_as_opa_prints_them() {
        let mut types = Types::default();
        let function = of_every_kind(&mut types);
        let text = "(any<set, set[object<1: any, ä: array<null, ???>[boolean]>[string: array<null, ???>[boolean]]]>, \
                    number, any...) => ???";
        assert_eq!(types.text(function), text);
        assert_eq!(types.width(function), text.chars().count() as u64);
        assert_eq!(types.elided(function, 1), "(any<...>, number, any...) => ???");
        assert_eq!(types.elided(function, 0), "(...) => ???");
    }

    #[test]
    fn a_type_that_would_fill_the_screen_for_ever_is_cut() {
        let mut types = Types::default();
        let mut doubled = Type::NUMBER;
        for _ in 0..100 {
            doubled = types.array(&[doubled, doubled], Type::UNKNOWN);
        }
        assert_eq!(types.text(doubled), "array<...>");
    }
}
