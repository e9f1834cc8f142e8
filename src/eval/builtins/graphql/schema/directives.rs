//! Directives of a schema, defined and used.

use std::collections::BTreeSet;

use super::super::lexer::Place;
use super::super::tree::{Directive, DirectiveDefinition, Field, LiteralKind};
use super::{Checked, Schema, wrong};

/// Refuses a name that is reserved.
pub(super) fn check_name(place: Option<Place>, name: &str) -> Checked {
    if !name.starts_with("__") {
        return Ok(());
    }
    wrong(place, format!("Name \"{name}\" must not begin with \"__\", which is reserved by GraphQL introspection."))
}

impl Schema {
    pub(super) fn check_directive(&self, definition: &DirectiveDefinition) -> Checked {
        check_name(definition.place, &definition.name)?;
        self.check_arguments(&definition.arguments, Some(definition))
    }

    /// Checks the arguments of a field, or those of a directive.
    pub(super) fn check_arguments(&self, arguments: &[Field], of: Option<&DirectiveDefinition>) -> Checked {
        for argument in arguments {
            check_name(argument.place, &argument.name)?;
            let definition = self.check_named(&argument.kind)?;
            if !definition.is_input() {
                let Field { name, kind, .. } = argument;
                let of = &definition.kind;
                let message = format!("cannot use {kind} as argument {name} because {of} is not a valid input type");
                return wrong(argument.place, message);
            }
            self.check_directives(&argument.directives, "ARGUMENT_DEFINITION", of, true)?;
        }
        Ok(())
    }

    /// Checks directives at a location, within the definition of a directive or elsewhere. Those that come from several
    /// definitions may stand there more than once.
    pub(super) fn check_directives(
        &self,
        directives: &[Directive],
        location: &str,
        within: Option<&DirectiveDefinition>,
        is_one_place: bool,
    ) -> Checked {
        let mut seen = BTreeSet::new();
        for directive in directives {
            let Directive { name, place, .. } = directive;
            check_name(*place, name)?;
            if within.is_some_and(|within| within.name == *name) {
                return wrong(*place, format!("Directive {name} cannot refer to itself."));
            }
            let Some(definition) = self.directives.get(name) else {
                return wrong(*place, format!("Undefined directive {name}."));
            };
            if is_one_place && !seen.insert(name) && !definition.is_repeatable {
                return wrong(*place, format!("The directive {name} can only be used once at this location."));
            }
            if !definition.locations.iter().any(|allowed| allowed == location) {
                return wrong(*place, format!("Directive {name} is not applicable on {location}."));
            }
            for argument in &directive.arguments {
                if !definition.arguments.iter().any(|known| known.name == argument.name) {
                    let message = format!("Undefined argument {} for directive {name}.", argument.name);
                    return wrong(argument.place, message);
                }
            }
            for wanted in definition.arguments.iter().filter(|argument| argument.is_required()) {
                let given = directive.arguments.iter().find(|argument| argument.name == wanted.name);
                if given.is_none_or(|given| given.value.kind == LiteralKind::Null) {
                    let message = format!("Argument {} for directive {name} cannot be null.", wanted.name);
                    return wrong(*place, message);
                }
            }
        }
        Ok(())
    }
}
