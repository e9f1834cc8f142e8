//! The types that JSON schemas in annotations stand for.

use crate::rego::metadata::Value;
use crate::rego::types::{Property, Type, Types};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// The names of types, as a schema may use them.
const NAMES: [&str; 7] = ["array", "boolean", "integer", "number", "null", "object", "string"];

/// How deep schemas are read; what is deeper is anything.
const DEEPEST: u32 = 100;

type Map = BTreeMap<String, Value>;

/// One schema, as far as it tells a type.
#[derive(Debug, Clone, Default)]
struct Schema<'a> {
    types: Vec<&'a str>,
    properties: Vec<(&'a str, &'a Value)>,
    items: Vec<&'a Value>,
    /// Whether the one schema of items is that of all items.
    of_all_items: bool,
    any_of: Option<&'a [Value]>,
    all_of: Option<&'a [Value]>,
    reference: Option<&'a str>,
}

/// The type of a schema, or OPA's words on what is wrong with it.
pub(super) fn type_of_schema(schema: &Map, types: &mut Types) -> Result<Type, String> {
    let mut reader = Reader { root: schema, types, known: FxHashMap::default() };
    reader.map(schema, DEEPEST)
}

struct Reader<'a, 't> {
    root: &'a Map,
    types: &'t mut Types,
    /// The types of schemas by where they are; a schema that leads back to itself is anything in itself.
    known: FxHashMap<usize, Type>,
}

impl<'a> Reader<'a, '_> {
    fn map(&mut self, schema: &'a Map, left: u32) -> Result<Type, String> {
        let Some(left) = left.checked_sub(1) else { return Ok(Type::ANY) };
        let place = std::ptr::from_ref(schema).addr();
        if let Some(known) = self.known.get(&place) {
            return Ok(*known);
        }
        self.known.insert(place, Type::ANY);
        let schema = read(schema)?;
        let of = self.schema(&schema, left)?;
        self.known.insert(place, of);
        Ok(of)
    }

    fn value(&mut self, schema: &'a Value, left: u32) -> Result<Type, String> {
        if let Value::Map(schema) = schema { self.map(schema, left) } else { Ok(Type::ANY) }
    }

    /// The schema a `$ref` within the same document names.
    fn referred(&self, reference: &str) -> Option<&'a Map> {
        let mut schema = self.root;
        for part in reference.strip_prefix('#')?.split('/').skip(1) {
            let name = part.replace("~1", "/").replace("~0", "~");
            let Value::Map(inner) = schema.get(&name)? else { return None };
            schema = inner;
        }
        Some(schema)
    }

    fn schema(&mut self, schema: &Schema<'a>, left: u32) -> Result<Type, String> {
        if let Some(reference) = schema.reference {
            return self.referred(reference).map_or(Ok(Type::ANY), |schema| self.map(schema, left));
        }
        if let Some(members) = schema.any_of {
            let mut union = Type::UNKNOWN;
            if !schema.types.is_empty() && !schema.properties.is_empty() && kind(&schema.types) == Some("object") {
                union = self.schema(&Schema { any_of: None, ..schema.clone() }, left)?;
            }
            for member in members {
                let of = self.value(member, left)?;
                union = self.types.union(of, union);
            }
            return Ok(union);
        }
        if let Some(members) = schema.all_of {
            return self.all_of(schema, members, left);
        }
        match kind(&schema.types) {
            Some("boolean") => Ok(Type::BOOLEAN),
            Some("string") => Ok(Type::STRING),
            Some("number") => Ok(Type::NUMBER),
            Some("object") => self.object(schema, left),
            Some("array") => self.array(schema, left),
            _ if !schema.properties.is_empty() => self.object(schema, left),
            _ if !schema.items.is_empty() => self.array(schema, left),
            _ => Ok(Type::ANY),
        }
    }

    fn object(&mut self, schema: &Schema<'a>, left: u32) -> Result<Type, String> {
        if schema.properties.is_empty() {
            return Ok(self.types.object(&[], Some((Type::ANY, Type::ANY))));
        }
        let mut properties = Vec::with_capacity(schema.properties.len());
        for (name, value) in &schema.properties {
            let value = self.value(value, left)?;
            properties.push(Property { key: self.types.string(name), value });
        }
        Ok(self.types.object(&properties, None))
    }

    fn array(&mut self, schema: &Schema<'a>, left: u32) -> Result<Type, String> {
        if schema.items.is_empty() {
            return Ok(self.types.array(&[], Type::ANY));
        }
        let items = schema.items.iter().map(|item| self.value(item, left));
        let items: Vec<Type> = items.collect::<Result<_, _>>()?;
        Ok(match items.as_slice() {
            [all] if schema.of_all_items => self.types.array(&[], *all),
            items => self.types.array(items, Type::UNKNOWN),
        })
    }

    fn all_of(&mut self, schema: &Schema<'a>, members: &'a [Value], left: u32) -> Result<Type, String> {
        let mut merged: Option<Schema<'a>> = None;
        for member in members {
            let Value::Map(member) = member else { continue };
            let mut member = read(member)?;
            let mut hops = 0;
            while let Some(named) = member.reference.and_then(|reference| self.referred(reference)) {
                hops += 1;
                if hops > DEEPEST {
                    return Ok(Type::ANY);
                }
                member = read(named)?;
            }
            let unions_only = member.types.is_empty() && member.any_of.is_some();
            if unions_only && member.properties.is_empty() && member.items.is_empty() {
                continue;
            }
            merged = Some(match merged {
                None => completed(member),
                Some(merged) => merge(merged, completed(member))?,
            });
        }
        let Some(merged) = merged else { return Ok(Type::ANY) };
        if schema.types.is_empty() {
            return self.schema(&merged, left);
        }
        let both = |name: &str| schema.types.contains(&name) && merged.types.contains(&name);
        if both("object") || both("array") {
            let merged = merge(merged, completed(Schema { all_of: None, ..schema.clone() }))?;
            return self.schema(&merged, left);
        }
        if schema.types != merged.types {
            return Err("type checking: unable to merge these schemas".to_owned());
        }
        self.schema(&merged, left)
    }
}

