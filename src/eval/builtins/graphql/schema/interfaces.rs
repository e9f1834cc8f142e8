//! Interfaces and what implements them.

use super::super::super::text::quote;
use super::super::tree::{Definition, Field, Kind};
use super::{Checked, Schema, wrong};

impl Schema {
    pub(super) fn check_interface(&self, definition: &Definition, name: &str) -> Checked {
        let Some(interface) = self.types.get(name) else {
            return wrong(definition.place, format!("Undefined type {}.", quote(name)));
        };
        if interface.kind != "INTERFACE" {
            return wrong(definition.place, format!("{} is a non interface type {}.", quote(name), interface.kind));
        }
        for wanted in &interface.fields {
            let Some(found) = definition.field(&wanted.name) else {
                let message = format!(
                    "For {} to implement {} it must have a field called {}.",
                    definition.name, interface.name, wanted.name
                );
                return wrong(definition.place, message);
            };
            self.check_field(definition, interface, wanted, found)?;
        }
        let lacking = interface.interfaces.iter().find(|general| !definition.interfaces.contains(general));
        let Some(lacking) = lacking else { return Ok(()) };
        let own = &definition.name;
        let message = if lacking == own {
            format!("Type {own} cannot implement {name} because it would create a circular reference.")
        } else {
            format!("Type {own} must implement {lacking} because it is implemented by {name}.")
        };
        wrong(definition.place, message)
    }

    fn check_field(&self, definition: &Definition, interface: &Definition, wanted: &Field, found: &Field) -> Checked {
        let begin = format!("For {} to implement {}", definition.name, interface.name);
        let name = &wanted.name;
        if !self.narrows(&found.kind, &wanted.kind) {
            return wrong(found.place, format!("{begin} the field {name} must have type {}.", wanted.kind));
        }
        let named = |fields: &'_ [Field], name: &str| fields.iter().position(|field| field.name == name);
        for argument in &wanted.arguments {
            let same = named(&found.arguments, &argument.name).and_then(|index| found.arguments.get(index));
            let Some(same) = same else {
                let lacking = &argument.name;
                let message =
                    format!("{begin} the field {name} must have the same arguments but it is missing {lacking}.");
                return wrong(found.place, message);
            };
            if !argument.kind.fits(&same.kind) {
                let other = &argument.name;
                let message =
                    format!("{begin} the field {name} must have the same arguments but {other} has the wrong type.");
                return wrong(same.place, message);
            }
        }
        for argument in found.arguments.iter().filter(|argument| argument.is_required()) {
            if named(&wanted.arguments, &argument.name).is_none() {
                let message = format!(
                    "{begin} any additional arguments on {} must be optional or have a default value but {} is required.",
                    found.name, argument.name
                );
                return wrong(argument.place, message);
            }
        }
        Ok(())
    }

    /// Whether each value of a type is one of a wider type.
    fn narrows(&self, narrow: &Kind, wide: &Kind) -> bool {
        if wide.is_required && !narrow.is_required {
            return false;
        }
        match (&wide.element, &narrow.element) {
            (Some(wide), Some(narrow)) => self.narrows(narrow, wide),
            (Some(_), None) => false,
            (None, _) => wide.named == narrow.named || self.possible(&wide.named).contains(&narrow.named),
        }
    }
}
