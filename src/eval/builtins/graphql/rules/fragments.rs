//! Fragments, with a name and on the spot.

use std::collections::HashMap;

use super::super::tree::{Definition, Fragment, Inline, Selection, Spread};
use super::Walk;
use super::suggestions::{alike, question};

/// A search for fragments that hold themselves.
#[derive(Default)]
struct Search<'a> {
    /// The names gone through.
    path: Vec<&'a str>,
    /// For each fragment on the path the number of names before it.
    on_path: HashMap<&'a str, usize>,
}

impl<'a> Walk<'a> {
    pub(super) fn composite_inline(&mut self, inline: &Inline) {
        let condition = &inline.condition;
        if self.schema.types.get(condition).is_some_and(|of| !of.is_composite()) {
            let message = format!("Fragment cannot condition on non composite type \"{condition}\".");
            self.fault(inline.place, message);
        }
    }

    pub(super) fn composite_fragment(&mut self, fragment: &Fragment, definition: Option<&Definition>) {
        let Fragment { name, condition, place, .. } = fragment;
        if definition.is_some_and(|of| !of.is_composite()) && !condition.is_empty() {
            let message = format!("Fragment \"{name}\" cannot condition on non composite type \"{condition}\".");
            self.fault(*place, message);
        }
    }

    pub(super) fn known_type_of_inline(&mut self, inline: &Inline) {
        let condition = &inline.condition;
        if !condition.is_empty() && !self.schema.types.contains_key(condition) {
            self.fault(inline.place, format!("Unknown type \"{condition}\"."));
        }
    }

    pub(super) fn known_type_of_fragment(&mut self, fragment: &Fragment) {
        let condition = &fragment.condition;
        if !self.schema.types.contains_key(condition) {
            let names = alike(condition, self.schema.types.keys().map(String::as_str));
            let question = question("Did you mean", &names, true);
            self.fault(fragment.place, format!("Unknown type \"{condition}\".{question}"));
        }
    }

    pub(super) fn known_fragment(&mut self, spread: &Spread, fragment: Option<&Fragment>) {
        if fragment.is_none() {
            self.fault(spread.place, format!("Unknown fragment \"{}\".", spread.name));
        }
    }

    pub(super) fn use_fragment(&mut self, spread: &'a Spread) {
        if !self.is_in_fragments {
            self.used_fragments.insert(&spread.name);
        }
    }

    pub(super) fn no_unused_fragment(&mut self, fragment: &Fragment) {
        self.is_in_fragments = true;
        if !self.used_fragments.contains(fragment.name.as_str()) {
            self.fault(fragment.place, format!("Fragment \"{}\" is never used.", fragment.name));
        }
    }

    pub(super) fn unique_fragment_name(&mut self, fragment: &'a Fragment) {
        let name = fragment.name.as_str();
        if !self.seen_fragments.insert(name) {
            self.fault(fragment.place, format!("There can be only one fragment named \"{name}\"."));
        }
    }

    /// Whether a fragment on a type can be there among values of another.
    fn is_possible(&self, parent: Option<&Definition>, condition: &str) -> bool {
        let (Some(parent), Some(of)) = (parent, self.schema.types.get(condition)) else { return true };
        if !parent.is_composite() || !of.is_composite() {
            return true;
        }
        let own = std::slice::from_ref(&parent.name);
        let parents = if parent.kind == "OBJECT" { own } else { self.schema.possible(&parent.name) };
        self.schema.possible(&of.name).iter().any(|name| parents.contains(name))
    }

    pub(super) fn possible_inline(&mut self, inline: &Inline, parent: Option<&Definition>) {
        let condition = &inline.condition;
        if let (Some(parent), false) = (parent, self.is_possible(parent, condition)) {
            let of = &parent.name;
            let message = format!(
                "Fragment cannot be spread here as objects of type \"{of}\" can never be of type \"{condition}\"."
            );
            self.fault(inline.place, message);
        }
    }

    pub(super) fn possible_spread(
        &mut self,
        spread: &Spread,
        fragment: Option<&Fragment>,
        parent: Option<&Definition>,
    ) {
        let (Some(parent), Some(fragment)) = (parent, fragment) else { return };
        if !self.is_possible(Some(parent), &fragment.condition) {
            let (name, of, condition) = (&spread.name, &parent.name, &fragment.condition);
            let message = format!(
                "Fragment \"{name}\" cannot be spread here as objects of type \"{of}\" can never be of type \"{condition}\"."
            );
            self.fault(spread.place, message);
        }
    }

    pub(super) fn no_fragment_cycles(&mut self, fragment: &'a Fragment) {
        self.find_cycles(fragment, &mut Search::default());
    }

    fn find_cycles(&mut self, fragment: &'a Fragment, search: &mut Search<'a>) {
        if !self.fragments_searched_for_cycles.insert(&fragment.name) {
            return;
        }
        let spreads = spreads(&fragment.selections);
        if spreads.is_empty() {
            return;
        }
        search.on_path.insert(&fragment.name, search.path.len());
        for spread in spreads {
            let name = spread.name.as_str();
            if let Some(begin) = search.on_path.get(name) {
                let via: Vec<String> = search.path.iter().skip(*begin).map(|name| format!("\"{name}\"")).collect();
                let via = if via.is_empty() { String::new() } else { format!(" via {}", via.join(", ")) };
                self.fault(spread.place, format!("Cannot spread fragment \"{name}\" within itself{via}."));
            } else if let Some(next) = self.document.fragment(name) {
                search.path.push(name);
                self.deeper(|walk| walk.find_cycles(next, search));
                search.path.pop();
            }
        }
        search.on_path.remove(fragment.name.as_str());
    }
}

/// The fragments that selections name: those of one level before those below, and the last level first.
fn spreads(selections: &[Selection]) -> Vec<&Spread> {
    let (mut found, mut left) = (Vec::new(), vec![selections]);
    while let Some(selections) = left.pop() {
        for selection in selections {
            match selection {
                Selection::Spread(spread) => found.push(spread),
                Selection::Field(field) => left.push(&field.selections),
                Selection::Inline(inline) => left.push(&inline.selections),
            }
        }
    }
    found
}
