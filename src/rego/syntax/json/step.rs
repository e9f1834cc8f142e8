//! What is still to be written, the next step last.

use super::super::location::{Location, Span};
use super::super::tree::{Body, ExpressionId, List, Part, RuleId, TermId, Text, With};

/// One step of writing.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Key(&'static str),
    OpenObject,
    CloseObject,
    OpenArray,
    CloseArray,
    Boolean(bool),
    Number(u32),
    Word(&'static str),
    Literal(&'static str),
    Text(Text),
    Numeral(Text),
    Bytes(Span),
    Place(Location),
    PlaceOfComment(Location),
    Term(TermId),
    Terms(List<TermId>),
    /// The members of a set, in OPA's order.
    Members(TermId, List<TermId>),
    /// The entries of an object, in OPA's order.
    Entries(TermId, List<TermId>),
    Expression(ExpressionId),
    Body(Body),
    Withs(List<With>),
    Parts(List<Part>),
    Rule(RuleId),
    Annotation(usize),
}

/// Steps in the order they are to be taken.
#[derive(Default)]
pub(super) struct Plan {
    steps: Vec<Step>,
    /// Where the steps of what is being written now begin; they are turned round once all are known.
    begin: usize,
}

impl Plan {
    pub(super) fn next(&mut self) -> Option<Step> {
        let next = self.steps.pop();
        self.begin = self.steps.len();
        next
    }

    /// Puts the steps added since the last one taken before all others, in the order they were added.
    pub(super) fn settle(&mut self) {
        if let Some(added) = self.steps.get_mut(self.begin..) {
            added.reverse();
        }
    }

    pub(super) fn add(&mut self, step: Step) {
        self.steps.push(step);
    }

    pub(super) fn extend<const COUNT: usize>(&mut self, steps: [Step; COUNT]) {
        self.steps.extend(steps);
    }

    pub(super) fn member(&mut self, key: &'static str, value: Step) {
        self.steps.extend([Step::Key(key), value]);
    }

    /// A member that is left out unless it is true.
    pub(super) fn flag(&mut self, key: &'static str, value: bool) {
        if value {
            self.member(key, Step::Boolean(true));
        }
    }
}
