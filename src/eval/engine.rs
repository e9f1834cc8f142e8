//! An engine: modules, data and input that answer queries.

use super::answers::{ResultRow, row, rows};
use super::builtins::{self, BuiltinOptions};
use super::errors::{EvalError, Places};
use super::functions::{self, Constants};
use super::lower::{Lowered, Plan, lower, lower_query, replaced, wrappers};
use super::natives;
use super::paths::Paths;
use super::scope::Scope;
use crate::rego::syntax::{Module, Options, RegoVersion, parse, parse_query};
use regorus::Value;
use std::sync::Arc;
use std::time::Duration;

/// The stack of a query in bytes: recursion of functions is bounded by nothing else.
const STACK: usize = 256 << 20;

/// How an engine answers.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// Whether an error in a built-in ends the query, and does not only make the call undefined.
    pub strict_builtin_errors: bool,
    /// How long a query may take.
    pub timeout: Option<Duration>,
}

/// A question.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<'a> {
    /// Its text.
    pub text: &'a str,
    /// The package whose rules its names mean, as `data.a.b`.
    pub package: Option<&'a str>,
    /// Imports, such as `data.a.b as c`.
    pub imports: &'a [String],
}

/// Modules, data and input that answer queries.
#[derive(Clone)]
pub struct Engine {
    modules: Arc<Vec<Module>>,
    paths: Arc<Paths>,
    data: Value,
    input: Option<Value>,
    options: EngineOptions,
    loaded: Loaded,
}

/// The modules as they lie in regorus.
#[derive(Clone)]
struct Loaded {
    engine: regorus::Engine,
    plan: Arc<Plan>,
    places: Arc<Places>,
    constants: Constants,
}

impl Engine {
    /// Loads modules and the documents under `data`, a JSON text.
    ///
    /// # Errors
    /// Data that is no JSON, a module regorus refuses.
    pub fn load(modules: Vec<Module>, data: &str, options: EngineOptions) -> Result<Self, EvalError> {
        let data = Value::from_json_str(data).map_err(|error| EvalError::Document(error.to_string()))?;
        let mut plan = Plan { careful: options.strict_builtin_errors, ..Plan::default() };
        for module in &modules {
            replaced(module, &mut plan.wrapped);
        }
        let modules = Arc::new(modules);
        let loaded = Loaded::new(&modules, &data, plan, &options)?;
        let paths = Arc::new(Paths::of(&modules));
        Ok(Self { modules, paths, data, input: None, options, loaded })
    }

    /// Reads modules, each a name, its text and the version of its language, then loads them.
    ///
    /// # Errors
    /// What cannot be parsed, besides those of [`Self::load`].
    pub fn read(sources: &[(&str, &str, RegoVersion)], data: &str, options: EngineOptions) -> Result<Self, EvalError> {
        let mut modules = Vec::with_capacity(sources.len());
        for (file, text, version) in sources {
            let module = parse(text.as_bytes(), file, &Options::new(*version))
                .map_err(|errors| EvalError::Parse { file: (*file).to_owned(), errors })?;
            modules.push(module);
        }
        Self::load(modules, data, options)
    }

    /// Sets the input document, a JSON text.
    ///
    /// # Errors
    /// A text that is no JSON.
    pub fn set_input(&mut self, json: &str) -> Result<(), EvalError> {
        self.input = Some(Value::from_json_str(json).map_err(|error| EvalError::Document(error.to_string()))?);
        Ok(())
    }

    /// Answers a query: a row for each way to satisfy it. A panic of regorus is an error, not the end.
    ///
    /// # Errors
    /// A query that cannot be parsed or evaluated.
    pub fn query(&mut self, query: &Query<'_>) -> Result<Vec<ResultRow>, EvalError> {
        let (module, body) = parse_query(query.text.as_bytes(), "", &Options::new(RegoVersion::V1))
            .map_err(|errors| EvalError::Parse { file: String::new(), errors })?;
        let mut wrapped = self.loaded.plan.wrapped.clone();
        replaced(&module, &mut wrapped);
        if wrapped != self.loaded.plan.wrapped {
            self.reload(Plan { wrapped, careful: self.loaded.plan.careful })?;
        }
        let scope = Scope::of(query, &self.modules)?;
        match self.evaluate(&module, body, &scope) {
            Err(EvalError::Operator) if !self.loaded.plan.careful => {
                self.reload(Plan { wrapped: self.loaded.plan.wrapped.clone(), careful: true })?;
                self.evaluate(&module, body, &scope)
            }
            other => other,
        }
    }

    fn reload(&mut self, plan: Plan) -> Result<(), EvalError> {
        self.loaded = Loaded::new(&self.modules, &self.data, plan, &self.options)?;
        Ok(())
    }

