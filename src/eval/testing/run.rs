//! Tests on several threads, told in their order.

use super::ask::{Answer, ask};
use super::cases::{add, of_value};
use super::{Outcome, Tested};
use crate::eval::Engine;
use crate::rego::check::TestRule;
use regorus::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Runs tests on so many threads, each with an engine of its own, and tells each as soon as those before it are told.
pub fn run(engine: &Engine, tests: &[TestRule], threads: usize, mut told: impl FnMut(Tested)) {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let work = |sender: mpsc::Sender<(usize, Tested)>| {
        let mut engine = engine.clone();
        while let Some((place, rule)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            tests.get(place).map(|rule| (place, rule))
        } {
            // Nobody listens any more where the caller is gone; then there is nothing to tell.
            let _ = sender.send((place, test(&mut engine, rule)));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.min(tests.len()) {
            let sender = sender.clone();
            scope.spawn(|| work(sender));
        }
        drop(sender);
        let (mut due, mut waiting) = (0, BTreeMap::new());
        for (place, tested) in receiver {
            let _ = waiting.insert(place, tested);
            while let Some(tested) = waiting.remove(&due) {
                told(tested);
                due += 1;
            }
        }
    });
}

fn test(engine: &mut Engine, rule: &TestRule) -> Tested {
    let tested = |outcome, duration, output, cases| Tested { rule: rule.clone(), outcome, duration, output, cases };
    if rule.skipped {
        return tested(Outcome::Skipped, Duration::ZERO, String::new(), Vec::new());
    }
    let start = Instant::now();
    let answer = ask(engine, &rule.path);
    let duration = start.elapsed();
    let output: String = answer.prints.iter().map(|line| format!("{line}\n")).collect();
    let (outcome, cases) = outcome(rule, answer);
    tested(outcome, duration, output, cases)
}

/// What came of a test. A value other than `true` is a failure; a test that has cases fails with one of them.
fn outcome(rule: &TestRule, answer: Answer) -> (Outcome, Vec<super::Case>) {
    let value = match answer.value {
        Err(error) => return (Outcome::Broken(error), Vec::new()),
        Ok(None) => return (Outcome::Failed, Vec::new()),
        Ok(Some(value)) => value,
    };
    if !rule.has_cases {
        return (if value == Value::Bool(true) { Outcome::Passed } else { Outcome::Failed }, Vec::new());
    }
    let mut cases = of_value(&value);
    let mut failed = cases.iter().any(|case| case.failed);
    for recorded in &answer.cases {
        failed |= add(&mut cases, recorded);
    }
    (if failed { Outcome::Failed } else { Outcome::Passed }, cases)
}
