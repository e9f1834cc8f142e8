//! Directives of a query.

use std::collections::HashSet;

use super::super::tree::{Directive, DirectiveDefinition};
use super::Walk;

impl<'a> Walk<'a> {
    pub(super) fn known_directive(
        &mut self,
        directive: &'a Directive,
        definition: Option<&DirectiveDefinition>,
        location: &str,
    ) {
        let Directive { name, place, .. } = directive;
        let Some(definition) = definition else {
            return self.fault(*place, format!("Unknown directive \"@{name}\"."));
        };
        let is_allowed = definition.locations.iter().any(|allowed| allowed == location);
        if !is_allowed && self.misplaced_directives.insert((name, *place)) {
            self.fault(*place, format!("Directive \"@{name}\" may not be used on {location}."));
        }
    }

    pub(super) fn unique_directives(&mut self, directives: &[Directive]) {
        let mut seen = HashSet::new();
        for directive in directives {
            let Directive { name, place, .. } = directive;
            let is_repeatable = self.schema.directives.get(name).is_some_and(|known| known.is_repeatable);
            if !seen.insert(name) && !is_repeatable {
                self.fault(*place, format!("The directive \"@{name}\" can only be used once at this location."));
            }
        }
    }
}
