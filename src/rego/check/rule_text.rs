//! How messages name rules, packages, imports, places.

use super::names::Symbol;
use super::program::Program;
use super::unit::{Unit, UnitImport};
use crate::rego::syntax::{Location, RuleId, TermId, TermKind, write_part};

impl Program<'_> {
    /// The whole path of a rule, as OPA writes it: `data.a.p[x]`.
    pub(super) fn rule_text(&self, unit: &Unit<'_>, rule: RuleId) -> String {
        let mut text = String::from("data");
        self.write_package(unit, &mut text);
        let Some((name, parts)) = head(unit, rule).split_first() else { return text };
        write_part(&unit.variable(*name).map(|name| self.name(unit, name)).unwrap_or_default(), &mut text);
        for part in parts {
            match unit.string(*part) {
                Some(name) => write_part(self.names.text(name), &mut text),
                None => {
                    text.push('[');
                    text.push_str(&self.term_text(unit, *part));
                    text.push(']');
                }
            }
        }
        text
    }

    /// The path of a rule within its package, as OPA writes it.
    pub(super) fn head_text(&self, unit: &Unit<'_>, rule: RuleId) -> String {
        self.reference_text(unit, head(unit, rule))
    }

    /// The path of a unit's package without `data`, as OPA writes it.
    pub(super) fn package_text(&self, unit: &Unit<'_>) -> String {
        let mut text = String::from(unit.package_names.get(1).map_or("", |name| self.names.text(*name)));
        self.write_parts(unit.package_names.get(2..).unwrap_or_default(), &mut text);
        text
    }

    /// An import, as OPA writes it.
    pub(super) fn import_text(&self, unit: &Unit<'_>, import: &UnitImport) -> String {
        let mut text = format!("import {}", self.reference_text(unit, &import_path(unit, import)));
        if let Some(alias) = import.alias {
            text.push_str(" as ");
            text.push_str(self.names.text(alias));
        }
        text
    }

    fn write_package(&self, unit: &Unit<'_>, text: &mut String) {
        self.write_parts(unit.package_names.get(1..).unwrap_or_default(), text);
    }

    fn write_parts(&self, names: &[Symbol], text: &mut String) {
        for name in names {
            write_part(self.names.text(*name), text);
        }
    }
}

fn head<'u>(unit: &'u Unit<'_>, rule: RuleId) -> &'u [TermId] {
    unit.nodes.rule(rule).map_or(&[], |rule| unit.nodes.terms(rule.head.reference))
}

/// The parts of an import's path.
pub(super) fn import_path(unit: &Unit<'_>, import: &UnitImport) -> Vec<TermId> {
    match unit.nodes.term(import.path).kind {
        TermKind::Ref(parts) => unit.nodes.terms(parts).to_vec(),
        _ => vec![import.path],
    }
}

/// A place, as messages name it.
pub(super) fn place_text(unit: &Unit<'_>, location: Location) -> String {
    let (row, column) = unit.module.row_and_column(location).unwrap_or_default();
    match (unit.module.file.as_str(), unit.module.span(location.text)) {
        ("", "") => format!("{row}:{column}"),
        ("", text) => text.to_owned(),
        (file, _) => format!("{file}:{row}"),
    }
}
