//! Fields that would stand under one name in the answer: they must be the same.

use std::collections::HashMap;

use super::super::lexer::Place;
use super::super::tree::{Asked, Fragment, Kind, Literal, LiteralKind, Named, Selection};
use super::Walk;

/// Two fields that are not the same.
struct Conflict<'a> {
    name: &'a str,
    reason: String,
    below: Vec<Conflict<'a>>,
    place: Option<Place>,
}

impl Conflict<'_> {
    fn told(&self) -> String {
        if self.below.is_empty() {
            return self.reason.clone();
        }
        let below = self.below.iter().map(|one| format!("subfields \"{}\" conflict because {}", one.name, one.told()));
        below.collect::<Vec<_>>().join(" and ")
    }
}

/// The fields of selections by their names in the answer, in the order in which these come, and the fragments named.
#[derive(Default)]
struct Collected<'a> {
    fields: Vec<(&'a str, Vec<&'a Asked>)>,
    indexes: HashMap<&'a str, usize>,
    spreads: Vec<&'a str>,
}

impl<'a> Collected<'a> {
    fn of(selections: &'a [Selection]) -> Self {
        let mut collected = Self::default();
        collected.add(selections);
        collected
    }

    fn add(&mut self, selections: &'a [Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    let name = field.answer_name();
                    let index = *self.indexes.entry(name).or_insert(self.fields.len());
                    match self.fields.get_mut(index) {
                        Some((_, fields)) => fields.push(field),
                        None => self.fields.push((name, vec![field])),
                    }
                }
                Selection::Inline(inline) => self.add(&inline.selections),
                Selection::Spread(spread) => self.spreads.push(&spread.name),
            }
        }
    }

    fn named(&self, name: &str) -> &[&'a Asked] {
        let entry = self.indexes.get(name).and_then(|index| self.fields.get(*index));
        entry.map_or(&[], |(_, fields)| fields.as_slice())
    }

    /// Whether both hold the very same fields.
    fn is(&self, other: &Self) -> bool {
        let same = |(one, other): (&&Asked, &&Asked)| std::ptr::eq(*one, *other);
        self.fields.len() == other.fields.len()
            && self
                .fields
                .iter()
                .zip(&other.fields)
                .all(|((_, own), (_, others))| own.len() == others.len() && own.iter().zip(others).all(same))
    }
}

impl<'a> Walk<'a> {
    /// Tells of fields of selections that are not the same as others of their name.
    pub(super) fn overlapping(&mut self, selections: &'a [Selection]) {
        if selections.is_empty() {
            return;
        }
        let collected = Collected::of(selections);
        let mut conflicts = Vec::new();
        for (_, fields) in &collected.fields {
            for (index, first) in fields.iter().enumerate() {
                for second in fields.iter().skip(index + 1) {
                    conflicts.extend(self.compare(false, first, second));
                }
            }
        }
        self.compared.clear();
        for (index, first) in collected.spreads.iter().enumerate() {
            self.compare_with_fragment(&mut conflicts, false, &collected, first);
            for second in collected.spreads.iter().skip(index + 1) {
                self.compare_fragments(&mut conflicts, false, first, second);
            }
        }
        for conflict in conflicts {
            let message = format!(
                "Fields \"{}\" conflict because {}. Use different aliases on the fields to fetch both if this was intentional.",
                conflict.name,
                conflict.told()
            );
            self.fault(conflict.place, message);
        }
    }

    fn compare_with_fragment(
        &mut self,
        conflicts: &mut Vec<Conflict<'a>>,
        is_exclusive: bool,
        fields: &Collected<'a>,
        name: &'a str,
    ) {
        if !self.compared.insert(name) {
            return;
        }
        let Some(fragment) = self.document.fragment(name) else { return };
        let others = Collected::of(&fragment.selections);
        if fields.is(&others) {
            return;
        }
        self.compare_fields(conflicts, is_exclusive, fields, &others);
        for other in others.spreads.iter().filter(|other| **other != name) {
            self.deeper(|walk| walk.compare_with_fragment(conflicts, is_exclusive, fields, other));
        }
    }

    fn compare_fragments(
        &mut self,
        conflicts: &mut Vec<Conflict<'a>>,
        is_exclusive: bool,
        first: &'a str,
        second: &'a str,
    ) {
        if first == second {
            return;
        }
        // Two that have been compared as ones that can both be there need not be compared as others.
        if self.compared_pairs.get(&(first, second)).is_some_and(|was_exclusive| is_exclusive || !was_exclusive) {
            return;
        }
        self.compared_pairs.insert((first, second), is_exclusive);
        self.compared_pairs.insert((second, first), is_exclusive);
        let document = self.document;
        let (Some(one), Some(other)) = (document.fragment(first), document.fragment(second)) else { return };
        let fields = |fragment: &'a Fragment| Collected::of(&fragment.selections);
        let (one, other) = (fields(one), fields(other));
        self.compare_fields(conflicts, is_exclusive, &one, &other);
        for below in &other.spreads {
            self.deeper(|walk| walk.compare_fragments(conflicts, is_exclusive, first, below));
        }
        for below in &one.spreads {
            self.deeper(|walk| walk.compare_fragments(conflicts, is_exclusive, below, second));
        }
    }

