//! What can be named in a session.

use super::package::{Package, reference_of};
use super::typed::{path, reference_text};
use super::{Session, is_of_document};
use crate::rego::capabilities::Capabilities;
use crate::rego::syntax::{Module, Rule};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A rule that can be named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownRule {
    /// Its whole path.
    pub path: String,
    /// What it is called in its package, where that is the current one.
    pub short: Option<String>,
    /// The arguments of a function, as they were written.
    pub arguments: Vec<String>,
}

impl Session {
    /// The names that imports of typed packages give.
    #[must_use]
    pub fn imported_names(&self) -> Vec<String> {
        let documents = self.packages.values().flat_map(Package::imports).filter(|import| is_of_document(import));
        documents.filter_map(|import| import.name().map(str::to_owned)).collect()
    }

    /// The paths of all packages.
    #[must_use]
    pub fn package_names(&self) -> BTreeSet<String> {
        let modules = self.modules();
        modules.iter().map(|module| reference_of(&path(module, module.terms(module.package.path)))).collect()
    }

    /// The built-in functions that are declared, by bundles or capabilities, and are not there: calls of them are undefined.
    #[must_use]
    pub fn missing_builtins(&self) -> Vec<String> {
        let current = Capabilities::current();
        let declared = self.check.capabilities.builtins().iter();
        let missing = declared.filter(|builtin| current.builtin(&builtin.name).is_none());
        missing.map(|builtin| builtin.name.to_string()).collect()
    }

    /// The rules that were loaded or typed.
    #[must_use]
    pub fn rules(&self) -> BTreeSet<KnownRule> {
        let current = self.path();
        let mut known = BTreeSet::new();
        for module in self.modules() {
            let package = path(&module, module.terms(module.package.path));
            let prefix = reference_of(&package);
            for rule in module.rules.iter().filter_map(|id| module.rule(*id)) {
                let short = reference_text(&module, rule.head.reference);
                known.insert(KnownRule {
                    path: format!("{prefix}.{short}"),
                    short: (package == current).then_some(short),
                    arguments: arguments(&module, rule),
                });
            }
        }
        known
    }
}

fn arguments(module: &Module, rule: &Rule) -> Vec<String> {
    let name = |text| Cow::Borrowed(module.text(text));
    let written = crate::rego::syntax::Written::new(module.nodes(), &name);
    module.terms(rule.head.arguments).iter().map(|argument| written.term(*argument)).collect()
}
