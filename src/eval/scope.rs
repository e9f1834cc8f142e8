//! The names a query may use without `data.`.

use super::engine::Query;
use super::errors::EvalError;
use crate::rego::syntax::{Module, Options, RegoVersion, TermKind, parse};
use std::collections::HashMap;

/// What names of a query mean: refs, as text for regorus.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    names: HashMap<String, String>,
}

impl Scope {
    /// The rules of the query's package, and its imports.
    pub(super) fn of(query: &Query<'_>, modules: &[Module]) -> Result<Self, EvalError> {
        let mut scope = Self::default();
        if query.package.is_none() && query.imports.is_empty() {
            return Ok(scope);
        }
        let package = query.package.unwrap_or("data.repl");
        let package = package.strip_prefix("data.").unwrap_or(package);
        let mut text = format!("package {package}\n");
        for import in query.imports {
            text.push_str(&format!("import {import}\n"));
        }
        let header = parse(text.as_bytes(), "", &Options::new(RegoVersion::V1))
            .map_err(|errors| EvalError::Parse { file: String::new(), errors })?;
        let own = path(&header, header.terms(header.package.path));
        for module in modules {
            if path(module, module.terms(module.package.path)) != own {
                continue;
            }
            for rule in &module.rules {
                let Some(rule) = module.rule(*rule) else { continue };
                if let Some(first) = module.terms(rule.head.reference).first()
                    && let TermKind::Var(name) = module.term(*first).kind
                {
                    let name = module.text(name);
                    scope.names.insert(name.to_owned(), format!("{}[{name:?}]", written(&own)));
                }
            }
        }
        for import in &header.imports {
            let TermKind::Ref(parts) = header.term(import.path).kind else { continue };
            let parts = path(&header, header.terms(parts));
            let alias = import.alias.map(|alias| header.text(alias).to_owned());
            if let Some(name) = alias.or_else(|| parts.last().cloned())
                && parts.first().is_some_and(|root| root == "data" || root == "input")
            {
                scope.names.insert(name, written(&parts));
            }
        }
        Ok(scope)
    }

    /// What a name means.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.names.get(name).map(String::as_str)
    }
}

fn path(module: &Module, parts: &[crate::rego::syntax::TermId]) -> Vec<String> {
    let text = |part: &crate::rego::syntax::TermId| match module.term(*part).kind {
        TermKind::Var(text) | TermKind::String { value: text, .. } => Some(module.text(text).to_owned()),
        _ => None,
    };
    parts.iter().filter_map(text).collect()
}

fn written(parts: &[String]) -> String {
    let mut text = parts.first().cloned().unwrap_or_default();
    for part in parts.iter().skip(1) {
        text.push_str(&format!("[{part:?}]"));
    }
    text
}
