//! An engine: modules, data and input that answer queries.

use super::answers::{ExpressionValue, ResultRow};
use super::asked_path::AskedPath;
use super::builtins::BuiltinOptions;
use super::coverage::{Covered, Reason};
use super::errors::{EvalError, Fault};
use super::events::{self, Event, Kept};
use super::failed::Failed;
use super::machine::{Failure, Machine, RecordedCase, Recorder, Row, Setting};
use super::plan::{self, Plan};
use super::query::{Header, Query};
use super::times::Times;
use super::watch::{Halt, Watch};
use crate::eval::Value;
use crate::rego::check::{Asked, CheckOptions, compile, types_in_query};
use crate::rego::syntax::{Body, Module, Options, RegoVersion, parse};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// How an engine answers.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// Whether an error in a built-in ends the query, and does not only make the call undefined.
    pub strict_builtin_errors: bool,
    /// How long a query may take.
    pub timeout: Option<Duration>,
    /// Whether errors tell the queries that were evaluated.
    pub traces: bool,
    /// Which events are kept; none are by default. They tell values where the check leaves these to be shown.
    pub events: Option<Kept>,
    /// Whether it is kept which expressions were evaluated, and with which reasons why others were not.
    pub coverage: Option<Vec<Reason>>,
    /// Whether rules are evaluated too that the index of rules leaves out.
    pub without_index: bool,
    /// Whether rules are evaluated too though another held that has the same value.
    pub without_early_exit: bool,
    /// How modules and queries are checked.
    pub check: CheckOptions,
    /// How queries are read.
    pub reading: Options,
    /// What the answers of some built-in functions depend on.
    pub builtins: BuiltinOptions,
    /// Whether modules are checked by themselves before a query is, so that each step takes its own time.
    pub measures: bool,
    /// Gives evaluations up as soon as it is true.
    pub stop: Option<Arc<AtomicBool>>,
}

/// Modules, data and input that answer queries.
#[derive(Clone)]
pub struct Engine {
    /// Sorted by file.
    modules: Arc<Vec<Arc<Module>>>,
    data: Value,
    input: Option<Value>,
    options: EngineOptions,
    builtins: Arc<BuiltinOptions>,
    /// The modules without a query, once they were needed so.
    plan: Option<Arc<Plan>>,
    /// What `print` wrote.
    prints: Vec<String>,
    /// The cases that tests came to.
    cases: Vec<RecordedCase>,
    /// Errors of built-in functions, which only left their calls undefined.
    builtin_errors: Vec<Fault>,
    events: Vec<Event>,
    failed: Vec<Failed>,
    covered: Covered,
    times: Times,
}

/// A query that is ready to be answered.
#[derive(Debug, Clone)]
pub struct Prepared {
    plan: Arc<Plan>,
    /// The path it asks for, and how it is told, where it asks for nothing else.
    path: Option<AskedPath>,
}

/// What an evaluation came to, with what it wrote and passed over.
struct Evaluated<T> {
    result: Result<T, Failure>,
    prints: Vec<String>,
    cases: Vec<RecordedCase>,
    errors: Vec<Failure>,
    recorded: Recorded,
}

/// What was written down of an evaluation.
#[derive(Default)]
struct Recorded {
    events: Vec<Event>,
    failed: Vec<Failed>,
    covered: Covered,
}

fn recorded(recorder: Recorder<'_>, kept: Option<Kept>, plan: &Plan) -> Recorded {
    Recorded {
        events: kept.map(|kept| events::kept(&recorder.events, kept, plan)).unwrap_or_default(),
        failed: recorder.failed.into_iter().filter_map(|failed| Failed::of(failed, plan)).collect(),
        covered: Covered { spans: spans(recorder.covered, plan), without: Vec::new() },
    }
}

fn spans(covered: HashSet<(usize, u32, u32)>, plan: &Plan) -> HashSet<(String, u32, u32)> {
    let file = |file: usize| plan.files.get(file).map(|file| file.file.clone()).unwrap_or_default();
    covered.into_iter().map(|(at, start, length)| (file(at), start, length)).collect()
}

