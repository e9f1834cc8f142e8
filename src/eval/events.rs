//! The events of an evaluation as they are told.

use super::machine::{self, Operation};
use super::plan::Plan;
use std::collections::HashMap;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
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
    /// The column, from 1; 0 where there is no place.
    pub column: u32,
    /// Whether it is about an expression, and not about a rule or body.
    pub of_expression: bool,
    /// The rule, expression, body or note, as OPA writes it.
    pub text: String,
}

impl Event {
    pub(super) fn of(event: machine::Event, plan: &Plan) -> Self {
        let (row, column) = plan.row_and_column(event.place);
        let file = plan.files.get(event.place.file).map(|file| file.name.clone()).unwrap_or_default();
        Self {
            operation: event.operation,
            of_expression: event.of_expression,
            query: event.query,
            parent: event.parent,
            file,
            row,
            column,
            text: event.text,
        }
    }
}

/// The events of failing expressions and of notes, each after the rules and bodies that lead to it, which are told once.
#[must_use]
pub fn failing(events: &[Event]) -> Vec<&Event> {
    let mut kept = Vec::new();
    let mut entered: HashMap<u64, &Event> = HashMap::new();
    for event in events {
        if matches!(event.operation, Operation::Fail | Operation::Note) {
            let mut path = vec![event];
            let mut current = entered.get(&event.query).copied();
            while let Some(around) = current {
                path.push(around);
                current = entered.get(&around.parent).copied().filter(|next| !std::ptr::eq(*next, around));
            }
            kept.extend(path.into_iter().rev());
            entered.clear();
        }
        if matches!(event.operation, Operation::Enter | Operation::Redo) && !event.of_expression {
            entered.insert(event.query, event);
        }
    }
    kept
}

/// Events as OPA prints them: for each its place, and its node behind a bar for each query it lies in.
pub fn traced<'e>(events: &[&'e Event]) -> Vec<(String, String)> {
    let mut depths: HashMap<u64, usize> = HashMap::new();
    let row = |event: &&'e Event| {
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
        let place = if event.row == 0 {
            String::new()
        } else if event.file.is_empty() {
            format!("query:{}", event.row)
        } else {
            format!("{}:{}", event.file, event.row)
        };
        let text = match event.operation {
            Operation::Note => format!("\"{}\"", event.text),
            _ => event.text.clone(),
        };
        (place, format!("{bars}{:?} {text}", event.operation))
    };
    events.iter().map(row).collect()
}
