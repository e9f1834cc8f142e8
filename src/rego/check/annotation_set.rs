//! Annotations of one package or document more than once.

use super::errors::{CheckError, Code, Place};
use super::program::Program;
use super::rule_text::place_text;
use super::rule_tree::{NodeId, RuleTree};
use super::unit::Unit;
use crate::rego::metadata::Annotation;
use crate::rego::syntax::{Location, RuleId, Span, Statement};
use rustc_hash::FxHashMap;

/// Tells annotations of packages, of all packages below a path, and of documents that have one already, in any file.
pub(super) fn check(units: &[Unit<'_>], program: &Program<'_>) -> Vec<CheckError> {
    let mut packages: FxHashMap<NodeId, Place> = FxHashMap::default();
    let mut paths: FxHashMap<NodeId, Place> = FxHashMap::default();
    let mut errors = Vec::new();
    for unit in units {
        for annotation in &unit.module.annotations {
            let (declared, at) = match (annotation.scope.as_str(), rule_of(unit, annotation)) {
                ("package", None) => (&mut packages, program.rules.package(unit)),
                ("subpackages", None) => (&mut paths, program.rules.package(unit)),
                ("document", Some(rule)) => (&mut paths, program.rules.place(unit, rule)),
                _ => continue,
            };
            let place = Place { unit: unit.number, location: location(annotation) };
            let Some(at) = at else { continue };
            let Some(first) = declared.get(&at).copied() else {
                let _ = declared.insert(at, place);
                continue;
            };
            let of = units.get(first.unit as usize).map(|unit| place_text(unit, first.location)).unwrap_or_default();
            let message = format!("{} annotation redeclared: {of}", annotation.scope);
            errors.push(CheckError::new(Code::Type, Some(place), message).with_related("first declared here", first));
        }
    }
    errors
}

/// The rule an annotation stands above.
pub(super) fn rule_of(unit: &Unit<'_>, annotation: &Annotation) -> Option<RuleId> {
    // The package is the first of the statements an annotation may stand above.
    match unit.module.statements.get(annotation.target?.checked_sub(1)?)? {
        Statement::Rule(rule) => Some(*rule),
        Statement::Import(_) => None,
    }
}

/// The place of an annotation.
pub(super) fn location(annotation: &Annotation) -> Location {
    let at = annotation.place.offset;
    Location { at, text: Span { offset: at, length: 1 } }
}

impl RuleTree {
    /// The place of a unit's package.
    fn package(&self, unit: &Unit<'_>) -> Option<NodeId> {
        self.find(&unit.package_names)
    }
}

#[cfg(test)]
mod tests {
    use crate::rego::check::CheckOptions;
    use crate::rego::check::tests::messages;

    #[test]
    fn a_package_has_one_annotation_in_all_files() {
        let text = "# METADATA\n# title: a\npackage a\n\np := 1";
        let told = messages(&[text, text], &CheckOptions::default());
        assert_eq!(told, ["package annotation redeclared: 0.rego:1"]);
    }
}
