//! The annotations of a module: `# METADATA` comments and the rules below them.

use super::assemble::Assembled;
use super::json::kind_and_value;
use super::lexer::replaced;
use super::location::{LineTable, Location, Span};
use super::module::Module;
use super::options::{Options, RegoVersion};
use super::parse::{Places, on_a_stack};
use super::parser::{Parsed, Parser};
use super::tree::{Comment, Expression, ExpressionKind, List, RuleId, Statement, TermId, TermKind};
use crate::rego::metadata;
use crate::rego::metadata::{Annotation, MetadataError, Place, StatementKind};
use std::borrow::Cow;
use std::collections::HashMap;

/// The place of an annotation: the first byte, as the whole line is the block's.
pub(super) fn of_place(place: Place) -> Location {
    Location { at: place.offset, text: Span { offset: place.offset, length: 1 } }
}

/// Reads the blocks among comments, and tells what is wrong with them. `valid` is the text if it is UTF-8.
pub(super) fn annotations<'places>(
    text: &[u8],
    valid: Option<&str>,
    lines: impl FnOnce() -> &'places LineTable,
    comments: &[Comment],
) -> (Vec<Annotation>, Vec<MetadataError>) {
    let bytes =
        |comment: &Comment| text.get(comment.text.offset as usize..comment.text.end() as usize).unwrap_or_default();
    if !comments.iter().any(|comment| bytes(comment).trim_ascii_start().starts_with(b"METADATA")) {
        return (Vec::new(), Vec::new());
    }
    let lines = lines();
    // Only comments in the first column begin a block or go on with one. Bytes that are no UTF-8 may take no column.
    let place_of = |at: u32| {
        let before = at.checked_sub(1).and_then(|before| text.get(before as usize));
        let (row, column) = match before {
            None | Some(b'\n') => (lines.row(at), 1),
            Some(byte) if byte.is_ascii() => return None,
            Some(_) => lines.row_and_column(text, at),
        };
        Some(Place { row, column, offset: at })
    };
    let mut found = Vec::with_capacity(comments.len());
    found.extend(comments.iter().filter_map(|comment| {
        let valid = valid.and_then(|text| text.get(comment.text.offset as usize..comment.text.end() as usize));
        let text = valid.map_or_else(|| Cow::Owned(replaced(bytes(comment))), Cow::Borrowed);
        Some(metadata::Comment { text, place: place_of(comment.location.at)? })
    }));
    metadata::read(&found, &TermsOfOpa)
}

impl Parser<'_> {
    /// Gives each annotation the statement below it, and tells which annotations each rule has.
    pub(super) fn attach(
        &self,
        annotations: &mut [Annotation],
        module: &Assembled,
        row: impl Fn(u32) -> u32,
    ) -> Result<HashMap<RuleId, Vec<usize>>, Vec<MetadataError>> {
        if annotations.is_empty() {
            return Ok(HashMap::new());
        }
        let package = (StatementKind::Package, module.package.location, Cow::Borrowed(""));
        let behind = module.statements.iter().map(|statement| match statement {
            Statement::Import(number) => {
                let location = module.imports.get(*number).map_or(Location::NONE, |import| import.location);
                (StatementKind::Import, location, Cow::Borrowed(""))
            }
            Statement::Rule(id) => {
                let location = self.nodes.rule(*id).map_or(Location::NONE, |rule| rule.location);
                (StatementKind::Rule, location, self.constant_path(*id))
            }
        });
        let mut statements = Vec::with_capacity(module.statements.len() + 1);
        statements.extend(std::iter::once(package).chain(behind).map(|(kind, location, path)| metadata::Statement {
            kind,
            row: row(location.at),
            path,
        }));
        let errors = metadata::attach(annotations, &statements);
        if !errors.is_empty() {
            return Err(errors);
        }
        let of_rules = metadata::of_rules(annotations, &statements).into_iter().skip(1).zip(&module.statements);
        Ok(of_rules
            .filter_map(|(all, statement)| match statement {
                Statement::Rule(rule) if !all.is_empty() => Some((*rule, all)),
                _ => None,
            })
            .collect())
    }

    /// The ref of a rule's head up to the first part that is no constant.
    fn constant_path(&self, rule: RuleId) -> Cow<'_, str> {
        let Some(rule) = self.nodes.rule(rule) else { return Cow::Borrowed("") };
        let reference = rule.head.reference;
        if let [head] = self.nodes.terms(reference)
            && let TermKind::Var(name) = self.kind(*head)
            && !self.is_wildcard(name)
            && let Ok(name) = std::str::from_utf8(self.bytes(name))
        {
            return Cow::Borrowed(name);
        }
        let parts = self.nodes.terms(reference).iter().enumerate();
        let constant = |kind| {
            matches!(kind, TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. })
        };
        let length = parts.take_while(|(place, part)| *place == 0 || constant(self.kind(**part))).count();
        Cow::Owned(
            self.written_reference(List { length: u32::try_from(length).unwrap_or(reference.length), ..reference }),
        )
    }
}

