//! Questions as they are asked: their text, and what its names mean.

use super::errors::{EvalError, Fault};
use crate::rego::syntax::{
    Body, Keyword, Module, Options, ParseError, QueryError, RegoVersion, TermId, TermKind, parse, parse_query,
};

/// A question.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<'a> {
    /// Its text.
    pub text: &'a str,
    /// The package whose rules its names mean, as `a.b`.
    pub package: Option<&'a str>,
    /// Imports, such as `data.a.b as c`.
    pub imports: &'a [String],
}

impl Query<'_> {
    /// Reads its text, whose language is that of the options with the keywords it imports.
    pub(super) fn read(&self, options: &Options) -> Result<(Module, Body), EvalError> {
        parse_query(self.text.as_bytes(), "", &self.reading(options)).map_err(not_a_query)
    }

    fn reading(&self, options: &Options) -> Options {
        let mut options = options.clone();
        for import in self.imports {
            match import.trim() {
                "rego.v1" if matches!(options.version, RegoVersion::V0) => options.version = RegoVersion::V0V1,
                "rego.v2" => options.version = RegoVersion::V2,
                "future.keywords" => options.imported = options.imported.union(options.keywords),
                import => {
                    let word = import.strip_prefix("future.keywords.").unwrap_or_default();
                    if let Some(keyword) = Keyword::of(word.as_bytes()) {
                        options.imported = options.imported.with(keyword);
                    }
                }
            }
        }
        options
    }
}

/// An error of a text that is to be a query, as OPA tells it.
fn not_a_query(error: QueryError) -> EvalError {
    match error {
        QueryError::Syntax(errors) => EvalError::Parse { file: String::new(), errors },
        QueryError::Statement(kind) => EvalError::Document(format!("expected body but got *ast.{kind}")),
        QueryError::Empty => EvalError::Compile(vec![Fault {
            code: "rego_compile_error".to_owned(),
            message: "empty query cannot be compiled".to_owned(),
            ..Fault::default()
        }]),
    }
}

/// A path of names and the name it gets.
type Import = (Vec<String>, Option<String>);

/// What the names of a query mean.
pub(super) struct Header {
    /// `data`, and the names behind it; none where no package is asked in.
    pub(super) package: Vec<String>,
    pub(super) imports: Vec<Import>,
}

impl Header {
    pub(super) fn of(query: &Query<'_>) -> Result<Self, EvalError> {
        if query.package.is_none() && query.imports.is_empty() {
            return Ok(Self { package: Vec::new(), imports: Vec::new() });
        }
        // Each on a line of its own reads as OPA tells it.
        let refused = |errors| EvalError::Parse { file: String::new(), errors };
        let own = |error: &mut ParseError| error.row = error.row.saturating_sub(1).max(1);
        let options = Options::new(RegoVersion::V1);
        for import in query.imports {
            let text = format!("package p\nimport {import}\n");
            parse(text.as_bytes(), "", &options).map_err(|mut errors| {
                errors.iter_mut().for_each(own);
                refused(errors)
            })?;
        }
        let mut text = format!("package {}\n", query.package.unwrap_or("repl"));
        for import in query.imports {
            text.push_str(&format!("import {import}\n"));
        }
        let header = parse(text.as_bytes(), "", &options).map_err(refused)?;
        let path = |parts: &[TermId]| -> Vec<String> {
            let text = |part: &TermId| match header.term(*part).kind {
                TermKind::Var(text) | TermKind::String { value: text, .. } => Some(header.text(text).to_owned()),
                _ => None,
            };
            parts.iter().filter_map(text).collect()
        };
        let imports = header.imports.iter().filter_map(|import| {
            let parts = match header.term(import.path).kind {
                TermKind::Ref(parts) => path(header.terms(parts)),
                _ => path(&[import.path]),
            };
            let is_document = parts.first().is_some_and(|root| root == "data" || root == "input");
            is_document.then(|| (parts, import.alias.map(|alias| header.text(alias).to_owned())))
        });
        Ok(Self { package: path(header.terms(header.package.path)), imports: imports.collect() })
    }
}
