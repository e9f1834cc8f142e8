//! Runs the tests among modules.

use super::OpsError;
use super::documents::Documents;
use crate::eval::builtins::BuiltinOptions;
use crate::eval::testing::{Tested, run};
use crate::eval::{Coverage, Engine, EngineOptions, Kept, Network, Reason};
use crate::rego::check::{CheckOptions, TestRule, find_tests};
use regex::Regex;
use std::collections::BTreeMap;
use std::time::Duration;

/// How tests are found and run.
#[derive(Debug)]
pub struct Request<'a> {
    /// How many errors of a check are told; 0 for all.
    pub limit: usize,
    /// What the refs of tests must match.
    pub filter: Option<&'a Regex>,
    /// How long a test may take.
    pub timeout: Duration,
    /// What `opa.runtime().env` shows.
    pub environment: BTreeMap<String, String>,
    /// What may be reached beyond the process.
    pub network: Option<Network>,
    /// How many tests run at once.
    pub threads: usize,
    /// Which events of tests are kept.
    pub events: Option<Kept>,
    /// Whether events tell values, and it is kept which expressions did not hold.
    pub values: bool,
    /// Whether it is kept which expressions were evaluated, and with which reasons why others were not.
    pub coverage: Option<Vec<Reason>>,
}

/// Modules whose tests can be run.
pub struct Suite {
    engine: Engine,
    tests: Vec<TestRule>,
    threads: usize,
}

impl Suite {
    /// Checks modules beside their data, and finds their tests.
    ///
    /// # Errors
    /// What OPA's compiler refuses.
    pub fn new(documents: Documents, request: &Request<'_>) -> Result<Self, OpsError> {
        let Documents { mut modules, data, check, .. } = documents;
        modules.sort_by(|left, right| left.file.cmp(&right.file));
        let mut tests = find_tests(&modules.iter().collect::<Vec<_>>());
        tests.retain(|test| request.filter.is_none_or(|filter| filter.is_match(&test.path)));
        let check = CheckOptions { tests: true, shows_values: request.values, limit: request.limit, ..check };
        let options = EngineOptions {
            timeout: Some(request.timeout),
            traces: true,
            events: request.events,
            coverage: request.coverage.clone(),
            check,
            builtins: BuiltinOptions {
                environment: request.environment.clone(),
                network: request.network.clone(),
                ..BuiltinOptions::default()
            },
            ..EngineOptions::default()
        };
        let mut engine = Engine::new(modules, data, options);
        engine.check()?;
        Ok(Self { engine, tests, threads: request.threads })
    }

    /// Runs all tests, and tells each in the order of the files and their text. Gives what was evaluated of the modules,
    /// where that is kept.
    pub fn run(&self, told: impl FnMut(Tested)) -> Coverage {
        let covered = run(&self.engine, &self.tests, self.threads, told);
        Coverage::of(self.engine.modules(), &covered)
    }
}
