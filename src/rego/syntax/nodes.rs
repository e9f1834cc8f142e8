//! The arena the nodes of a tree live in.

use super::location::Location;
use super::tree::{
    Body, Entry, Expression, ExpressionId, ExpressionKind, List, Part, Rule, RuleId, Term, TermId, TermKind, With,
};
use std::hint::black_box;
use std::marker::PhantomData;
use std::ops::Range;

/// All nodes of a tree. `N` is what a name is.
///
/// Numbers and lists are those this arena handed out; for any other, the lookups answer with an empty node.
#[derive(Debug, Clone)]
pub struct Nodes<N> {
    /// What the terms are.
    pub(super) kinds: Vec<TermKind<N>>,
    /// Where they are: apart, since walks seldom ask.
    pub(super) locations: Vec<Location>,
    pub(super) term_lists: Vec<TermId>,
    pub(super) expressions: Vec<Expression>,
    pub(super) bodies: Vec<ExpressionId>,
    pub(super) withs: Vec<With>,
    pub(super) parts: Vec<Part>,
    pub(super) rules: Vec<Rule<N>>,
}

impl<N> Default for Nodes<N> {
    fn default() -> Self {
        Self {
            kinds: Vec::new(),
            locations: Vec::new(),
            term_lists: Vec::new(),
            expressions: Vec::new(),
            bodies: Vec::new(),
            withs: Vec::new(),
            parts: Vec::new(),
            rules: Vec::new(),
        }
    }
}

const NO_EXPRESSION: &Expression = &Expression {
    kind: ExpressionKind::Call(List::EMPTY),
    with: List::EMPTY,
    index: 0,
    negated: false,
    generated: true,
    location: Location::NONE,
};

fn run<T, U>(all: &[U], list: List<T>) -> &[U] {
    all.get(list.start as usize..list.start.saturating_add(list.length) as usize).unwrap_or_default()
}

/// The places of a list's members, from one of them on; all are below `end`.
fn within<T>(list: List<T>, from: usize, end: usize) -> Range<usize> {
    let stop = (list.start as usize + list.len()).min(end);
    (list.start as usize + from).min(stop)..stop
}

/// Puts a list behind all others.
fn append<T, U: Copy>(all: &mut Vec<U>, members: &[U]) -> List<T> {
    let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let start = number(all.len());
    all.extend_from_slice(members);
    List { start, length: number(members.len()), of: PhantomData }
}

impl<N: Copy> Nodes<N> {
    /// Reads all of the tree once, front to back, so that it is near the processor: a walk through it jumps about, and
    /// would wait for every piece of it alone.
    pub fn draw_near(&self) {
        /// The bytes that come at once.
        const LINE: usize = 64;
        fn touch<T>(all: &[T], read: impl Fn(&T) -> u32) {
            let step = (LINE / size_of::<T>()).max(1);
            let _ = black_box(all.iter().step_by(step).fold(0, |all, one| all ^ read(one)));
        }
        touch(&self.kinds, |kind| u32::from(matches!(kind, TermKind::Null)));
        touch(&self.term_lists, |id| id.0);
        touch(&self.expressions, |expression| expression.index);
        touch(&self.bodies, |id| id.0);
        touch(&self.rules, |rule| rule.location.at);
    }

    /// A term.
    #[must_use]
    #[inline]
    pub fn term(&self, id: TermId) -> Term<N> {
        let place = id.0 as usize;
        Term {
            kind: self.kinds.get(place).copied().unwrap_or(TermKind::Null),
            location: self.locations.get(place).copied().unwrap_or(Location::NONE),
        }
    }

    /// The terms of a list.
    #[must_use]
    pub fn terms(&self, list: List<TermId>) -> &[TermId] {
        run(&self.term_lists, list)
    }

    /// The key and the value of an entry.
    #[must_use]
    pub fn entry(&self, entry: Entry) -> [TermId; 2] {
        let place = entry.0 as usize;
        self.term_lists.get(place..place + 2).and_then(|both| both.try_into().ok()).unwrap_or([TermId(u32::MAX); 2])
    }

    /// An expression.
    #[must_use]
    pub fn expression(&self, id: ExpressionId) -> &Expression {
        self.expressions.get(id.0 as usize).unwrap_or(NO_EXPRESSION)
    }

