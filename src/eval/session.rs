//! A bundle loaded for questions.

use super::{Dialect, lengths};

/// The stack of a query in bytes: recursion of functions is bounded by nothing else.
const STACK: usize = 256 << 20;

/// Modules and data that answer queries.
pub struct Session {
    engine: regorus::Engine,
}

/// What a query gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// No result.
    Undefined,
    /// One value without bindings.
    Value(serde_json::Value),
    /// Several results, or bindings: a row each.
    Rows {
        /// The names of the columns: variables, then the text of expressions.
        columns: Vec<String>,
        /// A value for each column.
        rows: Vec<Vec<serde_json::Value>>,
    },
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// A module or the data cannot be loaded.
    #[error("{0}")]
    Load(String),
    /// The query is wrong, or evaluating it failed.
    #[error("{0}")]
    Query(String),
    /// The evaluator itself failed.
    #[error("the evaluator failed on this query")]
    Internal,
}

impl Session {
    /// Loads modules, each a name, its text and its dialect, and the bundle's data.
    ///
    /// # Errors
    /// A module that cannot be parsed, or data that clashes.
    pub fn load(modules: &[(&str, &str, Dialect)], data: &str) -> Result<Self, EvalError> {
        let mut engine = regorus::Engine::new();
        engine.set_strict_builtin_errors(false);
        if let Some(lengths) = lengths() {
            engine.set_policy_length_config(lengths);
        }
        for (file, text, dialect) in modules {
            if super::depth::too_deep(text).is_some() {
                return Err(EvalError::Load(format!("{file}: brackets nest too deep")));
            }
            engine.set_rego_v0(*dialect == Dialect::V0);
            engine
                .add_policy((*file).to_owned(), (*text).to_owned())
                .map_err(|error| EvalError::Load(plain(&error.to_string())))?;
        }
        engine.set_rego_v0(false);
        engine.add_data_json(data).map_err(|error| EvalError::Load(plain(&error.to_string())))?;
        Ok(Self { engine })
    }

    /// Sets the input document.
    ///
    /// # Errors
    /// A text that is no JSON.
    pub fn set_input(&mut self, json: &str) -> Result<(), EvalError> {
        self.engine.set_input_json(json).map_err(|error| EvalError::Load(plain(&error.to_string())))
    }

    /// Answers one query. A panic of the evaluator is an error, not the end.
    ///
    /// # Errors
    /// A query that cannot be parsed or evaluated.
    pub fn query(&mut self, query: &str) -> Result<Answer, EvalError> {
        if super::depth::too_deep(query).is_some() {
            return Err(EvalError::Query("brackets nest too deep".to_owned()));
        }
        // The evaluator keeps state between queries; a clone is cheap, and a failed query leaves nothing behind.
        let mut engine = self.engine.clone();
        let text = query.to_owned();
        let results = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn(move || std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| engine.eval_query(text, false))))
            .map_err(|error| EvalError::Query(error.to_string()))?
            .join()
            .map_err(|_| EvalError::Internal)?
            .map_err(|_| EvalError::Internal)?
            .map_err(|error| EvalError::Query(plain(&error.to_string())))?;
        Ok(answer(&results))
    }
}

fn json(value: &regorus::Value) -> serde_json::Value {
    value.to_json_str().ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Values by the name of their variable, or the text of their expression.
type Named = Vec<(String, serde_json::Value)>;

fn answer(results: &regorus::QueryResults) -> Answer {
    let rows: Vec<(Named, Named)> = results
        .result
        .iter()
        .filter(|result| result.expressions.iter().all(|expression| expression.value != regorus::Value::Undefined))
        .map(|result| {
            let bindings = match json(&result.bindings) {
                serde_json::Value::Object(bindings) => bindings.into_iter().collect(),
                _ => Vec::new(),
            };
            let expressions =
                result.expressions.iter().map(|part| (part.text.to_string(), json(&part.value))).collect();
            (bindings, expressions)
        })
        .collect();
    match rows.as_slice() {
        [] => Answer::Undefined,
        [(bindings, expressions)] if bindings.is_empty() && expressions.len() == 1 => {
            Answer::Value(expressions.first().map(|(_, value)| value.clone()).unwrap_or_default())
        }
        [(bindings, expressions)] if bindings.is_empty() && expressions.iter().all(|(_, value)| *value == true) => {
            Answer::Value(true.into())
        }
        [first, ..] => {
            let shown = |value: &serde_json::Value| !value.is_boolean() || first.0.is_empty();
            let mut columns: Vec<String> = first.0.iter().map(|(name, _)| name.clone()).collect();
            columns.extend(first.1.iter().filter(|(_, value)| shown(value)).map(|(text, _)| text.clone()));
            let rows = rows
                .iter()
                .map(|(bindings, expressions)| {
                    let expressions = expressions.iter().filter(|(text, _)| columns.contains(text));
                    bindings.iter().chain(expressions).map(|(_, value)| value.clone()).collect()
                })
                .collect();
            Answer::Rows { columns, rows }
        }
    }
}

/// The sentence of a message of regorus, without its drawing.
fn plain(message: &str) -> String {
    message
        .lines()
        .find_map(|line| line.trim_start().strip_prefix("error:"))
        .unwrap_or_else(|| message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default())
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        let module = "package a\n\nallow if input.role == \"admin\"\n\nusers := [\"ann\", \"bob\"]\n\nf(x) := x + 1\n";
        Session::load(&[("a.rego", module, Dialect::V1)], r#"{"limits":{"max":3}}"#).unwrap()
    }

    #[test]
    fn a_rule_data_and_input_answer() {
        let mut session = session();
        assert_eq!(session.query("data.a.allow").unwrap(), Answer::Undefined);
        session.set_input(r#"{"role":"admin"}"#).unwrap();
        assert_eq!(session.query("data.a.allow").unwrap(), Answer::Value(true.into()));
        assert_eq!(session.query("data.limits.max + 1").unwrap(), Answer::Value(4.into()));
    }

    #[test]
    fn bindings_make_rows() {
        let Answer::Rows { columns, rows } = session().query("data.a.users[i] = x").unwrap() else { panic!() };
        assert_eq!(columns, ["i", "x"]);
        assert_eq!(rows, [vec![0.into(), "ann".into()], vec![1.into(), serde_json::Value::from("bob")]]);
    }

    #[test]
    fn a_failed_query_leaves_the_session_alive() {
        let mut session = session();
        assert!(session.query("1 +").is_err());
        assert_eq!(session.query("1 + 1").unwrap(), Answer::Value(2.into()));
    }
}
