//! The check beside real OPA, on whole folders with one thing wrong.
//!
//! `POLICY_REGO_PROGRAMS=5000` tries that many, `POLICY_REGO_SEED=7` others, `POLICY_REGO_CORPUS=folder:folder` takes the
//! modules below those folders too, `POLICY_REGO_REPORT=file` says of every difference what it is.

use super::differential::{Tally, corpus, number};
use super::reading::checked;
use super::recorded::Case;
use super::slips::slipped;
use crate::support::find;
use fastrand::Rng;
use policy::rego::check::CheckOptions;
use policy::rego::syntax::{Options, RegoVersion};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

type Files = BTreeMap<Vec<String>, Vec<u8>>;

/// A folder, and how it is to be checked.
struct Program {
    files: Files,
    version: RegoVersion,
    strict: bool,
}

/// The folders to start from: those of the recorded cases that OPA takes, and each module of the corpus.
fn folders() -> Vec<(Files, RegoVersion)> {
    let single = |(text, version): (String, RegoVersion)| {
        (Files::from([(vec!["a.rego".to_owned()], text.into_bytes())]), version)
    };
    let mut folders: Vec<_> = corpus().into_iter().map(single).collect();
    let is_plain = |case: &&Case| {
        let recorded = &case.recorded;
        case.wanted().is_empty()
            && ["flags", "capabilities", "capabilities_patch", "files_base64", "files_repeat"]
                .iter()
                .all(|field| recorded[field].is_null())
    };
    folders.extend(Case::all().iter().filter(is_plain).map(|case| {
        let version = if case.recorded["version"] == "v0" { RegoVersion::V0 } else { RegoVersion::V1 };
        (case.files(), version)
    }));
    folders
}

impl Program {
    fn made(folders: &[(Files, RegoVersion)], own: usize, random: &mut Rng) -> Self {
        // The real modules are few and long, the recorded ones many and short.
        let of = |random: &mut Rng| {
            let places = if random.bool() { 0..own } else { own..folders.len() };
            folders[random.usize(places)].clone()
        };
        let (mut files, version) = of(random);
        if random.u8(..4) == 0 {
            for (mut name, text) in of(random).0 {
                name.insert(0, "more".to_owned());
                files.insert(name, text);
            }
        }
        for _ in 0..=random.usize(..4) / 3 {
            let place = random.usize(..files.len());
            if let Some(text) = files.values_mut().nth(place) {
                *text = slipped(&String::from_utf8_lossy(text), random).into_bytes();
            }
        }
        Self { files, version, strict: random.u8(..10) == 0 }
    }

    fn opas(&self, opa: &Path) -> Vec<Value> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in &self.files {
            let path = folder.path().join(name.join("/"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let mut command = Command::new(opa);
        command.args(["check", ".", "--format", "json"]).current_dir(folder.path());
        if self.version == RegoVersion::V0 {
            command.arg("--v0-compatible");
        }
        if self.strict {
            command.arg("--strict");
        }
        let output = command.output().unwrap();
        if output.status.success() {
            return Vec::new();
        }
        let answer: Value = serde_json::from_slice(&output.stderr).unwrap();
        answer["errors"].as_array().unwrap().clone()
    }

    fn ours(&self) -> Vec<Value> {
        let options = CheckOptions { strict: self.strict, ..CheckOptions::default() };
        checked(&self.files, |_| Options::new(self.version), &options)
    }

    fn text(&self) -> String {
        self.files
            .iter()
            .map(|(name, text)| format!("# {}\n{}\n", name.join("/"), String::from_utf8_lossy(text)))
            .collect()
    }
}

/// What OPA and we say of each program; OPA is asked again where we differ, as it does not always say the same.
fn answers(opa: &Path, programs: &[Program]) -> Vec<(Vec<Value>, Vec<Value>)> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((place, program)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            programs.get(place).map(|program| (place, program))
        } {
            let ours = program.ours();
            let opas = (0..3).map(|_| program.opas(opa));
            let mut opas = opas.scan(false, |met, answer| (!std::mem::replace(met, answer == ours)).then_some(answer));
            let first = opas.next().unwrap_or_default();
            let opas = opas.find(|answer| *answer == ours).unwrap_or(first);
            done.push((place, (opas, ours)));
        }
        done
    };
    let mut done: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, answers)| answers).collect()
}

#[test]
fn folders_with_one_thing_wrong_are_refused_as_opa_refuses_them() {
    let Some(opa) = find("opa") else { return };
    let (folders, own, seed) = (folders(), corpus().len(), number("POLICY_REGO_SEED", 1));
    let programs: Vec<Program> = (0..number("POLICY_REGO_PROGRAMS", 200))
        .map(|number| {
            let mut random = Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(number));
            Program::made(&folders, own, &mut random)
        })
        .collect();
    let mut tally = Tally::default();
    for (program, (opas, ours)) in programs.iter().zip(answers(&opa, &programs)) {
        tally.judge(&program.text(), program.version, &opas, &ours);
    }
    eprintln!("{}", tally.figures());
    if let Some(path) = std::env::var_os("POLICY_REGO_REPORT") {
        std::fs::write(path, tally.report(3)).unwrap();
    }
    tally.holds([0.995, 0.985, 0.97, 0.95]);
}
