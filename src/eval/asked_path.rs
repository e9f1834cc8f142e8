//! Queries that only ask for a path of `data`.

use super::answers::ExpressionValue;
use super::value::Value;
use crate::rego::syntax::{Body, ExpressionKind, Module, TermKind};

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
}