/// The kind of type that counts of those a schema names.
fn kind(types: &[&str]) -> Option<&'static str> {
    let kinds = [
        ("boolean", "boolean"),
        ("string", "string"),
        ("integer", "number"),
        ("number", "number"),
        ("object", "object"),
        ("array", "array"),
    ];
    kinds.into_iter().find(|(name, _)| types.contains(name)).map(|(_, kind)| kind)
}

/// A schema with properties is that of an object, one with items that of an array.
fn completed(mut schema: Schema<'_>) -> Schema<'_> {
    if !schema.properties.is_empty() {
        if !schema.types.contains(&"object") {
            schema.types.push("object");
        }
    } else if !schema.items.is_empty() && !schema.types.contains(&"array") {
        schema.types.push("array");
    }
    schema
}

fn merge<'a>(mut left: Schema<'a>, right: Schema<'a>) -> Result<Schema<'a>, String> {
    if left.types != right.types {
        let told = |types: &[&str]| types.join(",");
        return Err(format!(
            "type checking: unable to merge these schemas: type mismatch: {} and {}",
            told(&left.types),
            told(&right.types)
        ));
    }
    if !left.properties.is_empty() && !right.properties.is_empty() {
        left.properties.extend(right.properties);
    } else if !left.items.is_empty() && right.items.len() > left.items.len() {
        left.items.extend_from_slice(right.items.get(left.items.len()..).unwrap_or_default());
    }
    Ok(left)
}

fn read(schema: &Map) -> Result<Schema<'_>, String> {
    let fault = |what: &str| Err(format!("unable to compile the schema: {what}"));
    let mut read = Schema { reference: text(schema.get("$ref")), ..Schema::default() };
    if read.reference.is_some() {
        return Ok(read);
    }
    let names = match schema.get("type") {
        None => &[],
        Some(one @ Value::Text(_)) => std::slice::from_ref(one),
        Some(Value::List(names)) => names.as_slice(),
        Some(_) => return fault("Invalid type. Expected: type, given: string/Array Of Strings"),
    };
    for name in names {
        let Value::Text(name) = name else {
            return fault("Invalid type. Expected: type, given: string/Array Of Strings");
        };
        if !NAMES.contains(&name.as_str()) {
            let valid = NAMES.join(" ");
            return fault(&format!(
                "has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[{valid}]"
            ));
        }
        read.types.push(name);
    }
    match schema.get("properties") {
        None => {}
        Some(Value::Map(properties)) => {
            read.properties = properties.iter().map(|(name, value)| (name.as_str(), value)).collect();
        }
        Some(_) => return fault("Properties must be of type object"),
    }
    match schema.get("items") {
        Some(Value::List(items)) => read.items = items.iter().collect(),
        Some(all @ Value::Map(_)) => (read.items, read.of_all_items) = (vec![all], true),
        _ => {}
    }
    read.any_of = list(schema.get("anyOf"));
    read.all_of = list(schema.get("allOf"));
    Ok(read)
}

