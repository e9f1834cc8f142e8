//! The recorded trees: what `opa parse --format json` 1.22.2 prints of some 900 modules, with and without places.

use policy::rego::syntax::{Include, Layout, Module, Options, RegoVersion, parse, write_json};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// The modules whose tree is another, and why.
const KNOWN: [(&str, &str); 0] = [];

#[derive(serde::Deserialize)]
struct Recorded {
    note: String,
    version: String,
    file: String,
    text: String,
    /// With places and comments, byte for byte.
    tree: Box<RawValue>,
}

fn recorded() -> Vec<Recorded> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/opa-parse/trees.jsonl");
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn options(recorded: &Recorded) -> Options {
    Options::new(if recorded.version == "v0" { RegoVersion::V0 } else { RegoVersion::V1 })
}

fn written(module: &Module, include: Include, layout: Layout) -> String {
    let mut out = Vec::new();
    write_json(module, include, layout, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A recorded tree without what `include` leaves out.
fn without(tree: &Value, include: Include) -> Value {
    fn bare(value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(bare).collect(),
            Value::Object(members) => {
                let kept = members.iter().filter(|(key, _)| *key != "location" && *key != "alias_location");
                kept.map(|(key, value)| (key.clone(), bare(value))).collect()
            }
            other => other.clone(),
        }
    }
    let mut tree = tree.clone();
    if !include.comments {
        let _ = tree.as_object_mut().unwrap().remove("comments");
    }
    if include.locations {
        return tree;
    }
    for comment in tree.get_mut("comments").and_then(Value::as_array_mut).into_iter().flatten() {
        let _ = comment["Location"].as_object_mut().unwrap().remove("text");
    }
    bare(&tree)
}

/// Where two trees differ first.
fn difference(path: &str, wanted: &Value, found: &Value) -> Option<String> {
    match (wanted, found) {
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .enumerate()
            .find_map(|(place, (left, right))| difference(&format!("{path}[{place}]"), left, right)),
        (Value::Object(left), Value::Object(right)) if left.keys().eq(right.keys()) => {
            left.iter().find_map(|(key, value)| difference(&format!("{path}.{key}"), value, &right[key]))
        }
        _ if wanted == found => None,
        _ => {
            let short = |value: &Value| value.to_string().chars().take(300).collect::<String>();
            Some(format!("{path}\n    OPA:  {}\n    ours: {}", short(wanted), short(found)))
        }
    }
}

#[test]
fn every_recorded_tree_is_written_as_opa_writes_it() {
    let recorded = recorded();
    assert!(recorded.len() > 900, "{}", recorded.len());
    let mut wrong = Vec::new();
    for record in &recorded {
        let note = &record.note;
        let module = match parse(record.text.as_bytes(), &record.file, &options(record)) {
            Ok(module) => module,
            Err(errors) => {
                wrong.push(format!("{note}: refused: {:?}", errors.first()));
                continue;
            }
        };
        let whole = written(&module, Include { locations: true, comments: true }, Layout::Compact);
        // Numbers no machine has are compared as text alone.
        let values = (serde_json::from_str::<Value>(record.tree.get()), serde_json::from_str::<Value>(&whole));
        let (Ok(tree), Ok(found)) = values else {
            if whole != record.tree.get() {
                wrong.push(format!("{note}: {whole}"));
            }
            continue;
        };
        let mut differences = vec![difference("", &tree, &found)];
        if whole != record.tree.get() {
            differences.push(Some("members in another order, or numbers in another spelling".to_owned()));
        }
        for comments in [false, true] {
            let include = Include { locations: false, comments };
            let found = serde_json::from_str(&written(&module, include, Layout::Compact)).unwrap();
            differences.push(difference("", &without(&tree, include), &found));
        }
        wrong.extend(differences.into_iter().flatten().take(1).map(|difference| format!("{note}: {difference}")));
    }
    wrong.retain(|wrong| !KNOWN.iter().any(|(note, _)| wrong.starts_with(note)));
    let told: String = wrong.iter().take(20).map(|wrong| format!("  {wrong}\n")).collect();
    assert!(wrong.is_empty(), "{} of {} trees differ\n{told}", wrong.len(), recorded.len());
}

#[test]
fn both_layouts_tell_the_same_tree_in_the_order_of_opa() {
    let text = b"package a\np := {2, 1}\n";
    let module = parse(text, "a.rego", &Options::new(RegoVersion::V1)).unwrap();
    let include = Include { locations: false, comments: true };
    let compact = written(&module, include, Layout::Compact);
    assert_eq!(
        compact,
        concat!(
            r#"{"package":{"path":[{"type":"var","value":"data"},{"type":"string","value":"a"}]},"rules":[{"body":[{"#,
            r#""generated":true,"index":0,"terms":{"type":"boolean","value":true}}],"head":{"name":"p","value":{"type":"set","#,
            r#""value":[{"type":"number","value":1},{"type":"number","value":2}]},"assign":true,"#,
            r#""ref":[{"type":"var","value":"p"}]}}]}"#
        )
    );
    let indented = written(&module, include, Layout::Indented);
    assert!(
        indented.starts_with("{\n  \"package\": {\n    \"path\": [\n      {\n        \"type\": \"var\",\n"),
        "{indented}"
    );
    let values: [Value; 2] = [serde_json::from_str(&compact).unwrap(), serde_json::from_str(&indented).unwrap()];
    assert_eq!(values[0], values[1]);
    assert_ne!(values[0], json!({}));
}
