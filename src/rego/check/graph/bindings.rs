//! The values variables of a body are known to have before the body is run.

use super::super::names::{Names, Symbol};
use super::super::path::is_constant;
use crate::rego::syntax::{Body, ExpressionKind, List, Nodes, TermId, TermKind, compare_numbers};
use rustc_hash::FxHashMap;

/// How many values a ref is followed for; where there are more, it may be any.
const LIMIT: usize = 64;

/// The variables of a rule's body that are bound to one of a few constants, and the expressions that bind them.
///
/// The body's own equations count, not those of bodies in it, and of several for one variable the first. What an equation
/// reads must be bound before it.
pub(in crate::rego::check) struct Bindings<'a> {
    nodes: &'a Nodes<Symbol>,
    names: &'a Names,
    bound: FxHashMap<Symbol, (usize, Vec<TermId>)>,
    first: usize,
}

impl<'a> Bindings<'a> {
    pub(in crate::rego::check) fn new(nodes: &'a Nodes<Symbol>, names: &'a Names, body: Body) -> Self {
        let mut bindings = Self { nodes, names, bound: FxHashMap::default(), first: usize::MAX };
        for (place, id) in nodes.body(body).iter().enumerate() {
            let expression = nodes.expression(*id);
            if expression.negated || !expression.with.is_empty() {
                continue;
            }
            let Some((left, right)) = equation(nodes, &expression.kind) else { continue };
            let Some((variable, values)) = bindings.bound_by(left, right).or_else(|| bindings.bound_by(right, left))
            else {
                continue;
            };
            if let std::collections::hash_map::Entry::Vacant(entry) = bindings.bound.entry(variable) {
                let _ = entry.insert((place, values));
                bindings.first = bindings.first.min(place);
            }
        }
        bindings
    }

    fn bound_by(&self, variable: TermId, value: TermId) -> Option<(Symbol, Vec<TermId>)> {
        let TermKind::Var(variable) = self.nodes.term(variable).kind else { return None };
        Some((variable, self.values(value, usize::MAX)?))
    }

    /// Whether a variable is bound before an expression.
    pub(in crate::rego::check) const fn any_before(&self, expression: usize) -> bool {
        self.first < expression
    }

    /// The values a term can have at an expression; `None` if they are not known.
    fn values(&self, term: TermId, expression: usize) -> Option<Vec<TermId>> {
        match self.nodes.term(term).kind {
            TermKind::Var(name) => {
                self.bound.get(&name).filter(|(place, _)| *place < expression).map(|(_, values)| values.clone())
            }
            TermKind::Ref(parts) => self.values_of_reference(parts, expression),
            _ => is_constant(self.nodes, term).then(|| vec![term]),
        }
    }

    fn values_of_reference(&self, parts: List<TermId>, expression: usize) -> Option<Vec<TermId>> {
        let (head, parts) = self.nodes.terms(parts).split_first()?;
        let mut values = self.values(*head, expression)?;
        for part in parts {
            let mut next = Vec::new();
            if is_constant(self.nodes, *part) {
                next.extend(values.iter().filter_map(|value| self.member(*value, *part)));
            } else {
                for value in &values {
                    next.extend(members(self.nodes, *value)?);
                }
            }
            if next.len() > LIMIT {
                return None;
            }
            values = next;
        }
        Some(values)
    }

    /// What a constant has at a key.
    fn member(&self, value: TermId, key: TermId) -> Option<TermId> {
        match self.nodes.term(value).kind {
            TermKind::Array(members) => {
                let TermKind::Number(place) = self.nodes.term(key).kind else { return None };
                let place: usize = self.names.text(place).parse().ok()?;
                self.nodes.terms(members).get(place).copied()
            }
            TermKind::Object(entries) => {
                let (entries, _) = self.nodes.terms(entries).as_chunks::<2>();
                let entry = entries.iter().rfind(|[own, _]| self.equal(*own, key));
                entry.map(|[_, member]| *member)
            }
            TermKind::Set(members) => {
                self.nodes.terms(members).iter().any(|member| self.equal(*member, key)).then_some(key)
            }
            _ => None,
        }
    }

    fn equal(&self, left: TermId, right: TermId) -> bool {
        equal_constants(self.nodes, self.names, left, right)
    }

    /// The refs a ref stands for at an expression, with the values of its variables where they are known and few.
    pub(in crate::rego::check) fn expand(&self, parts: &[TermId], expression: usize) -> Vec<Vec<TermId>> {
        let mut expanded = vec![parts.to_vec()];
        for (place, part) in parts.iter().enumerate().skip(1) {
            if is_constant(self.nodes, *part) {
                continue;
            }
            let values = self.values(*part, expression).unwrap_or_default();
            if values.is_empty() || expanded.len() * values.len() > LIMIT {
                continue;
            }
            let with = |prefix: &Vec<TermId>, value| {
                let mut parts = prefix.clone();
                if let Some(part) = parts.get_mut(place) {
                    *part = value;
                }
                parts
            };
            expanded =
                expanded.iter().flat_map(|prefix| values.iter().map(move |value| with(prefix, *value))).collect();
        }
        expanded
    }
}

/// The sides of an equation.
pub(in crate::rego::check) fn equation(nodes: &Nodes<Symbol>, kind: &ExpressionKind) -> Option<(TermId, TermId)> {
    let ExpressionKind::Call(list) = *kind else { return None };
    let [operator, left, right] = *nodes.terms(list) else { return None };
    let equality = match nodes.term(operator).kind {
        TermKind::Ref(parts) => match *nodes.terms(parts) {
            [name] => nodes.term(name).kind == TermKind::Var(Symbol::EQ),
            _ => false,
        },
        TermKind::Var(name) => name == Symbol::EQ,
        _ => false,
    };
    equality.then_some((left, right))
}

/// The members of a constant array or set, the values of an object; `None` for what has none.
pub(in crate::rego::check) fn members(nodes: &Nodes<Symbol>, value: TermId) -> Option<Vec<TermId>> {
    match nodes.term(value).kind {
        TermKind::Array(members) | TermKind::Set(members) => Some(nodes.terms(members).to_vec()),
        TermKind::Object(entries) => Some(nodes.terms(entries).iter().skip(1).step_by(2).copied().collect()),
        _ => None,
    }
}

/// Whether two constants are the same value.
pub(in crate::rego::check) fn equal_constants(
    nodes: &Nodes<Symbol>,
    names: &Names,
    left: TermId,
    right: TermId,
) -> bool {
    let mut due = vec![(left, right)];
    while let Some((left, right)) = due.pop() {
        match (nodes.term(left).kind, nodes.term(right).kind) {
            (TermKind::Null, TermKind::Null) => {}
            (TermKind::Boolean(left), TermKind::Boolean(right)) if left == right => {}
            (TermKind::Number(left), TermKind::Number(right))
                if left == right || compare_numbers(names.text(left), names.text(right)).is_eq() => {}
            (TermKind::String { value: left, .. }, TermKind::String { value: right, .. }) if left == right => {}
            (TermKind::Array(left), TermKind::Array(right))
            | (TermKind::Set(left), TermKind::Set(right))
            | (TermKind::Object(left), TermKind::Object(right))
                if left.len() == right.len() =>
            {
                due.extend(nodes.terms(left).iter().copied().zip(nodes.terms(right).iter().copied()));
            }
            _ => return false,
        }
    }
    true
}
