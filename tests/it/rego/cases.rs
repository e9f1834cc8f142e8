//! The recorded cases: what OPA 1.22.2 said of 3,722 small policies holds for the reader, without OPA.
//!
//! `POLICY_REGO_SHOW=words` tells the cases whose note holds the words in full.

use super::reading::{brief, errors};
use base64::Engine;
use policy::rego::syntax::{Features, Options, RegoVersion};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The cases the reader answers otherwise, and why.
const KNOWN: [(&str, &str); 0] = [];

/// One recorded run of `opa check`.
struct Case {
    note: String,
    recorded: Value,
}

impl Case {
    fn all() -> Vec<Self> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/opa-errors/cases.jsonl");
        let text = std::fs::read_to_string(path).unwrap();
        text.lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|recorded| Self { note: recorded["note"].as_str().unwrap().to_owned(), recorded })
            .collect()
    }

    /// The files in the order of a walk through the folder.
    fn files(&self) -> BTreeMap<Vec<String>, Vec<u8>> {
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

    fn bundle(&self) -> bool {
        self.recorded["flags"].as_array().is_some_and(|flags| flags.iter().any(|flag| flag == "--bundle"))
    }

    /// How a file is to be read.
    fn options(&self, file: &str) -> Options {
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

    /// The reader's errors, file by file.
    fn answer(&self) -> Vec<Vec<Value>> {
        let files = self.files().into_iter().map(|(name, text)| (name.join("/"), text));
        let modules = files.filter(|(name, _)| name.ends_with(".rego"));
        modules.map(|(name, text)| errors(&text, &name, &self.options(&name))).collect()
    }

    /// OPA's parse errors; empty where it got past parsing.
    fn wanted(&self) -> Vec<Value> {
        let errors = self.recorded["errors"].as_array().unwrap().clone();
        if errors.iter().all(|error| error["code"] == "rego_parse_error") { errors } else { Vec::new() }
    }

    /// What differs; `None` where nothing does.
    fn difference(&self) -> Option<String> {
        let (answer, wanted) = (self.answer(), self.wanted());
        let whole: Vec<Value> = answer.iter().flatten().cloned().collect();
        // Of a bundle OPA names one broken file, no matter which.
        let same = if self.bundle() {
            whole.is_empty() == wanted.is_empty() && (wanted.is_empty() || answer.contains(&wanted))
        } else if self.recorded["unordered"] == true {
            let set = |errors: &[Value]| errors.iter().map(Value::to_string).collect::<BTreeSet<_>>();
            set(&whole) == set(&wanted)
        } else {
            whole == wanted
        };
        if same {
            return None;
        }
        let lines =
            |errors: &[Value]| errors.iter().map(|error| format!("      {}\n", brief(error))).collect::<String>();
        Some(format!("  {}\n    OPA:\n{}    ours:\n{}", self.note, lines(&wanted), lines(&whole)))
    }
}

#[test]
fn every_recorded_case_gets_opas_list_of_parse_errors() {
    let shown = std::env::var("POLICY_REGO_SHOW").unwrap_or_default();
    let (mut wrong, mut told, mut parsed) = (BTreeMap::<String, usize>::new(), String::new(), 0);
    let cases = Case::all();
    assert_eq!(cases.len(), 3722);
    for case in &cases {
        parsed += usize::from(!case.wanted().is_empty());
        let difference = case.difference();
        if KNOWN.iter().any(|(note, _)| *note == case.note) {
            assert!(difference.is_some(), "{} is no difference any more", case.note);
            continue;
        }
        let Some(difference) = difference else { continue };
        let group: Vec<&str> = case.note.split('/').take(2).collect();
        let count = wrong.entry(group.join("/")).or_default();
        *count += 1;
        let in_full = !shown.is_empty() && case.note.contains(&shown);
        if in_full || (shown.is_empty() && *count == 1 && told.len() < 8000) {
            told.push_str(&difference);
        }
    }
    assert_eq!(parsed, 1179);
    let groups: String = wrong.iter().map(|(group, count)| format!("  {count:4}  {group}\n")).collect();
    assert!(wrong.is_empty(), "{} of {} differ\n{groups}{told}", wrong.values().sum::<usize>(), cases.len());
}
