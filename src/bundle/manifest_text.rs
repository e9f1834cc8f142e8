//! The reader of `.manifest`: the first JSON value of the text, its fields in any case, unknown ones left out, as in OPA.

use super::error::ContentFault;
use super::json::{Duplicates, Json, decode, elements, members, normalise_first};
use super::manifest::{Manifest, WasmResolver};
use std::collections::BTreeMap;

/// Reads a manifest, and tells which keys it repeats.
pub(super) fn read(text: &[u8]) -> Result<(Manifest, Duplicates), ContentFault> {
    let read = normalise_first(text)?;
    let mut manifest = Manifest::default();
    if read.json.is_null() {
        return Ok((manifest, read.duplicates));
    }
    let fields = members(&read.json).ok_or_else(|| ContentFault::shape("the manifest", "an object", &read.json))?;
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        match name.to_ascii_lowercase().as_str() {
            "revision" => manifest.revision = string("revision", value)?,
            "roots" => manifest.roots = strings("roots", value)?,
            "wasm" => manifest.wasm = resolvers(value)?,
            "rego_version" => manifest.rego_version = Some(integer("rego_version", value)?),
            "file_rego_versions" => manifest.file_rego_versions = integers("file_rego_versions", value)?,
            "metadata" if !value.is_object() => return Err(ContentFault::shape("metadata", "an object", value)),
            "metadata" => manifest.metadata = (*value != Json::empty_object()).then(|| value.clone()),
            _ => {}
        }
    }
    Ok((manifest, read.duplicates))
}

fn string(field: &str, value: &Json) -> Result<String, ContentFault> {
    match value.as_bytes().first() {
        Some(b'"') => Ok(decode(value.as_bytes())),
        Some(b'n') => Ok(String::new()),
        _ => Err(ContentFault::shape(field, "a string", value)),
    }
}

fn strings(field: &str, value: &Json) -> Result<Vec<String>, ContentFault> {
    let values = elements(value).ok_or_else(|| ContentFault::shape(field, "a list of strings", value))?;
    values.iter().map(|value| string(field, value)).collect()
}

fn integer(field: &str, value: &Json) -> Result<i64, ContentFault> {
    value.as_str().parse().map_err(|_| ContentFault::shape(field, "an integer", value))
}

fn integers(field: &str, value: &Json) -> Result<BTreeMap<String, i64>, ContentFault> {
    let members = members(value).ok_or_else(|| ContentFault::shape(field, "an object of integers", value))?;
    let number = |value: &Json| if value.is_null() { Ok(0) } else { integer(field, value) };
    members.into_iter().map(|(key, value)| Ok((key, number(&value)?))).collect()
}

fn resolvers(value: &Json) -> Result<Vec<WasmResolver>, ContentFault> {
    let values = elements(value).ok_or_else(|| ContentFault::shape("wasm", "a list of objects", value))?;
    values.iter().map(resolver).collect()
}

fn resolver(value: &Json) -> Result<WasmResolver, ContentFault> {
    let mut resolver = WasmResolver::default();
    if value.is_null() {
        return Ok(resolver);
    }
    let fields = members(value).ok_or_else(|| ContentFault::shape("wasm", "a list of objects", value))?;
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        match name.to_ascii_lowercase().as_str() {
            "entrypoint" => resolver.entrypoint = string("wasm.entrypoint", value)?,
            "module" => resolver.module = string("wasm.module", value)?,
            "annotations" => match elements(value) {
                Some(annotations) if annotations.is_empty() => {}
                Some(_) => resolver.annotations = Some(value.clone()),
                None => return Err(ContentFault::shape("wasm.annotations", "a list", value)),
            },
            _ => {}
        }
    }
    Ok(resolver)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(text: &str) -> Result<String, String> {
        let (manifest, _) = read(text.as_bytes()).map_err(|fault| fault.to_string())?;
        Ok(String::from_utf8(manifest.to_bytes()).unwrap())
    }

    #[test]
    fn a_manifest_is_written_as_opa_writes_it() {
        for (text, wanted) in [
            ("{}", r#"{"revision":"","roots":[""]}"#),
            ("null", r#"{"revision":"","roots":[""]}"#),
            (r#"{"rego_version":2} trailing"#, r#"{"revision":"","roots":[""],"rego_version":2}"#),
            (r#"{"Rego_Version":0,"REVISION":"q"}"#, r#"{"revision":"q","roots":[""],"rego_version":0}"#),
            (r#"{"roots":null,"rego_version":null,"other":{"a":1}}"#, r#"{"revision":"","roots":[""]}"#),
            (r#"{"roots":["a<b",null]}"#, r#"{"revision":"","roots":["a\u003cb",""]}"#),
            (r#"{"metadata":{}}"#, r#"{"revision":"","roots":[""]}"#),
            (
                r#"{"metadata":{"b":1.50,"a":"<"},"file_rego_versions":{"/b.rego":1,"/a.rego":0},"revision":"r"}"#,
                r#"{"revision":"r","roots":[""],"file_rego_versions":{"/a.rego":0,"/b.rego":1},"metadata":{"a":"\u003c","b":1.50}}"#,
            ),
            (
                r#"{"wasm":[{"module":"/policy.wasm","entrypoint":"a/b","x":1},{"entrypoint":"c"}]}"#,
                r#"{"revision":"","roots":[""],"wasm":[{"entrypoint":"a/b","module":"/policy.wasm"},{"entrypoint":"c"}]}"#,
            ),
        ] {
            assert_eq!(again(text).unwrap(), format!("{wanted}\n"), "{text}");
        }
    }

    #[test]
    fn a_field_of_the_wrong_shape_is_named() {
        for (text, wanted) in [
            ("[]", "the manifest must be an object, it is an array"),
            ("", "line 1, column 1: no value"),
            (r#"{"revision":1}"#, "revision must be a string, it is 1"),
            (r#"{"roots":"a"}"#, "roots must be a list of strings, it is a string"),
            (r#"{"roots":[1]}"#, "roots must be a string, it is 1"),
            (r#"{"rego_version":1.0}"#, "rego_version must be an integer, it is 1.0"),
            (r#"{"rego_version":"1"}"#, "rego_version must be an integer, it is a string"),
            (r#"{"file_rego_versions":{"a":true}}"#, "file_rego_versions must be an integer, it is a boolean"),
            (r#"{"metadata":[]}"#, "metadata must be an object, it is an array"),
            (r#"{"wasm":{}}"#, "wasm must be a list of objects, it is an object"),
        ] {
            assert_eq!(again(text).unwrap_err(), wanted, "{text}");
        }
    }
}
