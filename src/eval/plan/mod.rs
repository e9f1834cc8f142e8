//! What is evaluated: the rules of a checked program by their paths, with variables numbered and constants made.

mod build;
mod index;
mod shown;
mod texts;
mod writer;

pub(super) use build::build;
pub(super) use index::{Condition, Entry, Index, Probe, Want, agree, is_one_value, split};

use crate::eval::Value;
use crate::rego::check::WithoutValue;
use crate::rego::syntax::{Location, Module, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A place in `data` that rules or packages lie at or above.
pub(super) type NodeId = usize;
/// A rule among all of a plan.
pub(super) type RuleId = usize;
/// A variable of a rule.
pub(super) type Slot = usize;

/// A program, and a query of it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) nodes: Arc<Vec<Node>>,
    pub(super) rules: Arc<Vec<Rule>>,
    /// The modules by the numbers that rules name them by; behind them the query.
    pub(super) files: Vec<Arc<Module>>,
    pub(super) query: Option<Query>,
    /// Whether it is made with texts.
    pub(super) texts: bool,
}

impl Plan {
    /// The row and column of a place, each from 1; 0 where there is none.
    pub(super) fn row_and_column(&self, place: Place) -> (u32, u32) {
        let file = self.files.get(place.file);
        file.and_then(|file| file.row_and_column(place.location)).unwrap_or_default()
    }

    /// Whether a path leads to a whole document: what rules make, a package, or base data, but no part of what rules make,
    /// and no function.
    pub(super) fn is_whole_at(&self, path: &[Value]) -> bool {
        let mut at = self.nodes.first();
        for key in path {
            let Some(node) = at else { return true };
            if node.kind != Kind::Package {
                return false;
            }
            at = node.children.get(key).and_then(|child| self.nodes.get(*child));
        }
        at.is_none_or(|node| node.kind != Kind::Function)
    }
}

/// What the rules at a place make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    /// There are none.
    #[default]
    Package,
    /// One value.
    Complete,
    /// The results of calls.
    Function,
    /// A set.
    Set,
    /// Members of an object.
    Object,
}

/// A place in `data`.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// The path, as Rego writes it.
    pub(super) path: String,
    pub(super) children: BTreeMap<Value, NodeId>,
    pub(super) rules: Vec<RuleId>,
    pub(super) default: Option<RuleId>,
    /// Which of the rules may hold.
    pub(super) index: Index,
}

/// A rule, or one `else` of it.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) file: usize,
    pub(super) location: Location,
    /// The place of the head.
    pub(super) head: Location,
    /// Its path, where plans are made with texts.
    pub(super) text: Box<str>,
    pub(super) arguments: Vec<Term>,
    /// The parts of the head behind the place of the rule.
    pub(super) keys: Vec<Term>,
    /// What a set contains.
    pub(super) member: Option<Term>,
    pub(super) value: Option<Term>,
    pub(super) body: Body,
    pub(super) otherwise: Option<RuleId>,
    /// How many variables there are.
    pub(super) slots: usize,
    /// The variables of the head, and their names, where values are to be told.
    pub(super) shown: Vec<(String, Slot)>,
}

pub(super) type Body = Vec<Expression>;

/// An expression of a body.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) kind: ExpressionKind,
    pub(super) with: Vec<With>,
    pub(super) negated: bool,
    pub(super) file: usize,
    pub(super) location: Location,
    /// Where in its text variables are read, in their order.
    pub(super) reads: Box<[(Span, Slot)]>,
    /// As OPA writes it, where plans are made with texts.
    pub(super) text: Box<str>,
    /// What is told of it where it fails, where values are to be told.
    pub(super) shown: Option<Box<Shown>>,
}

impl Expression {
    pub(super) fn place(&self) -> Place {
        Place { file: self.file, location: self.location }
    }
}

/// What is told of an expression where it fails.
#[derive(Debug)]
pub(super) struct Shown {
    /// The author's expression.
    pub(super) whole: Location,
    pub(super) parts: Vec<ShownPart>,
    /// The variables in it, and their names.
    pub(super) variables: Vec<(String, Slot)>,
    pub(super) documents: Vec<ShownDocument>,
}

/// A piece of text that has a value.
#[derive(Debug)]
pub(super) struct ShownPart {
    pub(super) location: Location,
    pub(super) value: ShownValue,
    /// Whether it stands in a `with` of the expression itself.
    pub(super) in_with: bool,
    pub(super) without_value: WithoutValue,
}

/// What a piece of text has for a value.
#[derive(Debug)]
pub(super) enum ShownValue {
    /// None that is known.
    Unknown,
    /// That of a variable.
    Variable(Slot),
    /// What lies in a variable behind keys.
    Member(Slot, Vec<Term>),
}

/// A ref into `data`, as far as its keys are known beforehand.
#[derive(Debug)]
pub(super) struct ShownDocument {
    pub(super) location: Location,
    /// As Rego writes it.
    pub(super) text: String,
    pub(super) path: Vec<Value>,
}

/// A place in one of the files of a plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) file: usize,
    pub(super) location: Location,
}

impl Default for Place {
    fn default() -> Self {
        Self { file: usize::MAX, location: Location::NONE }
    }
}

/// What an expression asks.
#[derive(Debug)]
pub(super) enum ExpressionKind {
    Term(Term),
    Equal(Term, Term),
    Call { function: Function, arguments: Vec<Term>, output: Option<Term> },
    Every { key: Option<Term>, value: Term, domain: Term, body: Body },
    Not(Body),
    And(Body, Body),
    Or(Body, Body),
    Nothing,
}

/// What a call calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Function {
    Builtin(String),
    Rule(NodeId),
}

/// What is other while an expression is evaluated.
#[derive(Debug)]
pub(super) struct With {
    pub(super) target: Target,
    pub(super) value: Replacement,
}

#[derive(Debug)]
pub(super) enum Target {
    Input(Vec<Term>),
    Data { parts: Vec<Term>, node: Option<NodeId> },
    Function(Function),
}

#[derive(Debug)]
pub(super) enum Replacement {
    Value(Term),
    Function(Function),
}

/// A term.
#[derive(Debug)]
pub(super) enum Term {
    Constant(Value),
    Variable(Slot),
    Input(Vec<Term>),
    Data(Vec<Term>),
    Of(Box<Term>, Vec<Term>),
    Array(Vec<Term>),
    Set(Vec<Term>),
    Object(Vec<(Term, Term)>),
    ArrayOf(Box<(Term, Body)>),
    SetOf(Box<(Term, Body)>),
    /// The place is that of the key.
    ObjectOf(Box<(Term, Term, Body, Location)>),
}

/// A query.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) body: Body,
    pub(super) slots: usize,
    /// Its expressions in the order of evaluation.
    pub(super) expressions: Vec<Told>,
    /// The author's variables.
    pub(super) bindings: Vec<(String, Slot)>,
}

/// An expression of a query as it is told.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) text: String,
    pub(super) row: u32,
    pub(super) column: u32,
    /// The variable that holds its value; none where it only holds.
    pub(super) slot: Option<Slot>,
}