/// Terms in texts of their own, read as OPA does by default.
struct TermsOfOpa;

impl metadata::Terms for TermsOfOpa {
    fn read(&self, text: &str) -> Result<metadata::Term, String> {
        let options = Options::new(RegoVersion::V1);
        on_a_stack(|limit| {
            let mut parser = Parser::new(text.as_bytes(), &options, limit);
            parser.queries_only = true;
            let parsed = parser.statements();
            let too_deep = parser.too_deep;
            (parser.only_term(text, &parsed).map(|term| parser.term_of_metadata(text, term)), too_deep)
        })
    }
}

impl Parser<'_> {
    fn only_term(&self, text: &str, parsed: &[Parsed]) -> Result<TermId, String> {
        let reports = self.errors();
        if !reports.is_empty() {
            let places = Places::new(text.as_bytes(), true);
            let errors: Vec<String> = reports
                .into_iter()
                .map(|(location, message)| {
                    let error = places.error(location, message, true);
                    let details = error.details.map_or_else(String::new, |details| {
                        let line = details.line.trim_start_matches('\t');
                        let indent = details.index.saturating_sub(details.line.len() - line.len());
                        format!("\n\t{line}\n\t{}^", " ".repeat(indent))
                    });
                    let code = super::ParseError::CODE;
                    format!("{}:{}: {code}: {}{details}", error.row, error.column, error.message)
                })
                .collect();
            let count = if errors.len() == 1 { "1 error".to_owned() } else { format!("{} errors", errors.len()) };
            let between = if errors.len() == 1 { " " } else { "\n" };
            return Err(format!("failed to parse term: {count} occurred:{between}{}", errors.join("\n")));
        }
        let mut expressions = Vec::new();
        for statement in parsed {
            match statement {
                Parsed::Query(body) => expressions.extend_from_slice(self.nodes.body(*body)),
                Parsed::Package(_) => return Err("failed to parse term: expected body but got *ast.Package".to_owned()),
                Parsed::Import(_) => return Err("failed to parse term: expected body but got *ast.Import".to_owned()),
                Parsed::Rule(_) => return Err("failed to parse term: expected body but got *ast.Rule".to_owned()),
            }
        }
        let [id] = expressions.as_slice() else {
            let bodies = parsed.iter().filter_map(|statement| match statement {
                Parsed::Query(body) => Some(self.written_body(*body)),
                _ => None,
            });
            return Err(format!("expected exactly one term but got: {}", bodies.collect::<Vec<_>>().join("; ")));
        };
        let Expression { kind, .. } = self.nodes.expression(*id);
        let ExpressionKind::Term(term) = *kind else {
            return Err(match kind {
                ExpressionKind::Call(terms) => {
                    let terms: Vec<String> = self.nodes.terms(*terms).iter().map(|term| self.written(*term)).collect();
                    format!("expected term but got [{}]", terms.join(" "))
                }
                _ => format!("expected term but got {}", self.written_expression(*id)),
            });
        };
        Ok(term)
    }

    fn term_of_metadata(self, text: &str, id: TermId) -> metadata::Term {
        use metadata::Shape;
        let (shape, parts) = match self.kind(id) {
            TermKind::Var(_) => (Shape::Variable, vec![id]),
            TermKind::String { .. } => (Shape::String, vec![id]),
            TermKind::Ref(parts) => (Shape::Reference, self.nodes.terms(parts).to_vec()),
            _ => (Shape::Other, vec![id]),
        };
        let written = if shape == Shape::Reference { String::new() } else { self.written(id) };
        let module = Module::of_nodes(text, self.nodes, self.apart);
        let part = |id: TermId| {
            let location = module.term(id).location;
            let (row, column) = module.row_and_column(location).unwrap_or_default();
            let (kind, value) = kind_and_value(&module, id);
            metadata::Part { kind, value, row, column, text: module.span(location.text).to_owned() }
        };
        let parts = metadata::Reference { parts: parts.into_iter().map(part).collect() };
        metadata::Term { shape, text: written, parts }
    }
}
