//! Recorded runs of `opa test`, `opa eval` and OPA's REPL: this program prints the same and exits the same, save for those that
//! `docs/evaluation.md` lists.

use super::support::Run;
use base64::Engine as _;
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const TESTS: &str = include_str!("../data/opa-cli/test.jsonl");
const QUERIES: &str = include_str!("../data/opa-cli/eval.jsonl");
const SESSIONS: &str = include_str!("../data/opa-cli/repl.jsonl");
const DOCUMENT: &str = include_str!("../../docs/evaluation.md");

/// What comes behind an error about flags, where it was recorded; this program has words of its own.
const USAGE: &str = "$USAGE";

fn write(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn members(record: &Value, name: &str) -> Vec<(String, String)> {
    let of = record[name].as_object().into_iter().flatten();
    of.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect()
}

/// Runs this program as the record says OPA was run. Gives what it said, and whether the files are as they were then.
fn replayed(name: &str, record: &Value) -> (Run, bool) {
    let (folder, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let here = folder.path().canonicalize().unwrap();
    for (name, text) in members(record, "files") {
        write(&here, &name, text.as_bytes());
    }
    for (name, text) in members(record, "files_base64") {
        write(&here, &name, &base64::engine::general_purpose::STANDARD.decode(text).unwrap());
    }
    let shown = here.to_str().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_policy"));
    command.arg(name);
    // OPA may reach the network where nobody forbids it.
    if record.to_string().contains("http.send") {
        command.arg("--allow-net");
    }
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8").env("TZ", "UTC");
    command.env("HOME", home.path()).current_dir(&here);
    let mut input = tempfile::tempfile().unwrap();
    let typed = match record["stdin_base64"].as_str() {
        Some(text) => base64::engine::general_purpose::STANDARD.decode(text).unwrap(),
        None => record["stdin"].as_str().unwrap_or_default().into(),
    };
    input.write_all(&typed).unwrap();
    input.rewind().unwrap();
    command.stdin(Stdio::from(input));
    command.args(record["args"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().replace("$DIR", shown)));
    command.envs(members(record, "env"));
    let mut run = Run::of(&mut command);
    for text in [&mut run.out, &mut run.err] {
        *text = text.replace(shown, "$DIR").replace(home.path().to_str().unwrap(), "$HOME");
    }
    let mut after = record["files_after"].as_object().into_iter().flatten();
    let is_left =
        |(name, text): (&String, &Value)| std::fs::read_to_string(here.join(name)).ok().as_deref() == text.as_str();
    let left = after.all(is_left);
    (run, left)
}

/// Times as nothing.
fn timeless(text: &str) -> String {
    let took = Regex::new(r"\(([0-9.]+(h|m|s|ms|µs|ns))+\)").unwrap();
    let duration = Regex::new(r#""duration": [0-9]+"#).unwrap();
    let text = took.replace_all(text, "(0s)");
    let text = duration.replace_all(&text, r#""duration": 0"#);
    let timer = Regex::new(r#""(timer_\w+|total_time_ns|min|max|mean|median|stddev|[0-9.]+%)": [0-9.e+]+"#).unwrap();
    timer.replace_all(&text, r#""$1": 0"#).into_owned()
}

/// A text with the cells of its tables of times alone: without lines around them, and times as nothing.
fn without_times(text: &str) -> String {
    let mut is_of_times = false;
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('│').split('│').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with('│') {
            let mut row = cells(line);
            is_of_times |= row == ["Metric", "Value"] || row.first().is_some_and(|head| head == "Time");
            if is_of_times {
                match row.as_mut_slice() {
                    [name, value] if name.starts_with("timer_") => value.replace_range(.., "0"),
                    [time, _, _, _, _] if time != "Time" => time.replace_range(.., "0s"),
                    _ => {}
                }
                // The line above the heads has their width.
                if lines.last().is_some_and(|line: &String| line.starts_with('┌')) {
                    let _ = lines.pop();
                }
                lines.push(row.join(" | "));
                continue;
            }
        }
        let is_border = line.starts_with(['├', '└']);
        if !(is_border && is_of_times) {
            is_of_times = false;
            lines.push(line.to_owned());
        } else if line.starts_with('└') {
            is_of_times = false;
        }
    }
    lines.join("\n")
}

/// A report without the place at which the time for a test ended, which is left to chance.
fn placeless(text: &str) -> String {
    let ended = Regex::new(
        r#"numbers\.range: timed out before generating all numbers in range|caller cancelled query execution"#,
    );
    let trace =
        Regex::new(r#"(?s)(eval_cancel_error: [^\n]*\n)  Traceback:\n(    [^\n]*\n)+|"stack_trace": \[.*?\n      \]"#);
    let text = ended.unwrap().replace_all(text, "the time ended");
    if text.contains("eval_cancel_error") {
        trace.unwrap().replace_all(&text, "$1").into_owned()
    } else {
        text.into_owned()
    }
}

/// How a run differs from what was recorded.
fn difference(name: &str, record: &Value) -> Option<String> {
    let (run, left) = replayed(name, record);
    let (out, err) = (record["stdout"].as_str().unwrap(), record["stderr"].as_str().unwrap());
    if i64::from(run.code) != record["exit"] {
        return Some(format!("exit {} and not {}: {}", run.code, record["exit"], run.err));
    }
    let banner = record["banner_lines"].as_u64().and_then(|lines| usize::try_from(lines).ok()).unwrap_or_default();
    let start = out.split_inclusive('\n').take(banner).map(str::len).sum();
    let out = out.get(start..).unwrap_or_default();
    let told = |text: &str| placeless(&timeless(text));
    let same = if record["volatile"] == true && name != "test" {
        without_times(&timeless(&run.out)) == without_times(&timeless(out))
    } else {
        told(&run.out) == told(out)
    };
    let is_in_order = name == "test" || !same_lines(record, &run.out, out);
    if !same && is_in_order {
        return Some(format!("wanted\n{out}\ngot\n{}", run.out));
    }
    if !left {
        return Some("files are not left as they were".to_owned());
    }
    if !err.ends_with(&format!("{USAGE}\n")) && !err.ends_with(USAGE) && timeless(&run.err) != timeless(err) {
        return Some(format!("wanted error\n{err}\ngot\n{}", run.err));
    }
    None
}

/// Whether lines whose order is left to chance are the same.
fn same_lines(record: &Value, out: &str, wanted: &str) -> bool {
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(|line| line.trim_end_matches(',').to_owned()).collect();
        lines.sort();
        lines
    };
    record["unordered"] == true && sorted(out) == sorted(wanted)
}

/// What the document lists below the heading: the texts in backquotes that begin its lines.
fn listed(name: &str) -> BTreeSet<&'static str> {
    let name = if name == "repl" { "run" } else { name };
    let heading = format!("Runs of `opa {name}` that differ");
    let section = DOCUMENT.split("\n## ").find_map(|section| section.strip_prefix(&heading)).unwrap();
    let first = |line: &'static str| line.strip_prefix("- `")?.split_once('`').map(|(text, _)| text);
    section.lines().filter_map(first).collect()
}

#[test]
fn recorded_tests_are_the_same_but_for_those_that_are_listed() {
    replay("test", TESTS);
}

#[test]
fn recorded_queries_are_the_same_but_for_those_that_are_listed() {
    replay("eval", QUERIES);
}

#[test]
fn recorded_sessions_are_the_same_but_for_those_that_are_listed() {
    replay("repl", SESSIONS);
}

fn replay(name: &str, runs: &'static str) {
    let records: Vec<Value> = runs.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let next = AtomicUsize::new(0);
    let differences = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, std::num::NonZero::get) {
            scope.spawn(|| {
                while let Some(record) = records.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(difference) = difference(name, record) {
                        differences.lock().unwrap().push((record["note"].as_str().unwrap(), difference));
                    }
                }
            });
        }
    });
    let mut differences = differences.into_inner().unwrap();
    differences.sort();
    let listed = listed(name);
    let new: Vec<_> = differences.iter().filter(|(note, _)| !listed.contains(note)).collect();
    for (note, difference) in &new {
        eprintln!("##### {note}: {difference}");
    }
    assert!(new.is_empty(), "{} runs differ", new.len());
    let seen: BTreeSet<&str> = differences.iter().map(|(note, _)| *note).collect();
    assert_eq!(seen, listed, "the list of runs is out of date");
}
