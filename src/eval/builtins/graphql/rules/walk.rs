//! The way through a query.

use std::collections::HashMap;

use super::super::tree::{
    Asked, Definition, Directive, Field, Fragment, Inline, Literal, LiteralKind, Named, Operation, Selection, Spread,
};
use super::{FieldNotes, Walk};

impl<'a> Walk<'a> {
    pub(super) fn whole(&mut self) {
        for operation in &self.document.operations {
            self.entered.clear();
            self.walk_operation(operation);
        }
        for fragment in &self.document.fragments {
            self.entered.clear();
            self.walk_fragment(fragment);
        }
    }

    fn walk_operation(&mut self, operation: &'a Operation) {
        let schema = self.schema;
        self.operation = Some(operation);
        for variable in &operation.variables {
            self.known_type_of_variable(variable);
            if let Some(default) = &variable.default {
                let notes = self.literals.entry(std::ptr::from_ref(default)).or_default();
                notes.expected = Some(&variable.kind);
                notes.definition = schema.type_of(&variable.kind);
            }
        }
        for variable in &operation.variables {
            if let Some(default) = &variable.default {
                self.walk_literal(default);
            }
            self.walk_directives(&variable.directives, "VARIABLE_DEFINITION");
        }
        let location = match operation.kind.as_str() {
            "mutation" => "MUTATION",
            "subscription" => "SUBSCRIPTION",
            _ => "QUERY",
        };
        self.walk_directives(&operation.directives, location);
        self.walk_selections(schema.root(&operation.kind), &operation.selections);
        self.known_root(operation);
        self.lone_anonymous_operation(operation);
        self.no_unused_variables(operation);
        self.overlapping(&operation.selections);
        self.single_field_subscription(operation);
        self.unique_operation_name(operation);
        self.unique_variables(operation);
        self.variables_of_input_types(operation);
        self.operation = None;
    }

    fn walk_fragment(&mut self, fragment: &'a Fragment) {
        let definition = self.schema.types.get(&fragment.condition);
        self.walk_directives(&fragment.directives, "FRAGMENT_DEFINITION");
        self.walk_selections(definition, &fragment.selections);
        self.composite_fragment(fragment, definition);
        self.known_type_of_fragment(fragment);
        self.no_fragment_cycles(fragment);
        self.no_unused_fragment(fragment);
        self.overlapping(&fragment.selections);
        self.unique_fragment_name(fragment);
    }

    fn walk_directives(&mut self, directives: &'a [Directive], location: &'static str) {
        for directive in directives {
            let definition = self.schema.directives.get(&directive.name);
            for argument in &directive.arguments {
                let known = definition.and_then(|of| of.arguments.iter().find(|known| known.name == argument.name));
                self.walk_argument(known, argument);
            }
            self.known_arguments_of_directive(directive, definition);
            self.known_directive(directive, definition, location);
            self.required_arguments_of_directive(directive, definition);
            self.unique_arguments(&directive.arguments);
        }
        self.unique_directives(directives);
    }

    fn walk_argument(&mut self, definition: Option<&'a Field>, argument: &'a Named) {
        self.expect(&argument.value, definition);
        self.walk_literal(&argument.value);
    }

    /// Notes what is expected of a literal.
    fn expect(&mut self, literal: &'a Literal, definition: Option<&'a Field>) {
        let Some(definition) = definition else { return };
        let schema = self.schema;
        let notes = self.literals.entry(std::ptr::from_ref(literal)).or_default();
        notes.expected = Some(&definition.kind);
        notes.has_default = definition.has_default();
        notes.definition = schema.type_of(&definition.kind);
    }

    fn walk_literal(&mut self, literal: &'a Literal) {
        if let (LiteralKind::Variable, Some(operation)) = (literal.kind, self.operation) {
            let variable = operation.variables.iter().find(|variable| variable.name == literal.raw);
            self.literals.entry(std::ptr::from_ref(literal)).or_default().variable = variable;
            self.used_variables.extend(variable.map(std::ptr::from_ref));
        }
        let notes = self.notes(literal);
        match literal.kind {
            LiteralKind::Object => {
                let known: HashMap<&str, &'a Field> = notes
                    .definition
                    .map(|of| of.fields.iter().rev().map(|field| (field.name.as_str(), field)).collect())
                    .unwrap_or_default();
                for child in &literal.children {
                    self.expect(&child.value, known.get(child.name.as_str()).copied());
                    self.walk_literal(&child.value);
                }
            }
            LiteralKind::List => {
                for child in &literal.children {
                    if let Some(element) = notes.expected.and_then(|expected| expected.element.as_deref()) {
                        let own = self.literals.entry(std::ptr::from_ref(&child.value)).or_default();
                        own.expected = Some(element);
                        own.definition = notes.definition;
                    }
                    self.walk_literal(&child.value);
                }
            }
            _ => {}
        }
        self.no_undefined_variable(literal);
        self.unique_input_fields(literal);
        self.value_of_right_type(literal);
        self.variable_in_right_place(literal);
        self.variables_of_one_field(literal);
    }

    fn walk_selections(&mut self, parent: Option<&'a Definition>, selections: &'a [Selection]) {
        for selection in selections {
            self.deeper(|walk| match selection {
                Selection::Field(field) => walk.walk_field(parent, field),
                Selection::Inline(inline) => walk.walk_inline(parent, inline),
                Selection::Spread(spread) => walk.walk_spread(parent, spread),
            });
        }
    }

    fn walk_field(&mut self, parent: Option<&'a Definition>, field: &'a Asked) {
        let schema = self.schema;
        let definition = schema.field(parent, &field.name);
        let notes = FieldNotes { definition, parent };
        self.fields.insert(std::ptr::from_ref(field), notes);
        for argument in &field.arguments {
            let known = definition.and_then(|of| of.arguments.iter().find(|known| known.name == argument.name));
            self.walk_argument(known, argument);
        }
        self.walk_directives(&field.directives, "FIELD");
        self.walk_selections(definition.and_then(|of| schema.type_of(&of.kind)), &field.selections);
        self.field_of_right_type(field, notes);
        self.known_arguments_of_field(field, notes);
        self.introspection_depth(field);
        // Fragments are compared by themselves.
        if self.operation.is_some() {
            self.overlapping(&field.selections);
        }
        self.required_arguments_of_field(field, notes);
        self.leaf(field, notes);
        self.unique_arguments(&field.arguments);
    }

    fn walk_inline(&mut self, parent: Option<&'a Definition>, inline: &'a Inline) {
        let next = if inline.condition.is_empty() { parent } else { self.schema.types.get(&inline.condition) };
        self.walk_directives(&inline.directives, "INLINE_FRAGMENT");
        self.walk_selections(next, &inline.selections);
        self.composite_inline(inline);
        self.known_type_of_inline(inline);
        self.overlapping(&inline.selections);
        self.possible_inline(inline, parent);
    }

    fn walk_spread(&mut self, parent: Option<&'a Definition>, spread: &'a Spread) {
        let fragment = self.document.fragment(&spread.name);
        self.walk_directives(&spread.directives, "FRAGMENT_SPREAD");
        if let Some(fragment) = fragment
            && self.entered.insert(&fragment.name)
        {
            self.walk_directives(&fragment.directives, "FRAGMENT_DEFINITION");
            self.walk_selections(self.schema.types.get(&fragment.condition), &fragment.selections);
        }
        self.known_fragment(spread, fragment);
        self.use_fragment(spread);
        self.possible_spread(spread, fragment, parent);
    }
}
