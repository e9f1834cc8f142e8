//! Asks modules and data a question.

use super::documents::{Documents, of_parser};
use super::language::{Language, read_as};
use crate::eval::builtins::BuiltinOptions;
use crate::eval::{
    Coverage, Engine, EngineOptions, EvalError, Event, Fault, Kept, Network, Query, Reason, ResultRow, Times, Value,
};
use crate::rego::check::CheckOptions;
use std::collections::BTreeMap;
use std::time::Duration;

/// What is asked.
#[derive(Debug)]
pub struct Request<'a> {
    /// The document `input`.
    pub input: Option<Value>,
    /// The question.
    pub query: &'a str,
    /// The package whose rules its names mean.
    pub package: Option<&'a str>,
    /// Imports.
    pub imports: &'a [String],
    /// Whether what `opa check --strict` refuses is refused.
    pub strict: bool,
    /// Whether an error in a built-in function ends the query.
    pub strict_builtin_errors: bool,
    /// How long the evaluation may take.
    pub timeout: Option<Duration>,
    /// Whether it is told what was evaluated, and with which reasons why other things were not.
    pub coverage: Option<Vec<Reason>>,
    /// The language of the query.
    pub language: &'a Language,
    /// What `opa.runtime().env` shows.
    pub environment: BTreeMap<String, String>,
    /// Which events are kept.
    pub events: Option<Kept>,
    /// Whether events tell values.
    pub values: bool,
    /// Whether it is told how long each step took.
    pub measures: bool,
    /// What may be reached beyond the process.
    pub network: Option<Network>,
    /// Whether rules are evaluated too that the index of rules leaves out.
    pub without_index: bool,
    /// Whether rules are evaluated too though another held that has the same value.
    pub without_early_exit: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Asked {
    /// The rows, or all that is wrong.
    pub result: Result<Vec<ResultRow>, Vec<Fault>>,
    /// What `print` wrote.
    pub prints: Vec<String>,
    /// Errors of built-in functions that only left their calls undefined.
    pub builtin_errors: Vec<Fault>,
    /// What was evaluated, where that was asked for.
    pub coverage: Option<Coverage>,
    /// What happened, where that is kept.
    pub events: Vec<Event>,
    /// How long the steps took.
    pub times: Times,
}

/// Asks what was read, if it was.
#[must_use]
pub fn eval(request: &Request<'_>, documents: Result<Documents, EvalError>) -> Asked {
    let failed = |faults| Asked {
        result: Err(faults),
        prints: Vec::new(),
        builtin_errors: Vec::new(),
        coverage: request.coverage.is_some().then(Coverage::default),
        events: Vec::new(),
        times: Times::default(),
    };
    let plain = |message: &str| Fault { message: message.to_owned(), ..Fault::default() };
    if request.query.is_empty() {
        return failed(vec![plain("cannot evaluate empty query")]);
    }
    match documents {
        Ok(documents) => ask(request, documents),
        Err(error) => failed(faults(error)),
    }
}

fn ask(request: &Request<'_>, documents: Documents) -> Asked {
    let check = CheckOptions { strict: request.strict, shows_values: request.values, ..documents.check };
    let options = EngineOptions {
        strict_builtin_errors: request.strict_builtin_errors,
        timeout: request.timeout,
        traces: true,
        reading: request.language.reading(read_as(request.language.version)),
        coverage: request.coverage.clone(),
        events: request.events,
        measures: request.measures,
        builtins: BuiltinOptions {
            environment: request.environment.clone(),
            network: request.network.clone(),
            ..BuiltinOptions::default()
        },
        without_index: request.without_index,
        without_early_exit: request.without_early_exit,
        check,
        ..EngineOptions::default()
    };
    let mut engine = Engine::new(documents.modules, documents.data, options);
    engine.set_input_value(request.input.clone());
    let query = Query { text: request.query, package: request.package, imports: request.imports };
    let result = engine.query(&query);
    let covered = engine.take_covered();
    let modules = match &result {
        // Nothing was evaluated, and OPA tells of no module then.
        Err(EvalError::Parse { .. } | EvalError::Compile(_) | EvalError::Document(_)) => &[],
        _ => engine.modules(),
    };
    let coverage = request.coverage.is_some().then(|| Coverage::of(modules, &covered));
    Asked {
        result: result.map_err(faults),
        prints: engine.take_prints(),
        builtin_errors: engine.take_builtin_errors(),
        coverage,
        events: engine.take_events(),
        times: *engine.times(),
    }
}

/// An error as the list OPA tells.
#[must_use]
pub fn faults(error: EvalError) -> Vec<Fault> {
    match error {
        EvalError::Parse { file, errors } => errors.into_iter().map(|error| of_parser(&file, error)).collect(),
        EvalError::Compile(faults) => faults,
        EvalError::Evaluation(fault) => vec![*fault],
        other => vec![Fault { message: other.to_string(), ..Fault::default() }],
    }
}
