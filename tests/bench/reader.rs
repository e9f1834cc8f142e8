//! How fast Rego is read: megabytes a second on ordinary modules, and how time grows with long and deep texts.
//!
//! `cargo bench --bench reader`, optionally with folders of modules: `cargo bench --bench reader -- ~/policies`. One thread,
//! the best of several runs.

// A measurement speaks to the terminal, and may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use policy::rego::syntax::{Include, Layout, Options, RegoVersion, count_tokens, parse, write_json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

// Memory comes from where the program takes it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A shape of text, and one of its sizes that takes some milliseconds.
type Shape = (&'static str, fn(usize) -> String, usize);

const SHAPES: [Shape; 23] = [
    ("[ nested", |n| format!("package a\np := {}1{}\n", "[".repeat(n), "]".repeat(n)), 20_000),
    ("[ nested, never closed", |n| format!("package a\np := {}", "[".repeat(n)), 20_000),
    ("{ nested", |n| format!("package a\np := {}1{}\n", "{".repeat(n), "}".repeat(n)), 20_000),
    ("{\"a\": nested", |n| format!("package a\np := {}1{}\n", "{\"a\":".repeat(n), "}".repeat(n)), 15_000),
    ("( nested", |n| format!("package a\np := {}1{}\n", "(".repeat(n), ")".repeat(n)), 6_000),
    ("f( nested", |n| format!("package a\np := {}1{}\n", "f(".repeat(n), ")".repeat(n)), 4_500),
    ("a[ nested", |n| format!("package a\np := {}1{}\n", "a[".repeat(n), "]".repeat(n)), 5_000),
    ("[x | nested, never closed", |n| format!("package a\np := {}", "[x | ".repeat(n)), 5_000),
    ("[x | nested", |n| format!("package a\np := {}1{}\n", "[x | ".repeat(n), "]".repeat(n)), 5_000),
    (
        "not { nested, never closed",
        |n| format!("package a\nimport rego.v2\np if {{\n{}", "not {\nx |\n".repeat(n)),
        1_000,
    ),
    (
        "{ x |, not { by turns",
        |n| format!("package a\nimport rego.v2\np if {{\n{}", "{x | y\nnot {\nx |\n".repeat(n)),
        1_000,
    ),
    (
        "{ x: y |, { x | by turns",
        |n| format!("package a\nimport rego.v2\np if {{\n{}", "{x: y |\nx; {x |\n".repeat(n)),
        1_000,
    ),
    (
        "templates in objects",
        |n| format!("package a\nimport rego.v2\np if {{\n{}", "{x: y |\n$\"{1,\n".repeat(n)),
        1_000,
    ),
    ("comprehensions", |n| format!("package a\np := [{}1]\n", "{x: y | y := z[x]}, ".repeat(n)), 50_000),
    ("one line of 10 MB", |n| format!("package a\np := [{}1]\n", "1, ".repeat(n)), 3_300_000),
    ("one line", |n| format!("package a\np := [{}1]\n", "1, ".repeat(n)), 1_000_000),
    ("one line, wrong at its end", |n| format!("package a\np := [{}@]\n", "1, ".repeat(n)), 1_000_000),
    ("sum", |n| format!("package a\np := 1{}\n", " + 1".repeat(n)), 500_000),
    ("rules", |n| format!("package a\n{}", "p if input.x == 1\n".repeat(n)), 100_000),
    ("rules, each wrong", |n| format!("package a\n{}", "1\n".repeat(n)), 50_000),
    ("else", |n| format!("package a\np := 0 if false\n{}", "else := 1 if false\n".repeat(n)), 50_000),
    ("comments", |n| format!("package a\n{}p := 1\n", "# a comment of a line\n".repeat(n)), 100_000),
    ("one string", |n| format!("package a\np := \"{}\"\n", "text \\n ".repeat(n)), 1_000_000),
];

fn modules(folder: &Path, found: &mut Vec<(String, RegoVersion)>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            modules(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rego")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            let reads = |version| parse(text.as_bytes(), "a.rego", &Options::new(version)).is_ok();
            let version = [RegoVersion::V1, RegoVersion::V0].into_iter().find(|version| reads(*version));
            found.extend(version.map(|version| (text, version)));
        }
    }
}

