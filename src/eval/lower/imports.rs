//! Imports: what their names stand for is written out, as regorus evaluates all of a package whose import is used.

use super::Writer;
use super::names::variable;
use crate::rego::syntax::{ExpressionKind, Import, List, Module, TermId, TermKind};
use std::collections::{HashMap, HashSet};

/// The names of a module's imports and the paths they stand for. Names that are declared as variables somewhere are not
/// among them.
pub(super) fn written_out(module: &Module) -> HashMap<String, String> {
    if module.imports.is_empty() {
        return HashMap::new();
    }
    let declared = declared(module);
    let mut names = HashMap::new();
    for import in &module.imports {
        let Some((name, parts)) = name_and_path(module, import) else { continue };
        if parts.len() > 1 && !declared.contains(name) {
            let mut writer = Writer::bare(module);
            writer.path(parts, 0);
            names.entry(name.to_owned()).or_insert(writer.out);
        }
    }
    names
}

/// The name and the path of an import of a document.
fn name_and_path<'a>(module: &'a Module, import: &Import) -> Option<(&'a str, List<TermId>)> {
    let TermKind::Ref(parts) = module.term(import.path).kind else { return None };
    let text = |id: &TermId| match module.term(*id).kind {
        TermKind::Var(name) | TermKind::String { value: name, .. } => module.text(name),
        _ => "",
    };
    let terms = module.terms(parts);
    if !matches!(terms.first().map(text), Some("data" | "input")) {
        return None;
    }
    let last = terms.last().map(text)?;
    Some((import.alias.map_or(last, |alias| module.text(alias)), parts))
}

/// The names that are declared as variables: by `some`, `:=`, `every`, or as arguments.
fn declared(module: &Module) -> HashSet<&str> {
    let mut work = Vec::new();
    for (_, expression) in module.nodes().all_expressions() {
        match expression.kind {
            ExpressionKind::Some { symbols, .. } => work.extend_from_slice(module.terms(symbols)),
            ExpressionKind::Every { key, value, .. } => work.extend(key.into_iter().chain([value])),
            ExpressionKind::Call(terms) => {
                if let [operator, left, _] = module.terms(terms)
                    && super::names::dotted(module, *operator).as_deref() == Some("assign")
                {
                    work.push(*left);
                }
            }
            _ => {}
        }
    }
    for rule in module.rules.iter().filter_map(|id| module.rule(*id)) {
        work.extend_from_slice(module.terms(rule.head.arguments));
    }
    let mut names = HashSet::new();
    while let Some(term) = work.pop() {
        match module.term(term).kind {
            TermKind::Var(name) => {
                names.insert(module.text(name));
            }
            TermKind::Array(members) | TermKind::Object(members) | TermKind::Set(members) | TermKind::Call(members) => {
                work.extend_from_slice(module.terms(members));
            }
            _ => {}
        }
    }
    names
}

impl Writer<'_> {
    /// The imports whose names are not written out.
    pub(super) fn imports(&mut self) {
        let module = self.module;
        let mut written = Vec::new();
        for import in &module.imports {
            let Some((name, parts)) = name_and_path(module, import) else { continue };
            if self.imported.contains_key(name) || written.contains(&name) {
                continue;
            }
            if parts.len() == 1 && import.alias.is_none() {
                continue;
            }
            self.line(import.location);
            self.out.push_str("import ");
            self.path(parts, 0);
            self.out.push_str(" as ");
            self.out.push_str(&variable(name));
            written.push(name);
        }
    }
}
