//! Tests on several threads, told in their order.

use super::ask::ask;
use super::cases::{add, of_value};
use super::{Outcome, Tested};
use crate::eval::Value;
use crate::eval::{Covered, Engine, EvalError, Failed, RecordedCase, traced};
use crate::rego::check::TestRule;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Runs tests on so many threads, each with an engine of its own, and tells each as soon as those before it are told.
pub fn run(engine: &Engine, tests: &[TestRule], threads: usize, mut told: impl FnMut(Tested)) -> Covered {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let work = |sender: mpsc::Sender<(usize, Tested)>| -> Covered {
        let mut engine = engine.clone();
        while let Some((place, rule)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            tests.get(place).map(|rule| (place, rule))
        } {
            // Nobody listens any more where the caller is gone; then there is nothing to tell.
            let _ = sender.send((place, test(&mut engine, rule)));
        }
        engine.take_covered()
    };
    std::thread::scope(|scope| {
        let spawn = |_| {
            let sender = sender.clone();
            scope.spawn(|| work(sender))
        };
        let workers: Vec<_> = (0..threads.min(tests.len())).map(spawn).collect();
        drop(sender);
        let (mut due, mut waiting) = (0, BTreeMap::new());
        for (place, tested) in receiver {
            let _ = waiting.insert(place, tested);
            while let Some(tested) = waiting.remove(&due) {
                told(tested);
                due += 1;
            }
        }
        let mut covered = Covered::default();
        for worker in workers {
            covered.extend(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        covered
    })
}

fn test(engine: &mut Engine, rule: &TestRule) -> Tested {
    let mut tested = Tested {
        rule: rule.clone(),
        outcome: Outcome::Skipped,
        duration: Duration::ZERO,
        output: String::new(),
        cases: Vec::new(),
        trace: Vec::new(),
        failed: None,
    };
    if rule.skipped {
        return tested;
    }
    let start = Instant::now();
    let answer = ask(engine, &rule.path);
    tested.duration = start.elapsed();
    tested.output = answer.prints.iter().map(|line| format!("{line}\n")).collect();
    (tested.outcome, tested.cases) = outcome(rule, answer.value, &answer.cases, &answer.failed);
    if matches!(tested.outcome, Outcome::Failed) {
        tested.trace = traced(&answer.events);
        tested.failed = answer.failed.last().cloned();
    }
    tested
}

/// What came of a test. A value other than `true` is a failure; a test that has cases fails with one of them.
fn outcome(
    rule: &TestRule,
    value: Result<Option<Value>, EvalError>,
    recorded: &[RecordedCase],
    failed: &[Failed],
) -> (Outcome, Vec<super::Case>) {
    let value = match value {
        Err(error) => return (Outcome::Broken(error), Vec::new()),
        Ok(None) => return (Outcome::Failed, Vec::new()),
        Ok(Some(value)) => value,
    };
    if !rule.has_cases {
        return (if value == Value::Bool(true) { Outcome::Passed } else { Outcome::Failed }, Vec::new());
    }
    let mut cases = of_value(&value);
    let mut fails = cases.iter().any(|case| case.failed);
    for (place, case) in recorded.iter().enumerate() {
        // What fails before the next case begins may be of this one.
        let end = recorded.get(place + 1).map_or(failed.len(), |next| next.failed);
        fails |= add(&mut cases, &case.keys, failed.get(..end).and_then(<[Failed]>::last));
    }
    (if fails { Outcome::Failed } else { Outcome::Passed }, cases)
}
