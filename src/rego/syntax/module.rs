//! A module: the tree of one file.

use super::json::Sorted;
use super::location::{LineTable, Location, Span};
use super::nodes::Nodes;
use super::options::RegoVersion;
use super::tree::{
    Body, Comment, Expression, ExpressionId, Import, List, Package, Part, Rule, RuleId, Statement, Term, TermId,
    TermKind, Text, With,
};
use crate::rego::metadata::Annotation;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The tree of one file, and the text it was read from.
///
/// Numbers and lists are those this module handed out; for any other, the lookups answer with an empty node.
#[derive(Debug, Clone)]
pub struct Module {
    /// The name of the file.
    pub file: String,
    /// The text.
    pub source: String,
    /// The version it was read as.
    pub version: RegoVersion,
    /// The package.
    pub package: Package,
    /// The imports, in the order of the text.
    pub imports: Vec<Import>,
    /// The rules, in the order of the text. An `else` hangs on its rule.
    pub rules: Vec<RuleId>,
    /// Imports and rules, in the order of the text.
    pub statements: Vec<Statement>,
    /// The comments, in the order of the text.
    pub comments: Vec<Comment>,
    /// What the `# METADATA` comments say, in the order of the text.
    pub annotations: Vec<Annotation>,
    /// The annotations of the rules that have some, by their places among all.
    pub annotations_of_rules: HashMap<RuleId, Vec<usize>>,
    /// Whether it is nested so deep that walking through it by recursion needs more than a usual stack.
    pub deep: bool,
    pub(super) lines: OnceLock<LineTable>,
    pub(super) nodes: Nodes<Text>,
    /// The texts that do not stand in the source.
    pub(super) apart: String,
}

impl Module {
    /// All its nodes.
    #[must_use]
    pub fn nodes(&self) -> &Nodes<Text> {
        &self.nodes
    }

    /// Takes all its nodes: what is left has none.
    pub fn take_nodes(&mut self) -> Nodes<Text> {
        std::mem::take(&mut self.nodes)
    }

    /// Nodes that are no whole module, with the text they were read from.
    pub(super) fn of_nodes(text: &str, nodes: Nodes<Text>, apart: String) -> Self {
        Self {
            file: String::new(),
            source: text.to_owned(),
            version: RegoVersion::V1,
            package: Package { path: List::EMPTY, location: Location::NONE },
            imports: Vec::new(),
            rules: Vec::new(),
            statements: Vec::new(),
            comments: Vec::new(),
            annotations: Vec::new(),
            annotations_of_rules: HashMap::new(),
            deep: false,
            lines: OnceLock::new(),
            nodes,
            apart,
        }
    }

    /// A term.
    #[must_use]
    pub fn term(&self, id: TermId) -> Term {
        self.nodes.term(id)
    }

    /// The terms of a list.
    #[must_use]
    pub fn terms(&self, list: List<TermId>) -> &[TermId] {
        self.nodes.terms(list)
    }

    /// An expression.
    #[must_use]
    pub fn expression(&self, id: ExpressionId) -> &Expression {
        self.nodes.expression(id)
    }

    /// The expressions of a body.
    #[must_use]
    pub fn body(&self, body: Body) -> &[ExpressionId] {
        self.nodes.body(body)
    }

    /// The `with` modifiers of an expression.
    #[must_use]
    pub fn withs(&self, list: List<With>) -> &[With] {
        self.nodes.withs(list)
    }

    /// The parts of a template string.
    #[must_use]
    pub fn parts(&self, list: List<Part>) -> &[Part] {
        self.nodes.parts(list)
    }

    /// A rule; `None` only for a number of another module.
    #[must_use]
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.nodes.rule(id)
    }

    /// The members of sets, doubles left out, and the keys and values of objects by turns, in the order OPA keeps them.
    /// Sets and objects with fewer than two members are not among them.
    #[must_use]
    pub fn sorted_members(&self) -> Vec<(TermId, Vec<TermId>)> {
        Sorted::new(self).into_members()
    }

    /// The bytes at which wildcards stand.
    #[must_use]
    pub fn wildcard_places(&self) -> Vec<u32> {
        self.wildcards().map(|(at, _)| at).collect()
    }

    /// The bytes at which wildcards stand, and their names.
    pub fn wildcards(&self) -> impl Iterator<Item = (u32, &str)> {
        self.nodes.all_terms().filter_map(|(_, term)| match term.kind {
            TermKind::Var(name) => Some((term.location.at, self.text(name))).filter(|(_, name)| name.starts_with('$')),
            _ => None,
        })
    }

    /// The characters of a text.
    #[must_use]
    pub fn text(&self, text: Text) -> &str {
        let from = if text.apart { &self.apart } else { &self.source };
        from.get(text.span.offset as usize..text.span.end() as usize).unwrap_or_default()
    }

    /// A piece of the source.
    #[must_use]
    pub fn span(&self, span: Span) -> &str {
        self.source.get(span.offset as usize..span.end() as usize).unwrap_or_default()
    }

    /// The bytes of a piece of the source, which may begin or end within a character.
    #[must_use]
    pub fn bytes(&self, span: Span) -> &[u8] {
        self.source.as_bytes().get(span.offset as usize..span.end() as usize).unwrap_or_default()
    }

    /// The rows of the source.
    #[must_use]
    pub fn lines(&self) -> &LineTable {
        self.lines.get_or_init(|| LineTable::new(self.source.as_bytes()))
    }

    /// Counts rows from 1 again at these bytes of the source, each the first of a row.
    pub fn restart_rows(&mut self, at: Vec<u32>) {
        self.lines = OnceLock::from(LineTable::new(self.source.as_bytes()).restarting(at));
    }

    /// The row and column of a place; `None` where there is none. A newline, with which a part of a raw template string
    /// may begin, is where it leads to: in the next row, before the first column.
    #[must_use]
    pub fn row_and_column(&self, location: Location) -> Option<(u32, u32)> {
        if !location.is_some() {
            return None;
        }
        let (row, column) = self.lines().row_and_column(self.source.as_bytes(), location.at);
        let newline = self.source.as_bytes().get(location.at as usize) == Some(&b'\n');
        Some(if newline { (row + 1, 0) } else { (row, column) })
    }
}
