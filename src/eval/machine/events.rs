//! What an evaluation tells of itself: events, and the expressions and rules it came to.

use super::Machine;
use super::failure::Place;
use super::shown::FailedParts;
use crate::eval::Value;
use crate::eval::plan::{self, Body, Expression, Rule};
use std::collections::{BTreeMap, HashSet};

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
    /// It was looked up which rules may hold.
    Index,
    /// What `trace` was called with.
    Note,
}

/// One event.
#[derive(Debug, Clone)]
pub(in crate::eval) struct Event<'p> {
    pub(in crate::eval) operation: Operation,
    pub(in crate::eval) query: u64,
    pub(in crate::eval) parent: u64,
    pub(in crate::eval) about: About<'p>,
    /// The values in it by name, where they are asked for.
    pub(in crate::eval) values: Option<BTreeMap<String, Value>>,
}

/// What an event is about.
#[derive(Debug, Clone)]
pub(in crate::eval) enum About<'p> {
    Node(Node<'p>),
    /// What `trace` was called with, and where.
    Note(String, Place),
    /// The path of rules and how many of them may hold, and where that was looked up.
    Index(String, Place),
}

/// What is written down.
#[derive(Debug, Default)]
pub(in crate::eval) struct Recorder<'p> {
    /// Whether events are.
    pub(in crate::eval) tells_events: bool,
    /// Whether values are, and expressions that failed.
    pub(in crate::eval) tells_values: bool,
    pub(in crate::eval) events: Vec<Event<'p>>,
    pub(in crate::eval) failed: Vec<FailedParts>,
    /// The expressions that were evaluated, and the heads of rules that held: files, and first and last bytes.
    pub(in crate::eval) covered: HashSet<(usize, u32, u32)>,
}

/// A node of a program.
#[derive(Debug, Clone, Copy)]
pub(in crate::eval) enum Node<'p> {
    Expression(&'p Expression),
    Rule(&'p Rule),
    /// A rule that holds, and the others at its place need not be looked at.
    Early(&'p Rule),
    Body(&'p Body),
    /// What stands behind `not`, and whether it is meant as a body.
    Negated(&'p Expression, bool),
}

impl Node<'_> {
    fn place(&self) -> Place {
        match self {
            Self::Expression(expression) | Self::Negated(expression, _) => expression.place(),
            Self::Rule(rule) | Self::Early(rule) => Place { file: rule.file, location: rule.location },
            Self::Body(body) => body.first().map_or_else(Place::default, Expression::place),
        }
    }

    /// As OPA writes it.
    fn text(&self) -> String {
        match self {
            Self::Expression(expression) => expression.text.to_string(),
            Self::Rule(rule) => rule.text.to_string(),
            Self::Early(rule) => format!("{} early", rule.text),
            Self::Negated(expression, _) => {
                let text = expression.text.strip_prefix("not ").unwrap_or(&expression.text);
                text.split(" with ").next().unwrap_or_default().to_owned()
            }
            Self::Body(body) => body.iter().map(|expression| &*expression.text).collect::<Vec<_>>().join("; "),
        }
    }
}

impl Event<'_> {
    pub(in crate::eval) fn place(&self) -> Place {
        match &self.about {
            About::Node(node) => node.place(),
            About::Note(_, place) | About::Index(_, place) => *place,
        }
    }

    /// The node as OPA writes it, the note, or what was looked up.
    pub(in crate::eval) fn text(&self) -> String {
        match &self.about {
            About::Node(node) => node.text(),
            About::Note(text, _) | About::Index(text, _) => text.clone(),
        }
    }

    /// Whether it is about an expression, a note or rules that were looked up, and not about a rule or body.
    pub(in crate::eval) fn is_of_expression(&self) -> bool {
        !matches!(self.about, About::Node(Node::Rule(_) | Node::Early(_) | Node::Body(_) | Node::Negated(_, true)))
    }
}

impl<'p> Machine<'p> {
    /// Tells an event, if anybody listens.
    pub(super) fn tell(&mut self, operation: Operation, node: Node<'p>) {
        let Some(recorder) = &mut self.recorder else { return };
        let covered = match node {
            Node::Expression(expression) | Node::Negated(expression, _) if operation == Operation::Eval => {
                Some((expression.file, expression.location))
            }
            Node::Rule(rule) | Node::Early(rule) if operation == Operation::Exit => Some((rule.file, rule.head)),
            _ => None,
        };
        if let Some((file, location)) = covered {
            recorder.covered.insert((file, location.text.offset, location.text.length));
        }
        if !recorder.tells_events {
            return;
        }
        let tells_values = recorder.tells_values;
        let (query, parent) = self.numbers();
        let values = tells_values.then(|| self.values_in(node));
        let failed = if tells_values && operation == Operation::Fail && query > 0 { self.failed(node) } else { None };
        if let Some(recorder) = &mut self.recorder {
            recorder.events.push(Event { operation, query, parent, about: About::Node(node), values });
            recorder.failed.extend(failed);
        }
    }

    /// Tells how many of the rules at a place may hold, if anybody listens.
    pub(super) fn tell_index(&mut self, at: &plan::Node, operands: &[Value]) {
        let Some(tells_values) = self.recorder.as_ref().filter(|told| told.tells_events).map(|told| told.tells_values)
        else {
            return;
        };
        let candidates = self.candidates(at, operands);
        let mut groups: Vec<usize> = candidates.rules.iter().map(|(group, _)| *group).collect();
        groups.dedup();
        let rules = if groups.len() == 1 { "rule" } else { "rules" };
        let early = if candidates.ends_early { ", early exit" } else { "" };
        let text = format!("{} (matched {} {rules}{early})", at.path, groups.len());
        let about = About::Index(text, self.place());
        let (query, parent) = self.numbers();
        let values = tells_values.then(|| match self.expression() {
            Some(expression) => self.values_in(Node::Expression(expression)),
            None => BTreeMap::new(),
        });
        if let Some(recorder) = &mut self.recorder {
            recorder.events.push(Event { operation: Operation::Index, query, parent, about, values });
        }
    }

    /// Tells what `trace` was called with.
    pub(super) fn note(&mut self, text: &str) {
        let (query, parent) = self.numbers();
        let place = self.place();
        if let Some(recorder) = self.recorder.as_mut().filter(|recorder| recorder.tells_events) {
            let about = About::Note(text.to_owned(), place);
            let values = recorder.tells_values.then(BTreeMap::new);
            recorder.events.push(Event { operation: Operation::Note, query, parent, about, values });
        }
    }
}
