//! The recorded cases: what OPA 1.22.2 said of 3,722 small policies.

use base64::Engine;
use policy::rego::capabilities::Capabilities;
use policy::rego::check::CheckOptions;
use policy::rego::syntax::{Features, Options, RegoVersion};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What OPA 1.22.2 prints of itself.
const CURRENT: &str = include_str!("../../../src/rego/capabilities.json");

/// One recorded run of `opa check`.
pub struct Case {
    pub note: String,
    pub recorded: Value,
}

impl Case {
    pub fn all() -> Vec<Self> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/opa-errors/cases.jsonl");
        let text = std::fs::read_to_string(path).unwrap();
        text.lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|recorded| Self { note: recorded["note"].as_str().unwrap().to_owned(), recorded })
            .collect()
    }

    /// The files in the order of a walk through the folder.
    pub fn files(&self) -> BTreeMap<Vec<String>, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut put = |name: &str, text: Vec<u8>| {
            let _ = files.insert(name.split('/').map(str::to_owned).collect::<Vec<_>>(), text);
        };
        for (name, text) in self.recorded["files"].as_object().into_iter().flatten() {
            put(name, text.as_str().unwrap().as_bytes().to_vec());
        }
        for (name, text) in self.recorded["files_base64"].as_object().into_iter().flatten() {
            put(name, base64::engine::general_purpose::STANDARD.decode(text.as_str().unwrap()).unwrap());
        }
        for (name, pieces) in self.recorded["files_repeat"].as_object().into_iter().flatten() {
            let piece = |piece: &Value| piece[0].as_str().unwrap().repeat(piece[1].as_u64().unwrap() as usize);
            put(name, pieces.as_array().unwrap().iter().map(piece).collect::<String>().into_bytes());
        }
        files
    }

    pub fn bundle(&self) -> bool {
        self.recorded["flags"].as_array().is_some_and(|flags| flags.iter().any(|flag| flag == "--bundle"))
    }

    /// How a file is to be read.
    pub fn reading(&self, file: &str) -> Options {
        let version = if self.recorded["version"] == "v0" { RegoVersion::V0 } else { RegoVersion::V1 };
        let mut options = Options::new(self.manifest_version(file).unwrap_or(version));
        let words = |value: &Value| -> Option<Vec<String>> {
            let list = value.as_array()?;
            Some(list.iter().map(|word| word.as_str().unwrap().to_owned()).collect())
        };
        let document = &self.recorded["capabilities"];
        if document.is_object() {
            let features = words(&document["features"]).unwrap_or_default();
            let keywords = words(&document["future_keywords"]).unwrap_or_default();
            let keywords = keywords.iter().map(String::as_str);
            options = options.with_capabilities(features.iter().map(String::as_str), keywords);
        }
        let patch = &self.recorded["capabilities_patch"];
        if patch.is_object() {
            // A patch stands on what OPA prints of itself, which is Rego 1 whatever the version asked for.
            let current = Options::new(RegoVersion::V1);
            (options.features, options.keywords) = (current.features, current.keywords);
            if let Some(features) = words(&patch["features"]) {
                options.features = Features::named(features.iter().map(String::as_str));
            }
            if let Some(keywords) = words(&patch["future_keywords"]) {
                let features = options.features;
                options = options.with_capabilities([], keywords.iter().map(String::as_str));
                options.features = features;
            }
        }
        options
    }

    fn manifest_version(&self, file: &str) -> Option<RegoVersion> {
        let manifest = self.recorded["files"][".manifest"].as_str().filter(|_| self.bundle())?;
        let manifest: Value = serde_json::from_str(manifest).unwrap();
        let of_file = &manifest["file_rego_versions"][format!("/{file}")];
        match of_file.as_u64().or(manifest["rego_version"].as_u64())? {
            0 => Some(RegoVersion::V0),
            _ => Some(RegoVersion::V1),
        }
    }

    /// How the program is to be checked; of a bundle's data this knows nothing.
    pub fn checking(&self) -> CheckOptions {
        let flags = self.flags();
        let limit =
            flags.iter().position(|flag| *flag == "--max-errors").map(|place| flags[place + 1].parse().unwrap());
        let defaults = CheckOptions::default();
        let capabilities = self.capabilities().map_or_else(
            || defaults.capabilities.clone(),
            |document| Cow::Owned(Capabilities::read(&document.to_string()).unwrap()),
        );
        let strict = self.recorded["strict"] == true;
        CheckOptions { strict, limit: limit.unwrap_or(defaults.limit), capabilities, ..defaults }
    }

    /// The flags besides those of version and strictness.
    pub fn flags(&self) -> Vec<&str> {
        self.recorded["flags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The capabilities document, where one was given.
    fn capabilities(&self) -> Option<Value> {
        let patch = &self.recorded["capabilities_patch"];
        if !patch.is_object() {
            return Some(self.recorded["capabilities"].clone()).filter(Value::is_object);
        }
        let mut document: Value = serde_json::from_str(CURRENT).unwrap();
        let builtins = document["builtins"].as_array_mut().unwrap();
        let removed: Vec<&Value> = patch["remove"].as_array().into_iter().flatten().collect();
        builtins.retain(|builtin| !removed.contains(&&builtin["name"]));
        builtins.extend(patch["add"].as_array().into_iter().flatten().cloned());
        for field in ["features", "future_keywords"] {
            if !patch[field].is_null() {
                document[field] = patch[field].clone();
            }
        }
        Some(document)
    }

    /// What OPA said.
    pub fn wanted(&self) -> Vec<Value> {
        self.recorded["errors"].as_array().unwrap().clone()
    }

    /// Whether OPA did not get past reading.
    pub fn is_of_reading(&self) -> bool {
        let errors = self.wanted();
        !errors.is_empty() && errors.iter().all(|error| error["code"] == "rego_parse_error")
    }
}
