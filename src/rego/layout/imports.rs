//! Imports, and which of them are written.

use super::Writer;
use crate::rego::syntax::{ExpressionKind, Import, Module, RegoVersion, TermKind};
use std::collections::BTreeSet;

/// What imports of keywords change.
#[derive(Debug, Default)]
pub(super) struct Directives {
    pub(super) ifs: bool,
    pub(super) contains: bool,
}

impl Directives {
    pub(super) fn of(module: &Module) -> Self {
        let mut directives = Self::default();
        for import in &module.imports {
            match words(module, import).as_slice() {
                ["rego", "v1" | "v2"] | ["future", "keywords"] => directives = Self { ifs: true, contains: true },
                ["future", "keywords", "contains"] => directives.contains = true,
                ["future", "keywords", "if"] => directives.ifs = true,
                _ => {}
            }
        }
        directives
    }
}

/// The names of an import's path.
fn words<'m>(module: &'m Module, import: &Import) -> Vec<&'m str> {
    let TermKind::Ref(parts) = module.term(import.path).kind else { return Vec::new() };
    let name = |part: &_| match module.term(*part).kind {
        TermKind::Var(text) | TermKind::String { value: text, .. } => module.text(text),
        _ => "",
    };
    module.terms(parts).iter().map(name).collect()
}

/// Keywords that expressions need and that have to be imported.
fn needed(module: &Module) -> BTreeSet<&'static str> {
    let mut needed = BTreeSet::new();
    let nodes = module.nodes();
    for expression in nodes.expressions() {
        match expression.kind {
            ExpressionKind::Every { .. } => needed.extend(["every"]),
            ExpressionKind::Not { .. } => needed.extend(["not"]),
            ExpressionKind::And(_) => needed.extend(["and"]),
            ExpressionKind::Or(_) => needed.extend(["or"]),
            ExpressionKind::Call(list) => {
                let operator = module.terms(list).first().map(|term| module.term(*term).kind);
                if let Some(TermKind::Ref(parts)) = operator {
                    let last = module.terms(parts).last().map(|term| module.term(*term).kind);
                    let is_member = |text| matches!(module.text(text), "member_2" | "member_3");
                    if matches!(last, Some(TermKind::String { value, .. }) if is_member(value)) {
                        needed.extend(["in"]);
                    }
                }
            }
            _ => {}
        }
    }
    needed
}

impl Writer<'_> {
    /// The lines of imports, sorted in each group of adjacent rows, with those in front that the language needs.
    pub(super) fn import_groups(&self) -> Vec<Vec<String>> {
        let module = self.module;
        let has = |wanted: &[&str]| module.imports.iter().any(|import| words(module, import) == wanted);
        let (v1, v2) = (has(&["rego", "v1"]), has(&["rego", "v2"]));
        let mut kept: Vec<&Import> = module.imports.iter().collect();
        let mut extra: Vec<&str> = Vec::new();
        if module.version != RegoVersion::V2 {
            if v2 {
                kept.retain(|import| words(module, import) != ["rego", "v1"]);
            }
            if v1 || v2 {
                kept.retain(|import| words(module, import).first() != Some(&"future"));
            }
            let all = has(&["future", "keywords"]);
            let is_missing = |word: &&str| {
                let stands_for = *word == "in" && has(&["future", "keywords", "every"]);
                !all && !has(&["future", "keywords", word]) && !stands_for
            };
            let of_v2 = |word: &&str| matches!(*word, "not" | "and" | "or");
            let needed = needed(module).into_iter().filter(is_missing);
            extra = match (v1 || self.is_v1, v2) {
                (_, true) => Vec::new(),
                (true, false) => needed.filter(of_v2).collect(),
                (false, false) => needed.collect(),
            };
        }
        kept.sort_by_key(|import| self.place(import.location));
        let mut groups: Vec<Vec<(Vec<&str>, String)>> = Vec::new();
        if !extra.is_empty() {
            groups.push(
                extra
                    .iter()
                    .map(|word| (vec!["future", "keywords", word], format!("import future.keywords.{word}")))
                    .collect(),
            );
        }
        let mut last = None;
        for import in kept {
            let row = self.row(import.location);
            let line = (words(module, import), self.import_line(import));
            match groups.last_mut() {
                Some(group) if last.is_none_or(|last| row - last <= 1) => group.push(line),
                _ => groups.push(vec![line]),
            }
            last = Some(row);
        }
        for group in &mut groups {
            group.sort();
        }
        groups.into_iter().map(|group| group.into_iter().map(|(_, line)| line).collect()).collect()
    }

    fn import_line(&self, import: &Import) -> String {
        let module = self.module;
        let mut writer = Writer::new(module);
        writer.write("import ");
        writer.inline = true;
        writer.term(import.path, false);
        if let Some(alias) = import.alias {
            writer.write(" as ");
            writer.write(module.text(alias));
        }
        writer.out
    }
}
