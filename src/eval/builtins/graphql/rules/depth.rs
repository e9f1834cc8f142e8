//! How deep a query asks the schema for itself.

use std::collections::HashSet;

use super::super::tree::{Asked, Selection};
use super::Walk;

/// The most lists of types within each other.
const MOST_LISTS: usize = 3;

impl<'a> Walk<'a> {
    pub(super) fn introspection_depth(&mut self, field: &'a Asked) {
        if matches!(field.name.as_str(), "__schema" | "__type") && self.is_deep(field, &mut HashSet::new(), 0) {
            self.fault(field.place, "Maximum introspection depth exceeded".to_owned());
        }
    }

    fn is_deep(&mut self, field: &'a Asked, within: &mut HashSet<&'a str>, lists: usize) -> bool {
        let is_list = matches!(field.name.as_str(), "fields" | "interfaces" | "possibleTypes" | "inputFields");
        let lists = lists + usize::from(is_list);
        if is_list && lists >= MOST_LISTS {
            return true;
        }
        self.are_deep(&field.selections, within, lists)
    }

    fn are_deep(&mut self, selections: &'a [Selection], within: &mut HashSet<&'a str>, lists: usize) -> bool {
        let is_deep = |selection: &'a Selection| match selection {
            Selection::Field(field) => self.deeper(|walk| walk.is_deep(field, within, lists)),
            Selection::Inline(inline) => self.deeper(|walk| walk.are_deep(&inline.selections, within, lists)),
            Selection::Spread(spread) => {
                let fragment = self.document.fragment(&spread.name)?;
                if !within.insert(&fragment.name) {
                    return None;
                }
                let is_deep = self.deeper(|walk| walk.are_deep(&fragment.selections, within, lists));
                within.remove(fragment.name.as_str());
                is_deep
            }
        };
        selections.iter().filter_map(is_deep).any(|is_deep| is_deep)
    }
}
