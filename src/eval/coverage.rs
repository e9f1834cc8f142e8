//! Which expressions and heads of modules were evaluated, as OPA reports it.

use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, Location, Module, Part, RuleId, Span, TermId, TermKind};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// A row and a column, each from 1.
pub type Position = (u32, u32);

/// From a position up to, not including, another.
pub type Range = (Position, Position);

/// What was evaluated of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileCoverage {
    covered: BTreeSet<Range>,
    not_covered: BTreeMap<Range, Vec<Reason>>,
}

/// Why something was not evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The index of rules left the rule out beforehand.
    IndexExcluded,
    /// Another rule held before.
    EarlyExit,
}

impl Reason {
    /// All of them, as they are told.
    pub const ALL: [Self; 2] = [Self::IndexExcluded, Self::EarlyExit];

    /// OPA's name of it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::IndexExcluded => "index_excluded",
            Self::EarlyExit => "early_exit",
        }
    }
}

/// The files, and the first bytes and lengths of what was evaluated in them.
pub type Spans = HashSet<(String, u32, u32)>;

/// What was evaluated.
#[derive(Debug, Clone, Default)]
pub struct Covered {
    /// As it is evaluated.
    pub spans: Spans,
    /// Without what keeps other things from being evaluated.
    pub without: Vec<(Reason, Spans)>,
}

impl Covered {
    /// Adds what was evaluated besides.
    pub fn extend(&mut self, other: Self) {
        self.spans.extend(other.spans);
        for (reason, spans) in other.without {
            match self.without.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, known)) => known.extend(spans),
                None => self.without.push((reason, spans)),
            }
        }
    }
}

/// What was evaluated of modules.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coverage {
    files: BTreeMap<String, FileCoverage>,
}

fn contains(outer: Range, inner: Range) -> bool {
    outer.0 <= inner.0 && outer.1 >= inner.1
}

/// How many rows ranges touch.
fn rows<'r>(ranges: impl Iterator<Item = &'r Range>) -> usize {
    ranges.flat_map(|((start, _), (end, _))| *start..=*end).collect::<BTreeSet<u32>>().len()
}

#[allow(clippy::cast_precision_loss)]
fn percentage(covered: usize, not_covered: usize) -> f64 {
    let all = covered + not_covered;
    if all == 0 { 0.0 } else { 100.0 * covered as f64 / all as f64 }
}

/// The place of a text in its module.
fn range(module: &Module, span: Span) -> Option<Range> {
    let place = |at: u32| module.lines().row_and_column(module.source.as_bytes(), at);
    (span.length > 0).then(|| (place(span.offset), place(span.end())))
}

/// Spans as places, by file.
fn ranges<'m>(modules: &BTreeMap<&'m str, &Module>, spans: &Spans) -> BTreeMap<&'m str, BTreeSet<Range>> {
    let mut ranges: BTreeMap<&str, BTreeSet<Range>> = BTreeMap::new();
    for (file, offset, length) in spans {
        let Some((file, module)) = modules.get_key_value(file.as_str()) else { continue };
        if let Some(range) = range(module, Span { offset: *offset, length: *length }) {
            ranges.entry(file).or_default().insert(range);
        }
    }
    ranges
}

impl FileCoverage {
    /// What was evaluated.
    #[must_use]
    pub fn covered(&self) -> &BTreeSet<Range> {
        &self.covered
    }

    /// What was not, and why, where that is known.
    #[must_use]
    pub fn not_covered(&self) -> &BTreeMap<Range, Vec<Reason>> {
        &self.not_covered
    }

    /// How many rows were evaluated, and how many were not.
    #[must_use]
    pub fn rows(&self) -> (usize, usize) {
        (rows(self.covered.iter()), rows(self.not_covered.keys()))
    }

    /// The share of rows that were evaluated, in percent.
    #[must_use]
    pub fn percentage(&self) -> f64 {
        let (covered, not_covered) = self.rows();
        percentage(covered, not_covered)
    }
}

impl Coverage {
    /// What was evaluated of modules.
    #[must_use]
    pub fn of(modules: &[Arc<Module>], evaluated: &Covered) -> Self {
        let mut files: BTreeMap<String, FileCoverage> = BTreeMap::new();
        for module in modules {
            files.entry(module.file.clone()).or_default();
        }
        let by_name: BTreeMap<&str, &Module> = modules.iter().map(|module| (module.file.as_str(), &**module)).collect();
        for (file, covered) in ranges(&by_name, &evaluated.spans) {
            files.entry(file.to_owned()).or_default().covered = covered;
        }
        let without: Vec<(Reason, BTreeMap<&str, BTreeSet<Range>>)> =
            evaluated.without.iter().map(|(reason, spans)| (*reason, ranges(&by_name, spans))).collect();
        for module in modules {
            let Some(report) = files.get_mut(&module.file) else { continue };
            for location in locations(module) {
                if let Some(range) = range(module, location.text)
                    && !report.covered.iter().any(|covered| contains(*covered, range))
                {
                    let is_covered = |ranges: &BTreeMap<&str, BTreeSet<Range>>| {
                        let of_file = ranges.get(module.file.as_str()).into_iter().flatten();
                        of_file.into_iter().any(|covered| contains(*covered, range))
                    };
                    let reasons = without.iter().filter(|(_, ranges)| is_covered(ranges)).map(|(reason, _)| *reason);
                    report.not_covered.insert(range, reasons.collect());
                }
            }
        }
        Self { files }
    }

