//! Registries that break, lie or attack: what every command makes of them.

mod cell;
mod faults;
mod images;
mod reply;
mod sane;
mod secrets;
mod server;

use faults::Command;
use images::Images;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Who signs in, with what, and what a good token server gives for it: none of it may ever be shown or go elsewhere.
const USER: &str = "ann";
const PASSWORD: &str = "hunter2/K3nn+wort=";
const TOKEN: &str = "t0ken.of.the-good-server";

/// How many commands run at a time: most of them wait for something.
const ABREAST: usize = 48;

#[test]
fn every_fault_is_met_with_the_right_exit_code_and_an_unharmed_store() {
    let images = Images::build();
    let faults = faults::all(&images);
    let only = std::env::var("POLICY_TRIAL").ok();
    let cells: Vec<_> = faults
        .iter()
        .filter(|fault| only.as_deref().is_none_or(|only| fault.name.contains(only)))
        .flat_map(|fault| {
            Command::ALL.into_iter().filter_map(move |command| Some((fault, command, fault.code(command)?)))
        })
        .collect();
    let whole = faults.iter().filter(|fault| fault.is_for_all()).count();
    assert!(whole >= 120, "only {whole} faults are met by all commands");
    let (next, failures, since) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Instant::now());
    std::thread::scope(|scope| {
        for _ in 0..ABREAST {
            scope.spawn(|| {
                while let Some((fault, command, wanted)) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = cell::trial(fault, *command, *wanted, &images) {
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    eprintln!("{} faults, {} runs, {:?}", faults.len(), cells.len(), since.elapsed());
    assert!(failures.is_empty(), "{} of {} went wrong:\n{}", failures.len(), cells.len(), failures.join("\n"));
}
