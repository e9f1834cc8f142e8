//! The order in which the expressions of a body become safe.

use super::equal::expressions_are_equal;
use super::outputs::Outputs;
use super::own::sort_from;
use crate::rego::check::names::Symbol;
use crate::rego::check::variables::{Bound, Skip, VariableWalk};
use crate::rego::syntax::{ExpressionId, ExpressionKind, Nodes};
use std::collections::BTreeSet;

/// An expression of a body that is to be ordered.
#[derive(Debug, Default)]
pub(super) struct Candidate {
    /// Its own variables, by their places in the list of those of all candidates.
    pub own: (usize, usize),
    /// Whether there are closures in it.
    pub closures: bool,
    /// The variables of its closures that are also own ones of some expression of the body and are not bound around the
    /// body, sorted.
    pub closed_over: Vec<Symbol>,
    /// Its variables that are not bound yet, as of when it was last looked at.
    pub missing: Vec<Symbol>,
    /// What it passed on to an `every` behind it when it was last looked at, if it passes on something.
    passed_on: Option<Vec<Symbol>>,
    state: State,
}

impl Candidate {
    /// An expression that waits.
    pub fn new(own: (usize, usize), closures: bool) -> Self {
        Self { own, closures, ..Self::default() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Waiting,
    Placed,
    /// An equal expression stands at its number, for which OPA takes it.
    Replaced,
}

/// The state of ordering a body.
pub(super) struct Placing<'a, 'n> {
    pub nodes: &'n Nodes<Symbol>,
    pub outputs: &'a mut Outputs<'n>,
    pub bound: &'a mut Bound,
    pub expressions: &'a [ExpressionId],
    /// The own variables of all candidates.
    pub own: &'a [Symbol],
    pub candidates: &'a mut [Candidate],
    /// The places of the expressions that are in place, in order.
    pub order: Vec<usize>,
    /// Where the variables that are bound around the body end.
    start: usize,
    has_every: bool,
    /// The last expression looked at that passes on something.
    passes_on: Option<usize>,
    /// Whether an expression is in place that has variables which are not bound.
    loose: bool,
    found: Vec<Symbol>,
}

impl<'a, 'n> Placing<'a, 'n> {
    /// The start, where nothing is in place.
    pub fn new(
        nodes: &'n Nodes<Symbol>,
        outputs: &'a mut Outputs<'n>,
        bound: &'a mut Bound,
        expressions: &'a [ExpressionId],
        own: &'a [Symbol],
        candidates: &'a mut [Candidate],
    ) -> Self {
        Self {
            nodes,
            outputs,
            start: bound.point(),
            bound,
            expressions,
            own,
            order: Vec::with_capacity(candidates.len()),
            has_every: expressions
                .iter()
                .zip(&*candidates)
                .any(|(id, candidate)| candidate.closures && is_every(nodes, *id)),
            passes_on: None,
            candidates,
            loose: false,
            found: Vec::new(),
        }
    }

    /// Puts all in place that can be. What has variables missing then is not safe.
    pub fn place(&mut self) {
        for place in 0..self.expressions.len() {
            self.look_at(place);
        }
        if self.order.len() < self.expressions.len() && !self.order.is_empty() {
            self.place_waiting();
        }
    }

    /// Goes through those that wait until nothing changes; those whose variables are as before are passed over.
    fn place_waiting(&mut self) {
        let mut waiting: Vec<usize> = (0..self.expressions.len()).filter(|place| self.waits(*place)).collect();
        let watchers = self.watchers(&waiting);
        let mut due: BTreeSet<usize> = waiting.iter().copied().collect();
        while !due.is_empty() {
            let placed_before = self.order.len();
            if self.has_every {
                waiting.retain(|place| self.waits(*place));
                for place in &waiting {
                    if due.remove(place) {
                        self.look_again(*place, &watchers, &waiting, &mut due);
                    } else if self.passes_something_on(*place) {
                        self.passes_on = Some(*place);
                    }
                }
            } else {
                let mut next = 0;
                while let Some(place) = due.range(next..).next().copied() {
                    let _ = due.remove(&place);
                    next = place + 1;
                    self.look_again(place, &watchers, &waiting, &mut due);
                }
            }
            if self.order.len() == placed_before {
                return;
            }
            due.extend(waiting.iter().filter(|place| self.has_every && self.waits(**place) && self.is_every(**place)));
        }
    }

    fn look_again(&mut self, place: usize, watchers: &[(Symbol, usize)], waiting: &[usize], due: &mut BTreeSet<usize>) {
        let point = self.bound.point();
        self.look_at(place);
        for variable in self.bound.since(point) {
            let start = watchers.partition_point(|(watched, _)| watched < variable);
            let watching = watchers.get(start..).unwrap_or_default();
            due.extend(watching.iter().take_while(|(watched, _)| watched == variable).map(|(_, place)| *place));
        }
        if self.loose && point < self.bound.point() {
            due.extend(waiting.iter().filter(|place| self.closes_over_something(**place)));
        }
    }

    /// Which expressions have to be looked at again when a variable is bound, sorted by variable.
    fn watchers(&self, waiting: &[usize]) -> Vec<(Symbol, usize)> {
        let mut watchers = Vec::new();
        for place in waiting {
            if let Some(id) = self.expressions.get(*place) {
                let mut walk = VariableWalk::new(self.nodes, Skip::NOTHING, |name, _| watchers.push((name, *place)));
                walk.expression(*id);
            }
        }
        watchers.sort_unstable();
        watchers.dedup();
        watchers
    }

    fn waits(&self, place: usize) -> bool {
        self.candidates.get(place).is_some_and(|candidate| candidate.state == State::Waiting)
    }

    fn is_every(&self, place: usize) -> bool {
        self.expressions.get(place).is_some_and(|id| is_every(self.nodes, *id))
    }

    fn passes_something_on(&self, place: usize) -> bool {
        !self.has_twin(place) && self.candidates.get(place).is_some_and(|candidate| candidate.passed_on.is_some())
    }

    /// Whether an expression that is in place stands at the number of one and is equal to it.
    fn has_twin(&self, place: usize) -> bool {
        let placed = self.order.get(place).and_then(|placed| self.expressions.get(*placed));
        placed
            .zip(self.expressions.get(place))
            .is_some_and(|(placed, id)| expressions_are_equal(self.nodes, *placed, *id))
    }

    fn closes_over_something(&self, place: usize) -> bool {
        self.candidates.get(place).is_some_and(|candidate| !candidate.closed_over.is_empty())
    }

    /// Puts an expression in place if it is safe now.
    fn look_at(&mut self, place: usize) {
        let Some((id, candidate)) = self.expressions.get(place).zip(self.candidates.get(place)) else { return };
        if candidate.state != State::Waiting {
            return;
        }
        if self.has_twin(place) {
            return self.set_state(place, State::Replaced);
        }
        let own = self.own.get(candidate.own.0..candidate.own.1).unwrap_or_default();
        if !candidate.closures && !self.has_every && own.iter().all(|variable| self.bound.contains(*variable)) {
            return self.put(place);
        }
        self.found.clear();
        if self.has_every {
            self.pass_on(place, *id);
        } else {
            let _ = self.outputs.of_expression(*id, self.bound, &mut self.found);
        }
        sort_from(&mut self.found, 0);
        let beyond = self.bound_beyond(place);
        let Some(candidate) = self.candidates.get_mut(place) else { return };
        let first = candidate.missing.is_empty();
        let closed: Vec<Symbol> =
            candidate.closed_over.iter().copied().filter(|variable| !beyond.contains(variable)).collect();
        if !closed.is_empty() {
            if closed == self.found {
                if first {
                    let (bound, since) = (&*self.bound, self.bound.since(self.start));
                    let unbound = |variable: &&Symbol| !bound.contains(**variable) || since.contains(variable);
                    candidate.missing.extend(own.iter().filter(unbound));
                }
                return;
            }
            candidate.missing = closed;
        } else if first {
            candidate.missing.extend_from_slice(own);
        }
        let (found, bound) = (&self.found, &*self.bound);
        candidate.missing.retain(|variable| found.binary_search(variable).is_err() && !bound.contains(*variable));
        if candidate.missing.is_empty() {
            for variable in &self.found {
                let _ = self.bound.add(*variable);
            }
            self.loose |= !own.iter().all(|variable| self.bound.contains(*variable));
            self.put(place);
        }
    }

    /// Looks at what an expression binds, where that matters for others.
    fn pass_on(&mut self, place: usize, id: ExpressionId) {
        if is_every(self.nodes, id) {
            let passed_on = self.passes_on.and_then(|place| self.candidates.get(place));
            self.outputs.pass_on(passed_on.and_then(|candidate| candidate.passed_on.as_deref()).unwrap_or_default());
        }
        if self.outputs.of_expression(id, self.bound, &mut self.found) {
            self.passes_on = Some(place);
            if let Some(candidate) = self.candidates.get_mut(place) {
                candidate.passed_on = Some(self.outputs.passed_on().to_vec());
            }
        }
    }

    /// What the expressions in place bind that is not taken for bound. There is something only where some of them have
    /// variables that are not bound.
    fn bound_beyond(&mut self, place: usize) -> Vec<Symbol> {
        if !self.loose || !self.closes_over_something(place) {
            return Vec::new();
        }
        let placed: Vec<ExpressionId> =
            self.order.iter().filter_map(|place| self.expressions.get(*place).copied()).collect();
        let point = self.bound.point();
        self.outputs.bind(&placed, self.bound);
        let beyond = self.bound.since(point).to_vec();
        self.bound.rewind(point);
        beyond
    }

    fn put(&mut self, place: usize) {
        self.order.push(place);
        self.set_state(place, State::Placed);
        if let Some(candidate) = self.candidates.get_mut(place) {
            candidate.missing.clear();
        }
    }

    fn set_state(&mut self, place: usize, state: State) {
        if let Some(candidate) = self.candidates.get_mut(place) {
            candidate.state = state;
        }
    }
}

fn is_every(nodes: &Nodes<Symbol>, id: ExpressionId) -> bool {
    matches!(nodes.expression(id).kind, ExpressionKind::Every { .. })
}
