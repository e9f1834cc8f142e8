//! Inputs that hold themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::text::quote;
use super::super::tree::{Definition, Field};
use super::{Checked, Schema, wrong};

/// The longest chain of inputs that is followed.
const LONGEST: usize = 1000;

/// The inputs that a search has gone through.
#[derive(Default)]
struct Search<'s> {
    visited: BTreeSet<&'s str>,
    /// The fields gone through to the input that is looked at.
    path: Vec<&'s Field>,
    /// For each input on the path the number of fields before it.
    on_path: BTreeMap<&'s str, usize>,
}

impl Schema {
    /// Refuses inputs that hold themselves through fields that must be given.
    pub(super) fn check_cycles(&self) -> Checked {
        let mut search = Search::default();
        let inputs = self.types.values().filter(|definition| definition.kind == "INPUT_OBJECT");
        for definition in inputs {
            self.follow(definition, &mut search)?;
        }
        Ok(())
    }

    fn follow<'s>(&'s self, definition: &'s Definition, search: &mut Search<'s>) -> Checked {
        if !search.visited.insert(&definition.name) {
            return Ok(());
        }
        if search.path.len() > LONGEST {
            return wrong(definition.place, "the inputs nest too deeply".to_owned());
        }
        search.on_path.insert(&definition.name, search.path.len());
        let is_direct = |field: &&Field| field.kind.is_required && field.kind.element.is_none();
        for field in definition.fields.iter().filter(is_direct) {
            let held = self.types.get(&field.kind.named).filter(|held| held.kind == "INPUT_OBJECT");
            let Some(held) = held else { continue };
            search.path.push(field);
            if let Some(begin) = search.on_path.get(held.name.as_str()) {
                let cycle = search.path.get(*begin..).unwrap_or_default();
                let names: Vec<&str> = cycle.iter().map(|field| field.name.as_str()).collect();
                let message = format!(
                    "Cannot reference Input Object {} within itself through a series of non-null fields: {}.",
                    quote(&held.name),
                    quote(&names.join("."))
                );
                return wrong(cycle.first().and_then(|field| field.place), message);
            }
            self.follow(held, search)?;
            search.path.pop();
        }
        search.on_path.remove(definition.name.as_str());
        Ok(())
    }
}
