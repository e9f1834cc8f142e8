//! The reader beside real OPA, on modules with one thing wrong.
//!
//! `POLICY_REGO_MUTATIONS=20000` tries that many, `POLICY_REGO_SEED=7` others, `POLICY_REGO_CORPUS=folder:folder` mutates
//! the modules below those folders too, `POLICY_REGO_REPORT=file` says of every difference what it is.

use super::mutation::mutated;
use super::reading::{brief, errors};
use crate::support::find;
use fastrand::Rng;
use policy::rego::syntax::{Options, RegoVersion};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How many modules OPA is given at once.
const BATCH: usize = 500;

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rego") {
            found.push(path);
        }
    }
}

fn modules(folder: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    below(folder, &mut paths);
    paths.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

/// The modules to start from, and how they are to be read.
pub fn corpus() -> Vec<(String, RegoVersion)> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rego");
    let mut corpus = Vec::new();
    corpus.extend(modules(&own.join("v1")).into_iter().map(|text| (text, RegoVersion::V1)));
    corpus.extend(modules(&own.join("v0")).into_iter().map(|text| (text, RegoVersion::V0)));
    for folder in std::env::var("POLICY_REGO_CORPUS").unwrap_or_default().split(':').filter(|folder| !folder.is_empty())
    {
        for text in modules(Path::new(folder)) {
            let version = if errors(text.as_bytes(), "a.rego", &Options::new(RegoVersion::V1)).is_empty() {
                RegoVersion::V1
            } else {
                RegoVersion::V0
            };
            corpus.push((text, version));
        }
    }
    corpus
}

/// What OPA says of each text: its parse errors, none where it takes it.
fn opas(opa: &Path, texts: &[String], version: RegoVersion) -> Vec<Vec<Value>> {
    let folder = tempfile::tempdir().unwrap();
    let name = |number: usize| format!("m{number:05}.rego");
    for (number, text) in texts.iter().enumerate() {
        std::fs::write(folder.path().join(name(number)), text).unwrap();
    }
    // With a file that is no module OPA never gets to compiling.
    std::fs::write(folder.path().join("z.rego"), "package\n").unwrap();
    let mut command = Command::new(opa);
    command.args(["check", ".", "--format", "json"]).current_dir(folder.path());
    if version == RegoVersion::V0 {
        command.arg("--v0-compatible");
    }
    let output = command.output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stderr).unwrap();
    let mut of: HashMap<String, Vec<Value>> = HashMap::new();
    for error in answer["errors"].as_array().unwrap() {
        assert_eq!(error["code"], "rego_parse_error", "{error}");
        of.entry(error["location"]["file"].as_str().unwrap().to_owned()).or_default().push(error.clone());
    }
    assert_eq!(of.remove("z.rego").map(|errors| errors.len()), Some(1));
    (0..texts.len()).map(|number| of.remove(&name(number)).unwrap_or_default()).collect()
}

/// How often the two agree.
#[derive(Debug, Default)]
pub struct Tally {
    tried: usize,
    refused: usize,
    verdict: usize,
    place: usize,
    message: usize,
    list: usize,
    causes: BTreeMap<String, Vec<String>>,
}