/// The shortest of some runs, since anything else the machine does makes them longer.
fn best(runs: usize, mut act: impl FnMut()) -> Duration {
    let run = |_| {
        let start = Instant::now();
        act();
        start.elapsed()
    };
    (0..runs).map(run).min().unwrap_or_default()
}

/// Reads a shape once, and tells the nanoseconds.
fn read_shape(place: &str, size: &str) {
    let (_, shape, _) = *SHAPES.get(place.parse::<usize>().unwrap()).unwrap();
    let text = shape(size.parse().unwrap());
    let options = Options::new(RegoVersion::V1);
    let time = best(1, || drop(std::hint::black_box(parse(text.as_bytes(), "a.rego", &options))));
    println!("{}", time.as_nanos());
}

/// The same in a process of its own: what an allocator keeps of one reading makes the next one faster up to some size, and
/// a file is read once.
fn in_a_process(place: usize, size: usize) -> Duration {
    let arguments = ["--shape".to_owned(), place.to_string(), size.to_string()];
    let output = Command::new(std::env::current_exe().unwrap()).args(arguments).output().unwrap();
    Duration::from_nanos(String::from_utf8(output.stdout).unwrap().trim().parse().unwrap())
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, place, size] = &arguments[..]
        && flag == "--shape"
    {
        return read_shape(place, size);
    }
    let mut texts = Vec::new();
    modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rego"), &mut texts);
    for folder in arguments.iter().filter(|argument| !argument.starts_with('-')) {
        modules(Path::new(folder), &mut texts);
    }
    let bytes: usize = texts.iter().map(|(text, _)| text.len()).sum();
    // Enough rounds for a run of some milliseconds: many short runs find a moment in which nothing else happens.
    let rounds = (200_000 / bytes.max(1)).max(1);
    let speed = |time: Duration| (bytes * rounds) as f64 / time.as_secs_f64() / 1e6;
    println!("{} modules, {bytes} bytes", texts.len());
    let each = |act: &dyn Fn(&str, &Options)| {
        let time = best(200, || {
            for _ in 0..rounds {
                texts.iter().for_each(|(text, version)| act(text, &Options::new(*version)));
            }
        });
        speed(time)
    };
    let lexing = each(&|text, _| assert!(std::hint::black_box(count_tokens(text.as_bytes())) > 0));
    println!("lexing  {lexing:8.1} MB/s");
    let parsing = each(&|text, options| drop(std::hint::black_box(parse(text.as_bytes(), "a.rego", options).unwrap())));
    println!("parsing {parsing:8.1} MB/s");
    let json = each(&|text, options| {
        let module = parse(text.as_bytes(), "a.rego", options).unwrap();
        let include = Include { locations: false, comments: true };
        write_json(&module, include, Layout::Compact, &mut std::io::sink()).unwrap();
    });
    println!("parsing and writing JSON {json:8.1} MB/s");
    println!("\n{:28} {:>9} {:>12} {:>12} {:>6}", "shape", "n", "time(n)", "time(2n)", "ratio");
    for (place, (name, _, size)) in SHAPES.into_iter().enumerate() {
        // By turns, so that a busy moment of the machine meets both.
        let times: Vec<_> = (0..21).map(|_| (in_a_process(place, size), in_a_process(place, size * 2))).collect();
        let once = times.iter().map(|(once, _)| *once).min().unwrap_or_default();
        let twice = times.iter().map(|(_, twice)| *twice).min().unwrap_or_default();
        let ratio = twice.as_secs_f64() / once.as_secs_f64();
        println!("{name:28} {size:9} {once:>12.2?} {twice:>12.2?} {ratio:6.2}");
    }
}
