//! Two types side by side, without what they share.

use super::arena::{Property, Run, Shape, Type, Types};
use super::text::ELISION;
use std::collections::HashSet;

/// Types wider than this that are not what an error is about are only shown as what they are on the outside.
const WIDEST: u64 = 32;

/// How deep two types are compared.
const DEEPEST: u32 = 8;

/// Two texts that belong together.
type Pair = (String, String);

impl Types {
    /// A type, or only what it is on the outside where it is wide.
    #[must_use]
    pub fn outline(&self, of: Type) -> String {
        if self.width(of) <= WIDEST { self.text(of) } else { self.elided(of, 0) }
    }

    /// Two types with what is equal in both left out, as OPA shows them where a line would grow too wide.
    #[must_use]
    pub fn difference(&self, left: Type, right: Type) -> Pair {
        self.differing(left, right, 0)
    }

    fn outlines(&self, left: Type, right: Type) -> Pair {
        (self.outline(left), self.outline(right))
    }

    fn reads_the_same(&self, left: Type, right: Type) -> bool {
        left == right || (self.width(left) == self.width(right) && self.text(left) == self.text(right))
    }

    fn differing(&self, left: Type, right: Type, depth: u32) -> Pair {
        if let Shape::Named { name, of, .. } = self.shape(left) {
            let (left, right) = self.differing(of, right, depth);
            return (format!("{}: {left}", self.key_text(name).0), right);
        }
        if let Shape::Named { name, of, .. } = self.shape(right) {
            let (left, right) = self.differing(left, of, depth);
            return (left, format!("{}: {right}", self.key_text(name).0));
        }
        if depth >= DEEPEST || self.reads_the_same(left, right) {
            return self.outlines(left, right);
        }
        match (self.shape(left), self.shape(right)) {
            (Shape::Set(a), Shape::Set(b)) if !a.is_unknown() && !b.is_unknown() => {
                let (left, right) = self.differing(a, b, depth + 1);
                (format!("set[{left}]"), format!("set[{right}]"))
            }
            (Shape::Array { items: a, rest: x }, Shape::Array { items: b, rest: y }) => {
                if a.len() != b.len() || x.is_unknown() != y.is_unknown() {
                    return (self.elided(left, 1), self.elided(right, 1));
                }
                let pairs = self.items(a).iter().zip(self.items(b));
                let (lefts, rights): (Vec<_>, Vec<_>) = pairs.map(|(a, b)| self.differing(*a, *b, depth + 1)).unzip();
                let (x, y) = if x.is_unknown() {
                    (None, None)
                } else {
                    let (x, y) = self.differing(x, y, depth + 1);
                    (Some(x), Some(y))
                };
                (composite("array", &lefts, x), composite("array", &rights, y))
            }
            (Shape::Object { properties: a, dynamic: x }, Shape::Object { properties: b, dynamic: y }) => {
                let (lefts, rights) = self.differing_properties(a, b, depth);
                let both = |(key, value): (Type, Type)| format!("{}: {}", self.outline(key), self.outline(value));
                let (x, y) = match (x, y) {
                    (Some((key, value)), Some((other_key, other_value))) => {
                        let (left_key, right_key) = self.differing(key, other_key, depth + 1);
                        let (left, right) = self.differing(value, other_value, depth + 1);
                        (Some(format!("{left_key}: {left}")), Some(format!("{right_key}: {right}")))
                    }
                    (x, y) => (x.map(both), y.map(both)),
                };
                (composite("object", &lefts, x), composite("object", &rights, y))
            }
            (Shape::Any(a), Shape::Any(b)) => self.differing_members(a, b),
            (
                Shape::Function { arguments: a, variadic: v, result: x },
                Shape::Function { arguments: b, variadic: w, result: y },
            ) if a.len() == b.len() => {
                let plain = |run| self.items(run).iter().map(|argument| self.unnamed(*argument));
                let (mut lefts, mut rights): (Vec<_>, Vec<_>) =
                    plain(a).zip(plain(b)).map(|(a, b)| self.differing(a, b, depth + 1)).unzip();
                let (v, w) = (self.unnamed(v), self.unnamed(w));
                if !v.is_unknown() && !w.is_unknown() {
                    let (left, right) = self.differing(v, w, depth + 1);
                    lefts.push(left + "...");
                    rights.push(right + "...");
                } else if !v.is_unknown() {
                    lefts.push(self.outline(v) + "...");
                } else if !w.is_unknown() {
                    rights.push(self.outline(w) + "...");
                }
                let (x, y) = self.differing(self.unnamed(x), self.unnamed(y), depth + 1);
                (format!("({}) => {x}", lefts.join(", ")), format!("({}) => {y}", rights.join(", ")))
            }
            _ => self.outlines(left, right),
        }
    }

