//! Queries that only ask for a path of `data`.

use super::answers::ExpressionValue;
use super::value::Value;
use crate::rego::syntax::{Body, ExpressionKind, List, Module, TermId, TermKind};
use std::sync::Arc;

/// A path, and how its value is told.
#[derive(Debug, Clone)]
pub(super) struct AskedPath {
    /// Its names, those behind `data`.
    pub(super) names: Vec<Value>,
    /// How what lies there is told.
    pub(super) told: ExpressionValue,
}

impl AskedPath {
    /// The path a query asks for; `None` where it asks for anything else.
    pub(super) fn of(module: &Module, body: Body) -> Option<Self> {
        let [only] = module.body(body) else { return None };
        let expression = module.expression(*only);
        let ExpressionKind::Term(term) = expression.kind else { return None };
        let TermKind::Ref(parts) = module.term(term).kind else { return None };
        let (head, parts) = module.terms(parts).split_first()?;
        let TermKind::Var(name) = module.term(*head).kind else { return None };
        if expression.negated || !expression.with.is_empty() || module.text(name) != "data" {
            return None;
        }
        let key = |part| match module.term(part).kind {
            TermKind::String { value, .. } => Some(Value::from(module.text(value))),
            _ => None,
        };
        let names = parts.iter().map(|part| key(*part)).collect::<Option<Vec<Value>>>()?;
        let (row, column) = module.row_and_column(expression.location).unwrap_or_default();
        let text = module.span(expression.location.text).to_owned();
        Some(Self { names, told: ExpressionValue { value: Value::Undefined, text, row, column } })
    }

    /// Whether it leads into what a rule of these modules makes, as far as their heads tell.
    pub(super) fn leads_into_a_rule(&self, modules: &[Arc<Module>]) -> bool {
        modules.iter().any(|module| {
            let Some(behind) = self.behind(module, module.package.path, 1, &self.names) else { return false };
            module.rules.iter().any(|rule| {
                let head = module.rule(*rule).map(|rule| rule.head.reference);
                let rest = head.and_then(|head| self.behind(module, head, 0, behind));
                rest.is_some_and(|rest| !rest.is_empty())
            })
        })
    }

    /// The names behind those of a ref, whose parts are looked at from one on up to the first that is no name.
    fn behind<'n>(
        &self,
        module: &Module,
        reference: List<TermId>,
        from: usize,
        names: &'n [Value],
    ) -> Option<&'n [Value]> {
        let mut names = names;
        for (place, part) in module.terms(reference).iter().enumerate().skip(from) {
            let name = match module.term(*part).kind {
                TermKind::String { value, .. } => module.text(value),
                TermKind::Var(name) if place == 0 => module.text(name),
                _ => break,
            };
            let (first, rest) = names.split_first()?;
            if first.as_string() != Some(name) {
                return None;
            }
            names = rest;
        }
        Some(names)
    }
}