impl Engine {
    /// Takes modules and the documents under `data`, a JSON text. Modules are checked when they are first asked.
    ///
    /// # Errors
    /// Data that is no JSON.
    pub fn load(modules: Vec<Module>, data: &str, options: EngineOptions) -> Result<Self, EvalError> {
        let data = Value::from_json(data).map_err(|error| EvalError::Document(error.to_string()))?;
        Ok(Self::new(modules, data, options))
    }

    /// Takes modules and the documents under `data`. Modules are checked when they are first asked.
    #[must_use]
    pub fn new(mut modules: Vec<Module>, data: Value, options: EngineOptions) -> Self {
        modules.sort_by(|left, right| left.file.cmp(&right.file));
        Self::of(modules.into_iter().map(Arc::new).collect(), data, options)
    }

    /// Takes modules in the order in which they are to be checked, and the documents under `data`.
    #[must_use]
    pub fn of(modules: Vec<Arc<Module>>, data: Value, mut options: EngineOptions) -> Self {
        Self {
            modules: Arc::new(modules),
            data,
            input: None,
            builtins: Arc::new(std::mem::take(&mut options.builtins)),
            options,
            plan: None,
            prints: Vec::new(),
            cases: Vec::new(),
            builtin_errors: Vec::new(),
            events: Vec::new(),
            failed: Vec::new(),
            covered: Covered::default(),
            times: Times::default(),
        }
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

    /// The same modules, as they are checked by now, over other data; what is asked is checked so.
    #[must_use]
    pub fn over(mut self, data: Value, check: CheckOptions) -> Self {
        self.data = data;
        self.options.check = check;
        self
    }

    /// Ends each query as soon as this is true.
    pub fn stop_by(&mut self, stop: Option<Arc<AtomicBool>>) {
        self.options.stop = stop;
    }

    /// Sets the input document, a JSON text.
    ///
    /// # Errors
    /// A text that is no JSON.
    pub fn set_input(&mut self, json: &str) -> Result<(), EvalError> {
        self.input = Some(Value::from_json(json).map_err(|error| EvalError::Document(error.to_string()))?);
        Ok(())
    }

    /// Sets the input document, or takes it away.
    pub fn set_input_value(&mut self, input: Option<Value>) {
        self.input = input;
    }

    /// What `print` wrote since it was last asked for, a line each.
    pub fn take_prints(&mut self) -> Vec<String> {
        std::mem::take(&mut self.prints)
    }

    /// The cases that tests came to since they were last asked for.
    pub fn take_cases(&mut self) -> Vec<RecordedCase> {
        std::mem::take(&mut self.cases)
    }

    /// The errors of built-in functions that only left their calls undefined, since they were last asked for.
    pub fn take_builtin_errors(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.builtin_errors)
    }

    /// Which events are kept from now on; what it was before.
    pub fn keep_events(&mut self, keep: Option<Kept>) -> Option<Kept> {
        std::mem::replace(&mut self.options.events, keep)
    }

    /// What happened since it was last asked for.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The expressions of rules that failed since they were last asked for, where values are to be shown.
    pub fn take_failed(&mut self) -> Vec<Failed> {
        std::mem::take(&mut self.failed)
    }

    /// The expressions that were evaluated and the heads of rules that held.
    pub fn take_covered(&mut self) -> Covered {
        std::mem::take(&mut self.covered)
    }

    /// How long the steps to the last answer took.
    #[must_use]
    pub const fn times(&self) -> &Times {
        &self.times
    }

    /// The modules, by file.
    #[must_use]
    pub fn modules(&self) -> &[Arc<Module>] {
        &self.modules
    }

    /// Checks the modules.
    ///
    /// # Errors
    /// What OPA's compiler refuses.
    pub fn check(&mut self) -> Result<(), EvalError> {
        self.plan().map(drop)
    }

