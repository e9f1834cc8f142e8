//! The types of a schema.

use std::collections::BTreeMap;

use super::super::super::text::quote;
use super::super::lexer::Place;
use super::super::tree::{Definition, Kind};
use super::directives::check_name;
use super::{Checked, Schema, Wrong, wrong};

/// The second item of the first name that stands more than once, and its index.
fn repeated<T>(items: &[T], name: impl Fn(&T) -> &str) -> Option<(usize, &T)> {
    let (mut first, mut found) = (BTreeMap::new(), BTreeMap::new());
    for (index, item) in items.iter().enumerate() {
        let begin = *first.entry(name(item)).or_insert(index);
        if begin != index {
            found.entry(begin).or_insert((index, item));
        }
    }
    found.pop_first().map(|(_, second)| second)
}

impl Schema {
    /// The type that a type names; it must be there.
    pub(super) fn check_named(&self, kind: &Kind) -> Result<&Definition, Wrong> {
        match self.type_of(kind) {
            Some(definition) => Ok(definition),
            None => wrong(kind.place, format!("Undefined type {}.", kind.name())),
        }
    }

    pub(super) fn check_type(&self, definition: &Definition) -> Checked {
        self.check_fields(definition)?;
        for name in &definition.members {
            let Some(member) = self.types.get(name) else {
                return wrong(definition.place, format!("Undefined type {}.", quote(name)));
            };
            if member.kind != "OBJECT" {
                let message = format!("{} type {} must be OBJECT.", definition.kind, quote(name));
                return wrong(definition.place, message);
            }
        }
        for interface in &definition.interfaces {
            self.check_interface(definition, interface)?;
        }
        self.check_kind(definition)?;
        check_repeated(definition)?;
        if !definition.is_built_in {
            check_name(definition.place, &definition.name)?;
        }
        self.check_directives(&definition.directives, &definition.kind, None, false)
    }

    fn check_fields(&self, definition: &Definition) -> Checked {
        let location = if definition.kind == "INPUT_OBJECT" { "INPUT_FIELD_DEFINITION" } else { "FIELD_DEFINITION" };
        for field in &definition.fields {
            check_name(field.place, &field.name)?;
            self.check_named(&field.kind)?;
            self.check_arguments(&field.arguments, None)?;
            self.check_directives(&field.directives, location, None, true)?;
        }
        Ok(())
    }

    /// Checks what only one kind of type asks.
    fn check_kind(&self, definition: &Definition) -> Checked {
        let Definition { kind, name, place, .. } = definition;
        let nothing = |what: &str| wrong(*place, format!("{kind} {name}: must define one or more {what}."));
        match kind.as_str() {
            "OBJECT" | "INTERFACE" => {
                if definition.fields.is_empty() {
                    return nothing("fields");
                }
                for field in &definition.fields {
                    if self.type_of(&field.kind).is_some_and(|of| !of.is_leaf() && !of.is_composite()) {
                        let message =
                            format!("{kind} {name}: field must be one of SCALAR, OBJECT, INTERFACE, UNION, ENUM.");
                        return wrong(field.place, message);
                    }
                }
            }
            "ENUM" => {
                if definition.values.is_empty() {
                    return nothing("unique enum values");
                }
                for value in &definition.values {
                    if matches!(value.name.as_str(), "true" | "false" | "null") {
                        return wrong(*place, format!("{kind} {name}: non-enum value {}.", value.name));
                    }
                    self.check_directives(&value.directives, "ENUM_VALUE", None, true)?;
                }
            }
            "INPUT_OBJECT" => {
                if definition.fields.is_empty() {
                    return nothing("input fields");
                }
                for field in &definition.fields {
                    if let Some(of) = self.type_of(&field.kind).filter(|of| !of.is_input()) {
                        let (kind, name) = (&of.kind, &field.name);
                        let message = format!("{kind} {name}: field must be one of SCALAR, ENUM, INPUT_OBJECT.");
                        return wrong(field.place, message);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Refuses fields, values and members that stand more than once.
fn check_repeated(definition: &Definition) -> Checked {
    let of = &definition.name;
    if let Some((_, field)) = repeated(&definition.fields, |field| &field.name) {
        return wrong(field.place, format!("Field {of}.{} can only be defined once.", field.name));
    }
    if let Some((_, value)) = repeated(&definition.values, |value| &value.name) {
        return wrong(value.place, format!("Enum value {of}.{} can only be defined once.", value.name));
    }
    if let Some((index, member)) = repeated(&definition.members, |member| member) {
        let places = Some(&definition.member_places).filter(|places| places.len() == definition.members.len());
        let place: Option<Place> = places.and_then(|places| *places.get(index)?);
        let message = format!("Union type {of} can only include type {member} once.");
        return wrong(place.or(definition.place), message);
    }
    Ok(())
}
