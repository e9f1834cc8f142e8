//! What is known of a type at once.

use super::arena::Types;
use super::shape::{Shape, Type};

/// What is known of a type at once.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Facts {
    /// Something of it could not be told, in OPA's sense: what stands inside a union does not count, the member of an empty
    /// set does.
    pub(super) nil: bool,
    /// Something of it could not be told; the member of an empty set does not count.
    pub(super) holes: bool,
    pub(super) depth: u32,
}

impl Types {
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

    /// The facts of a shape whose parts are in the arena.
    pub(super) fn facts_of(&self, shape: Shape) -> Facts {
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
    fn a_type_with_an_unknown_part_is_nil_except_inside_a_union() {
        let mut types = Types::default();
        let unsure = types.array(&[Type::NUMBER, Type::UNKNOWN], Type::UNKNOWN);
        let (set, empty) = (types.set(unsure), types.set(Type::UNKNOWN));
        let union = types.any(&[Type::NUMBER, unsure]);
        assert!(types.is_nil(unsure) && types.is_nil(set) && types.is_nil(empty) && !types.is_nil(union));
        assert!(types.has_holes(union) && !types.has_holes(empty));
    }
}