    /// Answers a query: a row for each way to satisfy it.
    ///
    /// # Errors
    /// A query or module that is refused, or an evaluation that fails.
    pub fn query(&mut self, query: &Query<'_>) -> Result<Vec<ResultRow>, EvalError> {
        self.times = Times::default();
        if self.options.measures && !self.modules.is_empty() {
            let start = Instant::now();
            let checked = self.check();
            self.times.modules = Some(start.elapsed());
            checked?;
        }
        let start = Instant::now();
        let read = query.read(&self.options.reading);
        self.times.reading = Some(start.elapsed());
        let (module, body) = read?;
        if let Some(ready) = self.path_in(&module, body) {
            let (prints, errors) = (self.prints.len(), self.builtin_errors.len());
            let answer = self.answer(&ready);
            let is_free_of_errors = answer.is_ok() && self.builtin_errors.len() == errors;
            if is_free_of_errors || !self.options.traces || ready.path.is_none() {
                return answer;
            }
            // What is told of an error begins with the query itself.
            self.prints.truncate(prints);
            self.builtin_errors.truncate(errors);
            let _ = self.take_cases();
        }
        let start = Instant::now();
        let plan = self.plan_of(query, &module, body);
        self.times.query = Some(start.elapsed());
        let start = Instant::now();
        let rows = self.rows(plan?);
        self.times.evaluation = Some(start.elapsed());
        rows
    }

    /// A query that only asks for a path, which needs no check where the modules are checked.
    fn path_in(&self, module: &Module, body: Body) -> Option<Prepared> {
        let keeps_events = self.options.events.is_some();
        let plan = self.plan.clone().filter(|plan| !self.options.measures && (plan.texts || !keeps_events))?;
        let path = AskedPath::of(module, body).filter(|path| plan.is_whole_at(&path.names))?;
        if keeps_events {
            return Some(Prepared { plan: Arc::new(path.plan(&plan, module)), path: None });
        }
        Some(Prepared { plan, path: Some(path) })
    }

    fn rows(&mut self, plan: Arc<Plan>) -> Result<Vec<ResultRow>, EvalError> {
        let rows = self.evaluated(plan.clone(), |machine| {
            let mut rows = Vec::new();
            machine.query(&mut |row| rows.push(row))?;
            Ok(rows)
        })?;
        Ok(rows.into_iter().map(|row| told(&plan, row)).collect())
    }

    /// Makes a query that was read ready to be answered.
    ///
    /// # Errors
    /// A query or module that is refused.
    pub fn prepare(&mut self, asked: &Asked<'_>) -> Result<Prepared, EvalError> {
        if !self.options.traces
            && let Some(ready) = self.path_in(asked.module, asked.body)
        {
            return Ok(ready);
        }
        match self.compiled(Some(&Asked { captured: true, ..*asked })) {
            Ok(plan) => Ok(Prepared { plan, path: None }),
            // What is wrong is told of the query as it was written.
            Err(error) => {
                self.compiled(Some(&Asked { captured: false, ..*asked }))?;
                Err(error)
            }
        }
    }

    /// What is known of the types in a query that was read: its refs and variables, and their types.
    #[must_use]
    pub fn types(&self, asked: &Asked<'_>) -> Vec<(String, String)> {
        let modules: Vec<&Module> = self.modules.iter().map(|module| &**module).collect();
        types_in_query(&modules, asked, &self.options.check)
    }

    /// Answers a query that was made ready: a row for each way to satisfy it.
    ///
    /// # Errors
    /// An evaluation that fails.
    pub fn answer(&mut self, prepared: &Prepared) -> Result<Vec<ResultRow>, EvalError> {
        let Some(AskedPath { names, told, .. }) = prepared.path.clone() else {
            return self.rows(prepared.plan.clone());
        };
        let value = self.evaluated(prepared.plan.clone(), move |machine| machine.document_at(&names))?;
        let row = |value| ResultRow { expressions: vec![ExpressionValue { value, ..told }], bindings: Vec::new() };
        Ok(value.map(row).into_iter().collect())
    }

    /// The plan of the modules alone.
    fn plan(&mut self) -> Result<Arc<Plan>, EvalError> {
        if let Some(plan) = &self.plan {
            return Ok(plan.clone());
        }
        let plan = self.compiled(None)?;
        self.plan = Some(plan.clone());
        Ok(plan)
    }

    fn plan_of(&self, query: &Query<'_>, module: &Module, body: Body) -> Result<Arc<Plan>, EvalError> {
        let header = Header::of(query)?;
        let asked = Asked { module, body, package: &header.package, imports: &header.imports, captured: true };
        self.compiled(Some(&asked))
    }

