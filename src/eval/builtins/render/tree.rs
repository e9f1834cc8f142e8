//! The tree of a template, and its parts as errors show them.

use std::collections::HashMap;
use std::fmt;

/// Templates by their names.
pub(super) type Templates = HashMap<String, Vec<Node>>;

/// A part of a template.
#[derive(Debug)]
pub(super) enum Node {
    Plain(String),
    Action(Pipe),
    If(Branches),
    With(Branches),
    Range(Branches),
    Template { at: usize, name: String, pipe: Option<Pipe> },
    Break,
    Continue,
}

/// What an action decides on, and what follows either way.
#[derive(Debug)]
pub(super) struct Branches {
    pub(super) pipe: Pipe,
    pub(super) then: Vec<Node>,
    pub(super) otherwise: Option<Vec<Node>>,
}

/// Commands of which each gets the value of the one before.
#[derive(Debug)]
pub(super) struct Pipe {
    pub(super) at: usize,
    /// The variables that get the value are known already.
    pub(super) assigns: bool,
    pub(super) variables: Vec<String>,
    pub(super) commands: Vec<Command>,
}

/// A value, or a function and its arguments.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) at: usize,
    pub(super) words: Vec<Term>,
}

#[derive(Debug)]
pub(super) struct Term {
    pub(super) at: usize,
    pub(super) kind: TermKind,
}

#[derive(Debug)]
pub(super) enum TermKind {
    Dot,
    Nil,
    Truth(bool),
    Integer {
        value: i64,
        written: String,
    },
    Float {
        value: f64,
        written: String,
    },
    /// An integer that is too large.
    Overflow(String),
    Text {
        value: String,
        written: String,
    },
    Field(Vec<String>),
    /// The name with its `$`, then fields.
    Variable(Vec<String>),
    Function(String),
    Pipe(Pipe),
    /// The fields of what is no field itself.
    Chain(Box<Term>, Vec<String>),
}

/// Whether nothing but white space and definitions is there.
pub(super) fn is_empty(nodes: &[Node]) -> bool {
    nodes.iter().all(|node| matches!(node, Node::Plain(text) if text.trim().is_empty()))
}

impl fmt::Display for Pipe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.variables.is_empty() {
            let sign = if self.assigns { "=" } else { ":=" };
            write!(formatter, "{} {sign} ", self.variables.join(", "))?;
        }
        let commands: Vec<String> = self.commands.iter().map(ToString::to_string).collect();
        formatter.write_str(&commands.join(" | "))
    }
}

impl fmt::Display for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, word) in self.words.iter().enumerate() {
            if place > 0 {
                formatter.write_str(" ")?;
            }
            match &word.kind {
                TermKind::Pipe(pipe) => write!(formatter, "({pipe})")?,
                _ => write!(formatter, "{word}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            TermKind::Dot => formatter.write_str("."),
            TermKind::Nil => formatter.write_str("nil"),
            TermKind::Truth(truth) => write!(formatter, "{truth}"),
            TermKind::Integer { written, .. }
            | TermKind::Float { written, .. }
            | TermKind::Overflow(written)
            | TermKind::Text { written, .. } => formatter.write_str(written),
            TermKind::Field(fields) => write!(formatter, ".{}", fields.join(".")),
            TermKind::Variable(names) => formatter.write_str(&names.join(".")),
            TermKind::Function(name) => formatter.write_str(name),
            TermKind::Pipe(pipe) => write!(formatter, "{pipe}"),
            TermKind::Chain(term, fields) => match &term.kind {
                TermKind::Pipe(pipe) => write!(formatter, "({pipe}).{}", fields.join(".")),
                _ => write!(formatter, "{term}.{}", fields.join(".")),
            },
        }
    }
}
