//! The variables that an equality of two terms binds.

use super::equal::terms_are_equal;
use super::outputs::is_ref_bound;
use crate::rego::check::names::Symbol;
use crate::rego::check::variables::{Skip, VariableWalk};
use crate::rego::syntax::{Nodes, TermId, TermKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// What is not bound in a composite that is equal to something that is bound.
const IN_PATTERN: Skip =
    Skip { reference_heads: true, call_heads: false, object_keys: true, sets: false, closures: true };

/// Gives each variable that the equality of two terms binds to `found`, where those are known that `known` says.
pub(super) fn unify(
    nodes: &Nodes<Symbol>,
    sides: [TermId; 2],
    known: &dyn Fn(Symbol) -> bool,
    found: &mut dyn FnMut(Symbol),
) {
    let [left, right] = sides.map(|side| nodes.term(side).kind);
    let is_pattern = |kind| matches!(kind, TermKind::Array(_) | TermKind::Object(_));
    match (left, right) {
        (TermKind::Var(left), TermKind::Var(right)) => {
            if known(right) {
                found(left);
            } else if known(left) {
                found(right);
            }
        }
        (TermKind::Var(variable), other) if !is_pattern(other) => {
            if is_value_bound(nodes, sides[1], &known) != Some(false) {
                found(variable);
            }
        }
        (other, TermKind::Var(variable)) if !is_pattern(other) => {
            if is_value_bound(nodes, sides[0], &known) != Some(false) {
                found(variable);
            }
        }
        _ => {
            let mut unifier = Unifier {
                nodes,
                known,
                unified: FxHashSet::default(),
                needs: FxHashMap::default(),
                needed_by: FxHashMap::default(),
            };
            unifier.unify(sides[0], sides[1]);
            unifier.unified.into_iter().for_each(found);
        }
    }
}

/// Whether a ref or call is bound as a whole; `None` for other terms.
fn is_value_bound(nodes: &Nodes<Symbol>, term: TermId, known: &impl Fn(Symbol) -> bool) -> Option<bool> {
    match nodes.term(term).kind {
        TermKind::Ref(parts) => Some(is_ref_bound(nodes, *nodes.terms(parts).first()?, known)),
        TermKind::Call(_) => Some(is_ref_bound(nodes, term, known)),
        _ => None,
    }
}

struct Unifier<'a> {
    nodes: &'a Nodes<Symbol>,
    known: &'a dyn Fn(Symbol) -> bool,
    unified: FxHashSet<Symbol>,
    /// The variables that bind a variable once all of them are bound, and are bound when it is.
    needs: FxHashMap<Symbol, FxHashSet<Symbol>>,
    needed_by: FxHashMap<Symbol, Vec<Symbol>>,
}

impl Unifier<'_> {
    fn kind(&self, term: TermId) -> TermKind<Symbol> {
        self.nodes.term(term).kind
    }

    fn is_bound(&self, variable: Symbol) -> bool {
        (self.known)(variable) || self.unified.contains(&variable)
    }

    fn is_value_bound(&self, term: TermId) -> Option<bool> {
        is_value_bound(self.nodes, term, &self.known)
    }

    fn unify(&mut self, left: TermId, right: TermId) {
        match (self.kind(left), self.kind(right)) {
            (TermKind::Var(left), TermKind::Var(right)) => self.two_variables(left, right),
            (TermKind::Var(variable), TermKind::Array(_) | TermKind::Object(_)) => self.pattern(variable, right),
            (TermKind::Array(_) | TermKind::Object(_), TermKind::Var(variable)) => self.pattern(variable, left),
            (TermKind::Var(variable), _) if self.is_value_bound(right) != Some(false) => self.bind(variable),
            (_, TermKind::Var(variable)) if self.is_value_bound(left) != Some(false) => self.bind(variable),
            (TermKind::Ref(_) | TermKind::Call(_), TermKind::Array(_) | TermKind::Object(_))
                if self.is_value_bound(left) == Some(true) =>
            {
                self.bind_all(right);
            }
            (TermKind::Array(_) | TermKind::Object(_), TermKind::Ref(_) | TermKind::Call(_))
                if self.is_value_bound(right) == Some(true) =>
            {
                self.bind_all(left);
            }
            (TermKind::ArrayComprehension { .. }, TermKind::Array(_))
            | (TermKind::ObjectComprehension { .. }, TermKind::Object(_)) => self.bind_all(right),
            (
                TermKind::Array(_),
                TermKind::ArrayComprehension { .. }
                | TermKind::ObjectComprehension { .. }
                | TermKind::SetComprehension { .. },
            ) => self.bind_all(left),
            (TermKind::Array(left), TermKind::Array(right)) if left.len() == right.len() => {
                for (left, right) in self.nodes.terms(left).iter().zip(self.nodes.terms(right)) {
                    self.unify(*left, *right);
                }
            }
            (TermKind::Object(left), TermKind::Object(right)) if left.len() == right.len() => {
                self.two_objects(self.nodes.terms(left), self.nodes.terms(right));
            }
            _ => {}
        }
    }

    fn two_objects(&mut self, left: &[TermId], right: &[TermId]) {
        for (place, entry) in left.chunks_exact(2).enumerate() {
            let &[key, value] = entry else { continue };
            let has_key = |entry: &&[TermId]| entry.first().is_some_and(|own| terms_are_equal(self.nodes, key, *own));
            let same_place = right.chunks_exact(2).nth(place).filter(has_key);
            if let Some([_, other]) = same_place.or_else(|| right.chunks_exact(2).find(has_key)) {
                self.unify(value, *other);
            }
        }
    }

    fn two_variables(&mut self, left: Symbol, right: Symbol) {
        if self.is_bound(right) {
            self.bind(left);
        } else if self.is_bound(left) {
            self.bind(right);
        } else {
            self.need(left, right);
            self.need(right, left);
        }
    }

    /// A variable that is equal to an array or object.
    fn pattern(&mut self, variable: Symbol, pattern: TermId) {
        if self.is_bound(variable) {
            return self.bind_all(pattern);
        }
        let unbound: Vec<Symbol> = self.of_pattern(pattern).into_iter().filter(|name| !self.is_bound(*name)).collect();
        if unbound.is_empty() {
            self.bind(variable);
        }
        for needed in unbound {
            self.need(variable, needed);
        }
    }

    fn of_pattern(&self, pattern: TermId) -> Vec<Symbol> {
        let mut variables = Vec::new();
        VariableWalk::new(self.nodes, IN_PATTERN, |name, _| variables.push(name)).term(pattern);
        variables
    }

    fn bind_all(&mut self, pattern: TermId) {
        for variable in self.of_pattern(pattern) {
            self.bind(variable);
        }
    }

    fn need(&mut self, variable: Symbol, needed: Symbol) {
        if self.needs.entry(variable).or_default().insert(needed) {
            self.needed_by.entry(needed).or_default().push(variable);
        }
    }

    fn bind(&mut self, variable: Symbol) {
        let mut due = vec![variable];
        while let Some(variable) = due.pop() {
            if !self.unified.insert(variable) {
                continue;
            }
            due.extend(self.needs.remove(&variable).unwrap_or_default());
            for waiting in self.needed_by.remove(&variable).unwrap_or_default() {
                if let Some(needs) = self.needs.get_mut(&waiting)
                    && needs.remove(&variable)
                    && needs.is_empty()
                {
                    due.push(waiting);
                }
            }
        }
    }
}