    fn differing_properties(&self, left: Run, right: Run, depth: u32) -> (Vec<String>, Vec<String>) {
        let (mut lefts, mut rights, mut equal) = (Vec::new(), Vec::new(), false);
        let shown = |property: &Property, value: String| format!("{}: {value}", self.key_text(property.key).0);
        let (mut left, mut right) = (self.properties(left).iter().peekable(), self.properties(right).iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(a), Some(b)) => self.constants.compare(a.key, b.key),
            };
            let a = if order.is_le() { left.next() } else { None };
            let b = if order.is_ge() { right.next() } else { None };
            match (a, b) {
                (Some(a), Some(b)) if self.reads_the_same(a.value, b.value) => equal = true,
                (Some(a), Some(b)) => {
                    let (left, right) = self.differing(a.value, b.value, depth + 1);
                    lefts.push(shown(a, left));
                    rights.push(shown(b, right));
                }
                (a, b) => {
                    lefts.extend(a.map(|a| shown(a, self.outline(a.value))));
                    rights.extend(b.map(|b| shown(b, self.outline(b.value))));
                }
            }
        }
        if equal {
            lefts.push(ELISION.to_owned());
            rights.push(ELISION.to_owned());
        }
        (lefts, rights)
    }

    fn differing_members(&self, left: Run, right: Run) -> Pair {
        let (left, right) = (self.items(left), self.items(right));
        let texts = |members: &[Type]| -> HashSet<String> { members.iter().map(|member| self.text(*member)).collect() };
        let only = |members: &[Type], others: &[Type]| -> Vec<String> {
            let others = texts(others);
            let own = members.iter().filter(|one| !others.contains(&self.text(**one)));
            own.map(|one| self.outline(*one)).collect()
        };
        let (mut lefts, mut rights) = (only(left, right), only(right, left));
        if lefts.len() < left.len() {
            lefts.push(ELISION.to_owned());
            rights.push(ELISION.to_owned());
        }
        let shown = |of: &[String]| if of.is_empty() { "any".to_owned() } else { format!("any<{}>", of.join(", ")) };
        (shown(&lefts), shown(&rights))
    }
}

fn composite(kind: &str, known: &[String], dynamic: Option<String>) -> String {
    let known = if known.is_empty() { String::new() } else { format!("<{}>", known.join(", ")) };
    let dynamic = dynamic.filter(|dynamic| !dynamic.is_empty()).map_or_else(String::new, |of| format!("[{of}]"));
    format!("{kind}{known}{dynamic}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_objects_share_is_left_out() {
        let mut types = Types::default();
        let keys: Vec<_> = ["a", "b", "c"].map(|key| types.string(key)).into();
        let property = |place: usize, value| Property { key: keys[place], value };
        let left = types.object(&[property(0, Type::NUMBER), property(1, Type::NULL)], None);
        let right = types.object(&[property(0, Type::NUMBER), property(2, Type::STRING)], None);
        let (left, right) = types.difference(left, right);
        assert_eq!((left.as_str(), right.as_str()), ("object<b: null, ...>", "object<c: string, ...>"));
    }

    #[test]
    fn what_two_unions_share_is_left_out() {
        let mut types = Types::default();
        let (left, right) = (types.union(Type::NUMBER, Type::STRING), types.union(Type::NULL, Type::STRING));
        let (left, right) = types.difference(left, right);
        assert_eq!((left.as_str(), right.as_str()), ("any<number, ...>", "any<null, ...>"));
    }

    #[test]
    fn wide_types_show_their_outside() {
        let mut types = Types::default();
        let wide = types.array(&[Type::NUMBER; 8], Type::UNKNOWN);
        assert_eq!(types.outline(wide), "array<...>");
        let (left, right) = types.difference(wide, Type::NUMBER);
        assert_eq!((left.as_str(), right.as_str()), ("array<...>", "number"));
    }
}
