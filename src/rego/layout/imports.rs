//! Imports, and which of them are written.

use super::Writer;
use crate::rego::syntax::{ExpressionKind, Import, Keyword, Keywords, Module, RegoVersion, TermKind};
use std::collections::BTreeSet;

/// What imports of keywords change.
#[derive(Debug, Default)]
pub(super) struct Directives {
    /// The keywords that are imported one by one.
    pub(super) keywords: Keywords,
    pub(super) ifs: bool,
    pub(super) contains: bool,
}

impl Directives {
    pub(super) fn of(module: &Module) -> Self {
        let mut directives = Self::default();
        for import in &module.imports {
            match words(module, import).as_slice() {
                ["rego", "v1"] | ["future", "keywords"] => {
                    directives = Self { ifs: true, contains: true, ..directives };
                }
                ["rego", "v2"] => directives = Self { ifs: true, contains: true, keywords: Keywords::ALL },
                ["future", "keywords", word] => {
                    directives.contains |= *word == "contains";
                    directives.ifs |= *word == "if";
                    if let Some(keyword) = Keyword::of(word.as_bytes()) {
                        directives.keywords = directives.keywords.with(keyword);
                    }
                }
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
    for (_, expression) in nodes.all_expressions() {
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
        let of_language =
            |import: &&Import| matches!(words(module, import).as_slice(), ["future", ..] | ["rego", "v1"]);
        let rows = kept.iter().filter(|import| of_language(import)).map(|import| self.row(import.location));
        let behind = rows.max().map_or(1, |row| row + 1);
        let added = extra.iter().map(|word| {
            let path = vec!["future", "keywords", *word];
            Line { row: behind, column: 1, path, text: format!("import future.keywords.{word}") }
        });
        let typed = kept.iter().map(|import| {
            let (row, column) = self.place(import.location);
            Line { row, column, path: words(module, import), text: self.import_line(import) }
        });
        let rules = module.rules.iter().filter_map(|rule| module.rule(*rule));
        let first = rules.map(|rule| self.row(rule.location)).min();
        // What would stand behind a rule stands before everything.
        if !extra.is_empty() && first.is_some_and(|first| behind >= first) {
            let mut groups = grouped(added.collect());
            groups.extend(grouped(typed.collect()));
            return groups;
        }
        grouped(typed.chain(added).collect())
    }

    fn import_line(&self, import: &Import) -> String {
        let module = self.module;
        let mut writer = Writer::new(module, self.wildcards);
        writer.write("import ");
        writer.inline = true;
        writer.term(import.path, false);
        if let Some(alias) = import.alias {
            writer.write(" as ");
            let name = module.text(alias);
            writer.write(if name.starts_with('$') { "_" } else { name });
        }
        writer.out
    }
}

/// An import as it is written.
struct Line<'m> {
    row: u32,
    column: u32,
    path: Vec<&'m str>,
    text: String,
}

/// Imports by adjacent rows, sorted in each group.
fn grouped(mut lines: Vec<Line<'_>>) -> Vec<Vec<String>> {
    lines.sort_by_key(|line| (line.row, line.column));
    let mut groups: Vec<Vec<Line<'_>>> = Vec::new();
    for line in lines {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|last| line.row - last.row <= 1) => group.push(line),
            _ => groups.push(vec![line]),
        }
    }
    let sorted = |mut group: Vec<Line<'_>>| {
        group.sort_by(|left, right| (&left.path, &left.text).cmp(&(&right.path, &right.text)));
        group.into_iter().map(|line| line.text).collect()
    };
    groups.into_iter().map(sorted).collect()
}
