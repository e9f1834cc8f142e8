//! Types as JSON, as in the details of OPA's errors.

use super::arena::Types;
use super::constant::{Constant, ConstantShape, write_json_string};
use super::shape::{Shape, Type};

/// What the text of a type may be long at most; the JSON of what is longer is `null`.
const LONGEST: u64 = 1 << 22;

/// How deep types are written, so that what is written can be read again; what is deeper is `null`.
const DEEPEST: u32 = 40;

impl Types {
    /// A type as JSON; `null` where it is not known, or would take megabytes.
    #[must_use]
    pub fn json(&self, of: Type) -> String {
        let mut json = String::new();
        self.write_json(of, &mut json);
        json
    }

    /// Writes [`json`](Self::json).
    pub fn write_json(&self, of: Type, to: &mut String) {
        if self.width(of) > LONGEST { to.push_str("null") } else { self.write_part(of, None, DEEPEST, to) }
    }

    /// Writes a constant as JSON.
    pub fn write_constant(&self, constant: Constant, to: &mut String) {
        self.constants.write_json(constant, to);
    }

    fn write_part(&self, of: Type, name: Option<(Constant, Constant)>, left: u32, to: &mut String) {
        let Some(left) = left.checked_sub(1) else { return to.push_str("null") };
        let kind = match self.shape(of) {
            Shape::Unknown => return to.push_str("null"),
            Shape::Named { name, description, of } => return self.write_part(of, Some((name, description)), left, to),
            Shape::Null => "null",
            Shape::Boolean => "boolean",
            Shape::Number => "number",
            Shape::String => "string",
            Shape::Array { .. } => "array",
            Shape::Object { .. } => "object",
            Shape::Set(_) => "set",
            Shape::Any(_) => "any",
            Shape::Function { .. } => "function",
        };
        to.push('{');
        if let Shape::Function { arguments, .. } = self.shape(of) {
            self.write_list("args", self.items(arguments), left, to);
        }
        if let Some((_, description)) = name
            && self.constant(description) != ConstantShape::String("")
        {
            to.push_str("\"description\":");
            self.write_constant(description, to);
            to.push(',');
        }
        match self.shape(of) {
            Shape::Array { rest, .. } if !rest.is_unknown() => self.write_field("dynamic", rest, left, to),
            Shape::Object { dynamic: Some((key, value)), .. } => {
                to.push_str("\"dynamic\":{\"key\":");
                self.write_part(key, None, left, to);
                to.push_str(",\"value\":");
                self.write_part(value, None, left, to);
                to.push_str("},");
            }
            _ => {}
        }
        if let Some((name, _)) = name {
            to.push_str("\"name\":");
            self.write_constant(name, to);
            to.push(',');
        }
        match self.shape(of) {
            Shape::Set(of) if !of.is_unknown() => self.write_field("of", of, left, to),
            Shape::Any(members) => self.write_list("of", self.items(members), left, to),
            Shape::Array { items, .. } => self.write_list("static", self.items(items), left, to),
            Shape::Object { properties, .. } if !properties.is_empty() => {
                to.push_str("\"static\":[");
                for (place, property) in self.properties(properties).iter().enumerate() {
                    to.push_str(if place > 0 { ",{\"key\":" } else { "{\"key\":" });
                    self.write_constant(property.key, to);
                    to.push_str(",\"value\":");
                    self.write_part(property.value, None, left, to);
                    to.push('}');
                }
                to.push_str("],");
            }
            Shape::Function { result, .. } if !result.is_unknown() => self.write_field("result", result, left, to),
            _ => {}
        }
        to.push_str("\"type\":\"");
        to.push_str(kind);
        to.push('"');
        if let Shape::Function { variadic, .. } = self.shape(of)
            && !variadic.is_unknown()
        {
            to.push_str(",\"variadic\":");
            self.write_part(variadic, None, left, to);
        }
        to.push('}');
    }

    fn write_field(&self, field: &str, of: Type, left: u32, to: &mut String) {
        write_json_string(field, to);
        to.push(':');
        self.write_part(of, None, left, to);
        to.push(',');
    }

    fn write_list(&self, field: &str, members: &[Type], left: u32, to: &mut String) {
        if members.is_empty() {
            return;
        }
        write_json_string(field, to);
        to.push_str(":[");
        for (place, member) in members.iter().enumerate() {
            to.push_str(if place > 0 { "," } else { "" });
            self.write_part(*member, None, left, to);
        }
        to.push_str("],");
    }
}

#[cfg(test)]
mod tests {
    use super::super::Property;
    use super::*;

    #[test]
    fn types_are_written_as_in_the_details_of_errors() {
        let mut types = Types::default();
        let (a, one) = (types.string("a"), types.number("1"));
        let pair = types.array(&[Type::NULL, Type::UNKNOWN], Type::BOOLEAN);
        let known = [Property { key: a, value: pair }, Property { key: one, value: Type::ANY }];
        let object = types.object(&known, Some((Type::STRING, Type::NUMBER)));
        assert_eq!(
            types.json(object),
            r#"{"dynamic":{"key":{"type":"string"},"value":{"type":"number"}},"static":[{"key":1,"value":{"type":"any"}},{"key":"a","value":{"dynamic":{"type":"boolean"},"static":[{"type":"null"},null],"type":"array"}}],"type":"object"}"#
        );
        let (set, empty) = (types.set(Type::STRING), types.set(Type::UNKNOWN));
        let union = types.union(set, empty);
        assert_eq!(types.json(union), r#"{"of":[{"type":"set"},{"of":{"type":"string"},"type":"set"}],"type":"any"}"#);
        assert_eq!(types.json(Type::UNKNOWN), "null");
    }

    #[test]
    fn arguments_carry_their_names() {
        let mut types = Types::default();
        let (set, plain) = (types.set(Type::ANY), types.named("y", "", Type::NUMBER));
        let named = types.named("x", "\"all\"", set);
        let function = types.function(&[named, plain], Type::STRING, Type::BOOLEAN);
        assert_eq!(
            types.json(function),
            r#"{"args":[{"description":"\"all\"","name":"x","of":{"type":"any"},"type":"set"},{"name":"y","type":"number"}],"result":{"type":"boolean"},"type":"function","variadic":{"type":"string"}}"#
        );
    }
}