    /// The expressions of a body.
    #[must_use]
    pub fn body(&self, body: Body) -> &[ExpressionId] {
        run(&self.bodies, body)
    }

    /// The `with` modifiers of an expression.
    #[must_use]
    pub fn withs(&self, list: List<With>) -> &[With] {
        run(&self.withs, list)
    }

    /// The parts of a template string.
    #[must_use]
    pub fn parts(&self, list: List<Part>) -> &[Part] {
        run(&self.parts, list)
    }

    /// A rule; `None` only for a number of another arena.
    #[must_use]
    pub fn rule(&self, id: RuleId) -> Option<&Rule<N>> {
        self.rules.get(id.0 as usize)
    }

    /// Every term there is, also those nothing leads to.
    pub fn all_terms(&self) -> impl Iterator<Item = (TermId, Term<N>)> + Clone {
        let terms = self.kinds.iter().zip(&self.locations);
        (0..).map(TermId).zip(terms.map(|(kind, location)| Term { kind: *kind, location: *location }))
    }

    /// What the terms are, also those nothing leads to, in the order of their numbers.
    #[must_use]
    pub fn kinds(&self) -> &[TermKind<N>] {
        &self.kinds
    }

    /// Every expression there is, also those nothing leads to.
    pub fn all_expressions(&self) -> impl Iterator<Item = (ExpressionId, &Expression)> {
        (0..).map(ExpressionId).zip(&self.expressions)
    }

    /// Whether a `with` stands anywhere.
    #[must_use]
    pub fn has_with(&self) -> bool {
        !self.withs.is_empty()
    }

    /// How many terms there are.
    #[must_use]
    pub fn term_count(&self) -> usize {
        self.kinds.len()
    }

    /// Makes a term another.
    pub fn set_kind(&mut self, id: TermId, kind: TermKind<N>) {
        if let Some(old) = self.kinds.get_mut(id.0 as usize) {
            *old = kind;
        }
    }

    /// Places a term elsewhere.
    pub fn set_location(&mut self, id: TermId, location: Location) {
        if let Some(old) = self.locations.get_mut(id.0 as usize) {
            *old = location;
        }
    }

    /// The terms of a list, to be changed.
    pub fn terms_mut(&mut self, list: List<TermId>) -> &mut [TermId] {
        self.term_lists
            .get_mut(list.start as usize..list.start.saturating_add(list.length) as usize)
            .unwrap_or_default()
    }

    /// An expression, to be changed.
    pub fn expression_mut(&mut self, id: ExpressionId) -> Option<&mut Expression> {
        self.expressions.get_mut(id.0 as usize)
    }

    /// A rule, to be changed.
    pub fn rule_mut(&mut self, id: RuleId) -> Option<&mut Rule<N>> {
        self.rules.get_mut(id.0 as usize)
    }

    /// The `with` modifiers of an expression, to be changed.
    pub fn withs_mut(&mut self, list: List<With>) -> &mut [With] {
        self.withs.get_mut(list.start as usize..list.start.saturating_add(list.length) as usize).unwrap_or_default()
    }

    /// One more term.
    pub fn add_term(&mut self, kind: TermKind<N>, location: Location) -> TermId {
        let id = TermId(u32::try_from(self.kinds.len()).unwrap_or(u32::MAX));
        self.kinds.push(kind);
        self.locations.push(location);
        id
    }

    /// One more list of terms.
    pub fn add_terms(&mut self, terms: &[TermId]) -> List<TermId> {
        append(&mut self.term_lists, terms)
    }

    /// One more entry.
    pub fn add_entry(&mut self, key: TermId, value: TermId) -> Entry {
        Entry(self.add_terms(&[key, value]).start)
    }

    /// One more list: the terms of a list, and others behind them.
    pub fn extend_terms(&mut self, list: List<TermId>, more: &[TermId]) -> List<TermId> {
        let start = self.term_lists.len();
        self.term_lists.extend_from_within(within(list, 0, start));
        self.term_lists.extend_from_slice(more);
        self.list_from(start)
    }

    /// One more list: the terms of a list, and behind them those of another from a place on.
    pub fn join_terms(&mut self, first: List<TermId>, second: List<TermId>, from: usize) -> List<TermId> {
        let start = self.term_lists.len();
        self.term_lists.extend_from_within(within(first, 0, start));
        self.term_lists.extend_from_within(within(second, from, start));
        self.list_from(start)
    }