fn text(value: Option<&Value>) -> Option<&str> {
    if let Some(Value::Text(text)) = value { Some(text) } else { None }
}

fn list(value: Option<&Value>) -> Option<&[Value]> {
    if let Some(Value::List(list)) = value { Some(list) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<String, String> {
        fn value(json: &serde_json::Value) -> Value {
            match json {
                serde_json::Value::Object(entries) => {
                    Value::Map(entries.iter().map(|(key, entry)| (key.clone(), value(entry))).collect())
                }
                serde_json::Value::Array(members) => Value::List(members.iter().map(value).collect()),
                serde_json::Value::String(text) => Value::Text(text.clone()),
                _ => Value::Integer(1),
            }
        }
        let Value::Map(schema) = value(&serde_json::from_str(json).expect("JSON")) else { panic!("an object") };
        let mut types = Types::default();
        type_of_schema(&schema, &mut types).map(|of| types.text(of))
    }

    #[test]
    fn schemas_are_types() {
        for (schema, text) in [
            (r#"{}"#, "any"),
            (r#"{"type": ["null", "integer"]}"#, "number"),
            (r#"{"type": "object"}"#, "object[any: any]"),
            (r#"{"properties": {"a": {"type": "string"}}}"#, "object<a: string>"),
            (r#"{"items": {"type": "boolean"}}"#, "array[boolean]"),
            (r#"{"type": "array", "items": [{"type": "boolean"}, {}]}"#, "array<boolean, any>"),
            (r#"{"anyOf": [{"type": "string"}, {"type": "number"}]}"#, "any<number, string>"),
            (
                r#"{"allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "number"}}}]}"#,
                "object<a: string, b: number>",
            ),
            (
                r##"{"$defs": {"a": {"type": "string"}}, "properties": {"b": {"$ref": "#/$defs/a"}}}"##,
                "object<b: string>",
            ),
        ] {
            assert_eq!(read(schema).as_deref(), Ok(text), "{schema}");
        }
    }

    #[test]
    fn a_schema_that_leads_back_to_itself_is_anything_in_itself() {
        let schema = r##"{"properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}}"##;
        assert_eq!(read(schema).as_deref(), Ok("object<a: any, b: any>"));
        assert_eq!(read(r##"{"$ref": "#"}"##).as_deref(), Ok("any"));
    }

    #[test]
    fn what_is_no_schema_is_told_in_the_words_of_opa() {
        let refused = |schema| read(schema).expect_err("a fault");
        let told = "unable to compile the schema: has a primitive type that is NOT VALID -- given: /strnig/ Expected \
                    valid values are:[array boolean integer number null object string]";
        assert_eq!(refused(r#"{"type": "strnig"}"#), told);
        let told = "unable to compile the schema: Invalid type. Expected: type, given: string/Array Of Strings";
        assert_eq!(refused(r#"{"type": 1}"#), told);
        let told = "type checking: unable to merge these schemas: type mismatch: string and number";
        assert_eq!(refused(r#"{"allOf": [{"type": "string"}, {"type": "number"}]}"#), told);
        assert_eq!(refused(r#"{"properties": 1}"#), "unable to compile the schema: Properties must be of type object");
    }
}
