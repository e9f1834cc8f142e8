//! Gives tests of one name different ones, so that each is a document of its own.

use super::{Numbers, name_place, write_parts};
use crate::rego::check::names::{Names, Symbol};
use crate::rego::check::unit::Unit;
use crate::rego::syntax::{RuleId, TermKind};

/// Renames the tests of units whose names others have before them.
pub(in crate::rego::check) fn number(units: &mut [Unit<'_>], names: &mut Names) {
    let mut numbers = Numbers::default();
    for unit in units {
        for rule in unit.rules.clone() {
            if let Some((place, name)) = renamed(unit, rule, names, &mut numbers) {
                let known = names.iter().find(|(_, text)| *text == name).map(|(symbol, _)| symbol);
                let name = known.unwrap_or_else(|| names.push(&name));
                rename(unit, rule, place, name);
            }
        }
    }
}

/// The place of the name of a test in its head, and the name it gets.
fn renamed(unit: &Unit<'_>, rule: RuleId, names: &Names, numbers: &mut Numbers) -> Option<(usize, String)> {
    let text = |symbol: Symbol| names.text(symbol);
    let reference = unit.nodes.terms(unit.nodes.rule(rule)?.head.reference);
    let place = name_place(&unit.nodes, reference, text)?;
    let own = *reference.get(place)?;
    let mut path = String::new();
    write_parts(&unit.nodes, &unit.package, text, &mut path);
    write_parts(&unit.nodes, reference.get(..=place)?, text, &mut path);
    let name = unit.variable(own).or(unit.string(own))?;
    numbers.next(&path, text(name)).map(|name| (place, name))
}

fn rename(unit: &mut Unit<'_>, id: RuleId, place: usize, name: Symbol) {
    let Some(mut rule) = unit.nodes.rule(id).copied() else { return };
    let mut reference = unit.nodes.terms(rule.head.reference).to_vec();
    let Some(part) = reference.get_mut(place) else { return };
    let kind = if place == 0 { TermKind::Var(name) } else { TermKind::String { value: name, raw: false } };
    *part = unit.nodes.add_term(kind, unit.nodes.term(*part).location);
    rule.head.reference = unit.nodes.add_terms(&reference);
    if place == 0 && rule.head.name.is_some() {
        rule.head.name = Some(name);
    }
    if let Some(old) = unit.nodes.rule_mut(id) {
        *old = rule;
    }
}
