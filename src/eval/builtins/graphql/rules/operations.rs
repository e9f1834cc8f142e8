//! Operations as a whole.

use std::collections::HashSet;

use super::super::super::text::quote;
use super::super::lexer::Place;
use super::super::tree::{Operation, Selection};
use super::Walk;

/// The fields at the top of a subscription, each once, and the fragments gone into.
#[derive(Default)]
struct Top<'a> {
    fields: Vec<(&'a str, Option<Place>)>,
    seen: HashSet<&'a str>,
    entered: HashSet<&'a str>,
}

impl<'a> Walk<'a> {
    pub(super) fn known_root(&mut self, operation: &Operation) {
        if self.schema.root(&operation.kind).is_none() {
            self.fault(operation.place, format!("Schema does not support operation type \"{}\"", operation.kind));
        }
    }

    pub(super) fn lone_anonymous_operation(&mut self, operation: &Operation) {
        if operation.name.is_empty() && self.document.operations.len() > 1 {
            let message = "This anonymous operation must be the only defined operation.";
            self.fault(operation.place, message.to_owned());
        }
    }

    pub(super) fn unique_operation_name(&mut self, operation: &'a Operation) {
        let name = operation.name.as_str();
        if !self.seen_operations.insert(name) {
            self.fault(operation.place, format!("There can be only one operation named \"{name}\"."));
        }
    }

    pub(super) fn single_field_subscription(&mut self, operation: &'a Operation) {
        if operation.kind != "subscription" || self.schema.root("subscription").is_none() {
            return;
        }
        let mut top = Top::default();
        self.find_top(&operation.selections, &mut top);
        let name = match operation.name.as_str() {
            "" => "Anonymous Subscription".to_owned(),
            name => format!("Subscription {}", quote(name)),
        };
        if let Some((_, place)) = top.fields.get(1) {
            self.fault(*place, format!("{name} must select only one top level field."));
        }
        for (_, place) in top.fields.iter().filter(|(field, _)| field.starts_with("__")) {
            self.fault(*place, format!("{name} must not select an introspection top level field."));
        }
    }

    fn find_top(&mut self, selections: &'a [Selection], top: &mut Top<'a>) {
        for selection in selections {
            let inner = match selection {
                Selection::Field(field) => {
                    if top.seen.insert(&field.name) {
                        top.fields.push((&field.name, field.place));
                    }
                    continue;
                }
                Selection::Inline(inline) => &inline.selections,
                Selection::Spread(spread) => match self.document.fragment(&spread.name) {
                    None => return,
                    Some(fragment) if top.entered.insert(&fragment.name) => &fragment.selections,
                    Some(_) => continue,
                },
            };
            self.deeper(|walk| walk.find_top(inner, top));
        }
    }
}
