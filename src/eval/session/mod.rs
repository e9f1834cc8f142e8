//! A session: statements that are typed one after another, over modules and data that were loaded.
//!
//! A rule that is typed is kept as its text, and the text of a package is read as a module; so what the compiler says of
//! it, and where, is what it says of a module. Each statement is checked with everything that was loaded and typed.

mod globals;
mod names;
mod package;
mod typed;
mod unset;

use super::builtins::BuiltinOptions;
use super::{Engine, EngineOptions, EvalError, Event, Kept, Network, Query, ResultRow, Times, Value};
use crate::rego::check::{Asked, CheckOptions};
use crate::rego::layout;
use crate::rego::syntax::{
    Body, Import, Module, Options, ParseError, RegoVersion, Typed, TypedKind, TypedRule, parse_statements,
};
pub use names::KnownRule;
use package::{Begun, DefinedRule, Item, Package, TypedImport, name_of, reference_of};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// The package of what is typed before any is named.
const DEFAULT: [&str; 2] = ["data", "repl"];

/// What a session begins with.
#[derive(Debug)]
pub struct Loaded {
    /// The modules.
    pub modules: Vec<Module>,
    /// The document `data`.
    pub data: Value,
    /// How the modules are checked.
    pub check: CheckOptions,
    /// How many errors are told of what is typed; of 0 all.
    pub limit: usize,
    /// How statements are read.
    pub reading: Options,
    /// What may be reached beyond the process.
    pub network: Option<Network>,
}

/// How questions are answered.
#[derive(Debug, Clone, Default)]
pub struct Asking {
    /// Whether an error in a built-in function ends a query.
    pub strict_builtin_errors: bool,
    /// Whether errors tell the queries that were evaluated.
    pub traces: bool,
    /// Which events are kept.
    pub events: Option<Kept>,
    /// Whether types are told.
    pub types: bool,
    /// Ends a query as soon as it is true.
    pub stop: Option<Arc<AtomicBool>>,
}

impl Asking {
    /// Whether questions are answered in the same way, whatever stops them.
    fn is_like(&self, other: &Self) -> bool {
        let told = |asking: &Self| (asking.strict_builtin_errors, asking.traces, asking.events, asking.types);
        told(self) == told(other)
    }
}

/// What came of a statement.
#[derive(Debug)]
pub enum Outcome {
    /// A package or an import.
    Done,
    /// A rule was defined.
    Defined {
        /// Its head.
        head: String,
        /// Its package.
        package: String,
        /// Whether it took the place of others.
        again: bool,
    },
    /// A query was answered.
    Answered(Answer),
}

/// What a query gave.
#[derive(Debug)]
pub struct Answer {
    /// The rows, or why there are none.
    pub result: Result<Vec<ResultRow>, EvalError>,
    /// What `print` wrote, a line each.
    pub prints: Vec<String>,
    /// What happened, where that was to be kept.
    pub events: Vec<Event>,
    /// Refs and variables of the query and their types, where they were to be told.
    pub types: Vec<(String, String)>,
}

impl Default for Answer {
    fn default() -> Self {
        Self { result: Ok(Vec::new()), prints: Vec::new(), events: Vec::new(), types: Vec::new() }
    }
}

/// Why a statement came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// What OPA says without a code.
    #[error("{0}")]
    Plain(String),
    /// What is wrong with the statement, or with what was typed before it.
    #[error(transparent)]
    Refused(EvalError),
    /// The document `input` cannot be evaluated.
    #[error(transparent)]
    Input(EvalError),
}

impl From<EvalError> for SessionError {
    fn from(error: EvalError) -> Self {
        Self::Refused(error)
    }
}

/// Statements that are typed one after another, over modules and data that were loaded.
pub struct Session {
    /// By file.
    base: Vec<Arc<Module>>,
    data: Value,
    check: CheckOptions,
    reading: Options,
    builtins: BuiltinOptions,
    /// By their paths, as Rego writes them.
    packages: BTreeMap<String, Package>,
    current: Option<String>,
    times: Times,
    /// What answered the last query, and how.
    ready: Option<(Asking, Engine)>,
}

impl Session {
    /// A session in which nothing was typed.
    ///
    /// # Errors
    /// What is wrong with all modules together.
    pub fn new(loaded: Loaded) -> Result<Self, EvalError> {
        let builtins = BuiltinOptions {
            configured: true,
            missing_is_undefined: true,
            network: loaded.network,
            ..BuiltinOptions::default()
        };
        let (check, used) = (loaded.check.clone(), builtins.clone());
        let options = EngineOptions { check, builtins: used, ..EngineOptions::default() };
        let mut engine = Engine::new(loaded.modules, Value::new_object(), options);
        engine.check()?;
        // What is typed may lie at data.
        let check = CheckOptions { data: None, limit: loaded.limit, ..loaded.check };
        let engine = engine.over(loaded.data.clone(), check.clone());
        Ok(Self {
            base: engine.modules().to_vec(),
            data: loaded.data,
            check,
            reading: loaded.reading,
            builtins,
            packages: BTreeMap::new(),
            current: None,
            times: Times::default(),
            ready: Some((Asking::default(), engine)),
        })
    }

