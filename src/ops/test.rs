//! Runs the tests among modules.

use super::OpsError;
use super::language::Language;
use crate::eval::builtins::BuiltinOptions;
use crate::eval::testing::{Tested, run};
use crate::eval::{Coverage, Engine, EngineOptions, Value};
use crate::rego::check::{CheckOptions, DataPaths, TestRule, find_tests};
use crate::rego::syntax::Module;
use regex::Regex;
use std::collections::BTreeMap;
use std::time::Duration;

/// How tests are found and run.
#[derive(Debug)]
pub struct Request<'a> {
    /// The language of the modules.
    pub language: &'a Language,
    /// How many errors of a check are told; 0 for all.
    pub limit: usize,
    /// What the refs of tests must match.
    pub filter: Option<&'a Regex>,
    /// How long a test may take.
    pub timeout: Duration,
    /// What `opa.runtime().env` shows.
    pub environment: BTreeMap<String, String>,
    /// How many tests run at once.
    pub threads: usize,
    /// Whether it is kept what did not hold in tests that fail.
    pub traces: bool,
    /// Whether it is kept which expressions were evaluated.
    pub coverage: bool,
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
    pub fn new(mut modules: Vec<Module>, data: Value, request: &Request<'_>) -> Result<Self, OpsError> {
        modules.sort_by(|left, right| left.file.cmp(&right.file));
        let mut tests = find_tests(&modules.iter().collect::<Vec<_>>());
        tests.retain(|test| request.filter.is_none_or(|filter| filter.is_match(&test.path)));
        let of_data = data.clone();
        let check = CheckOptions {
            tests: true,
            limit: request.limit,
            data: Some(DataPaths::new(move |path| has(&of_data, path))),
            ..request.language.checking()
        };
        let options = EngineOptions {
            timeout: Some(request.timeout),
            traces: true,
            events: request.traces,
            coverage: request.coverage,
            check,
            builtins: BuiltinOptions { environment: request.environment.clone(), ..BuiltinOptions::default() },
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

/// Whether data have a value at a path, or one that is no object on the way there.
fn has(data: &Value, path: &[&str]) -> bool {
    let mut value = data;
    for key in path {
        let Ok(object) = value.as_object() else { return true };
        let Some(member) = object.get(&Value::from(*key)) else { return false };
        value = member;
    }
    true
}
