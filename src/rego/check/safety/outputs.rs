//! The variables an expression binds.

use super::unify::unify;
use crate::rego::check::names::Symbol;
use crate::rego::check::program::Program;
use crate::rego::check::variables::{Bound, Skip, VariableWalk};
use crate::rego::syntax::{ExpressionId, ExpressionKind, List, Nodes, TermId, TermKind, With};
use rustc_hash::FxHashSet;

/// What does not bind in the arguments of a call.
const BY_CALL: Skip = Skip { reference_heads: true, call_heads: false, object_keys: true, sets: true, closures: true };

/// How many parts a path has mostly at most.
const SHORT: usize = 12;

/// Which operator a call has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// `=`
    Equality,
    /// A function.
    Function,
}

/// Finds the variables that expressions bind.
pub(in crate::rego::check) struct Outputs<'a> {
    nodes: &'a Nodes<Symbol>,
    assigned: &'a FxHashSet<ExpressionId>,
    program: &'a Program<'a>,
    /// What the last call or equality that was looked at found on its way. `every` finds it there.
    passed_on: Vec<Symbol>,
}

impl<'a> Outputs<'a> {
    /// For expressions of an arena, those among them that were written as `:=`, in a program that knows its rules.
    pub fn new(nodes: &'a Nodes<Symbol>, assigned: &'a FxHashSet<ExpressionId>, program: &'a Program<'a>) -> Self {
        Self::with_memory(nodes, assigned, program, Vec::new())
    }

    /// The same with the memory of a list.
    pub(super) fn with_memory(
        nodes: &'a Nodes<Symbol>,
        assigned: &'a FxHashSet<ExpressionId>,
        program: &'a Program<'a>,
        mut memory: Vec<Symbol>,
    ) -> Self {
        memory.clear();
        Self { nodes, assigned, program, passed_on: memory }
    }

    /// The memory of what was passed on last.
    pub(super) fn into_memory(self) -> Vec<Symbol> {
        self.passed_on
    }

    /// What the last call or equality that was looked at found on its way.
    pub(super) fn passed_on(&self) -> &[Symbol] {
        &self.passed_on
    }

    /// Says what the last call or equality found on its way.
    pub(super) fn pass_on(&mut self, found: Vec<Symbol>) {
        self.passed_on = found;
    }

    /// Binds what the expressions of a body bind one after another.
    pub fn bind(&mut self, expressions: &[ExpressionId], bound: &mut Bound) {
        let passed_on = std::mem::take(&mut self.passed_on);
        let mut found = Vec::new();
        for expression in expressions {
            found.clear();
            let _ = self.of_expression(*expression, bound, &mut found);
            for variable in &found {
                let _ = bound.add(*variable);
            }
        }
        self.passed_on = passed_on;
    }

    /// Adds what an expression binds to `found`: variables more than once, and some that are bound already, may be among
    /// them. Whether it passes on something to an `every` behind it, if only that there is nothing.
    pub(super) fn of_expression(&mut self, id: ExpressionId, bound: &Bound, found: &mut Vec<Symbol>) -> bool {
        let expression = self.nodes.expression(id);
        if expression.negated || (!expression.with.is_empty() && !self.are_bound(expression.with, bound)) {
            return false;
        }
        match expression.kind {
            ExpressionKind::Term(term) => {
                self.by_refs(&[term], bound, found);
                self.by_refs_in(expression.with, bound, found);
                false
            }
            ExpressionKind::Call(parts) => {
                let terms = self.nodes.terms(parts);
                match operator(self.nodes, parts) {
                    Some(Operator::Function) => self.of_call(terms, expression.with, bound, found),
                    Some(Operator::Equality) if terms.len() == 3 => {
                        self.of_equality(id, |name| bound.contains(name), found);
                        self.passed_on.clear();
                        true
                    }
                    _ => false,
                }
            }
            ExpressionKind::Every { domain, .. } => {
                let mut passed_on = std::mem::take(&mut self.passed_on);
                self.by_refs(&[domain], bound, &mut passed_on);
                found.extend_from_slice(&passed_on);
                self.passed_on = passed_on;
                true
            }
            ExpressionKind::Some { .. }
            | ExpressionKind::Not { .. }
            | ExpressionKind::And(_)
            | ExpressionKind::Or(_) => false,
        }
    }

    /// Adds what an equality binds to `found`, where those are bound that `bound` says.
    pub(super) fn of_equality(&self, id: ExpressionId, bound: impl Fn(Symbol) -> bool + Copy, found: &mut Vec<Symbol>) {
        let expression = self.nodes.expression(id);
        let ExpressionKind::Call(call) = expression.kind else { return };
        let [_, left, right] = *self.nodes.terms(call) else { return };
        let sides = [left, right];
        let start = found.len();
        self.by_refs_where(&sides, bound, found);
        self.by_refs_in_where(expression.with, bound, found);
        let mut targets = Vec::new();
        let mut target = None;
        if self.assigned.contains(&id) {
            if let TermKind::Var(name) = self.nodes.term(left).kind {
                target = Some(name);
            } else {
                VariableWalk::new(self.nodes, Skip::NOTHING, |name, _| targets.push(name)).term(left);
                targets.sort_unstable();
            }
        }
        let is_target = |name: Symbol| target == Some(name) || targets.binary_search(&name).is_ok();
        let mut by_refs = if found.len() > start { found.split_off(start) } else { Vec::new() };
        by_refs.retain(|name| !is_target(*name));
        by_refs.sort_unstable();
        let known = |name: Symbol| (bound(name) && !is_target(name)) || by_refs.binary_search(&name).is_ok();
        unify(self.nodes, sides, &known, &mut |name| {
            if !bound(name) {
                found.push(name);
            }
        });
        found.extend(by_refs.into_iter().filter(|name| !bound(*name)));
    }

