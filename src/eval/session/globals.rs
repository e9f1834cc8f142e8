//! Which names a package has already, so that `=` asks about them and does not define them.

use super::package::{Package, string_part};
use super::typed::{parts, path};
use crate::rego::syntax::{Module, TermId, TermKind};
use std::sync::Arc;

/// Whether a term names an import, or a document that the package has rules for.
pub(super) fn is_known(
    module: &Module,
    term: TermId,
    package: &[String],
    typed: Option<&Package>,
    all: &[Arc<Module>],
) -> bool {
    let list = match module.term(term).kind {
        TermKind::Var(_) => vec![term],
        TermKind::Ref(list) => module.terms(list).to_vec(),
        _ => return false,
    };
    let Some((head, rest)) = list.split_first() else { return false };
    let TermKind::Var(name) = module.term(*head).kind else { return false };
    let name = module.text(name);
    if typed.is_some_and(|package| package.imports().any(|import| import.name() == Some(name))) {
        return true;
    }
    let mut prefix: Vec<String> = package.iter().map(|part| string_part(part)).collect();
    let start = prefix.len();
    prefix.push(string_part(name));
    let mut is_ground = true;
    for part in rest {
        match constant(module, *part) {
            Some(text) => prefix.push(text),
            None => {
                is_ground = false;
                break;
            }
        }
    }
    let tree: Vec<(Vec<String>, bool)> = all.iter().flat_map(|module| paths(module)).collect();
    let is_node = |path: &[String]| tree.iter().any(|(known, _)| known.starts_with(path));
    let has_rules = |path: &[String]| tree.iter().any(|(known, rules)| *rules && known == path);
    if !prefix.get(..start).is_some_and(is_node) {
        return false;
    }
    for length in start + 1..=prefix.len() {
        let Some(path) = prefix.get(..length) else { return false };
        if !is_node(path) {
            return false;
        }
        if has_rules(path) {
            return true;
        }
    }
    !is_ground
}

/// A constant as a part of a path.
fn constant(module: &Module, term: TermId) -> Option<String> {
    match module.term(term).kind {
        TermKind::String { value, .. } => Some(string_part(module.text(value))),
        TermKind::Number(text) => Some(module.text(text).to_owned()),
        TermKind::Boolean(value) => Some(value.to_string()),
        TermKind::Null => Some("null".to_owned()),
        _ => None,
    }
}

/// The ground paths of a module's rules, and that of its package where it has none.
fn paths(module: &Module) -> Vec<(Vec<String>, bool)> {
    let package: Vec<String> =
        path(module, module.terms(module.package.path)).iter().map(|part| string_part(part)).collect();
    let rule = |id: &_| {
        let reference = module.rule(*id)?.head.reference;
        let mut whole = package.clone();
        let texts = parts(module, reference);
        for (place, (part, text)) in module.terms(reference).iter().zip(texts).enumerate() {
            match constant(module, *part) {
                Some(constant) => whole.push(constant),
                None if place == 0 => whole.push(string_part(&text)),
                None => break,
            }
        }
        Some((whole, true))
    };
    let rules: Vec<_> = module.rules.iter().filter_map(rule).collect();
    if rules.is_empty() { vec![(package, false)] } else { rules }
}
