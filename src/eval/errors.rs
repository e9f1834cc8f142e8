//! Why there is no answer, at the author's place.

use crate::rego::syntax::{LineTable, Location, Module, ParseError, Span};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// A text that is no module, or no query.
    #[error("{}", parse_message(file, errors))]
    Parse {
        /// The name of the file; empty for a query.
        file: String,
        /// All that is wrong with it.
        errors: Vec<ParseError>,
    },
    /// The data or the input is no JSON, or clashes.
    #[error("{0}")]
    Document(String),
    /// regorus does not take what is asked for.
    #[error("{0}")]
    Refused(String),
    /// Evaluation failed.
    #[error("{file}{}{row}: {code}: {message}", if file.is_empty() { "" } else { ":" })]
    Evaluation {
        /// OPA's name of the kind of error, such as `eval_conflict_error`.
        code: String,
        /// What is wrong.
        message: String,
        /// The name of the file; empty for the query.
        file: String,
        /// The row, from 1; 0 where it is not known.
        row: u32,
        /// The column, from 1; 0 where it is not known.
        column: u32,
    },
    /// An operator was given a value it does not take, which is no error to OPA.
    #[error("an operator does not take its operands")]
    Operator,
    /// The query took longer than it may.
    #[error("the time limit was reached")]
    TimedOut,
    /// regorus itself failed.
    #[error("the evaluator failed on this query")]
    Internal,
}

fn parse_message(file: &str, errors: &[ParseError]) -> String {
    let line = |error: &ParseError| format!("{file}:{}: rego_parse_error: {}", error.row, error.message);
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl EvalError {
    pub(super) fn too_deep(module: &Module, at: u32) -> Self {
        let (row, column) = module.row_and_column(Location { at, text: Span::default() }).unwrap_or_default();
        Self::Evaluation {
            code: "eval_internal_error".to_owned(),
            message: "nested too deep to be evaluated".to_owned(),
            file: module.file.clone(),
            row,
            column,
        }
    }
}

/// What the lines of the lowered modules stand for.
#[derive(Debug, Default)]
pub(super) struct Places {
    modules: Vec<Place>,
}

#[derive(Debug)]
struct Place {
    file: String,
    source: String,
    table: LineTable,
    lines: Vec<u32>,
}

impl Places {
    /// One more module.
    pub(super) fn add(&mut self, module: &Module, lines: Vec<u32>) {
        self.modules.push(Place {
            file: module.file.clone(),
            source: module.source.clone(),
            table: module.lines().clone(),
            lines,
        });
    }

    /// An error of regorus as OPA tells it. `lines` are those of the query, if there is one.
    pub(super) fn error(&self, text: &str, query: Option<&Module>, lines: &[u32]) -> EvalError {
        let sentence = sentence(text);
        if sentence.contains("time limit") || sentence.contains("execution exceeded") {
            return EvalError::TimedOut;
        }
        if is_about_operator(&sentence) {
            return EvalError::Operator;
        }
        let (code, message) = coded(&sentence, is_at_partial_object(text));
        let (file, row, column) = match located(text) {
            Some((name, line)) => {
                let place = name.parse::<usize>().ok().and_then(|number| self.modules.get(number));
                let at = |lines: &[u32]| lines.get(line.saturating_sub(1)).copied().unwrap_or(u32::MAX);
                match place {
                    Some(place) if at(&place.lines) != u32::MAX => {
                        let (row, column) = place.table.row_and_column(place.source.as_bytes(), at(&place.lines));
                        (place.file.clone(), row, column)
                    }
                    Some(place) => (place.file.clone(), 0, 0),
                    None => {
                        let location = Location { at: at(lines), text: Span::default() };
                        let place = query.and_then(|query| query.row_and_column(location));
                        let (row, column) = place.unwrap_or_default();
                        (String::new(), row, column)
                    }
                }
            }
            None => (String::new(), 0, 0),
        };
        EvalError::Evaluation { code, message, file, row, column }
    }
}

/// The sentence of a message of regorus, without its drawing.
pub(super) fn sentence(text: &str) -> String {
    let marked = text.lines().find_map(|line| line.trim_start().strip_prefix("error:"));
    let line = marked.or_else(|| text.lines().find(|line| !line.trim().is_empty()));
    line.unwrap_or_default().trim().to_owned()
}

/// The file and line a message of regorus points at.
fn located(text: &str) -> Option<(&str, usize)> {
    let place = text.lines().find_map(|line| line.trim_start().strip_prefix("--> "))?;
    let mut parts = place.trim().rsplitn(3, ':');
    let _column = parts.next()?;
    let line = parts.next()?.parse().ok()?;
    Some((parts.next()?, line))
}

fn is_about_operator(sentence: &str) -> bool {
    let operators = ["`add`", "`sub`", "`mul`", "`div`", "`mod`", "`difference`", "`intersection`", "`union`"];
    operators.iter().any(|operator| sentence.starts_with(operator)) || sentence.starts_with("modulo on floating-point")
}

/// Whether the line a message of regorus shows is the head of a rule for keys of an object.
fn is_at_partial_object(text: &str) -> bool {
    let shown = text.lines().find_map(|line| {
        let (number, shown) = line.split_once('|')?;
        number.trim().parse::<usize>().ok().map(|_| shown)
    });
    shown.and_then(|line| line.split_once(" := ")).is_some_and(|(head, _)| head.contains('[') && !head.contains('('))
}

/// The code and message of OPA.
fn coded(sentence: &str, at_partial_object: bool) -> (String, String) {
    if let Some((code, message)) = sentence.split_once(": ")
        && code.starts_with("eval_")
    {
        return (code.to_owned(), message.to_owned());
    }
    let conflict = |message: &str| ("eval_conflict_error".to_owned(), message.to_owned());
    if sentence.starts_with("functions must not produce") || sentence.starts_with("function produced multiple") {
        return conflict("functions must not produce multiple outputs for same inputs");
    }
    if sentence.contains("must not produce multiple outputs")
        || sentence.contains("should not produce multiple outputs")
        || sentence.starts_with("rule conflicts with rule")
    {
        let partial = "object keys must be unique";
        return conflict(if at_partial_object { partial } else { "complete rules must not produce multiple outputs" });
    }
    if sentence.contains("generated multiple times") {
        return conflict("object keys must be unique");
    }
    ("eval_internal_error".to_owned(), sentence.to_owned())
}
