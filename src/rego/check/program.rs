//! What stages see of all modules at once.

use super::builtins::Builtins;
use super::data_paths::DataPaths;
use super::metadata_calls::AnnotationTerms;
use super::names::{Names, Symbol};
use super::rule_tree::RuleTree;
use super::unit::Unit;
use crate::rego::capabilities::Capabilities;
use crate::rego::syntax::{List, Nodes, TermId, TermKind, Written};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// How a program is checked.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// Whether the checks of `opa check --strict` are made.
    pub strict: bool,
    /// How many errors are told before one more says that there may be others; 0 for all.
    pub limit: usize,
    /// Whether calls of `print` stay; a build takes them out first.
    pub keep_print: bool,
    /// Whether rules that are tests are made ready to be run: those of one name get different ones, and record their cases.
    pub tests: bool,
    /// Whether what tests compare gets a name, so that its value can be told, and it is known which expressions belong
    /// together.
    pub shows_values: bool,
    /// What the OPA that will load the modules knows.
    pub capabilities: Cow<'static, Capabilities>,
    /// Where a bundle has data of its own, with which rules conflict.
    pub data: Option<DataPaths>,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            strict: false,
            limit: 10,
            keep_print: true,
            tests: false,
            shows_values: false,
            capabilities: Cow::Borrowed(Capabilities::current()),
            data: None,
        }
    }
}

/// The names of the rules of each package.
#[derive(Debug, Default)]
pub(super) struct Exports {
    names: FxHashMap<Vec<Symbol>, Vec<Symbol>>,
}

impl Exports {
    /// The names the rules of units begin with.
    pub(super) fn new(units: &[Unit<'_>]) -> Self {
        let mut exports = Self::default();
        for unit in units.iter().filter(|unit| unit.asked.is_none()) {
            if !exports.names.contains_key(&unit.package_names) {
                let _ = exports.names.insert(unit.package_names.clone(), Vec::new());
            }
            if let Some(names) = exports.names.get_mut(&unit.package_names) {
                names.extend_from_slice(&unit.rule_names);
            }
        }
        for names in exports.names.values_mut() {
            names.sort_unstable();
            names.dedup();
        }
        exports
    }

    /// The names of a package.
    pub(super) fn of(&self, package: &[Symbol]) -> &[Symbol] {
        self.names.get(package).map_or(&[], Vec::as_slice)
    }
}

/// Which refs rule heads may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heads {
    /// Refs of names: `p.q.r`.
    pub(super) of_strings: bool,
    /// Refs with variables: `p.q[x]`.
    pub(super) general: bool,
}

impl Heads {
    /// What the features of capabilities allow.
    pub(super) fn of(features: &[String]) -> Self {
        let has = |name: &str| features.iter().any(|feature| feature == name);
        let all = has("rego_v1") || has("rego_v2");
        Self { of_strings: all || has("rule_head_ref_string_prefixes"), general: all || has("rule_head_refs") }
    }
}

/// What stages see of all modules at once.
#[derive(Debug)]
pub struct Program<'m> {
    /// How it is checked.
    pub options: &'m CheckOptions,
    /// All names.
    pub names: Names,
    /// The built-in functions there are.
    pub builtins: Builtins,
    /// Which refs rule heads may have.
    pub(super) heads: Heads,
    /// All rules by their paths; none before heads have been resolved.
    pub rules: RuleTree,
    /// All annotations, where a unit asks for some.
    pub(super) annotations: Option<AnnotationTerms>,
}

impl Program<'_> {
    /// The name people know a variable, string or number of a unit by. A variable that stands for none of the author's
    /// is written as [`UNNUMBERED`] twice with its ordinal between: it has no number before all units are done.
    pub(super) fn name(&self, unit: &Unit<'_>, symbol: Symbol) -> Cow<'_, str> {
        let symbol = unit.origin(symbol);
        match symbol.ordinal() {
            None if self.names.is_wildcard(symbol) => Cow::Borrowed("_"),
            None => Cow::Borrowed(self.names.text(symbol)),
            Some(ordinal) => Cow::Owned(format!("{UNNUMBERED}{ordinal}{UNNUMBERED}")),
        }
    }

    /// A term of a unit as OPA writes it, with the author's variables.
    pub(super) fn term_text(&self, unit: &Unit<'_>, term: TermId) -> String {
        Written::new(&unit.nodes, &|symbol| self.name(unit, symbol)).term(term)
    }

    /// A term of a unit as OPA writes it, with the variables that stages made.
    pub(super) fn rewritten_text(&self, unit: &Unit<'_>, term: TermId) -> String {
        let name = |symbol: Symbol| match symbol.ordinal() {
            None => Cow::Borrowed(self.names.text(symbol)),
            Some(ordinal) => Cow::Owned(format!("{UNNUMBERED}{ordinal}{UNNUMBERED}")),
        };
        Written::new(&unit.nodes, &name).term(term)
    }

    /// A ref of a unit as OPA writes it, with the author's variables.
    pub(super) fn reference_text(&self, unit: &Unit<'_>, parts: &[TermId]) -> String {
        Written::new(&unit.nodes, &|symbol| self.name(unit, symbol)).reference(parts)
    }
}

/// Stands around the ordinal of a made variable in a message. No name is written with it: OPA escapes it.
pub(super) const UNNUMBERED: char = '\0';

/// A message of a unit with the numbers of its made variables, which are known once all units are done.
pub(super) fn numbered(message: &str, unit: &Unit<'_>, units: &[Unit<'_>]) -> String {
    let mut text = String::with_capacity(message.len());
    for (place, piece) in message.split(UNNUMBERED).enumerate() {
        match piece.parse::<u32>() {
            Ok(ordinal) if place % 2 == 1 => text.push_str(&unit.made_name(units, ordinal)),
            _ => text.push_str(piece),
        }
    }
    text
}

/// The names of a ref from its head on, as far as each part is a variable (the head) or a string.
pub(super) fn ground_names(nodes: &Nodes<Symbol>, parts: List<TermId>) -> Vec<Symbol> {
    let mut names = Vec::with_capacity(parts.len());
    for (place, part) in nodes.terms(parts).iter().enumerate() {
        match nodes.term(*part).kind {
            TermKind::Var(name) if place == 0 => names.push(name),
            TermKind::String { value, .. } => names.push(value),
            _ => break,
        }
    }
    names
}

/// The names of the function a call's first term names; `None` if it is not a ref of names alone.
pub(super) fn operator(unit: &Unit<'_>, call: List<TermId>) -> Option<Vec<Symbol>> {
    let mut path = Vec::new();
    names_operator(unit, *unit.nodes.terms(call).first()?, &mut path).then_some(path)
}

/// Whether a term that is called is a ref of names alone, or a name; `path` has its names then.
pub(super) fn names_operator(unit: &Unit<'_>, operator: TermId, path: &mut Vec<Symbol>) -> bool {
    path.clear();
    match unit.nodes.term(operator).kind {
        TermKind::Var(name) => path.push(name),
        TermKind::Ref(parts) => {
            for part in unit.nodes.terms(parts) {
                match unit.nodes.term(*part).kind {
                    TermKind::Var(name) if path.is_empty() => path.push(name),
                    TermKind::String { value, .. } => path.push(value),
                    _ => return false,
                }
            }
        }
        _ => return false,
    }
    true
}
