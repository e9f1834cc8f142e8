//! A module as it was read into a unit.

use super::names::{Interner, Symbol};
use super::rewrite::copy_all;
use super::unit::{Unit, UnitImport};
use crate::rego::syntax::{Module, Nodes, RegoVersion, RuleId, TermId, TermKind, Text};

/// How many bytes a module mostly has for each name that differs from the others.
const BYTES_OF_A_NAME: usize = 48;

/// The unit of a module, and its names. Symbols are the module's own until it has [met](meet) those of the program.
///
/// The tree is that of the text, with the members of sets and objects sorted and merged as OPA keeps them.
pub(super) fn lower(module: &Module) -> (Unit<'_>, Interner<'_>) {
    lowered(module, module.nodes().roomy(), module.sorted_members())
}

/// The same, where the tree itself becomes that of the unit: the module has none after that.
pub(super) fn lower_in_place(module: &mut Module) -> (Unit<'_>, Interner<'_>) {
    let members = module.sorted_members();
    let nodes = module.take_nodes();
    lowered(module, nodes, members)
}

fn lowered(module: &Module, nodes: Nodes<Text>, members: Vec<(TermId, Vec<TermId>)>) -> (Unit<'_>, Interner<'_>) {
    let mut interner = Interner::with_room(module.source.len() / BYTES_OF_A_NAME);
    let mut unit = Unit::new(module);
    unit.package = nodes.terms(module.package.path).to_vec();
    unit.nodes = nodes.renamed(|text: Text| interner.symbol(module.text(text)));
    for (id, members) in members {
        let list = unit.nodes.add_terms(&members);
        let is_set = matches!(unit.nodes.term(id).kind, TermKind::Set(_));
        unit.nodes.set_kind(id, if is_set { TermKind::Set(list) } else { TermKind::Object(list) });
    }
    unit.imports = module
        .imports
        .iter()
        .map(|import| UnitImport {
            path: import.path,
            alias: import.alias.map(|alias| interner.symbol(module.text(alias))),
            location: import.location,
        })
        .collect();
    unit.rules.clone_from(&module.rules);
    unshare_heads(&mut unit);
    note_names(&mut unit);
    (unit, interner)
}

/// Notes what other units may have to know of a unit: the names of its package and its rules.
pub(super) fn note_names(unit: &mut Unit<'_>) {
    unit.package_names = unit.package.iter().filter_map(|part| unit.string(*part).or(unit.variable(*part))).collect();
    let first = |rule: &RuleId| unit.nodes.terms(unit.nodes.rule(*rule)?.head.reference).first().copied();
    unit.rule_names = unit.rules.iter().filter_map(|rule| unit.variable(first(rule)?)).collect();
    unit.since_v1 = unit.module.version != RegoVersion::V0 || imports_a_version(unit);
}

/// Further bodies and `else` parts share terms of their head with the rule before them; here each has its own.
fn unshare_heads(unit: &mut Unit<'_>) {
    for id in unit.rules_with_else() {
        let Some(mut rule) = unit.nodes.rule(id).copied() else { continue };
        let of_rule = unit.rules.binary_search(&id).is_ok();
        if of_rule && !rule.chained {
            continue;
        }
        rule.head.reference = copy_all(&mut unit.nodes, rule.head.reference);
        rule.head.arguments = copy_all(&mut unit.nodes, rule.head.arguments);
        if let Some(old) = unit.nodes.rule_mut(id) {
            *old = rule;
        }
    }
}

/// Tells a unit what the program calls its names, by their symbols in it. Its tree has its own symbols until [`adopt`].
pub(super) fn meet(unit: &mut Unit<'_>, symbols: Vec<Symbol>) {
    for name in unit.package_names.iter_mut().chain(&mut unit.rule_names) {
        *name = of_program(&symbols, *name);
    }
    unit.symbols = symbols;
}

/// Makes the symbols of a unit's tree those of the program.
pub(super) fn adopt(unit: &mut Unit<'_>) {
    let symbols = std::mem::take(&mut unit.symbols);
    let symbol = |own| of_program(&symbols, own);
    unit.nodes.rename(symbol);
    for import in &mut unit.imports {
        import.alias = import.alias.map(symbol);
    }
    if let Some(asked) = &mut unit.asked {
        asked.wildcard = symbol(asked.wildcard);
    }
}

/// What the program calls a symbol of a unit.
fn of_program(symbols: &[Symbol], own: Symbol) -> Symbol {
    symbols.get(own.index()).copied().unwrap_or(Symbol::EMPTY)
}

fn imports_a_version(unit: &Unit<'_>) -> bool {
    unit.imports.iter().any(|import| {
        let TermKind::Ref(parts) = unit.nodes.term(import.path).kind else { return false };
        let parts = unit.nodes.terms(parts);
        let names =
            (parts.first().and_then(|part| unit.variable(*part)), parts.get(1).and_then(|part| unit.string(*part)));
        matches!(names, (Some(Symbol::REGO), Some(Symbol::V1 | Symbol::V2)))
    })
}
