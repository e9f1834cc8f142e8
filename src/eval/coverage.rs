//! Which expressions and heads of modules were evaluated, as OPA reports it.

use crate::rego::syntax::{ExpressionKind, Location, Module, RuleId, Span};
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
    not_covered: BTreeSet<Range>,
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
fn rows(ranges: &BTreeSet<Range>) -> usize {
    ranges.iter().flat_map(|((start, _), (end, _))| *start..=*end).collect::<BTreeSet<u32>>().len()
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

impl FileCoverage {
    /// What was evaluated.
    #[must_use]
    pub fn covered(&self) -> &BTreeSet<Range> {
        &self.covered
    }

    /// What was not.
    #[must_use]
    pub fn not_covered(&self) -> &BTreeSet<Range> {
        &self.not_covered
    }

    /// How many rows were evaluated, and how many were not.
    #[must_use]
    pub fn rows(&self) -> (usize, usize) {
        (rows(&self.covered), rows(&self.not_covered))
    }

    /// The share of rows that were evaluated, in percent.
    #[must_use]
    pub fn percentage(&self) -> f64 {
        let (covered, not_covered) = self.rows();
        percentage(covered, not_covered)
    }
}

/// What was evaluated of texts: their files, first bytes and lengths.
pub type Covered = HashSet<(String, u32, u32)>;

impl Coverage {
    /// What was evaluated of modules, where the texts that were are given by file, first byte and length.
    #[must_use]
    pub fn of(modules: &[Arc<Module>], evaluated: &Covered) -> Self {
        let mut files: BTreeMap<String, FileCoverage> = BTreeMap::new();
        for module in modules {
            files.entry(module.file.clone()).or_default();
        }
        let by_name: BTreeMap<&str, &Module> = modules.iter().map(|module| (module.file.as_str(), &**module)).collect();
        for (file, offset, length) in evaluated {
            let Some(module) = by_name.get(file.as_str()) else { continue };
            if let Some(range) = range(module, Span { offset: *offset, length: *length })
                && let Some(report) = files.get_mut(file)
            {
                report.covered.insert(range);
            }
        }
        for module in modules {
            let Some(report) = files.get_mut(&module.file) else { continue };
            for location in locations(module) {
                if let Some(range) = range(module, location.text)
                    && !report.covered.iter().any(|covered| contains(*covered, range))
                {
                    report.not_covered.insert(range);
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
            (covered + rows(&file.covered), not_covered + rows(&file.not_covered))
        })
    }

    /// The rows that were not evaluated, by file.
    pub fn rows_not_covered(&self) -> impl Iterator<Item = (&str, u32)> {
        self.files.iter().flat_map(|(file, report)| {
            let rows: BTreeSet<u32> =
                report.not_covered.iter().flat_map(|((start, _), (end, _))| *start..=*end).collect();
            rows.into_iter().map(move |row| (file.as_str(), row))
        })
    }
}

/// The places of the heads and expressions of a module.
fn locations(module: &Module) -> Vec<Location> {
    let mut found: Vec<Location> = Vec::new();
    for rule in &module.rules {
        let mut next: Option<RuleId> = Some(*rule);
        while let Some(rule) = next.and_then(|id| module.rule(id)) {
            found.push(rule.head.location);
            next = rule.otherwise;
        }
    }
    let expressions = module.nodes().all_expressions().map(|(_, expression)| expression);
    let counted = expressions.filter(|expression| !matches!(expression.kind, ExpressionKind::Some { .. }));
    found.extend(counted.map(|expression| expression.location));
    found
}
