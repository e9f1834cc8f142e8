//! The recorded cases hold for the reader, and for the check of what it read, without OPA.
//!
//! `POLICY_REGO_SHOW=words` tells the cases whose note holds the words in full.

use super::reading::{brief, checked, errors};
use super::recorded::Case;
use crate::support::{Run, Sandbox};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The cases that are answered otherwise, and why.
const KNOWN: [(&str, &str); 7] = [
    ("safety/head/more than ten", RANDOM),
    ("metadata/schema-files/type error", FILES),
    ("metadata/schema-files/unknown property", FILES),
    ("metadata/schema-files/undefined schema", FILES),
    ("metadata/schema-files/undefined schema on an unused rule and another error", FILES),
    ("metadata/schema-files/recursive definition", FILES),
    ("metadata/schema-files/whole input schema given as a file", FILES),
];

const RANDOM: &str = "of more variables than the limit OPA tells a random ten";
const FILES: &str = "files of JSON schemas, which `--schema` names, are not read";

/// The number of recorded cases.
const ALL: usize = 3722;

/// The cases of which something does not hold, gathered by the first words of their notes.
struct Differences {
    shown: String,
    groups: BTreeMap<String, usize>,
    told: String,
}

impl Differences {
    fn new() -> Self {
        let shown = std::env::var("POLICY_REGO_SHOW").unwrap_or_default();
        Self { shown, groups: BTreeMap::new(), told: String::new() }
    }

    fn add(&mut self, case: &Case, wanted: &[Value], answer: &[Value]) {
        let group: Vec<&str> = case.note.split('/').take(2).collect();
        let count = self.groups.entry(group.join("/")).or_default();
        *count += 1;
        let in_full = !self.shown.is_empty() && case.note.contains(&self.shown);
        if in_full || (self.shown.is_empty() && *count == 1 && self.told.len() < 8000) {
            let lines = |errors: &[Value]| errors.iter().map(|e| format!("      {}\n", brief(e))).collect::<String>();
            let (wanted, answer) = (lines(wanted), lines(answer));
            self.told.push_str(&format!("  {}\n    OPA:\n{wanted}    ours:\n{answer}", case.note));
        }
    }

    fn none(&self) {
        let groups: String = self.groups.iter().map(|(group, count)| format!("  {count:4}  {group}\n")).collect();
        assert!(
            self.groups.is_empty(),
            "{} of {ALL} differ\n{groups}{}",
            self.groups.values().sum::<usize>(),
            self.told
        );
    }
}

/// Whether an answer is one OPA gave; of a bundle it names one broken file, no matter which.
fn is_opas(case: &Case, answer: &[Value], by_file: &[Vec<Value>]) -> bool {
    let same_set = |left: &[Value], right: &[Value]| {
        let set = |errors: &[Value]| errors.iter().map(Value::to_string).collect::<BTreeSet<_>>();
        set(left) == set(right)
    };
    let wanted = case.wanted();
    let mut recorded: Vec<&[Value]> = vec![&wanted];
    recorded.extend(
        case.recorded["alternatives"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|list| list.as_array().map(Vec::as_slice)),
    );
    recorded.iter().any(|wanted| {
        answer == *wanted
            || (case.bundle() && by_file.iter().any(|errors| errors == wanted))
            || (case.recorded["unordered"] == true && same_set(answer, wanted))
    })
}

/// The answer of `policy check --bundle`, which reads a bundle's data and manifest.
fn of_bundle(case: &Case) -> Vec<Value> {
    let sandbox = Sandbox::empty();
    for (name, text) in case.files() {
        sandbox.write(&format!("case/{}", name.join("/")), text);
    }
    let mut command = sandbox.command(&["check", ".", "--format", "json"]);
    let run = Run::of(command.args(case.flags()).current_dir(sandbox.path("case")));
    let answer: Value =
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{}: {error}: {run:?}", case.note));
    answer["errors"].as_array().cloned().unwrap_or_default()
}

#[test]
fn every_recorded_case_gets_opas_list_of_parse_errors() {
    let (mut differences, mut parsed) = (Differences::new(), 0);
    let cases = Case::all();
    assert_eq!(cases.len(), ALL);
    for case in &cases {
        let files = case.files().into_iter().map(|(name, text)| (name.join("/"), text));
        let modules = files.filter(|(name, _)| name.ends_with(".rego"));
        let by_file: Vec<_> = modules.map(|(name, text)| errors(&text, &name, &case.reading(&name))).collect();
        let answer: Vec<Value> = by_file.iter().flatten().cloned().collect();
        parsed += usize::from(case.is_of_reading());
        if case.is_of_reading() && !is_opas(case, &answer, &by_file) {
            differences.add(case, &case.wanted(), &answer);
        } else if !case.is_of_reading() && !answer.is_empty() {
            differences.add(case, &[], &answer);
        }
    }
    assert_eq!(parsed, 1179);
    differences.none();
}

#[test]
fn every_recorded_case_gets_opas_list_of_compile_errors() {
    let mut differences = Differences::new();
    for case in Case::all().iter().filter(|case| !case.is_of_reading()) {
        let answer = if case.bundle() {
            of_bundle(case)
        } else {
            checked(&case.files(), |name| case.reading(name), &case.checking())
        };
        let known = KNOWN.iter().find(|(note, _)| *note == case.note);
        let (is_known, is_opas) = (known.is_some(), is_opas(case, &answer, &[]));
        assert!(!(is_known && is_opas), "no difference any more: {known:?}");
        if !is_known && !is_opas {
            differences.add(case, &case.wanted(), &answer);
        }
    }
    differences.none();
}
