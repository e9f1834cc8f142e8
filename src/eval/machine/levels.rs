//! The queries that lie in each other: bodies of rules, and of closures in them.

use super::failure::{Frame, Place};
use super::{Failure, Machine};
use crate::eval::Value;
use crate::eval::plan::{Expression, Rule};

/// One query.
pub(super) struct Level<'p> {
    /// Its number among the queries of the evaluation.
    pub(super) number: u64,
    /// What it evaluates.
    pub(super) expression: Option<&'p Expression>,
    /// The variables of the query around it, where it has others of its own.
    outer: Option<Vec<Option<Value>>>,
}

/// The longest value that is written into the text of a frame.
const LONGEST: usize = 80;

impl<'p> Machine<'p> {
    /// Begins the query that all others lie in, with so many variables.
    pub(super) fn begin(&mut self, slots: usize) {
        self.frame = vec![None; slots];
        self.levels = vec![Level { number: self.queries, expression: None, outer: None }];
        self.queries += 1;
    }

    /// Evaluates in a query of its own, in the same variables.
    pub(super) fn in_closure<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        self.levels.push(Level { number: self.queries, expression: None, outer: None });
        self.queries += 1;
        let result = work(self);
        self.levels.pop();
        result
    }

    /// Evaluates in the variables of a rule.
    pub(super) fn in_rule<T>(
        &mut self,
        rule: &Rule,
        work: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let outer = std::mem::replace(&mut self.frame, vec![None; rule.slots]);
        self.levels.push(Level { number: self.queries, expression: None, outer: Some(outer) });
        self.queries += 1;
        let result = work(self);
        if let Some(level) = self.levels.pop() {
            self.frame = level.outer.unwrap_or_default();
        }
        result
    }

    /// Goes on outside of the rule that is evaluated, in the variables of the query around it.
    pub(super) fn outside<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        let Some(mut level) = self.levels.pop() else { return work(self) };
        let depth = self.depth;
        self.depth = depth.saturating_sub(1);
        let inner = std::mem::replace(&mut self.frame, level.outer.take().unwrap_or_default());
        let result = work(self);
        level.outer = Some(std::mem::replace(&mut self.frame, inner));
        self.levels.push(level);
        self.depth = depth;
        result
    }

    /// Says what the innermost query evaluates.
    pub(super) fn at(&mut self, expression: &'p Expression) {
        if let Some(level) = self.levels.last_mut() {
            level.expression = Some(expression);
        }
    }

    /// The number of the innermost query, and of the one around it.
    pub(super) fn numbers(&self) -> (u64, u64) {
        let number = |place: usize| self.levels.len().checked_sub(place).and_then(|place| self.levels.get(place));
        (number(1).map_or(0, |level| level.number), number(2).map_or(0, |level| level.number))
    }

    /// The expression that is evaluated.
    pub(super) fn expression(&self) -> Option<&'p Expression> {
        self.levels.last()?.expression
    }

    /// The place of the expression that is evaluated.
    pub(super) fn place(&self) -> Place {
        self.expression().map_or_else(Place::default, Expression::place)
    }

    /// The queries that lie in each other, the innermost first.
    pub(super) fn frames(&self) -> Vec<Frame> {
        let mut frames = Vec::with_capacity(self.levels.len());
        let mut variables = &self.frame;
        for level in self.levels.iter().rev() {
            frames.push(Frame {
                query: level.number,
                place: level.expression.map_or_else(Place::default, Expression::place),
                text: level.expression.map(|expression| self.resolved(expression, variables)).unwrap_or_default(),
            });
            if let Some(outer) = &level.outer {
                variables = outer;
            }
        }
        frames
    }

    /// The text of an expression with the values of its variables in their places.
    fn resolved(&self, expression: &Expression, variables: &[Option<Value>]) -> String {
        let Some(file) = self.plan.files.get(expression.file) else { return String::new() };
        let whole = expression.location.text;
        let source = file.span(whole);
        let mut text = String::with_capacity(source.len());
        let mut done = 0;
        for (span, slot) in &expression.reads {
            let Some(value) = variables.get(*slot).and_then(Option::as_ref) else { continue };
            let value = value.to_string();
            let start = (span.offset - whole.offset) as usize;
            if start < done || value.len() > LONGEST {
                continue;
            }
            text.push_str(source.get(done..start).unwrap_or_default());
            text.push_str(&value);
            done = start + span.length as usize;
        }
        text.push_str(source.get(done..).unwrap_or_default());
        text
    }
}
