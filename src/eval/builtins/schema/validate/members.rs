//! The members of arrays and objects.

use crate::eval::Value;
use crate::eval::value::Object;

use super::super::canonical::canonical;
use super::super::tree::{Node, Rest};
use super::{Findings, Validator, name, outside};

impl<'a> Validator<'a> {
    pub(super) fn array(&mut self, node: &'a Node, items: &[Value], findings: &mut Findings, context: &str) {
        let place = |place: usize| format!("{context}.{place}");
        for (number, item) in items.iter().enumerate() {
            let schema = if node.is_for_all { node.items.first() } else { node.items.get(number) };
            let schema = match (schema, node.more_items) {
                (Some(schema), _) => Some(*schema),
                (None, Some(Rest::As(schema))) if !node.items.is_empty() => Some(schema),
                _ => None,
            };
            if let Some(schema) = schema {
                let found = self.apart(schema, item, &place(number));
                findings.merge(found);
            }
        }
        let has_more = !node.is_for_all && !node.items.is_empty() && items.len() > node.items.len();
        if has_more && matches!(node.more_items, Some(Rest::Allowed(false))) {
            findings.add(context, "array_no_additional_items", "No additional items allowed on array");
        }
        let [least, most] = outside(items.len(), node.counts);
        if let Some(least) = least {
            findings.add(context, "array_min_items", format!("Array must have at least {least} items"));
        }
        if let Some(most) = most {
            findings.add(context, "array_max_items", format!("Array must have at most {most} items"));
        }
        if node.unique {
            let mut known = std::collections::HashMap::new();
            for (number, item) in items.iter().enumerate() {
                if let Some(first) = known.insert(canonical(item), number) {
                    findings.add(context, "unique", format!("array items[{first},{number}] must be unique"));
                }
            }
        }
        if let Some(contains) = node.contains {
            let mut best: Option<Findings> = None;
            let mut is_there = false;
            for (number, item) in items.iter().enumerate() {
                let found = self.apart(contains, item, &place(number));
                is_there = found.is_valid();
                if is_there {
                    break;
                }
                if best.as_ref().is_none_or(|best| found.score > best.score) {
                    best = Some(found);
                }
            }
            if !is_there {
                findings.add(context, "contains", "At least one of the items must match");
                findings.merge(best.unwrap_or_default());
            }
        }
        findings.score += 1;
    }

    pub(super) fn object(&mut self, node: &'a Node, fields: &Object, findings: &mut Findings, context: &str) {
        let [least, most] = outside(fields.len(), node.sizes);
        if let Some(least) = least {
            findings.add(context, "array_min_properties", format!("Must have at least {least} properties"));
        }
        if let Some(most) = most {
            findings.add(context, "array_max_properties", format!("Must have at most {most} properties"));
        }
        for required in &node.required {
            if fields.contains_key(&required.as_str().into()) {
                findings.score += 1;
            } else {
                findings.add(context, "required", format!("{required} is required"));
            }
        }
        for (key, value) in fields.iter() {
            let property = name(key);
            let below = format!("{context}.{property}");
            let nodes = &self.schema.nodes;
            let is_named =
                node.properties.iter().any(|id| nodes.get(*id).is_some_and(|node| node.property == property));
            let mut has_pattern = false;
            for (_, id) in node.patterns.iter().filter(|(pattern, _)| pattern.is_match(property)) {
                has_pattern = true;
                let found = self.apart(*id, value, &below);
                findings.merge(found);
            }
            findings.score += i64::from(has_pattern);
            match node.more_properties {
                _ if is_named || has_pattern => {}
                Some(Rest::Allowed(false)) => {
                    let message = format!("Additional property {property} is not allowed");
                    findings.add(context, "additional_property_not_allowed", message);
                }
                Some(Rest::As(id)) => {
                    let found = self.apart(id, value, &below);
                    findings.merge(found);
                }
                _ => {}
            }
        }
        if let Some(names) = node.names {
            for (key, _) in fields.iter() {
                let found = self.apart(names, key, context);
                if !found.is_valid() {
                    let message = format!("Property name of \"{}\" does not match", name(key));
                    findings.add(context, "invalid_property_name", message);
                    findings.merge(found);
                }
            }
        }
        findings.score += 1;
    }
}
