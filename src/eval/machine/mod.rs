//! The evaluation of a plan, in the order and with the words of OPA's evaluator.
//!
//! A step gives each way to go on to a continuation, which tells whether to stop. Variables are set before the
//! continuation and taken back behind it, so nothing needs to be remembered to go back.

mod bodies;
mod calls;
mod closures;
mod documents;
mod events;
mod failure;
mod index;
mod levels;
mod references;
mod rules;
mod shown;
mod unify;
mod with;

pub use events::Operation;
pub(super) use events::{Event, Recorder};
pub(super) use failure::{Failure, Frame};
pub(super) use shown::FailedParts;

use super::builtins::BuiltinOptions;
use super::plan::{Function, NodeId, Plan};
use crate::eval::Value;
use crate::eval::watch::Halt;
use events::Node;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// Whether to stop.
pub(super) type Flow = Result<bool, Failure>;

/// What to do next.
type Next<'n, 'p> = &'n mut dyn FnMut(&mut Machine<'p>) -> Flow;

/// What to do with a value.
type Give<'n, 'p> = &'n mut dyn FnMut(&mut Machine<'p>, Value) -> Flow;

/// How deep evaluations may lie in each other.
const DEEPEST: usize = 5_000;

/// A row of a query: the values of its expressions, and of its variables.
pub(super) type Row = (Vec<Value>, Vec<Value>);

/// What is evaluated with what.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) input: Option<Value>,
    pub(super) data: Value,
    pub(super) options: Arc<BuiltinOptions>,
    /// When to give up.
    pub(super) deadline: Option<Instant>,
    /// Whether errors tell the queries that were evaluated.
    pub(super) traces: bool,
    /// Whether rules that cannot hold are left out beforehand.
    pub(super) uses_index: bool,
    /// Whether of rules with one value the first that holds is enough.
    pub(super) ends_early: bool,
    /// Whether to give up at once.
    pub(super) halt: Arc<Halt>,
}

/// What `with` changes.
struct State {
    input: Option<Value>,
    data: Value,
    functions: Vec<(Function, Mock)>,
    /// The places whose rules stand back.
    hidden: Vec<NodeId>,
    documents: FxHashMap<NodeId, Option<Value>>,
    members: BTreeMap<(NodeId, Value), Option<Value>>,
    calls: BTreeMap<(NodeId, Vec<Value>), Value>,
}

impl State {
    fn new(input: Option<Value>, data: Value) -> Self {
        Self {
            input,
            data,
            functions: Vec::new(),
            hidden: Vec::new(),
            documents: FxHashMap::default(),
            members: BTreeMap::new(),
            calls: BTreeMap::new(),
        }
    }
}

/// A case that a test came to.
#[derive(Debug, Clone)]
pub struct RecordedCase {
    /// Its keys, an array.
    pub keys: Value,
    /// How many expressions had failed before, as far as that is kept.
    pub failed: usize,
}

/// What a function is replaced with.
#[derive(Clone)]
enum Mock {
    Value(Value),
    Function(Function),
}

/// An evaluation.
pub(super) struct Machine<'p> {
    plan: &'p Plan,
    state: State,
    /// The variables of the rule that is evaluated.
    frame: Vec<Option<Value>>,
    /// The queries that lie in each other.
    levels: Vec<levels::Level<'p>>,
    /// How many queries there were.
    queries: u64,
    pub(super) recorder: Option<Recorder<'p>>,
    setting: &'p Setting,
    depth: usize,
    steps: u32,
    /// Errors of built-in functions, which only leave their calls undefined.
    pub(super) errors: Vec<Failure>,
    /// What `print` wrote.
    pub(super) prints: Vec<String>,
    /// The cases that tests came to.
    pub(super) cases: Vec<RecordedCase>,
    /// Answers that stay the same while a query is answered.
    kept: BTreeMap<(String, Vec<Value>), Value>,
}

impl<'p> Machine<'p> {
    pub(super) fn new(plan: &'p Plan, setting: &'p Setting) -> Self {
        let state = State::new(setting.input.clone(), setting.data.clone());
        Self {
            plan,
            state,
            frame: Vec::new(),
            levels: Vec::new(),
            queries: 0,
            recorder: None,
            setting,
            depth: 0,
            steps: 0,
            errors: Vec::new(),
            prints: Vec::new(),
            cases: Vec::new(),
            kept: BTreeMap::new(),
        }
    }

    /// Another evaluation of the same plan, which only records what it comes to; what may be another each time is as it was.
    pub(super) fn again<'o>(&self, setting: &'o Setting) -> Machine<'o>
    where
        'p: 'o,
    {
        let mut other = Machine::new(self.plan, setting);
        other.recorder = Some(Recorder::default());
        other.kept.clone_from(&self.kept);
        other
    }

    /// Gives each row of the query of the plan.
    pub(super) fn query(&mut self, tell: &mut dyn FnMut(Row)) -> Result<(), Failure> {
        let Some(query) = &self.plan.query else { return Ok(()) };
        self.begin(query.slots);
        self.tell(Operation::Enter, Node::Body(&query.body));
        let _ = self.body(&query.body, 0, &mut |machine| {
            machine.tell(Operation::Exit, Node::Body(&query.body));
            let held = |slot: usize| machine.frame.get(slot).cloned().flatten().unwrap_or(Value::Undefined);
            let expression = |told: &super::plan::Told| told.slot.map_or(Value::Bool(true), held);
            let expressions = query.expressions.iter().map(expression).collect();
            let bindings = query.bindings.iter().map(|(_, slot)| held(*slot)).collect();
            tell((expressions, bindings));
            machine.tell(Operation::Redo, Node::Body(&query.body));
            Ok(false)
        })?;
        Ok(())
    }

    /// What lies at a path of `data`.
    pub(super) fn document_at(&mut self, path: &[Value]) -> Result<Option<Value>, Failure> {
        self.begin(0);
        self.value_at(path)
    }

    /// Counts a step, and looks at the clock now and then.
    fn tick(&mut self) -> Result<(), Failure> {
        self.steps = self.steps.wrapping_add(1);
        if self.steps.is_multiple_of(256) && self.is_late() {
            let (code, message) = self.setting.halt.told();
            return Err(self.failure(code, message));
        }
        Ok(())
    }

    /// Whether there is no time left.
    fn is_late(&self) -> bool {
        self.setting.halt.is_given() || self.setting.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        if self.depth >= DEEPEST {
            return Err(self.failure("eval_internal_error", "evaluations lie too deep in each other"));
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }
}
