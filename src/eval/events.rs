//! The events of an evaluation as they are told.

use super::failed::cut;
use super::machine::{self, Operation};
use super::plan::Plan;
use super::short_paths::shortened;
use crate::eval::Value;
use std::collections::{BTreeMap, HashMap};

/// How many bytes of a value are told beside an event.
const LONGEST: usize = 32;

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// What happened.
    pub operation: Operation,
    /// The number of the query it happened in, among those of the evaluation.
    pub query: u64,
    /// The number of the query around that; for the outermost, its own.
    pub parent: u64,
    /// The name of the file; empty for the query of the user.
    pub file: String,
    /// The row, from 1; 0 where there is no place.
    pub row: u32,
    /// Whether it is about an expression, and not about a rule or body.
    pub of_expression: bool,
    /// The rule, expression, body or note, as OPA writes it.
    pub text: String,
    /// The values in it by name, where they are kept.
    pub values: Option<BTreeMap<String, Value>>,
}

/// Which events are kept, besides those that lead to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// All.
    All,
    /// Notes.
    Notes,
    /// Those of expressions that fail.
    Fails,
    /// Those, and notes.
    FailsAndNotes,
}

impl Kept {
    const fn holds(self, operation: Operation) -> bool {
        match operation {
            Operation::Fail => matches!(self, Self::Fails | Self::FailsAndNotes),
            Operation::Note => matches!(self, Self::Notes | Self::FailsAndNotes),
            _ => false,
        }
    }
}

impl Event {
    fn of(event: machine::Event<'_>, plan: &Plan) -> Self {
        let place = event.place();
        let (row, _) = plan.row_and_column(place);
        let file = plan.files.get(place.file).map(|file| file.file.clone()).unwrap_or_default();
        Self {
            operation: event.operation,
            of_expression: event.is_of_expression(),
            text: event.text(),
            query: event.query,
            parent: event.parent,
            file,
            row,
            values: event.values,
        }
    }

    /// Where it happened, in a file that is shown so.
    fn place(&self, path: &str) -> String {
        match (path, self.row) {
            (_, 0) => String::new(),
            ("", row) => format!("query:{row}"),
            (path, row) => format!("{path}:{row}"),
        }
    }
}

/// The events that are kept, each after the rules and bodies that lead to it, which are told once.
pub(super) fn kept(events: &[machine::Event<'_>], kept: Kept, plan: &Plan) -> Vec<Event> {
    if kept == Kept::All {
        return events.iter().map(|event| Event::of(event.clone(), plan)).collect();
    }
    let mut told = Vec::new();
    let mut entered: HashMap<u64, &machine::Event<'_>> = HashMap::new();
    for event in events {
        if kept.holds(event.operation) {
            let mut path = vec![event];
            let mut current = entered.get(&event.query).copied();
            while let Some(around) = current {
                path.push(around);
                current = entered.get(&around.parent).copied().filter(|next| !std::ptr::eq(*next, around));
            }
            told.extend(path.into_iter().rev().map(|event| Event::of(event.clone(), plan)));
            entered.clear();
        }
        if matches!(event.operation, Operation::Enter | Operation::Redo) && !event.is_of_expression() {
            entered.insert(event.query, event);
        }
    }
    told
}

/// An event as OPA prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceLine {
    /// Its place.
    pub place: String,
    /// Its node, behind a bar for each query it lies in.
    pub event: String,
    /// The values in its node, where they are kept.
    pub values: Option<String>,
}

/// Events as OPA prints them.
#[must_use]
pub fn traced(events: &[Event]) -> Vec<TraceLine> {
    let paths = short_paths(events);
    let mut depths: HashMap<u64, usize> = HashMap::new();
    let line = |event: &Event| {
        let depth = match depths.get(&event.query) {
            Some(depth) => *depth,
            None => {
                let depth = depths.get(&event.parent).copied().unwrap_or(0) + 1;
                depths.insert(event.query, depth);
                depth
            }
        };
        let is_outer = match event.operation {
            Operation::Enter => true,
            Operation::Redo => !event.of_expression,
            _ => false,
        };
        let bars = "| ".repeat(if is_outer { depth - 1 } else { depth });
        let path = paths.get(event.file.as_str()).unwrap_or(&event.file);
        let text = match event.operation {
            Operation::Note => format!("\"{}\"", event.text),
            _ => event.text.clone(),
        };
        TraceLine {
            place: event.place(path),
            event: format!("{bars}{:?} {text}", event.operation),
            values: event.values.as_ref().map(written),
        }
    };
    events.iter().map(line).collect()
}

/// The paths of events, and what is shown of them.
fn short_paths(events: &[Event]) -> BTreeMap<&str, String> {
    let (mut paths, mut widest) = (Vec::new(), 0);
    for event in events.iter().filter(|event| event.row > 0) {
        widest = widest.max(event.place(&event.file).len());
        if !event.file.is_empty() && !paths.contains(&event.file.as_str()) {
            paths.push(event.file.as_str());
        }
    }
    shortened(&paths, widest)
}

fn written(values: &BTreeMap<String, Value>) -> String {
    // What has no name that anybody gave is told as it is in texts.
    let shown = |name: &str| if name.starts_with('$') { "_".to_owned() } else { name.to_owned() };
    let value = |(name, value): (&String, &Value)| format!("{}: {}", shown(name), cut(value.to_string(), LONGEST));
    let values: Vec<String> = values.iter().map(value).collect();
    format!("{{{}}}", values.join(", "))
}
