//! The order OPA keeps the members of sets and objects in.

use super::super::module::Module;
use super::super::tree::{Body, Expression, ExpressionId, ExpressionKind, List, Part, TermId, TermKind, With};
use super::number;
use std::cmp::Ordering;

/// The sets of a module without doubles, and its objects, both sorted.
///
/// Sets keep the first of equal members; objects keep every entry, also of equal keys, for as long as they are read.
pub(in crate::rego::syntax) struct Sorted<'m> {
    module: &'m Module,
    /// The members of sets, keys and values of objects by turns, by number; only where there are two or more.
    members: Vec<(TermId, Vec<TermId>)>,
}

/// Two nodes whose order is to be told, one after the other until one tells.
enum Pair<'m> {
    Terms(TermId, TermId),
    TermLists(&'m [TermId], &'m [TermId]),
    Expressions(ExpressionId, ExpressionId),
    Bodies(&'m [ExpressionId], &'m [ExpressionId]),
    Withs(&'m [With], &'m [With]),
    Told(Ordering),
}

impl<'m> Sorted<'m> {
    /// A term is numbered after everything in it, so that members are sorted before what holds them.
    pub(in crate::rego::syntax) fn new(module: &'m Module) -> Self {
        let mut sorted = Self { module, members: Vec::new() };
        for (number, kind) in (0..).zip(&module.nodes.kinds) {
            let members: Vec<TermId> = match *kind {
                TermKind::Set(members) if members.len() > 1 => {
                    let mut members = module.terms(members).to_vec();
                    members.sort_by(|left, right| sorted.compare(*left, *right));
                    members.dedup_by(|later, first| sorted.compare(*later, *first).is_eq());
                    members
                }
                TermKind::Object(entries) if entries.len() > 2 => {
                    let (entries, _) = module.terms(entries).as_chunks::<2>();
                    let mut entries = entries.to_vec();
                    entries.sort_by(|[left, _], [right, _]| sorted.compare(*left, *right));
                    entries.into_flattened()
                }
                _ => continue,
            };
            sorted.members.push((TermId(number), members));
        }
        sorted
    }

    /// The members of each set, and the keys and values of each object by turns, in order; only where there are two
    /// members or more. Of entries with equal keys, the value of the last counts, as where OPA makes an object anew;
    /// numbers are equal keys if they are written alike.
    pub(in crate::rego::syntax) fn into_members(mut self) -> Vec<(TermId, Vec<TermId>)> {
        let mut shorter = Vec::new();
        for (place, (id, members)) in self.members.iter().enumerate() {
            let TermKind::Object(_) = self.module.term(*id).kind else { continue };
            let mut merged: Vec<TermId> = Vec::with_capacity(members.len());
            for [key, value] in members.as_chunks::<2>().0 {
                match merged.as_mut_slice() {
                    [.., before, last] if self.are_one_key(*before, *key) => *last = *value,
                    _ => merged.extend([*key, *value]),
                }
            }
            if merged.len() < members.len() {
                shorter.push((place, merged));
            }
        }
        for (place, merged) in shorter {
            if let Some((_, members)) = self.members.get_mut(place) {
                *members = merged;
            }
        }
        self.members
    }

    fn are_one_key(&self, left: TermId, right: TermId) -> bool {
        match (self.module.term(left).kind, self.module.term(right).kind) {
            (TermKind::Number(left), TermKind::Number(right)) => self.module.text(left) == self.module.text(right),
            _ => self.compare(left, right).is_eq(),
        }
    }

    /// The members of a set, or the keys and values of an object by turns, in order.
    pub(super) fn members(&self, id: TermId, written: List<TermId>) -> &[TermId] {
        let place = self.members.binary_search_by_key(&id, |(id, _)| *id).ok();
        let sorted = place.and_then(|place| self.members.get(place));
        sorted.map_or_else(|| self.module.terms(written), |(_, members)| members)
    }

