//! Reading a text as statements that are no whole module: what is typed at a prompt.

use super::error::ParseError;
use super::lexer::LIMIT as LENGTH_LIMIT;
use super::location::Span;
use super::module::Module;
use super::options::Options;
use super::parse::{Places, on_a_stack, unplaced};
use super::parser::{Parsed, Parser, SHALLOW};
use super::tree::{Body, ExpressionKind, Import, Package, RuleId, TermKind};
use std::cell::LazyCell;

/// A text read as statements.
#[derive(Debug)]
pub struct Typed {
    /// The nodes, and the text.
    pub module: Module,
    /// The statements, in the order of the text.
    pub statements: Vec<TypedStatement>,
}

/// One statement.
#[derive(Debug, Clone)]
pub struct TypedStatement {
    /// What it is.
    pub kind: TypedKind,
    /// From its first byte up to the next statement.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Debug, Clone)]
pub enum TypedKind {
    /// `package path`
    Package(Package),
    /// `import path`
    Import(Import),
    /// A rule.
    Rule(TypedRule),
    /// A query.
    Query {
        /// Its expressions.
        body: Body,
        /// The rule it is where it defines one, or why it cannot; none for what is not one `=` or `:=`.
        rule: Option<Result<TypedRule, String>>,
    },
}

/// A rule, and what is wrong with it since OPA 1.0.
#[derive(Debug, Clone)]
pub struct TypedRule {
    /// The rule.
    pub rule: RuleId,
    /// What a module of OPA 1.0 must not have.
    pub faults: Vec<ParseError>,
}

/// Reads a text as statements.
///
/// # Errors
/// All that OPA 1.22.2 would tell of the text, in its order.
pub fn parse_statements(text: &[u8], options: &Options) -> Result<Typed, Vec<ParseError>> {
    if text.len() > LENGTH_LIMIT {
        return Err(vec![unplaced("the text is longer than 2 GiB")]);
    }
    on_a_stack(|limit| read(text, options, limit))
}

fn read(text: &[u8], options: &Options, limit: u32) -> (Result<Typed, Vec<ParseError>>, bool) {
    let mut parser = Parser::new(text, options, limit);
    let parsed = parser.statements();
    let valid = parser.lexer.valid.is_some();
    let places = LazyCell::new(|| Places::new(text, valid));
    let reports = parser.errors();
    if !reports.is_empty() || parser.too_deep {
        let errors = reports.into_iter().map(|(location, message)| places.error(location, message, true));
        return (Err(errors.collect()), parser.too_deep);
    }
    let starts: Vec<u32> = parsed.iter().map(|statement| parser.place_of_statement(statement).text.offset).collect();
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut statements = Vec::with_capacity(parsed.len());
    for (place, statement) in parsed.into_iter().enumerate() {
        let start = starts.get(place).copied().unwrap_or_default();
        let span = Span::between(start, starts.get(place + 1).copied().unwrap_or(end));
        let kind = match statement {
            Parsed::Package(package) => TypedKind::Package(package),
            Parsed::Import(import) => TypedKind::Import(import),
            Parsed::Rule(rule) => TypedKind::Rule(parser.typed(rule, &places)),
            Parsed::Query(body) => TypedKind::Query { body, rule: parser.defined(body, &places) },
        };
        statements.push(TypedStatement { kind, span });
    }
    let source = String::from_utf8_lossy(text);
    let module = Module {
        version: options.version,
        comments: parser.comments,
        deep: limit > SHALLOW,
        ..Module::of_nodes(&source, parser.nodes, parser.apart)
    };
    (Ok(Typed { module, statements }), false)
}

impl Parser<'_> {
    fn typed(&self, rule: RuleId, places: &Places<'_>) -> TypedRule {
        let mut faults = Vec::new();
        self.check_rule(rule, &mut faults);
        let faults = faults.into_iter().map(|(location, message)| places.error(location, message, false));
        TypedRule { rule, faults: faults.collect() }
    }

    /// The rule that a query with one `=` or `:=` is.
    fn defined(&mut self, body: Body, places: &Places<'_>) -> Option<Result<TypedRule, String>> {
        let &[only] = self.nodes.body(body) else { return None };
        let ExpressionKind::Call(list) = self.nodes.expression(only).kind else { return None };
        if list.len() != 3 || !matches!(self.operator_of(list), Some(b"assign" | b"eq")) {
            return None;
        }
        Some(self.rule_of_body(body).map(|mut rule| {
            // A function without a body is told apart from one that is written in a module.
            let left = self.nodes.terms(list).get(1).map(|left| self.nodes.term(*left).kind);
            rule.generated_body = !matches!(left, Some(TermKind::Call(_)));
            let rule = self.new_rule(rule);
            self.typed(rule, places)
        }))
    }
}
