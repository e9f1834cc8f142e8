//! Variables of operations.

use std::collections::BTreeMap;

use super::super::tree::{Literal, LiteralKind, Operation, Variable};
use super::Walk;

impl<'a> Walk<'a> {
    pub(super) fn known_type_of_variable(&mut self, variable: &Variable) {
        if self.schema.type_of(&variable.kind).is_none() {
            self.fault(variable.place, format!("Unknown type \"{}\".", variable.kind.name()));
        }
    }

    pub(super) fn no_undefined_variable(&mut self, literal: &Literal) {
        let Some(operation) = self.operation else { return };
        if literal.kind != LiteralKind::Variable || self.notes(literal).variable.is_some() {
            return;
        }
        let message = match operation.name.as_str() {
            "" => format!("Variable \"{literal}\" is not defined."),
            name => format!("Variable \"{literal}\" is not defined by operation \"{name}\"."),
        };
        self.fault(literal.place, message);
    }

    pub(super) fn no_unused_variables(&mut self, operation: &'a Operation) {
        for variable in &operation.variables {
            if self.used_variables.contains(&std::ptr::from_ref(variable)) {
                continue;
            }
            let message = match operation.name.as_str() {
                "" => format!("Variable \"${}\" is never used.", variable.name),
                name => format!("Variable \"${}\" is never used in operation \"{name}\".", variable.name),
            };
            self.fault(variable.place, message);
        }
    }

    pub(super) fn unique_variables(&mut self, operation: &Operation) {
        let mut counts = BTreeMap::<&str, usize>::new();
        for variable in &operation.variables {
            let count = counts.entry(&variable.name).or_default();
            *count += 1;
            if *count == 2 {
                let message = format!("There can be only one variable named \"${}\".", variable.name);
                self.fault(variable.place, message);
            }
        }
    }

    pub(super) fn variables_of_input_types(&mut self, operation: &Operation) {
        for Variable { name, kind, place, .. } in &operation.variables {
            if self.schema.type_of(kind).is_some_and(|of| !of.is_input()) {
                self.fault(*place, format!("Variable \"${name}\" cannot be non-input type \"{kind}\"."));
            }
        }
    }

    pub(super) fn variable_in_right_place(&mut self, literal: &Literal) {
        let notes = self.notes(literal);
        let (Some(expected), Some(variable)) = (notes.expected, notes.variable) else { return };
        if literal.kind != LiteralKind::Variable || self.operation.is_none() {
            return;
        }
        let mut wanted = expected.clone();
        let is_defaulted = variable.default.as_ref().is_some_and(|default| default.kind != LiteralKind::Null);
        if is_defaulted || notes.has_default {
            wanted.is_required = false;
        }
        if !variable.kind.fits(&wanted) {
            let kind = &variable.kind;
            let message =
                format!("Variable \"{literal}\" of type \"{kind}\" used in position expecting type \"{expected}\".");
            self.fault(literal.place, message);
        }
    }

    /// Variables of inputs that take one field only must have a value.
    pub(super) fn variables_of_one_field(&mut self, literal: &Literal) {
        let Some(definition) = self.notes(literal).definition else { return };
        if literal.kind != LiteralKind::Object || !definition.takes_one_field() {
            return;
        }
        for child in &literal.children {
            let Some(variable) = self.notes(&child.value).variable else { continue };
            if child.value.kind == LiteralKind::Variable && !variable.kind.is_required {
                let message = format!(
                    "Variable \"{}\" is of type \"{}\" but must be non-nullable to be used for OneOf Input Object \"{}\".",
                    child.value, variable.kind, definition.name
                );
                self.fault(variable.place.or(child.value.place), message);
            }
        }
    }
}