    fn compiled(&self, asked: Option<&Asked<'_>>) -> Result<Arc<Plan>, EvalError> {
        let modules: Vec<&Module> = self.modules.iter().map(|module| &**module).collect();
        let mut files: Vec<Arc<Module>> = self.modules.to_vec();
        files.extend(asked.map(|asked| Arc::new(asked.module.clone())));
        compile(&modules, asked, &self.options.check, |compiled| {
            Arc::new(plan::build(compiled, &files, self.options.events.is_some()))
        })
        .map_err(|errors| {
            let placed: Vec<&Module> = files.iter().map(|module| &**module).collect();
            EvalError::Compile(errors.into_iter().map(|error| Fault::of_check(error, &placed)).collect())
        })
    }

    /// What answers of built-in functions depend on in an evaluation that ends then.
    fn builtins_until(&self, deadline: Option<Instant>, halt: &Arc<Halt>) -> Arc<BuiltinOptions> {
        match &self.builtins.network {
            None => self.builtins.clone(),
            Some(network) => {
                let network = Some(network.until(deadline, halt));
                Arc::new(BuiltinOptions { network, ..BuiltinOptions::clone(&self.builtins) })
            }
        }
    }

    /// Evaluates under watch.
    fn evaluated<T: Send + 'static>(
        &mut self,
        plan: Arc<Plan>,
        work: impl Fn(&mut Machine<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, EvalError> {
        let deadline = self.options.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let halt = Arc::<Halt>::default();
        let setting = Setting {
            input: self.input.clone(),
            data: self.data.clone(),
            options: self.builtins_until(deadline, &halt),
            traces: self.options.traces,
            uses_index: !self.options.without_index,
            ends_early: !self.options.without_early_exit,
            deadline,
            halt: halt.clone(),
        };
        let on = plan.clone();
        let (kept, tells_values) = (self.options.events, self.options.check.shows_values);
        let coverage = self.options.coverage.clone();
        let (records, tells_events) = (kept.is_some() || coverage.is_some(), kept.is_some());
        let watch = Watch { deadline, stop: self.options.stop.clone(), halt };
        let done = watch.run(move || {
            let mut machine = Machine::new(&on, &setting);
            machine.recorder = records.then(|| Recorder { tells_events, tells_values, ..Recorder::default() });
            let result = work(&mut machine);
            let mut recorded =
                machine.recorder.take().map(|recorder| recorded(recorder, kept, &on)).unwrap_or_default();
            if result.is_ok() {
                for reason in coverage.unwrap_or_default() {
                    let setting = match reason {
                        Reason::IndexExcluded => Setting { uses_index: false, ..setting.clone() },
                        Reason::EarlyExit => Setting { ends_early: false, ..setting.clone() },
                    };
                    let mut other = machine.again(&setting);
                    // What fails here only makes the reasons incomplete.
                    let _ = work(&mut other);
                    let recorder = other.recorder.take().unwrap_or_default();
                    recorded.covered.without.push((reason, spans(recorder.covered, &on)));
                }
            }
            Evaluated {
                result,
                recorded,
                prints: std::mem::take(&mut machine.prints),
                cases: std::mem::take(&mut machine.cases),
                errors: std::mem::take(&mut machine.errors),
            }
        })?;
        self.prints.extend(done.prints);
        self.cases.extend(done.cases);
        self.events.extend(done.recorded.events);
        self.failed.extend(done.recorded.failed);
        self.covered.extend(done.recorded.covered);
        let fault = |failure| Fault::of_evaluation(failure, &plan);
        let result = done.result.map_err(|failure| EvalError::Evaluation(Box::new(fault(failure))))?;
        if self.options.strict_builtin_errors
            && let Some(first) = done.errors.first()
        {
            return Err(EvalError::Evaluation(Box::new(fault(first.clone()))));
        }
        self.builtin_errors.extend(done.errors.into_iter().map(fault));
        Ok(result)
    }
}

fn told(plan: &Plan, (values, bound): Row) -> ResultRow {
    let Some(query) = &plan.query else { return ResultRow { expressions: Vec::new(), bindings: Vec::new() } };
    let expressions = query.expressions.iter().zip(values).map(|(told, value)| ExpressionValue {
        value,
        text: told.text.clone(),
        row: told.row,
        column: told.column,
    });
    let bindings = query.bindings.iter().zip(bound).map(|((name, _), value)| (name.clone(), value));
    ResultRow { expressions: expressions.collect(), bindings: bindings.collect() }
}