    fn compare_fields(
        &mut self,
        conflicts: &mut Vec<Conflict<'a>>,
        is_exclusive: bool,
        fields: &Collected<'a>,
        others: &Collected<'a>,
    ) {
        for (name, fields) in &fields.fields {
            for first in fields {
                for second in others.named(name) {
                    conflicts.extend(self.compare(is_exclusive, first, second));
                }
            }
        }
    }

    /// The conflict of two fields; of those of which only one can be there only the types are compared.
    fn compare(&mut self, is_exclusive: bool, first: &'a Asked, second: &'a Asked) -> Option<Conflict<'a>> {
        self.step()?;
        let (one, other) = (self.field_notes(first), self.field_notes(second));
        let (one_parent, other_parent) = (one.parent?, other.parent?);
        let are_objects = one_parent.kind == "OBJECT" && other_parent.kind == "OBJECT";
        let are_apart = one_parent.name != other_parent.name && are_objects;
        let is_exclusive = is_exclusive || are_apart && one.definition.is_some() && other.definition.is_some();
        let name = first.answer_name();
        let conflict = |reason: String| Some(Conflict { name, reason, below: Vec::new(), place: second.place });
        if !is_exclusive {
            if first.name != second.name {
                return conflict(format!("\"{}\" and \"{}\" are different fields", first.name, second.name));
            }
            if !are_same_arguments(&first.arguments, &second.arguments) {
                return conflict("they have differing arguments".to_owned());
            }
        }
        if let (Some(one), Some(other)) = (one.definition, other.definition)
            && self.do_types_conflict(&one.kind, &other.kind)
        {
            return conflict(format!("they return conflicting types \"{}\" and \"{}\"", one.kind, other.kind));
        }
        let below = self.deeper(|walk| walk.compare_selections(is_exclusive, &first.selections, &second.selections))?;
        (!below.is_empty()).then(|| Conflict { name, reason: String::new(), below, place: second.place })
    }

    fn compare_selections(
        &mut self,
        is_exclusive: bool,
        first: &'a [Selection],
        second: &'a [Selection],
    ) -> Vec<Conflict<'a>> {
        let (one, other) = (Collected::of(first), Collected::of(second));
        let mut conflicts = Vec::new();
        self.compare_fields(&mut conflicts, is_exclusive, &one, &other);
        for (fields, spreads) in [(&one, &other.spreads), (&other, &one.spreads)] {
            for spread in spreads {
                self.compared.clear();
                self.compare_with_fragment(&mut conflicts, is_exclusive, fields, spread);
            }
        }
        for first in &one.spreads {
            for second in &other.spreads {
                self.compare_fragments(&mut conflicts, is_exclusive, first, second);
            }
        }
        conflicts
    }

    fn do_types_conflict(&self, first: &Kind, second: &Kind) -> bool {
        if let (Some(first), Some(second)) = (&first.element, &second.element) {
            return self.do_types_conflict(first, second);
        }
        if first.element.is_some() != second.element.is_some() || first.is_required != second.is_required {
            return true;
        }
        match (self.schema.type_of(first), self.schema.type_of(second)) {
            (Some(first), Some(second)) => first.is_leaf() && second.is_leaf() && first.name != second.name,
            _ => false,
        }
    }
}

fn are_same_arguments(first: &[Named], second: &[Named]) -> bool {
    let is_there = |one: &Named| second.iter().any(|other| one.name == other.name && is_same(&one.value, &other.value));
    first.len() == second.len() && first.iter().all(is_there)
}

/// Whether two literals are the same; the fields of objects may come in any order.
fn is_same(first: &Literal, second: &Literal) -> bool {
    let children = |literal: &'_ Literal| -> Vec<usize> {
        let mut order: Vec<usize> = (0..literal.children.len()).collect();
        if literal.kind == LiteralKind::Object {
            order.sort_by_key(|index| literal.children.get(*index).map(|child| child.name.as_str()));
        }
        order
    };
    first.kind == second.kind
        && first.raw == second.raw
        && first.children.len() == second.children.len()
        && children(first).into_iter().zip(children(second)).all(|(one, other)| {
            let pair = first.children.get(one).zip(second.children.get(other));
            pair.is_some_and(|(one, other)| one.name == other.name && is_same(&one.value, &other.value))
        })
}