    /// The base documents.
    #[must_use]
    pub fn data(&self) -> &Value {
        &self.data
    }

    /// How long the steps since this was last asked for took.
    pub fn take_times(&mut self) -> Times {
        std::mem::take(&mut self.times)
    }

    /// The current package as OPA's formatter lays it out; none where there is none yet.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        self.package().map(|package| layout(&package.module, &package.wildcards))
    }

    /// Everything that was loaded and typed, in the order in which OPA names it.
    #[must_use]
    pub fn modules(&self) -> Vec<Arc<Module>> {
        self.program(None)
    }

    /// Reads a text as statements of the current package.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn read(&self, text: &[u8]) -> Result<Typed, Vec<ParseError>> {
        let options = self.package().map(|package| package.reading(&self.reading));
        parse_statements(text, options.as_ref().unwrap_or(&self.reading))
    }

    /// Does what a statement says.
    ///
    /// # Errors
    /// What OPA tells of it.
    pub fn run(&mut self, typed: &Typed, place: usize, asking: &Asking) -> Result<Outcome, SessionError> {
        let Some(statement) = typed.statements.get(place) else { return Ok(Outcome::Done) };
        match &statement.kind {
            TypedKind::Package(package) => {
                let path = typed::package_path(&typed.module, package);
                self.enter(Begun { path, text: typed::alone(typed, statement) })?;
                Ok(Outcome::Done)
            }
            TypedKind::Import(import) => self.import(typed, place, import),
            TypedKind::Rule(rule) => self.define(typed, place, rule),
            TypedKind::Query { body, rule } => self.ask(typed, place, *body, rule.as_ref(), asking),
        }
    }

    fn package(&self) -> Option<&Package> {
        self.packages.get(self.current.as_ref()?)
    }

    fn path(&self) -> Vec<String> {
        self.package().map_or_else(|| DEFAULT.map(str::to_owned).to_vec(), |package| package.path.clone())
    }

    fn enter(&mut self, begun: Begun) -> Result<(), EvalError> {
        let name = reference_of(&begun.path);
        if !self.packages.contains_key(&name) {
            let package = Package::read(begun, Vec::new(), &self.reading)?;
            let _ = self.packages.insert(name.clone(), package);
        }
        self.current = Some(name);
        Ok(())
    }

    /// The current package, and its name; the usual one where there is none yet.
    fn begun(&mut self) -> Result<(String, Package), EvalError> {
        if self.package().is_none() {
            let path = self.path();
            let text = format!("package {}", name_of(&path));
            self.enter(Begun { path, text })?;
        }
        let name = self.current.clone().unwrap_or_default();
        match self.packages.get(&name) {
            Some(package) => Ok((name, package.clone())),
            None => Err(EvalError::Internal),
        }
    }

    /// All modules, with another package in the place of one.
    fn program(&self, other: Option<(&str, &Package)>) -> Vec<Arc<Module>> {
        let typed = self.packages.iter().filter(|(name, _)| other.is_none_or(|(replaced, _)| replaced != *name));
        let mut named: Vec<(&str, Arc<Module>)> =
            typed.map(|(name, package)| (&**name, package.module.clone())).collect();
        named.extend(other.map(|(name, package)| (name, package.module.clone())));
        named.extend(self.base.iter().map(|module| (&*module.file, module.clone())));
        named.sort_by(|left, right| left.0.cmp(right.0));
        named.into_iter().map(|(_, module)| module).collect()
    }

    fn engine(&self, other: Option<(&str, &Package)>, asking: &Asking) -> Engine {
        let options = EngineOptions {
            strict_builtin_errors: asking.strict_builtin_errors,
            traces: asking.traces,
            events: asking.events,
            stop: asking.stop.clone(),
            check: self.check.clone(),
            builtins: self.builtins.clone(),
            ..EngineOptions::default()
        };
        Engine::of(self.program(other), self.data.clone(), options)
    }

    /// Checks everything with another package in the place of one.
    fn checked(&mut self, other: Option<(&str, &Package)>, asking: &Asking) -> Result<Engine, EvalError> {
        let mut engine = self.engine(other, asking);
        let start = Instant::now();
        let checked = engine.check();
        *self.times.modules.get_or_insert_default() += start.elapsed();
        checked.map(|()| engine)
    }

    /// Everything checked, as it was for the query before where nothing has changed since.
    fn ready(&mut self, asking: &Asking) -> Result<Engine, EvalError> {
        let start = Instant::now();
        let program = self.program(None);
        let is_same = |engine: &Engine| {
            engine.modules().len() == program.len()
                && engine.modules().iter().zip(&program).all(|(known, module)| Arc::ptr_eq(known, module))
        };
        if let Some((known, engine)) = &self.ready
            && known.is_like(asking)
            && is_same(engine)
        {
            let mut engine = engine.clone();
            engine.stop_by(asking.stop.clone());
            *self.times.modules.get_or_insert_default() += start.elapsed();
            return Ok(engine);
        }
        let engine = self.checked(None, asking)?;
        self.ready = Some((asking.clone(), engine.clone()));
        Ok(engine)
    }

    fn import(&mut self, typed: &Typed, place: usize, import: &Import) -> Result<Outcome, SessionError> {
        let (name, package) = self.begun()?;
        let module = &typed.module;
        let new = TypedImport {
            text: typed::alone(typed, typed.statements.get(place).ok_or(EvalError::Internal)?),
            path: typed::import_path(module, import),
            alias: import.alias.map(|alias| module.text(alias).to_owned()),
        };
        if package.imports().any(|known| known.path == new.path && known.alias == new.alias) {
            return Ok(Outcome::Done);
        }
        let mut items = package.items.clone();
        items.push(Item::Import(new));
        let package = package.with(items, &self.reading)?;
        let _ = self.packages.insert(name, package);
        Ok(Outcome::Done)
    }

    fn define(&mut self, typed: &Typed, place: usize, rule: &TypedRule) -> Result<Outcome, SessionError> {
        if matches!(self.reading.version, RegoVersion::V1 | RegoVersion::V2) && !rule.faults.is_empty() {
            return Err(EvalError::Parse { file: String::new(), errors: rule.faults.clone() }.into());
        }
        let Some(found) = typed::rule(&typed.module, rule.rule) else { return Ok(Outcome::Done) };
        let new = DefinedRule {
            text: typed::rule_alone(typed, place),
            reference: typed::parts(&typed.module, found.head.reference),
            older: matches!(typed.module.version, RegoVersion::V0 | RegoVersion::V0V1),
            wildcards: typed
                .statements
                .get(place)
                .map(|own| typed::wildcards(&typed.module, own.span))
                .unwrap_or_default(),
        };
        let again = found.head.assign && self.remove(&new.reference)?;
        let (name, package) = self.begun()?;
        let mut items = package.items.clone();
        items.push(Item::Rule(new));
        let package = package.with(items, &self.reading)?;
        let _ = self.checked(Some((&name, &package)), &Asking::default())?;
        let shown = name_of(&package.path);
        let _ = self.packages.insert(name, package);
        let head = typed::reference_text(&typed.module, found.head.reference);
        Ok(Outcome::Defined { head, package: shown, again })
    }

    fn ask(
        &mut self,
        typed: &Typed,
        place: usize,
        body: Body,
        rule: Option<&Result<TypedRule, String>>,
        asking: &Asking,
    ) -> Result<Outcome, SessionError> {
        let mut engine = self.ready(asking)?;
        let input = self.input(&mut engine).map_err(SessionError::Input)?;
        if let Some(rule) = rule
            && !self.asks_about_known(typed, body)
        {
            let rule = rule.as_ref().map_err(|message| SessionError::Plain(message.clone()))?;
            if !is_of_root(typed, rule) {
                return self.define(typed, place, rule);
            }
        }
        let path = if self.current.is_some() { self.path() } else { Vec::new() };
        let documents = self.package().into_iter().flat_map(Package::imports).filter(|import| is_of_document(import));
        let imports: Vec<_> = documents.map(|import| (import.path.clone(), import.alias.clone())).collect();
        let asked = Asked { module: &typed.module, body, package: &path, imports: &imports, captured: true };
        let start = Instant::now();
        let prepared = engine.prepare(&asked);
        self.times.query = Some(start.elapsed());
        let prepared = prepared?;
        engine.set_input_value(input);
        let start = Instant::now();
        let result = engine.answer(&prepared);
        self.times.evaluation = Some(start.elapsed());
        let types = if asking.types { engine.types(&asked) } else { Vec::new() };
        let (prints, events) = (engine.take_prints(), engine.take_events());
        Ok(Outcome::Answered(Answer { result, prints, events, types }))
    }

    /// The document `input`: what `data.repl.input` is.
    fn input(&self, engine: &mut Engine) -> Result<Option<Value>, EvalError> {
        let kept = engine.keep_events(None);
        let rows = engine.query(&Query { text: "data.repl.input", ..Query::default() });
        let _ = engine.keep_events(kept);
        let _ = (engine.take_prints(), engine.take_builtin_errors());
        Ok(rows?.into_iter().next().and_then(|row| row.expressions.into_iter().next()).map(|told| told.value))
    }

    fn asks_about_known(&self, typed: &Typed, body: Body) -> bool {
        let left = typed::left_of_equality(&typed.module, body);
        left.is_some_and(|left| globals::is_known(&typed.module, left, &self.path(), self.package(), &self.modules()))
    }
}

/// Whether a rule would lie below `data` or `input`, which queries are about.
fn is_of_root(typed: &Typed, rule: &TypedRule) -> bool {
    let reference = typed::rule(&typed.module, rule.rule).map(|rule| typed::parts(&typed.module, rule.head.reference));
    reference
        .is_some_and(|parts| parts.len() > 1 && parts.first().is_some_and(|first| first == "data" || first == "input"))
}

fn is_of_document(import: &TypedImport) -> bool {
    import.path.first().is_some_and(|root| root == "data" || root == "input")
}
