//! What `rego.metadata.chain()` and `rego.metadata.rule()` are.

use super::Writer;
use crate::rego::metadata::{Annotation, Locations};
use crate::rego::syntax::{List, RuleId, TermId, TermKind};
use regorus::Value;

impl Writer<'_> {
    /// The chain of a rule's annotations, from the rule outwards, and the annotations of the rule itself. Nothing is told
    /// for a module that does not ask.
    pub(super) fn metadata_of(&self, id: RuleId) -> Option<(Value, Value)> {
        let module = self.module;
        if !module.source.contains("rego.metadata") {
            return None;
        }
        let package = self.strings(module.package.path, 1);
        let rule = module.rule(id)?;
        let mut path = package.clone();
        path.extend(self.strings(rule.head.reference, 0));
        let of = |id: RuleId| {
            let places = module.annotations_of_rules.get(&id).map(Vec::as_slice).unwrap_or_default();
            places.iter().filter_map(|place| module.annotations.get(*place))
        };
        let mut chain: Vec<Value> =
            of(id).filter(|annotation| annotation.scope == "rule").rev().map(|one| link(&path, Some(one))).collect();
        let own = of(id).filter(|annotation| annotation.scope == "rule").last().map(json);
        if chain.is_empty() {
            chain.push(link(&path, None));
        }
        let document = module.rules.iter().filter(|other| {
            let head = module.rule(**other).map(|rule| rule.head.reference);
            head.is_some_and(|head| self.strings(head, 0) == self.strings(rule.head.reference, 0))
        });
        let document = document.flat_map(|other| of(*other)).find(|annotation| annotation.scope == "document");
        chain.extend(document.map(|annotation| link(&path, Some(annotation))));
        for scope in ["package", "subpackages"] {
            let of_scope = module.annotations.iter().find(|annotation| annotation.scope == scope);
            chain.extend(of_scope.map(|annotation| link(&package, Some(annotation))));
        }
        Some((Value::from(chain), own.unwrap_or_else(Value::new_object)))
    }

    /// The constant parts a ref begins with, from one of them on.
    fn strings(&self, parts: List<TermId>, from: usize) -> Vec<Value> {
        let module = self.module;
        let text = |(place, part): (usize, &TermId)| match module.term(*part).kind {
            TermKind::String { value, .. } => Some(Value::from(module.text(value))),
            TermKind::Var(name) if place == 0 => Some(Value::from(module.text(name))),
            _ => None,
        };
        module.terms(parts).iter().enumerate().skip(from).map_while(text).collect()
    }
}

fn json(annotation: &Annotation) -> Value {
    let mut text = String::new();
    let written = annotation.write_json(&mut text, Locations::None);
    written.ok().and_then(|()| Value::from_json_str(&text).ok()).unwrap_or_else(Value::new_object)
}

/// One link of a chain.
fn link(path: &[Value], annotation: Option<&Annotation>) -> Value {
    let mut object = Value::new_object();
    if let Ok(entries) = object.as_object_mut() {
        entries.insert(Value::from("path"), Value::from(path.to_vec()));
        if let Some(annotation) = annotation {
            entries.insert(Value::from("annotations"), json(annotation));
        }
    }
    object
}
