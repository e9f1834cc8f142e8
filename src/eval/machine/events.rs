//! What an evaluation tells of itself: events, and the expressions and rules it came to.

use super::Machine;
use super::failure::Place;
use crate::eval::plan::{Body, Expression, RuleId};
use std::collections::HashSet;

/// What happens to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A rule, or the body of a closure or query, is evaluated.
    Enter,
    /// It holds.
    Exit,
    /// An expression is evaluated.
    Eval,
    /// Another way in which a node may hold is looked for.
    Redo,
    /// An expression or rule does not hold.
    Fail,
    /// What `trace` was called with.
    Note,
}

/// One event.
#[derive(Debug, Clone)]
pub(in crate::eval) struct Event {
    pub(in crate::eval) operation: Operation,
    pub(in crate::eval) query: u64,
    pub(in crate::eval) parent: u64,
    pub(in crate::eval) place: Place,
    pub(in crate::eval) of_expression: bool,
    pub(in crate::eval) text: String,
}

/// What is written down.
#[derive(Debug, Default)]
pub(in crate::eval) struct Recorder {
    /// Whether events are.
    pub(in crate::eval) tells_events: bool,
    pub(in crate::eval) events: Vec<Event>,
    /// The expressions that were evaluated, and the heads of rules that held: files, and first and last bytes.
    pub(in crate::eval) covered: HashSet<(usize, u32, u32)>,
}

/// A node of a program.
#[derive(Clone, Copy)]
pub(super) enum Node<'p> {
    Expression(&'p Expression),
    Rule(RuleId),
    Body(&'p Body),
    /// What stands behind `not`, and whether it is meant as a body.
    Negated(&'p Expression, bool),
}

impl<'p> Machine<'p> {
    /// Tells an event, if anybody listens.
    pub(super) fn tell(&mut self, operation: Operation, node: Node<'p>) {
        if self.recorder.is_none() {
            return;
        }
        let (place, covered) = match node {
            Node::Expression(expression) | Node::Negated(expression, _) => {
                (expression.place(), (operation == Operation::Eval).then(|| expression.place()))
            }
            Node::Rule(rule) => {
                let head = self.plan.rules.get(rule).map(|rule| Place { file: rule.file, location: rule.head });
                (self.place_of(rule), head.filter(|_| operation == Operation::Exit))
            }
            Node::Body(body) => (body.first().map_or_else(Place::default, Expression::place), None),
        };
        let (query, parent) = self.numbers();
        let text = |machine: &Self| match node {
            Node::Expression(expression) => expression.text.to_string(),
            Node::Rule(rule) => machine.plan.rules.get(rule).map(|rule| rule.text.to_string()).unwrap_or_default(),
            Node::Negated(expression, _) => {
                let text = expression.text.strip_prefix("not ").unwrap_or(&expression.text);
                text.split(" with ").next().unwrap_or_default().to_owned()
            }
            Node::Body(body) => body.iter().map(|expression| &*expression.text).collect::<Vec<_>>().join("; "),
        };
        let tells_events = self.recorder.as_ref().is_some_and(|recorder| recorder.tells_events);
        let event = tells_events.then(|| Event {
            operation,
            query,
            parent,
            place,
            of_expression: matches!(node, Node::Expression(_) | Node::Negated(_, false)),
            text: text(self),
        });
        if let Some(recorder) = &mut self.recorder {
            if let Some(place) = covered {
                let span = place.location.text;
                recorder.covered.insert((place.file, span.offset, span.length));
            }
            recorder.events.extend(event);
        }
    }

    /// Tells what `trace` was called with.
    pub(super) fn note(&mut self, text: &str) {
        let (query, parent) = self.numbers();
        let place = self.place();
        if let Some(recorder) = self.recorder.as_mut().filter(|recorder| recorder.tells_events) {
            let text = text.to_owned();
            recorder.events.push(Event { operation: Operation::Note, query, parent, place, of_expression: true, text });
        }
    }
}
