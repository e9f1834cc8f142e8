//! Imports of one name.

use super::errors::{CheckError, Code, Place};
use super::names::Symbol;
use super::program::Program;
use super::rule_text::import_path;
use super::stage::Stage;
use super::unit::{Unit, UnitImport};
use rustc_hash::FxHashMap;

/// Tells imports with the name of an earlier one; since v1, before that only when strict.
pub(super) fn check(unit: &mut Unit<'_>, program: &Program<'_>) {
    if !unit.refuses_more(program.options) {
        return;
    }
    let mut first: FxHashMap<Symbol, UnitImport> = FxHashMap::default();
    for import in unit.imports.clone() {
        let Some(name) = name(unit, &import) else { continue };
        let Some(earlier) = first.get(&name) else {
            let _ = first.insert(name, import);
            continue;
        };
        let message = format!("import must not shadow {}", program.import_text(unit, earlier));
        let place = |import: &UnitImport| Place { unit: unit.number, location: import.location };
        let error = CheckError::new(Code::Compile, Some(place(&import)), message);
        let error = error.with_related("first imported here", place(earlier));
        unit.tell(Stage::DuplicateImports, error);
    }
}

/// The name an import gives to what it imports.
fn name(unit: &Unit<'_>, import: &UnitImport) -> Option<Symbol> {
    if import.alias.is_some() {
        return import.alias;
    }
    let last = *import_path(unit, import).last()?;
    unit.string(last).or_else(|| unit.variable(last))
}

#[cfg(test)]
mod tests {
    use crate::rego::check::CheckOptions;
    use crate::rego::check::tests::messages;

    #[test]
    fn an_import_must_not_have_the_name_of_another() {
        let text = "package a\n\nimport data.b.c\nimport input.d as c\n\np := c";
        assert_eq!(messages(&[text], &CheckOptions::default()), ["import must not shadow import data.b.c"]);
    }
}