    fn evaluate(
        &self,
        module: &Module,
        body: crate::rego::syntax::Body,
        scope: &Scope,
    ) -> Result<Vec<ResultRow>, EvalError> {
        let number = self.loaded.constants.reserve();
        let (lowered, captured) = lower_query(module, body, &self.loaded.plan, number, scope)
            .map_err(|error| EvalError::too_deep(module, error.at))?;
        self.loaded.constants.put(number, lowered.constants);
        // regorus keeps state between queries; a clone is cheap, and a failed query leaves nothing behind.
        let mut engine = self.loaded.engine.clone();
        if let Some(input) = &self.input {
            engine.set_input(input.clone());
        }
        if let Some(limit) = self.options.timeout {
            let check_interval = std::num::NonZeroU32::MIN.saturating_add(255);
            engine.set_execution_timer_config(regorus::utils::limits::ExecutionTimerConfig { limit, check_interval });
        }
        if let Some(path) = self.paths.asked(module, body) {
            let result = on_a_stack(move || engine.eval_rule(path));
            self.loaded.constants.take(number);
            let value =
                result?.map_err(|error| self.loaded.places.error(&error.to_string(), Some(module), &lowered.lines))?;
            return Ok(row(module, body, value).into_iter().collect());
        }
        let text = lowered.text;
        let result = on_a_stack(move || engine.eval_query(text, false));
        self.loaded.constants.take(number);
        let results =
            result?.map_err(|error| self.loaded.places.error(&error.to_string(), Some(module), &lowered.lines))?;
        Ok(rows(module, body, &captured, results))
    }
}

impl Loaded {
    fn new(modules: &[Module], data: &Value, plan: Plan, options: &EngineOptions) -> Result<Self, EvalError> {
        let plan = Arc::new(plan);
        let constants = Constants::default();
        let mut engine = regorus::Engine::new();
        engine.set_strict_builtin_errors(options.strict_builtin_errors);
        if let Some(lengths) = super::lengths() {
            engine.set_policy_length_config(lengths);
        }
        engine.set_rego_v0(false);
        functions::install(&mut engine, &constants, options.strict_builtin_errors)?;
        let answering = BuiltinOptions { strict: options.strict_builtin_errors, ..BuiltinOptions::default() };
        builtins::install(&mut engine, &answering).map_err(|error| EvalError::Refused(error.to_string()))?;
        if options.strict_builtin_errors {
            natives::install(&mut engine);
        }
        let mut places = Places::default();
        for (number, (module, lowered)) in modules.iter().zip(lowered(modules, &plan)).enumerate() {
            let lowered = lowered.map_err(|error| EvalError::too_deep(module, error.at))?;
            let added = engine.add_policy(number.to_string(), lowered.text);
            places.add(module, lowered.lines);
            added.map_err(|error| places.error(&error.to_string(), None, &[]))?;
            constants.put(constants.reserve(), lowered.constants);
        }
        if !plan.wrapped.is_empty() {
            let added = engine.add_policy("policy".to_owned(), wrappers(&plan));
            added.map_err(|error| EvalError::Refused(error.to_string()))?;
        }
        engine.add_data(data.clone()).map_err(|error| EvalError::Document(error.to_string()))?;
        let engine = prepared(engine, &places)?;
        Ok(Self { engine, plan, places: Arc::new(places), constants })
    }
}

/// An engine whose modules are analysed once and for all: what is cloned of it needs no more than to evaluate.
fn prepared(mut engine: regorus::Engine, places: &Places) -> Result<regorus::Engine, EvalError> {
    let (engine, result) = on_a_stack(move || {
        let result = engine.eval_rule("data.policy_nothing".to_owned());
        (engine, result)
    })?;
    match result {
        Err(error) if error.to_string() != "not a valid rule path" => Err(places.error(&error.to_string(), None, &[])),
        _ => Ok(engine),
    }
}

type LoweredModules = Vec<Result<Lowered, super::lower::TooDeep>>;

/// The modules as text for regorus, written in parallel.
fn lowered(modules: &[Module], plan: &Arc<Plan>) -> LoweredModules {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let size = modules.len().div_ceil(workers).max(8);
    let write = |start: usize, chunk: &[Module]| -> LoweredModules {
        (start..).zip(chunk).map(|(number, module)| lower(module, plan, number)).collect()
    };
    if modules.len() <= size {
        return write(0, modules);
    }
    std::thread::scope(|scope| {
        let chunks = modules.chunks(size).enumerate();
        let threads: Vec<_> = chunks.map(|(place, chunk)| scope.spawn(move || write(place * size, chunk))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

/// Runs regorus on a stack of its own; a panic is an error.
fn on_a_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> Result<T, EvalError> {
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)))
        .map_err(|error| EvalError::Refused(error.to_string()))?
        .join()
        .map_err(|_| EvalError::Internal)?
        .map_err(|_| EvalError::Internal)
}