impl Tally {
    pub fn judge(&mut self, text: &str, version: RegoVersion, opas: &[Value], ours: &[Value]) {
        self.tried += 1;
        self.verdict += usize::from(opas.is_empty() == ours.is_empty());
        let (first, own) = (opas.first().unwrap_or(&Value::Null), ours.first().unwrap_or(&Value::Null));
        if !opas.is_empty() {
            self.refused += 1;
            self.place += usize::from((&first["code"], &first["location"]) == (&own["code"], &own["location"]));
            self.message += usize::from(first["message"] == own["message"]);
            self.list += usize::from(opas == ours);
        }
        if opas != ours {
            let differ =
                opas.iter().zip(ours).position(|(left, right)| left != right).unwrap_or(opas.len().min(ours.len()));
            let kind = |errors: &[Value]| {
                let message =
                    errors.get(differ).map_or("nothing", |error| error["message"].as_str().unwrap_or_default());
                message.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).take(70).collect::<String>()
            };
            let list =
                |errors: &[Value]| errors.iter().map(|error| format!("    {}\n", brief(error))).collect::<String>();
            let row = opas.iter().chain(ours).filter_map(|error| error["location"]["row"].as_u64()).next().unwrap_or(1);
            let around: Vec<&str> = text.split('\n').skip((row as usize).saturating_sub(3)).take(5).collect();
            let told =
                format!("  {version:?}, around row {row}: {around:?}\n   OPA:\n{}   ours:\n{}", list(opas), list(ours));
            self.causes
                .entry(format!("#{differ}: OPA {:?}, ours {:?}", kind(opas), kind(ours)))
                .or_default()
                .push(told);
        }
    }

    fn share(part: usize, whole: usize) -> f64 {
        if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
    }

    pub fn figures(&self) -> String {
        let percent = |part, whole| Self::share(part, whole) * 100.0;
        format!(
            "{} modules, {} refused by OPA; same verdict {:.3} %; of those refused: same first place {:.3} %, same first message {:.3} %, same list {:.3} %",
            self.tried,
            self.refused,
            percent(self.verdict, self.tried),
            percent(self.place, self.refused),
            percent(self.message, self.refused),
            percent(self.list, self.refused),
        )
    }

    /// Fails unless the shares of the same verdict, first place, first message, whole list are at least those.
    pub fn holds(&self, least: [f64; 4]) {
        let parts = [self.verdict, self.place, self.message, self.list];
        let wholes = [self.tried, self.refused, self.refused, self.refused];
        let holds = |place: usize| Self::share(parts[place], wholes[place]) >= least[place];
        assert!((0..4).all(holds), "{}", self.report(1));
    }

    /// The differences, the most frequent first.
    pub fn report(&self, each: usize) -> String {
        let mut causes: Vec<_> = self.causes.iter().collect();
        causes.sort_by_key(|(_, told)| std::cmp::Reverse(told.len()));
        let cause = |(cause, told): &(&String, &Vec<String>)| {
            format!("{:5} × {cause}\n{}", told.len(), told.iter().take(each).cloned().collect::<String>())
        };
        format!("{}\n{}", self.figures(), causes.iter().map(cause).collect::<String>())
    }
}

pub fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn tally(opa: &Path, inputs: &[(String, RegoVersion)]) -> Tally {
    let mut tally = Tally::default();
    for version in [RegoVersion::V1, RegoVersion::V0] {
        let texts: Vec<String> = inputs.iter().filter(|(_, of)| *of == version).map(|(text, _)| text.clone()).collect();
        for batch in texts.chunks(BATCH) {
            for (number, (text, opas)) in batch.iter().zip(opas(opa, batch, version)).enumerate() {
                let ours = errors(text.as_bytes(), &format!("m{number:05}.rego"), &Options::new(version));
                tally.judge(text, version, &opas, &ours);
            }
        }
    }
    tally
}

#[test]
fn whole_modules_are_taken_as_opa_takes_them() {
    let Some(opa) = find("opa") else { return };
    let tally = tally(&opa, &corpus());
    assert!(tally.causes.is_empty(), "{}", tally.report(1));
}

#[test]
fn modules_with_one_thing_wrong_are_refused_as_opa_refuses_them() {
    let Some(opa) = find("opa") else { return };
    let (corpus, seed) = (corpus(), number("POLICY_REGO_SEED", 1));
    let inputs: Vec<(String, RegoVersion)> = (0..number("POLICY_REGO_MUTATIONS", 2000))
        .map(|number| {
            let mut random = Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(number));
            let (text, version) = &corpus[random.usize(..corpus.len())];
            // Now and then a module is read as the version it was not written for.
            let other = if *version == RegoVersion::V1 { RegoVersion::V0 } else { RegoVersion::V1 };
            let version = if random.u8(..10) == 0 { other } else { *version };
            let mut text = mutated(text, &mut random);
            if random.u8(..8) == 0 {
                text = mutated(&text, &mut random);
            }
            (text, version)
        })
        .collect();
    let tally = tally(&opa, &inputs);
    eprintln!("{}", tally.figures());
    if let Some(path) = std::env::var_os("POLICY_REGO_REPORT") {
        std::fs::write(path, tally.report(3)).unwrap();
    }
    tally.holds([0.998, 0.99, 0.98, 0.0]);
}