    /// The share of rows that were evaluated, of those that could be, in percent.
    #[must_use]
    pub fn percentage(&self) -> f64 {
        let (covered, not_covered) = self.rows();
        percentage(covered, not_covered)
    }

    /// The files by name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &FileCoverage)> {
        self.files.iter().map(|(name, file)| (name.as_str(), file))
    }

    /// How many rows were evaluated, and how many were not.
    #[must_use]
    pub fn rows(&self) -> (usize, usize) {
        self.files.values().fold((0, 0), |(covered, not_covered), file| {
            (covered + rows(file.covered.iter()), not_covered + rows(file.not_covered.keys()))
        })
    }

    /// The rows that were not evaluated, by file: from each first of them through the last of those behind it.
    pub fn rows_not_covered(&self) -> impl Iterator<Item = (&str, u32, u32)> {
        self.files.iter().flat_map(|(file, report)| {
            let rows: BTreeSet<u32> =
                report.not_covered.keys().flat_map(|((start, _), (end, _))| *start..=*end).collect();
            let mut runs: Vec<(u32, u32)> = Vec::new();
            for row in rows {
                match runs.last_mut() {
                    Some((_, last)) if *last + 1 == row => *last = row,
                    _ => runs.push((row, row)),
                }
            }
            runs.into_iter().map(move |(first, last)| (file.as_str(), first, last))
        })
    }
}

/// The places of the heads and expressions of a module.
fn locations(module: &Module) -> Vec<Location> {
    let mut found: Vec<Location> = Vec::new();
    let mut due = Vec::new();
    for rule in &module.rules {
        let mut next: Option<RuleId> = Some(*rule);
        while let Some(rule) = next.and_then(|id| module.rule(id)) {
            found.push(rule.head.location);
            due.extend(module.terms(rule.head.reference).iter().copied().map(Node::Term));
            due.extend(module.terms(rule.head.arguments).iter().copied().map(Node::Term));
            due.extend(rule.head.key.into_iter().chain(rule.head.value).map(Node::Term));
            push_body(module, rule.body, &mut due);
            next = rule.otherwise;
        }
    }
    while let Some(node) = due.pop() {
        match node {
            Node::Term(term) => push_parts(module, term, &mut due),
            Node::Expression(id) => {
                let expression = module.expression(id);
                if !matches!(expression.kind, ExpressionKind::Some { .. }) {
                    found.push(expression.location);
                }
                push_parts_of_expression(module, expression.kind, &mut due);
                due.extend(module.nodes().withs(expression.with).iter().map(|with| Node::Term(with.value)));
            }
        }
    }
    found
}

/// A node that may have expressions in it.
#[derive(Clone, Copy)]
enum Node {
    Term(TermId),
    Expression(ExpressionId),
}

fn push_body(module: &Module, body: Body, due: &mut Vec<Node>) {
    due.extend(module.body(body).iter().copied().map(Node::Expression));
}

fn push_parts(module: &Module, term: TermId, due: &mut Vec<Node>) {
    match module.term(term).kind {
        TermKind::Ref(list)
        | TermKind::Call(list)
        | TermKind::Array(list)
        | TermKind::Object(list)
        | TermKind::Set(list) => due.extend(module.terms(list).iter().copied().map(Node::Term)),
        TermKind::ArrayComprehension { term, body } | TermKind::SetComprehension { term, body } => {
            due.push(Node::Term(term));
            push_body(module, body, due);
        }
        TermKind::ObjectComprehension { entry, body } => {
            due.extend(module.nodes().entry(entry).map(Node::Term));
            push_body(module, body, due);
        }
        TermKind::TemplateString { parts, .. } => {
            due.extend(module.nodes().parts(parts).iter().map(|part| match part {
                Part::Term(term) => Node::Term(*term),
                Part::Expression(expression) => Node::Expression(*expression),
            }));
        }
        TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. } | TermKind::Var(_) => {}
    }
}

fn push_parts_of_expression(module: &Module, kind: ExpressionKind, due: &mut Vec<Node>) {
    match kind {
        ExpressionKind::Term(term) => due.push(Node::Term(term)),
        ExpressionKind::Call(list) => due.extend(module.terms(list).iter().copied().map(Node::Term)),
        ExpressionKind::Some { symbols, .. } => due.extend(module.terms(symbols).iter().copied().map(Node::Term)),
        ExpressionKind::Every { key, value, domain, body, .. } => {
            due.extend(key.into_iter().chain([value, domain]).map(Node::Term));
            push_body(module, body, due);
        }
        ExpressionKind::Not { body, .. } => push_body(module, body, due),
        ExpressionKind::And(sides) | ExpressionKind::Or(sides) => {
            push_body(module, sides.left, due);
            push_body(module, sides.right, due);
        }
    }
}
