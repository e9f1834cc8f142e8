//! The variables of terms, expressions and bodies, as OPA's walks find them.

use super::names::Symbol;
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, List, Nodes, Part, TermId, TermKind, With};

/// Room for the variables of most closures.
pub(super) const OF_A_CLOSURE: usize = 24;

/// What a walk through variables leaves out; by default nothing, not even the names of functions that are called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Skip {
    /// The heads of refs.
    pub reference_heads: bool,
    /// The heads of the operators of calls, and those of the refs in `with`.
    pub call_heads: bool,
    /// The keys of objects.
    pub object_keys: bool,
    /// Sets.
    pub sets: bool,
    /// Comprehensions, template strings, and all of `every`, `not`, `and` and `or` but the domain of `every`.
    pub closures: bool,
}

impl Skip {
    /// Nothing.
    pub const NOTHING: Self =
        Self { reference_heads: false, call_heads: false, object_keys: false, sets: false, closures: false };

    /// What does not need to be bound before an expression is evaluated, or is bound within it.
    pub const FOR_SAFETY: Self = Self { call_heads: true, closures: true, ..Self::NOTHING };
}

/// The variables of a body of a checked unit, closures left out, in the order of the text; some more than once.
#[must_use]
pub fn variables_of_body(unit: &super::unit::Unit<'_>, body: Body) -> Vec<Symbol> {
    let mut found = Vec::new();
    VariableWalk::new(&unit.nodes, Skip::FOR_SAFETY, |name, _| found.push(name)).body(body);
    found
}

/// A walk that finds the variables below nodes, in the order of the nodes.
pub(super) struct VariableWalk<'n, F> {
    nodes: &'n Nodes<Symbol>,
    skip: Skip,
    found: F,
    /// Whether the walk went past closures.
    pub passed_closures: bool,
}

impl<'n, F: FnMut(Symbol, TermId)> VariableWalk<'n, F> {
    /// A walk that gives each variable and the term it is to `found`.
    pub fn new(nodes: &'n Nodes<Symbol>, skip: Skip, found: F) -> Self {
        Self { nodes, skip, found, passed_closures: false }
    }

    /// The variables of a body.
    pub fn body(&mut self, body: Body) {
        self.walk(|walker| walker.body(body));
    }

    /// The variables of an expression.
    pub fn expression(&mut self, id: ExpressionId) {
        self.walk(|walker| walker.expression(id));
    }

    /// The variables of `with` modifiers.
    pub fn withs(&mut self, withs: List<With>) {
        self.walk(|walker| walker.withs(withs));
    }

    /// The variables of a list of terms.
    pub fn terms(&mut self, list: List<TermId>) {
        self.walk(|walker| walker.terms(list));
    }

    /// The variables of a term.
    pub fn term(&mut self, id: TermId) {
        self.walk(|walker| walker.term(id));
    }

    fn walk(&mut self, go: impl FnOnce(&mut Walker<'_>)) {
        let mut walker = Walker { nodes: self.nodes, skip: self.skip, found: &mut self.found, passed_closures: false };
        go(&mut walker);
        self.passed_closures |= walker.passed_closures;
    }
}

/// What walks: one piece of code for all that is done with the variables, so that it stays near the processor.
struct Walker<'a> {
    nodes: &'a Nodes<Symbol>,
    skip: Skip,
    found: &'a mut dyn FnMut(Symbol, TermId),
    passed_closures: bool,
}