    fn list_from(&self, start: usize) -> List<TermId> {
        let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        List { start: number(start), length: number(self.term_lists.len() - start), of: PhantomData }
    }

    /// One more expression.
    pub fn add_expression(&mut self, expression: Expression) -> ExpressionId {
        let id = ExpressionId(u32::try_from(self.expressions.len()).unwrap_or(u32::MAX));
        self.expressions.push(expression);
        id
    }

    /// One more body. Its expressions are numbered anew.
    pub fn add_body(&mut self, expressions: &[ExpressionId]) -> Body {
        for (index, id) in (0..).zip(expressions) {
            if let Some(expression) = self.expressions.get_mut(id.0 as usize) {
                expression.index = index;
            }
        }
        append(&mut self.bodies, expressions)
    }

    /// One more list of `with` modifiers.
    pub fn add_withs(&mut self, withs: &[With]) -> List<With> {
        append(&mut self.withs, withs)
    }

    /// One more rule.
    pub fn add_rule(&mut self, rule: Rule<N>) -> RuleId {
        let id = RuleId(u32::try_from(self.rules.len()).unwrap_or(u32::MAX));
        self.rules.push(rule);
        id
    }

    /// Gives every name another.
    pub fn rename(&mut self, mut name: impl FnMut(N) -> N) {
        for kind in &mut self.kinds {
            match kind {
                TermKind::Number(old) | TermKind::String { value: old, .. } | TermKind::Var(old) => *old = name(*old),
                _ => {}
            }
        }
        for rule in &mut self.rules {
            rule.head.name = rule.head.name.map(&mut name);
        }
    }

    /// The same tree with other names; numbers and lists stay what they are, and so, as far as the names have one size,
    /// does the memory they are in.
    #[must_use]
    pub fn renamed<M>(self, mut name: impl FnMut(N) -> M) -> Nodes<M> {
        Nodes {
            kinds: self.kinds.into_iter().map(|kind| renamed(kind, &mut name)).collect(),
            locations: self.locations,
            term_lists: self.term_lists,
            expressions: self.expressions,
            bodies: self.bodies,
            withs: self.withs,
            parts: self.parts,
            rules: self.rules.into_iter().map(|rule| rule.renamed(&mut name)).collect(),
        }
    }

    /// The same tree, with room to be rewritten in.
    #[must_use]
    pub fn roomy(&self) -> Self {
        Self {
            kinds: with_room(&self.kinds, 6),
            locations: with_room(&self.locations, 6),
            term_lists: with_room(&self.term_lists, 9),
            expressions: with_room(&self.expressions, 10),
            bodies: with_room(&self.bodies, 18),
            withs: self.withs.clone(),
            parts: self.parts.clone(),
            rules: self.rules.clone(),
        }
    }
}

/// A copy with room for as many quarters of its length.
fn with_room<T: Copy>(all: &[T], quarters: usize) -> Vec<T> {
    let mut copy = Vec::with_capacity(all.len() * quarters / 4);
    copy.extend_from_slice(all);
    copy
}

fn renamed<N, M>(kind: TermKind<N>, name: &mut impl FnMut(N) -> M) -> TermKind<M> {
    match kind {
        TermKind::Null => TermKind::Null,
        TermKind::Boolean(value) => TermKind::Boolean(value),
        TermKind::Number(number) => TermKind::Number(name(number)),
        TermKind::String { value, raw } => TermKind::String { value: name(value), raw },
        TermKind::Var(variable) => TermKind::Var(name(variable)),
        TermKind::Ref(parts) => TermKind::Ref(parts),
        TermKind::Call(parts) => TermKind::Call(parts),
        TermKind::Array(members) => TermKind::Array(members),
        TermKind::Object(entries) => TermKind::Object(entries),
        TermKind::Set(members) => TermKind::Set(members),
        TermKind::ArrayComprehension { term, body } => TermKind::ArrayComprehension { term, body },
        TermKind::SetComprehension { term, body } => TermKind::SetComprehension { term, body },
        TermKind::ObjectComprehension { entry, body } => TermKind::ObjectComprehension { entry, body },
        TermKind::TemplateString { raw, parts } => TermKind::TemplateString { raw, parts },
    }
}
