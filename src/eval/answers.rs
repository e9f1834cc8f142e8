//! What a query gives.

use crate::rego::syntax::{Body, Module};
use regorus::Value;

/// One way to satisfy a query.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultRow {
    /// Its expressions, in the order of the text.
    pub expressions: Vec<ExpressionValue>,
    /// Its variables and what they are, by name.
    pub bindings: Vec<(String, Value)>,
}

/// An expression of a query and what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpressionValue {
    /// What it is; `true` where it only holds.
    pub value: Value,
    /// Its text.
    pub text: String,
    /// Its row, from 1.
    pub row: u32,
    /// Its column, from 1.
    pub column: u32,
}

/// The rows of a query whose expressions' values are held by variables of these names.
pub(super) fn rows(
    module: &Module,
    body: Body,
    captured: &[Option<String>],
    results: regorus::QueryResults,
) -> Vec<ResultRow> {
    let of_result = |result: regorus::QueryResult| {
        let expressions = module.body(body).iter().zip(captured).map(|(id, name)| {
            let location = module.expression(*id).location;
            let (row, column) = module.row_and_column(location).unwrap_or_default();
            let value = match name {
                Some(name) => result.bindings[name.as_str()].clone(),
                None => Value::Bool(true),
            };
            ExpressionValue { value, text: module.span(location.text).to_owned(), row, column }
        });
        let expressions = expressions.collect();
        let mut bindings = Vec::new();
        if let Ok(object) = result.bindings.as_object() {
            for (name, value) in object.iter() {
                let Ok(name) = name.as_string() else { continue };
                if !name.starts_with("policy_value_") && !name.starts_with('_') {
                    bindings.push((name.trim_end_matches("__").to_owned(), value.clone()));
                }
            }
        }
        bindings.sort_by(|left, right| left.0.cmp(&right.0));
        ResultRow { expressions, bindings }
    };
    let is_whole = |result: &regorus::QueryResult| {
        captured.iter().flatten().all(|name| result.bindings[name.as_str()] != Value::Undefined)
    };
    let kept = results.result.into_iter().filter(|result| {
        is_whole(result)
            && (captured.iter().any(Option::is_some)
                || result
                    .expressions
                    .iter()
                    .all(|expression| expression.value != Value::Undefined && expression.value != Value::Bool(false)))
    });
    kept.map(of_result).collect()
}

/// The row of a query of one expression; none where it is undefined.
pub(super) fn row(module: &Module, body: Body, value: Value) -> Option<ResultRow> {
    let location = module.expression(*module.body(body).first()?).location;
    let (row, column) = module.row_and_column(location).unwrap_or_default();
    let expression = ExpressionValue { text: module.span(location.text).to_owned(), row, column, value };
    (expression.value != Value::Undefined).then(|| ResultRow { expressions: vec![expression], bindings: Vec::new() })
}
