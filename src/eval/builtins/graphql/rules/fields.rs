//! Fields that are asked for, and arguments.

use std::collections::{BTreeMap, HashMap};

use super::super::tree::{Asked, Definition, Directive, DirectiveDefinition, Field, Named};
use super::suggestions::{alike, question};
use super::{FieldNotes, Walk};

impl<'a> Walk<'a> {
    pub(super) fn field_of_right_type(&mut self, field: &Asked, notes: FieldNotes<'a>) {
        let (Some(parent), None) = (notes.parent, notes.definition) else { return };
        let mut message = format!("Cannot query field \"{}\" on type \"{}\".", field.name, parent.name);
        let types = if parent.is_abstract() { self.types_with_field(parent, &field.name) } else { Vec::new() };
        if !types.is_empty() {
            message.push_str(&question("Did you mean to use an inline fragment on", &types, true));
        } else if matches!(parent.kind.as_str(), "OBJECT" | "INTERFACE") {
            let names = parent.fields.iter().map(|field| field.name.as_str());
            message.push_str(&question("Did you mean", &alike(&field.name, names), true));
        }
        self.fault(field.place, message);
    }

    /// The types that have a field, of those that a value can have: interfaces that many share first.
    fn types_with_field(&self, parent: &Definition, name: &str) -> Vec<&'a str> {
        let types = &self.schema.types;
        let possible: Vec<&Definition> = self
            .schema
            .possible(&parent.name)
            .iter()
            .filter_map(|possible| types.get(possible))
            .filter(|possible| possible.field(name).is_some())
            .collect();
        let (mut uses, mut interfaces) = (HashMap::<&str, usize>::new(), Vec::new());
        for interface in possible.iter().flat_map(|possible| &possible.interfaces) {
            if types.get(interface).is_some_and(|known| known.field(name).is_some()) {
                let count = uses.entry(interface).or_default();
                *count += 1;
                if *count == 1 {
                    interfaces.push(interface.as_str());
                }
            }
        }
        let mut names = interfaces;
        names.extend(possible.iter().map(|possible| possible.name.as_str()));
        names.sort_by_key(|name| (std::cmp::Reverse(uses.get(name).copied().unwrap_or_default()), *name));
        names
    }

    pub(super) fn known_arguments_of_field(&mut self, field: &Asked, notes: FieldNotes<'a>) {
        let (Some(definition), Some(parent)) = (notes.definition, notes.parent) else { return };
        for argument in &field.arguments {
            if let Some(suggestion) = unknown(&definition.arguments, argument) {
                let (name, field_name) = (&argument.name, &field.name);
                let message = format!("Unknown argument \"{name}\" on field \"{}.{field_name}\".", parent.name);
                self.fault(field.place, message + &suggestion);
            }
        }
    }

    pub(super) fn known_arguments_of_directive(
        &mut self,
        directive: &Directive,
        definition: Option<&DirectiveDefinition>,
    ) {
        let Some(definition) = definition else { return };
        for argument in &directive.arguments {
            if let Some(suggestion) = unknown(&definition.arguments, argument) {
                let message = format!("Unknown argument \"{}\" on directive \"@{}\".", argument.name, directive.name);
                self.fault(directive.place, message + &suggestion);
            }
        }
    }

    pub(super) fn required_arguments_of_field(&mut self, field: &Asked, notes: FieldNotes<'a>) {
        for lacking in notes.definition.map(|of| lacking(&of.arguments, &field.arguments)).unwrap_or_default() {
            self.fault(field.place, format!("Field \"{}\" {lacking}", field.name));
        }
    }

    pub(super) fn required_arguments_of_directive(
        &mut self,
        directive: &Directive,
        definition: Option<&DirectiveDefinition>,
    ) {
        for lacking in definition.map(|of| lacking(&of.arguments, &directive.arguments)).unwrap_or_default() {
            self.fault(directive.place, format!("Directive \"@{}\" {lacking}", directive.name));
        }
    }

    pub(super) fn leaf(&mut self, field: &Asked, notes: FieldNotes<'a>) {
        let Some(definition) = notes.definition else { return };
        let (name, kind) = (&field.name, &definition.kind);
        match self.schema.type_of(kind) {
            Some(of) if of.is_leaf() && !field.selections.is_empty() => {
                let of = &of.name;
                let message =
                    format!("Field \"{name}\" must not have a selection since type \"{of}\" has no subfields.");
                self.fault(field.place, message);
            }
            Some(of) if !of.is_leaf() && field.selections.is_empty() => {
                let message = format!(
                    "Field \"{name}\" of type \"{kind}\" must have a selection of subfields. Did you mean \"{name} {{ ... }}\"?"
                );
                self.fault(field.place, message);
            }
            _ => {}
        }
    }

    pub(super) fn unique_arguments(&mut self, arguments: &[Named]) {
        let mut counts = BTreeMap::<&str, usize>::new();
        for argument in arguments {
            let count = counts.entry(&argument.name).or_default();
            *count += 1;
            // One that stands three times is told of once.
            if *count == 2 {
                let message = format!("There can be only one argument named \"{}\".", argument.name);
                self.fault(argument.place, message);
            }
        }
    }
}

/// What to ask of an argument that is not known.
fn unknown(known: &[Field], argument: &Named) -> Option<String> {
    let names = || known.iter().map(|known| known.name.as_str());
    let is_known = names().any(|name| name == argument.name);
    (!is_known).then(|| question("Did you mean", &alike(&argument.name, names()), true))
}

/// What to tell of each argument that must be given and is not.
fn lacking(known: &[Field], given: &[Named]) -> Vec<String> {
    let is_lacking = |known: &&Field| known.is_required() && given.iter().all(|given| given.name != known.name);
    let one = |Field { name, kind, .. }: &Field| {
        format!("argument \"{name}\" of type \"{kind}\" is required, but it was not provided.")
    };
    known.iter().filter(is_lacking).map(one).collect()
}
