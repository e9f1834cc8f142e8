//! One module on its way through the stages.

use super::errors::CheckError;
use super::names::{Names, Symbol};
use super::program::CheckOptions;
use super::query::AskedRule;
use super::stage::Stage;
use crate::rego::syntax::{ExpressionId, Location, Module, Nodes, RuleId, TermId, TermKind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;

/// An import.
#[derive(Debug, Clone, Copy)]
pub struct UnitImport {
    /// The path, a ref.
    pub path: TermId,
    /// The name behind `as`.
    pub alias: Option<Symbol>,
    /// The word `import`.
    pub location: Location,
}

/// A variable a stage made.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    /// The variable of the author it stands for.
    pub origin: Option<Symbol>,
    /// The term it was put in place of, for messages about refs.
    pub subject: Option<TermId>,
}

/// Which expressions were made out of which.
#[derive(Debug, Default)]
pub(super) struct Derived {
    from: FxHashMap<ExpressionId, ExpressionId>,
    made: FxHashMap<ExpressionId, Vec<ExpressionId>>,
}

/// One module on its way through the stages: its tree, and what they found.
#[derive(Debug)]
pub struct Unit<'m> {
    /// The module as it was read.
    pub module: &'m Module,
    /// Its number among the units of the program, which are sorted by file.
    pub number: u32,
    /// The tree.
    pub nodes: Nodes<Symbol>,
    /// The package's path, `data` first.
    pub package: Vec<TermId>,
    /// The names of the package's path, `data` first.
    pub package_names: Vec<Symbol>,
    /// What the heads of its rules begin with, as it was written.
    pub(super) rule_names: Vec<Symbol>,
    /// What the program calls the names of the tree, by their symbols in it; none once the tree has those of the program.
    pub(super) symbols: Vec<Symbol>,
    /// The imports; none after they have been resolved.
    pub imports: Vec<UnitImport>,
    /// The rules, further bodies among them; an `else` hangs on its rule.
    pub rules: Vec<RuleId>,
    /// Whether the rules of OPA 1.0 hold for it.
    pub since_v1: bool,
    /// Whether it asks for annotations.
    pub(super) reads_metadata: bool,
    /// The query it is; none for a module.
    pub asked: Option<AskedRule>,
    /// The variables stages made, by ordinal.
    pub made: Vec<Made>,
    /// How many made variables there were when a stage began to make some.
    made_by: Vec<(Stage, u32)>,
    /// The equalities that were written as `:=`, by the numbers of expressions.
    pub(super) assigned: FxHashSet<ExpressionId>,
    /// Which expressions stages made out of which; none where nobody asks for it.
    pub(super) derived: Option<Derived>,
    /// What was found, in the order it was found.
    pub errors: Vec<(Stage, CheckError)>,
}

impl<'m> Unit<'m> {
    pub(super) fn new(module: &'m Module) -> Self {
        Self {
            module,
            number: 0,
            nodes: Nodes::default(),
            package: Vec::new(),
            package_names: Vec::new(),
            rule_names: Vec::new(),
            symbols: Vec::new(),
            imports: Vec::new(),
            rules: Vec::new(),
            since_v1: true,
            reads_metadata: false,
            asked: None,
            made: Vec::new(),
            made_by: Vec::new(),
            assigned: FxHashSet::default(),
            derived: None,
            errors: Vec::new(),
        }
    }

    /// Begins a stage: variables made from now on are its.
    pub(super) fn begin(&mut self, stage: Stage) {
        let made = u32::try_from(self.made.len()).unwrap_or(u32::MAX);
        self.made_by.push((stage, made));
    }

    /// How many variables a stage made.
    fn made_in(&self, stage: Stage) -> (u32, u32) {
        let end = u32::try_from(self.made.len()).unwrap_or(u32::MAX);
        let Some(place) = self.made_by.iter().position(|(made_by, _)| *made_by == stage) else { return (0, 0) };
        let start = self.made_by.get(place).map_or(0, |(_, start)| *start);
        (start, self.made_by.get(place + 1).map_or(end, |(_, next)| *next))
    }

    /// Whether the checks of `opa check --strict` are made of it; of a query they never are.
    pub(super) fn is_strict(&self, options: &CheckOptions) -> bool {
        options.strict && self.asked.is_none()
    }

    /// Whether what is refused since OPA 1.0, and before that where checks are strict, is refused in it.
    pub(super) fn refuses_more(&self, options: &CheckOptions) -> bool {
        self.asked.is_none() && (self.since_v1 || options.strict)
    }

    /// A new variable, and the one of the author it stands for.
    pub(super) fn make(&mut self, origin: Option<Symbol>) -> Symbol {
        let symbol = Symbol::made(u32::try_from(self.made.len()).unwrap_or(0));
        self.made.push(Made { origin, subject: None });
        symbol
    }

