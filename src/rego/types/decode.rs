//! Types read from JSON.

use super::arena::Types;
use super::constant::Constant;
use super::shape::{Property, Type};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// How deep types in a file may be nested.
const DEEPEST: u32 = 100;

/// Why a JSON text is no type.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The text is not of the form of a type.
    #[error("not a type: {0}")]
    Form(#[from] serde_json::Error),
    /// There is no such type.
    #[error("unsupported type '{0}'")]
    Kind(String),
    /// Types are nested too deep.
    #[error("types nested more than {DEEPEST} deep")]
    Depth,
    /// A function takes any number of arguments, yet has a result.
    #[error("a function of any number of arguments cannot have a result")]
    VariadicResult,
}

#[derive(Deserialize)]
struct Written<'a> {
    #[serde(rename = "type", default, borrow)]
    kind: Cow<'a, str>,
    #[serde(default, borrow)]
    name: Cow<'a, str>,
    #[serde(default, borrow)]
    description: Cow<'a, str>,
    #[serde(rename = "static", default, borrow)]
    known: Option<Vec<&'a RawValue>>,
    #[serde(default, borrow)]
    dynamic: Option<&'a RawValue>,
    #[serde(default, borrow)]
    of: Option<&'a RawValue>,
    #[serde(default, borrow)]
    args: Option<Vec<&'a RawValue>>,
    #[serde(default, borrow)]
    result: Option<&'a RawValue>,
    #[serde(default, borrow)]
    variadic: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct WrittenProperty<'a> {
    #[serde(default)]
    key: serde_json::Value,
    #[serde(borrow)]
    value: &'a RawValue,
}

#[derive(Deserialize)]
struct WrittenDynamic<'a> {
    #[serde(default, borrow)]
    key: Option<&'a RawValue>,
    #[serde(default, borrow)]
    value: Option<&'a RawValue>,
}

impl Types {
    /// Reads a type. `named` tells whether arguments and results keep names and descriptions.
    ///
    /// # Errors
    /// What OPA would not read either, and types nested too deep.
    pub fn decode(&mut self, json: &str, named: bool) -> Result<Type, DecodeError> {
        self.decoded(json, named, 0)
    }

    fn decoded(&mut self, json: &str, named: bool, depth: u32) -> Result<Type, DecodeError> {
        if depth > DEEPEST {
            return Err(DecodeError::Depth);
        }
        let written: Written<'_> = serde_json::from_str(json)?;
        let of = match &*written.kind {
            "null" => Type::NULL,
            "boolean" => Type::BOOLEAN,
            "number" => Type::NUMBER,
            "string" => Type::STRING,
            "array" => {
                let items = self.decoded_all(&written.known.unwrap_or_default(), named, depth)?;
                let rest = self.decoded_part(written.dynamic, named, depth)?;
                self.array(&items, rest)
            }
            "object" => {
                let mut properties = Vec::new();
                for property in written.known.unwrap_or_default() {
                    let property: WrittenProperty<'_> = serde_json::from_str(property.get())?;
                    let value = self.decoded(property.value.get(), named, depth + 1)?;
                    properties.push(Property { key: self.decoded_key(&property.key), value });
                }
                let dynamic = written.dynamic.map(|dynamic| serde_json::from_str(dynamic.get())).transpose()?;
                let dynamic = match dynamic {
                    Some(WrittenDynamic { key: Some(key), value }) => {
                        let key = self.decoded(key.get(), named, depth + 1)?;
                        Some((key, self.decoded(value.map_or("", RawValue::get), named, depth + 1)?))
                    }
                    _ => None,
                };
                self.object(&properties, dynamic)
            }
            "set" => {
                let of = self.decoded(written.of.map_or("", RawValue::get), named, depth + 1)?;
                self.set(of)
            }
            "any" => {
                let of: Vec<&RawValue> = written.of.map_or(Ok(Vec::new()), |of| serde_json::from_str(of.get()))?;
                let mut members = self.decoded_all(&of, named, depth)?;
                members.sort_by(|left, right| self.compare(*left, *right));
                self.any(&members)
            }
            "function" => {
                let arguments = self.decoded_all(&written.args.unwrap_or_default(), named, depth)?;
                let result = self.decoded_part(written.result, named, depth)?;
                let variadic = self.decoded_part(written.variadic, named, depth)?;
                if !variadic.is_unknown() && !result.is_unknown() {
                    return Err(DecodeError::VariadicResult);
                }
                self.function(&arguments, variadic, result)
            }
            other => return Err(DecodeError::Kind(other.to_owned())),
        };
        Ok(if named && !written.name.is_empty() { self.named(&written.name, &written.description, of) } else { of })
    }

    fn decoded_all(&mut self, all: &[&RawValue], named: bool, depth: u32) -> Result<Vec<Type>, DecodeError> {
        all.iter().map(|one| self.decoded(one.get(), named, depth + 1)).collect()
    }

    fn decoded_part(&mut self, part: Option<&RawValue>, named: bool, depth: u32) -> Result<Type, DecodeError> {
        part.map_or(Ok(Type::UNKNOWN), |part| self.decoded(part.get(), named, depth + 1))
    }

    fn decoded_key(&mut self, key: &serde_json::Value) -> Constant {
        match key {
            serde_json::Value::Null => Constant::NULL,
            serde_json::Value::Bool(false) => Constant::FALSE,
            serde_json::Value::Bool(true) => Constant::TRUE,
            serde_json::Value::Number(number) => self.number(&number.to_string()),
            serde_json::Value::String(text) => self.string(text),
            serde_json::Value::Array(members) => {
                let members: Vec<Constant> = members.iter().map(|member| self.decoded_key(member)).collect();
                self.constant_array(&members)
            }
            serde_json::Value::Object(entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|(key, value)| (self.string(key), self.decoded_key(value))).collect();
                self.constant_object(&entries)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut types = Types::default();
        for json in [
            r#"{"dynamic":{"key":{"type":"string"},"value":{"type":"number"}},"static":[{"key":1,"value":{"type":"any"}},{"key":"a","value":{"static":[{"type":"null"}],"type":"array"}}],"type":"object"}"#,
            r#"{"args":[{"description":"d","name":"x","of":{"type":"any"},"type":"set"}],"result":{"name":"y","type":"boolean"},"type":"function"}"#,
            r#"{"of":[{"type":"number"},{"dynamic":{"type":"any"},"type":"array"}],"type":"any"}"#,
        ] {
            let read = types.decode(json, true).unwrap();
            assert_eq!(types.json(read), json);
        }
        let read = types.decode(r#"{"name":"x","type":"number"}"#, false).unwrap();
        assert_eq!(read, Type::NUMBER);
    }

    #[test]
    fn what_is_no_type_is_refused() {
        let mut types = Types::default();
        let refused = |json: &str, types: &mut Types| types.decode(json, false).unwrap_err().to_string();
        assert_eq!(refused(r#"{"type":"vector"}"#, &mut types), "unsupported type 'vector'");
        assert!(refused(r#"{"type":"set"}"#, &mut types).starts_with("not a type: "));
        let variadic = r#"{"type":"function","variadic":{"type":"any"},"result":{"type":"any"}}"#;
        assert!(matches!(types.decode(variadic, false), Err(DecodeError::VariadicResult)));
        let deep = r#"{"type":"set","of":"#.repeat(200) + "1" + &"}".repeat(200);
        assert!(matches!(types.decode(&deep, false), Err(DecodeError::Depth)));
    }
}