    fn compare(&self, left: TermId, right: TermId) -> Ordering {
        let mut due = Vec::new();
        let first = self.compare_terms(left, right, &mut due);
        if first.is_ne() {
            return first;
        }
        while let Some(pair) = due.pop() {
            let order = match pair {
                Pair::Terms(left, right) => self.compare_terms(left, right, &mut due),
                Pair::Expressions(left, right) => self.compare_expressions(left, right, &mut due),
                Pair::TermLists([left, lefts @ ..], [right, rights @ ..]) => {
                    due.extend([Pair::TermLists(lefts, rights), Pair::Terms(*left, *right)]);
                    Ordering::Equal
                }
                Pair::TermLists(left, right) => left.len().cmp(&right.len()),
                Pair::Bodies([left, lefts @ ..], [right, rights @ ..]) => {
                    due.extend([Pair::Bodies(lefts, rights), Pair::Expressions(*left, *right)]);
                    Ordering::Equal
                }
                Pair::Bodies(left, right) => left.len().cmp(&right.len()),
                Pair::Withs([left, lefts @ ..], [right, rights @ ..]) => {
                    due.push(Pair::Withs(lefts, rights));
                    due.extend([Pair::Terms(left.value, right.value), Pair::Terms(left.target, right.target)]);
                    Ordering::Equal
                }
                Pair::Withs(left, right) => left.len().cmp(&right.len()),
                Pair::Told(order) => order,
            };
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }

    fn bodies(&self, left: Body, right: Body) -> Pair<'_> {
        Pair::Bodies(self.module.body(left), self.module.body(right))
    }