    /// The variable of the author behind a variable.
    #[must_use]
    pub fn origin(&self, variable: Symbol) -> Symbol {
        let made = variable.ordinal().and_then(|ordinal| self.made.get(ordinal as usize));
        made.and_then(|made| made.origin).unwrap_or(variable)
    }

    /// The stage that made a variable, and its place among those the stage made in this unit.
    #[must_use]
    pub(super) fn made_where(&self, ordinal: u32) -> Option<(Stage, u32)> {
        let (stage, start) = self.made_by.iter().rfind(|(_, start)| *start <= ordinal)?;
        Some((*stage, ordinal - start))
    }

    /// Remembers the term a made variable was put in place of.
    pub(super) fn remember(&mut self, variable: Symbol, subject: TermId) {
        let made = variable.ordinal().and_then(|ordinal| self.made.get_mut(ordinal as usize));
        if let Some(made) = made {
            made.subject = Some(subject);
        }
    }

    /// The rules, each with its `else` behind it.
    #[must_use]
    pub fn rules_with_else(&self) -> Vec<RuleId> {
        let mut all = Vec::with_capacity(self.rules.len());
        for rule in &self.rules {
            let mut next = Some(*rule);
            while let Some(rule) = next {
                all.push(rule);
                next = self.nodes.rule(rule).and_then(|rule| rule.otherwise);
            }
        }
        all
    }

    /// Remembers that an equality was written as `:=`.
    pub(super) fn mark_assigned(&mut self, id: ExpressionId) {
        let _ = self.assigned.insert(id);
    }

    /// Whether an equality was written as `:=`.
    #[must_use]
    pub fn is_assigned(&self, id: ExpressionId) -> bool {
        self.assigned.contains(&id)
    }

    /// Remembers that a stage made expressions out of another.
    pub(super) fn derive(&mut self, from: ExpressionId, made: &[ExpressionId]) {
        if let Some(derived) = &mut self.derived {
            derived.from.extend(made.iter().map(|made| (*made, from)));
            derived.made.entry(from).or_default().extend(made);
        }
    }

    /// The expression that another was made out of.
    #[must_use]
    pub fn derived_from(&self, made: ExpressionId) -> Option<ExpressionId> {
        self.derived.as_ref()?.from.get(&made).copied()
    }

    /// The expressions that were made out of another, in the order they were made.
    #[must_use]
    pub fn derived_of(&self, from: ExpressionId) -> &[ExpressionId] {
        self.derived.as_ref().and_then(|derived| derived.made.get(&from)).map_or(&[], Vec::as_slice)
    }

    /// Tells an error of this unit.
    pub(super) fn tell(&mut self, stage: Stage, error: CheckError) {
        self.errors.push((stage, error));
    }

    /// The name of a variable, a string or a number: made variables as the program numbers them.
    #[must_use]
    pub fn name<'n>(&self, names: &'n Names, units: &[Unit<'_>], symbol: Symbol) -> Cow<'n, str> {
        match symbol.ordinal() {
            None => Cow::Borrowed(names.text(symbol)),
            Some(ordinal) => Cow::Owned(self.made_name(units, ordinal)),
        }
    }

    /// The name of a made variable, as the program numbers it.
    pub(super) fn made_name(&self, units: &[Unit<'_>], ordinal: u32) -> String {
        if self.asked.is_some() {
            return format!("__localq{}__", self.number_in_query(ordinal));
        }
        format!("__local{}__", self.number_of_made(units, ordinal))
    }

    /// Those of a query are counted alone, without those that hold values.
    fn number_in_query(&self, ordinal: u32) -> u32 {
        let (start, end) = self.made_in(Stage::Captures);
        ordinal - if ordinal >= end { end - start } else { 0 }
    }

    /// One counter runs through all stages, and in each through all modules.
    fn number_of_made(&self, units: &[Unit<'_>], ordinal: u32) -> u64 {
        let Some((stage, place)) = self.made_where(ordinal) else { return u64::from(ordinal) };
        let mut number = u64::from(place);
        for unit in units {
            // Those of a query have numbers of their own.
            let of_modules = |made_by: Stage| made_by != Stage::Captures || stage == Stage::Captures;
            for (earlier, _) in unit.made_by.iter().filter(|(made_by, _)| *made_by <= stage && of_modules(*made_by)) {
                if *earlier < stage || unit.number < self.number {
                    let (start, end) = unit.made_in(*earlier);
                    number += u64::from(end - start);
                }
            }
        }
        number
    }

    /// The symbol of a variable.
    #[must_use]
    pub fn variable(&self, term: TermId) -> Option<Symbol> {
        match self.nodes.term(term).kind {
            TermKind::Var(name) => Some(name),
            _ => None,
        }
    }

    /// The symbol of a string.
    #[must_use]
    pub fn string(&self, term: TermId) -> Option<Symbol> {
        match self.nodes.term(term).kind {
            TermKind::String { value, .. } => Some(value),
            _ => None,
        }
    }
}
