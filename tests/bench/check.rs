//! How fast programs are checked: a thousand modules that import each other, and how time grows with the length of shapes.
//!
//! `cargo bench --bench check`; with `-- --opa` whole runs of this program's `build` and of `opa build -b` as well, side by
//! side; with `-- --write FOLDER` nothing is measured, and the thousand modules are written there.

// A measurement speaks to the terminal, and may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing)]

mod program;

use policy::rego::check::{CheckOptions, check};
use policy::rego::syntax::{Module, Options, RegoVersion, parse};
use program::{File, SHAPES, modules};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

// Memory comes from where the program takes it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const MODULES: usize = 1000;

fn read(files: &[File]) -> Vec<Module> {
    let options = Options::new(RegoVersion::V1);
    files.iter().map(|(name, text)| parse(text.as_bytes(), name, &options).unwrap()).collect()
}

/// How long one check takes of a program that has to pass.
fn checked(modules: &[Module]) -> Duration {
    let options = CheckOptions::default();
    let start = Instant::now();
    let (_, errors) = check(modules, &options);
    let passed = start.elapsed();
    assert!(errors.is_empty(), "{:?}", errors.first());
    passed
}

/// The most memory a process has had, in megabytes, where the system tells.
fn peak(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

/// Time and memory of a command that has to succeed.
fn run(command: &mut Command) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    let id = child.id().to_string();
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Seldom, so that it does not take a processor from what is measured.
        let memory = scope.spawn(|| {
            let mut memory = 0;
            while !ended.load(Ordering::Relaxed) {
                memory = memory.max(peak(&id).unwrap_or(0));
                std::thread::sleep(Duration::from_millis(5));
            }
            memory
        });
        let status = child.wait().unwrap();
        let time = start.elapsed();
        ended.store(true, Ordering::Relaxed);
        assert!(status.success(), "{command:?}: {status}");
        (time, memory.join().unwrap())
    })
}

fn write(files: &[File], folder: &Path) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn side_by_side(files: &[File]) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    write(files, &source);
    let mut own = Command::new(env!("CARGO_BIN_EXE_policy"));
    own.args(["build", "--quiet", "--tag", "bench:1"]).arg(&source);
    own.env("POLICY_FILE_STORE_ROOT", folder.path().join("store"));
    let mut opa = Command::new("opa");
    opa.args(["build", "-b"]).arg(&source).arg("-o").arg(folder.path().join("bundle.tar.gz"));
    let (opa_time, opa_memory) = run(&mut opa);
    let (time, memory) = (0..5).map(|_| run(&mut own)).min().unwrap();
    println!("opa build -b {opa_time:>9.2?} {opa_memory:>6} MB");
    println!("policy build {time:>9.2?} {memory:>6} MB");
    println!(
        "{:.0} times as fast, in 1/{:.1} of the memory\n",
        opa_time.as_secs_f64() / time.as_secs_f64(),
        opa_memory as f64 / memory.max(1) as f64,
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let files = modules(MODULES);
    if let Some(place) = arguments.iter().position(|argument| argument == "--write") {
        write(&files, Path::new(&arguments[place + 1]));
        return;
    }
    if arguments.iter().any(|argument| argument == "--opa") {
        side_by_side(&files);
    }
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let start = Instant::now();
    let program = read(&files);
    let reading = start.elapsed();
    let time = (0..5).map(|_| checked(&program)).min().unwrap();
    println!(
        "{MODULES} modules, {} rules each, {bytes} bytes: read in {reading:.2?} on one thread, checked in {time:.2?}, {} MB at most\n",
        program::RULES,
        peak("self").unwrap_or(0),
    );
    drop(program);
    println!("{:26} {:>7} {:>12} {:>12} {:>6}", "shape", "n", "time(n)", "time(2n)", "ratio");
    for (name, shape, size) in SHAPES {
        let (once, twice) = (read(&shape(size)), read(&shape(size * 2)));
        let times: Vec<_> = (0..7).map(|_| (checked(&once), checked(&twice))).collect();
        let once = times.iter().map(|(once, _)| *once).min().unwrap_or_default();
        let twice = times.iter().map(|(_, twice)| *twice).min().unwrap_or_default();
        println!("{name:26} {size:7} {once:>12.2?} {twice:>12.2?} {:6.2}", twice.as_secs_f64() / once.as_secs_f64());
    }
}