    /// Compares what can be compared at once, and puts off the rest, the last first.
    fn compare_terms<'a>(&'a self, left: TermId, right: TermId, due: &mut Vec<Pair<'a>>) -> Ordering {
        use TermKind as Kind;
        let module = self.module;
        match (module.term(left).kind, module.term(right).kind) {
            (Kind::Boolean(left), Kind::Boolean(right)) => return left.cmp(&right),
            (Kind::Number(left), Kind::Number(right)) => {
                return number::compare(module.text(left), module.text(right));
            }
            (Kind::String { value: left, .. }, Kind::String { value: right, .. })
            | (Kind::Var(left), Kind::Var(right)) => return module.text(left).cmp(module.text(right)),
            (Kind::Ref(left), Kind::Ref(right))
            | (Kind::Call(left), Kind::Call(right))
            | (Kind::Array(left), Kind::Array(right)) => {
                due.push(Pair::TermLists(module.terms(left), module.terms(right)));
            }
            (Kind::Set(first), Kind::Set(second)) | (Kind::Object(first), Kind::Object(second)) => {
                due.push(Pair::TermLists(self.members(left, first), self.members(right, second)));
            }
            (Kind::ArrayComprehension { term: left, body }, Kind::ArrayComprehension { term: right, body: other })
            | (Kind::SetComprehension { term: left, body }, Kind::SetComprehension { term: right, body: other }) => {
                due.extend([self.bodies(body, other), Pair::Terms(left, right)]);
            }
            (
                Kind::ObjectComprehension { entry, body },
                Kind::ObjectComprehension { entry: other, body: other_body },
            ) => {
                let ([key, value], [other_key, other_value]) = (module.nodes.entry(entry), module.nodes.entry(other));
                due.push(self.bodies(body, other_body));
                due.extend([Pair::Terms(value, other_value), Pair::Terms(key, other_key)]);
            }
            (Kind::TemplateString { raw, parts }, Kind::TemplateString { raw: other_raw, parts: other_parts }) => {
                let order = raw.cmp(&other_raw).then(parts.len().cmp(&other_parts.len()));
                if order.is_eq() {
                    return self.compare_parts(parts, other_parts, due);
                }
                return order;
            }
            (left, right) => return rank(&left).cmp(&rank(&right)),
        }
        Ordering::Equal
    }

    fn compare_parts<'a>(&'a self, left: List<Part>, right: List<Part>, due: &mut Vec<Pair<'a>>) -> Ordering {
        let (left, right) = (self.module.parts(left), self.module.parts(right));
        let height = due.len();
        for pair in left.iter().zip(right) {
            match pair {
                (Part::Term(left), Part::Term(right)) => due.push(Pair::Terms(*left, *right)),
                (Part::Expression(left), Part::Expression(right)) => due.push(Pair::Expressions(*left, *right)),
                (Part::Term(_), Part::Expression(_)) => due.push(Pair::Told(Ordering::Less)),
                (Part::Expression(_), Part::Term(_)) => due.push(Pair::Told(Ordering::Greater)),
            }
        }
        if let Some(parts) = due.get_mut(height..) {
            parts.reverse();
        }
        Ordering::Equal
    }

    fn compare_expressions<'a>(&'a self, left: ExpressionId, right: ExpressionId, due: &mut Vec<Pair<'a>>) -> Ordering {
        use ExpressionKind as Kind;
        let module = self.module;
        let (left, right) = (module.expression(left), module.expression(right));
        let place = |expression: &Expression| (place(&expression.kind), expression.index, expression.negated);
        due.push(Pair::Withs(module.withs(left.with), module.withs(right.with)));
        match (left.kind, right.kind) {
            (Kind::Term(left), Kind::Term(right)) => due.push(Pair::Terms(left, right)),
            (Kind::Call(left), Kind::Call(right))
            | (Kind::Some { symbols: left, .. }, Kind::Some { symbols: right, .. }) => {
                due.push(Pair::TermLists(module.terms(left), module.terms(right)));
            }
            (
                Kind::Every { key, value, domain, body, .. },
                Kind::Every { key: other_key, value: other_value, domain: other_domain, body: other_body, .. },
            ) => {
                due.push(self.bodies(body, other_body));
                due.extend([Pair::Terms(domain, other_domain), Pair::Terms(value, other_value)]);
                due.push(match (key, other_key) {
                    (Some(key), Some(other)) => Pair::Terms(key, other),
                    (key, other) => Pair::Told(key.is_some().cmp(&other.is_some())),
                });
            }
            (Kind::Not { body: left, .. }, Kind::Not { body: right, .. }) => due.push(self.bodies(left, right)),
            (Kind::And(left), Kind::And(right)) | (Kind::Or(left), Kind::Or(right)) => {
                due.extend([self.bodies(left.right, right.right), self.bodies(left.left, right.left)]);
            }
            _ => {}
        }
        place(left).cmp(&place(right))
    }
}

/// The place of a kind of terms among all kinds.
fn rank(kind: &TermKind) -> u8 {
    match kind {
        TermKind::Null => 0,
        TermKind::Boolean(_) => 1,
        TermKind::Number(_) => 2,
        TermKind::String { .. } => 3,
        TermKind::TemplateString { .. } => 4,
        TermKind::Var(_) => 5,
        TermKind::Ref(_) => 6,
        TermKind::Array(_) => 7,
        TermKind::Object(_) => 8,
        TermKind::Set(_) => 9,
        TermKind::ArrayComprehension { .. } => 10,
        TermKind::ObjectComprehension { .. } => 11,
        TermKind::SetComprehension { .. } => 12,
        TermKind::Call(_) => 13,
    }
}

/// The place of a kind of expressions among all kinds.
fn place(kind: &ExpressionKind) -> u8 {
    match kind {
        ExpressionKind::Some { .. } => 0,
        ExpressionKind::Term(_) => 1,
        ExpressionKind::Call(_) => 2,
        ExpressionKind::Every { .. } => 3,
        ExpressionKind::Not { .. } => 4,
        ExpressionKind::And(_) => 5,
        ExpressionKind::Or(_) => 6,
    }
}