impl Walker<'_> {
    fn body(&mut self, body: Body) {
        for expression in self.nodes.body(body) {
            self.expression(*expression);
        }
    }

    fn expression(&mut self, id: ExpressionId) {
        let expression = self.nodes.expression(id);
        match expression.kind {
            ExpressionKind::Every { domain, .. } if self.skip.closures => {
                self.passed_closures = true;
                self.term(domain);
                return;
            }
            ExpressionKind::Not { .. } | ExpressionKind::And(_) | ExpressionKind::Or(_) if self.skip.closures => {
                self.passed_closures = true;
            }
            ExpressionKind::Term(term) => self.term(term),
            ExpressionKind::Call(parts) => self.call(parts),
            ExpressionKind::Some { symbols, .. } => self.terms(symbols),
            ExpressionKind::Every { key, value, domain, body, .. } => {
                for term in key.into_iter().chain([value, domain]) {
                    self.term(term);
                }
                self.body(body);
            }
            ExpressionKind::Not { body, .. } => self.body(body),
            ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
                self.body(logical.left);
                self.body(logical.right);
            }
        }
        self.withs(expression.with);
    }

    fn withs(&mut self, withs: List<With>) {
        for with in self.nodes.withs(withs) {
            if !self.skip.call_heads {
                self.term(with.target);
                self.term(with.value);
                continue;
            }
            self.behind_head(with.target);
            if matches!(self.nodes.term(with.value).kind, TermKind::Ref(_)) {
                self.behind_head(with.value);
            } else {
                self.term(with.value);
            }
        }
    }

    fn terms(&mut self, list: List<TermId>) {
        for term in self.nodes.terms(list) {
            self.term(*term);
        }
    }

    /// Most terms have nothing in them: only for others is there a call.
    #[inline]
    fn term(&mut self, id: TermId) {
        match self.nodes.term(id).kind {
            TermKind::Var(name) => (self.found)(name, id),
            TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. } => {}
            kind => self.composite(kind),
        }
    }

    fn composite(&mut self, kind: TermKind<Symbol>) {
        match kind {
            TermKind::Ref(parts) => self.slice(parts, usize::from(self.skip.reference_heads)),
            TermKind::Call(parts) => self.call(parts),
            TermKind::Array(members) => self.terms(members),
            TermKind::Object(entries) if self.skip.object_keys => {
                for value in self.nodes.terms(entries).iter().skip(1).step_by(2) {
                    self.term(*value);
                }
            }
            TermKind::Object(entries) => self.terms(entries),
            TermKind::Set(members) if !self.skip.sets => self.terms(members),
            TermKind::ArrayComprehension { .. }
            | TermKind::SetComprehension { .. }
            | TermKind::ObjectComprehension { .. }
            | TermKind::TemplateString { .. }
                if self.skip.closures =>
            {
                self.passed_closures = true;
            }
            TermKind::ArrayComprehension { term, body } | TermKind::SetComprehension { term, body } => {
                self.term(term);
                self.body(body);
            }
            TermKind::ObjectComprehension { entry, body } => {
                for term in self.nodes.entry(entry) {
                    self.term(term);
                }
                self.body(body);
            }
            TermKind::TemplateString { parts, .. } => {
                for part in self.nodes.parts(parts) {
                    match part {
                        Part::Term(term) => self.term(*term),
                        Part::Expression(expression) => self.expression(*expression),
                    }
                }
            }
            TermKind::Set(_)
            | TermKind::Null
            | TermKind::Boolean(_)
            | TermKind::Number(_)
            | TermKind::String { .. }
            | TermKind::Var(_) => {}
        }
    }

    fn call(&mut self, parts: List<TermId>) {
        if let (true, Some(operator)) = (self.skip.call_heads, self.nodes.terms(parts).first()) {
            self.behind_head(*operator);
            self.slice(parts, 1);
        } else {
            self.terms(parts);
        }
    }

    fn behind_head(&mut self, id: TermId) {
        if let TermKind::Ref(parts) = self.nodes.term(id).kind {
            self.slice(parts, 1);
        }
    }

    fn slice(&mut self, list: List<TermId>, from: usize) {
        for term in self.nodes.terms(list).iter().skip(from) {
            self.term(*term);
        }
    }
}

/// The variables that are bound at some point, which can be set back to an earlier one.
#[derive(Debug, Clone, Default)]
pub(super) struct Bound {
    sorted: Vec<Symbol>,
    added: Vec<Symbol>,
}

impl Bound {
    /// Nothing is bound but `data` and `input`.
    pub fn reset(&mut self) {
        self.sorted.clear();
        self.added.clear();
        let _ = (self.add(Symbol::DATA), self.add(Symbol::INPUT));
    }

    /// Whether a variable is bound.
    pub fn contains(&self, variable: Symbol) -> bool {
        self.sorted.binary_search(&variable).is_ok()
    }

    /// Binds a variable; `false` if it was bound before.
    pub fn add(&mut self, variable: Symbol) -> bool {
        let Err(place) = self.sorted.binary_search(&variable) else { return false };
        self.sorted.insert(place, variable);
        self.added.push(variable);
        true
    }

    /// This point.
    pub fn point(&self) -> usize {
        self.added.len()
    }

    /// The variables bound since a point, in the order they were.
    pub fn since(&self, point: usize) -> &[Symbol] {
        self.added.get(point..).unwrap_or_default()
    }

    /// Back to a point.
    pub fn rewind(&mut self, point: usize) {
        let Some(gone) = self.added.get_mut(point..).filter(|gone| !gone.is_empty()) else { return };
        if let [variable] = *gone {
            if let Ok(place) = self.sorted.binary_search(&variable) {
                let _ = self.sorted.remove(place);
            }
        } else {
            gone.sort_unstable();
            self.sorted.retain(|variable| gone.binary_search(variable).is_err());
        }
        self.added.truncate(point);
    }
}
