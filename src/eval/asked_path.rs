//! Queries that only ask for a path of `data`.

use super::answers::ExpressionValue;
use super::plan::{self, Plan};
use super::value::Value;
use crate::rego::syntax::{self, Location, Module, TermKind, write_part};
use std::sync::Arc;

/// A path, and how its value is told.
#[derive(Debug, Clone)]
pub(super) struct AskedPath {
    /// Its names, those behind `data`.
    pub(super) names: Vec<Value>,
    /// How what lies there is told.
    pub(super) told: ExpressionValue,
    /// The place of the query in its text.
    location: Location,
}

impl AskedPath {
    /// The path a query asks for; `None` where it asks for anything else.
    pub(super) fn of(module: &Module, body: syntax::Body) -> Option<Self> {
        let [only] = module.body(body) else { return None };
        let expression = module.expression(*only);
        let syntax::ExpressionKind::Term(term) = expression.kind else { return None };
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
        let location = expression.location;
        Some(Self { names, told: ExpressionValue { value: Value::Undefined, text, row, column }, location })
    }

    /// A plan of the same rules that asks for the path, as one that was checked with the query does.
    pub(super) fn plan(&self, of: &Plan, module: &Module) -> Plan {
        let mut text = "data".to_owned();
        for name in &self.names {
            if let Value::String(name) = name {
                write_part(name, &mut text);
            }
        }
        let path = self.names.iter().cloned().map(plan::Term::Constant).collect();
        let expression = plan::Expression {
            kind: plan::ExpressionKind::Equal(plan::Term::Data(path), plan::Term::Variable(0)),
            with: Vec::new(),
            negated: false,
            file: of.files.len(),
            location: self.location,
            reads: Box::default(),
            text: format!("{text} = _").into(),
            shown: None,
        };
        let ExpressionValue { text, row, column, .. } = self.told.clone();
        let told = plan::Told { text, row, column, slot: Some(0) };
        let query = plan::Query { body: vec![expression], slots: 1, expressions: vec![told], bindings: Vec::new() };
        let files = of.files.iter().cloned().chain([Arc::new(module.clone())]).collect();
        Plan { nodes: of.nodes.clone(), rules: of.rules.clone(), files, query: Some(query), texts: of.texts }
    }
}