    /// What a call binds: its result, and what the refs in it do. The arguments have to be bound.
    fn of_call(&mut self, terms: &[TermId], withs: List<With>, bound: &Bound, found: &mut Vec<Symbol>) -> bool {
        let Some(arguments) = self.arity_of(terms.first().copied()) else { return false };
        let mut passed_on = std::mem::take(&mut self.passed_on);
        passed_on.clear();
        self.by_refs(terms, bound, &mut passed_on);
        self.by_refs_in(withs, bound, &mut passed_on);
        let (inputs, results) = terms.split_at(terms.len().min(arguments.saturating_add(1)));
        let mut unbound = false;
        if !results.is_empty() {
            let mut walk = VariableWalk::new(self.nodes, BY_CALL, |name, _| {
                unbound |= !bound.contains(name) && !passed_on.contains(&name);
            });
            inputs.iter().for_each(|input| walk.term(*input));
            if !unbound {
                let mut walk = VariableWalk::new(self.nodes, BY_CALL, |name, _| passed_on.push(name));
                results.iter().for_each(|result| walk.term(*result));
            }
        }
        if !unbound {
            found.extend_from_slice(&passed_on);
        }
        self.passed_on = passed_on;
        true
    }

    /// Adds the variables of the results of a call to `found`.
    pub(super) fn results_of_call(&self, terms: &[TermId], found: &mut Vec<Symbol>) {
        let Some(arguments) = self.arity_of(terms.first().copied()) else { return };
        let mut walk = VariableWalk::new(self.nodes, BY_CALL, |name, _| found.push(name));
        terms.iter().skip(arguments.saturating_add(1)).for_each(|result| walk.term(*result));
    }

    fn arity_of(&self, operator: Option<TermId>) -> Option<usize> {
        let TermKind::Ref(parts) = self.nodes.term(operator?).kind else { return None };
        let parts = self.nodes.terms(parts);
        let name = |part: &TermId| match self.nodes.term(*part).kind {
            TermKind::Var(name) | TermKind::String { value: name, .. } => Some(name),
            _ => None,
        };
        let mut short = [Symbol::EMPTY; SHORT];
        if let Some(path) = short.get_mut(..parts.len()) {
            for (place, part) in path.iter_mut().zip(parts) {
                *place = name(part)?;
            }
            return self.program.arity(path);
        }
        self.program.arity(&parts.iter().map(name).collect::<Option<Vec<Symbol>>>()?)
    }

    fn are_bound(&self, withs: List<With>, bound: &Bound) -> bool {
        let mut all = true;
        VariableWalk::new(self.nodes, Skip::FOR_SAFETY, |name, _| all &= bound.contains(name)).withs(withs);
        all
    }

    fn by_refs(&self, terms: &[TermId], bound: &Bound, found: &mut Vec<Symbol>) {
        self.by_refs_where(terms, |name| bound.contains(name), found);
    }

    fn by_refs_in(&self, withs: List<With>, bound: &Bound, found: &mut Vec<Symbol>) {
        self.by_refs_in_where(withs, |name| bound.contains(name), found);
    }

    fn by_refs_in_where(&self, withs: List<With>, bound: impl Fn(Symbol) -> bool + Copy, found: &mut Vec<Symbol>) {
        for with in self.nodes.withs(withs) {
            self.by_refs_where(&[with.target, with.value], bound, found);
        }
    }

    /// Adds what the refs in terms go through, where their heads are bound.
    fn by_refs_where(&self, terms: &[TermId], bound: impl Fn(Symbol) -> bool + Copy, found: &mut Vec<Symbol>) {
        for term in terms {
            match self.nodes.term(*term).kind {
                TermKind::Ref(parts) => {
                    let parts = self.nodes.terms(parts);
                    let Some((head, rest)) = parts.split_first() else { continue };
                    if !is_ref_bound(self.nodes, *head, &bound) {
                        continue;
                    }
                    let skip = Skip { reference_heads: true, ..Skip::NOTHING };
                    let mut walk = VariableWalk::new(self.nodes, skip, |name, _| found.push(name));
                    rest.iter().for_each(|part| walk.term(*part));
                    self.by_refs_where(parts, bound, found);
                }
                TermKind::Call(list) | TermKind::Array(list) | TermKind::Object(list) | TermKind::Set(list) => {
                    self.by_refs_where(self.nodes.terms(list), bound, found);
                }
                TermKind::Null
                | TermKind::Boolean(_)
                | TermKind::Number(_)
                | TermKind::String { .. }
                | TermKind::Var(_)
                | TermKind::ArrayComprehension { .. }
                | TermKind::SetComprehension { .. }
                | TermKind::ObjectComprehension { .. }
                | TermKind::TemplateString { .. } => {}
            }
        }
    }
}

/// Which operator a call has; `None` where it is no ref.
pub(super) fn operator(nodes: &Nodes<Symbol>, call: List<TermId>) -> Option<Operator> {
    let TermKind::Ref(parts) = nodes.term(*nodes.terms(call).first()?).kind else { return None };
    Some(match nodes.terms(parts) {
        [head] => match nodes.term(*head).kind {
            TermKind::Var(Symbol::EQ) => Operator::Equality,
            _ => Operator::Function,
        },
        _ => Operator::Function,
    })
}

/// Whether the head of a ref is bound.
pub(super) fn is_ref_bound(nodes: &Nodes<Symbol>, head: TermId, bound: &impl Fn(Symbol) -> bool) -> bool {
    let mut all = true;
    VariableWalk::new(nodes, Skip::FOR_SAFETY, |name, _| all &= bound(name)).term(head);
    all
}
