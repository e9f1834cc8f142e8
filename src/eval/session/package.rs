//! A package whose imports and rules were typed.

use crate::eval::EvalError;
use crate::rego::syntax::{
    Features, Import, Keyword, Keywords, Module, Options, RegoVersion, Statement, parse, quoted, write_part,
};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Imports that make the keywords of OPA 1.0 active.
const NEWER: &str = "import future.keywords.contains import future.keywords.every import future.keywords.if import \
                     future.keywords.in\n";

/// An import.
#[derive(Debug, Clone)]
pub(super) struct TypedImport {
    /// The text it was typed in, with blanks in the places of all else.
    pub(super) text: String,
    /// Its path.
    pub(super) path: Vec<String>,
    pub(super) alias: Option<String>,
}

impl TypedImport {
    /// The name it gives.
    pub(super) fn name(&self) -> Option<&str> {
        self.alias.as_deref().or(self.path.last().map(String::as_str))
    }

    fn words(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }
}

/// A rule.
#[derive(Debug, Clone)]
pub(super) struct DefinedRule {
    /// The text it was typed in, with blanks in the places of all else.
    pub(super) text: String,
    /// The parts of its head's ref, as Rego writes each.
    pub(super) reference: Vec<String>,
    /// The names its wildcards were read with, in their order: those of one line are different.
    pub(super) wildcards: Vec<String>,
    /// Whether it was read as before OPA 1.0.
    pub(super) older: bool,
}

/// Something of a package.
#[derive(Debug, Clone)]
pub(super) enum Item {
    Import(TypedImport),
    Rule(DefinedRule),
}

/// How a package begins.
#[derive(Debug)]
pub(super) struct Begun {
    /// Its path, `data` first.
    pub(super) path: Vec<String>,
    /// The statement.
    pub(super) text: String,
}

/// A package whose imports and rules were typed.
#[derive(Debug, Clone)]
pub(super) struct Package {
    /// Its path, `data` first.
    pub(super) path: Vec<String>,
    /// The statement that began it.
    text: String,
    pub(super) items: Vec<Item>,
    /// The same as a module.
    pub(super) module: Arc<Module>,
    /// The wildcards that have a name with others, by the bytes at which they stand.
    pub(super) wildcards: HashMap<u32, String>,
}

impl Package {
    /// A package, read as a module. Its text has what was typed in the order in which it was, each piece with rows of
    /// its own.
    pub(super) fn read(begun: Begun, items: Vec<Item>, reading: &Options) -> Result<Self, EvalError> {
        let Begun { path, text: first } = begun;
        let mut text = format!("{first}\n");
        let mut starts = Vec::with_capacity(items.len());
        let mut added = None;
        for item in &items {
            // As OPA does it, what is typed once there is a package is read with the keywords of OPA 1.0.
            let is_newer = matches!(item, Item::Rule(rule) if !rule.older);
            if is_newer && added.is_none() && matches!(reading.version, RegoVersion::V0 | RegoVersion::V0V1) {
                let start = text.len();
                text.push_str(NEWER);
                added = Some(start..text.len());
            }
            starts.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
            text.push_str(match item {
                Item::Import(import) => &import.text,
                Item::Rule(rule) => &rule.text,
            });
            text.push('\n');
        }
        let features = Features { template_strings: true, ..reading.features };
        let reading = Options { lenient: true, features, ..reading.clone() };
        let read = parse(text.as_bytes(), "", &reading);
        let mut module = read.map_err(|errors| EvalError::Parse { file: String::new(), errors })?;
        if let Some(added) = added {
            forget_imports(&mut module, &added);
        }
        let wildcards = shared_wildcards(&module, &items, &starts);
        module.restart_rows(starts);
        Ok(Self { path, text: first, items, module: Arc::new(module), wildcards })
    }

    /// The same with other imports and rules.
    pub(super) fn with(self, items: Vec<Item>, reading: &Options) -> Result<Self, EvalError> {
        Self::read(Begun { path: self.path, text: self.text }, items, reading)
    }

    pub(super) fn imports(&self) -> impl Iterator<Item = &TypedImport> {
        self.items.iter().filter_map(|item| match item {
            Item::Import(import) => Some(import),
            Item::Rule(_) => None,
        })
    }

    /// How text is read that is typed in the package.
    pub(super) fn reading(&self, session: &Options) -> Options {
        let mut options = match session.version {
            RegoVersion::V1 | RegoVersion::V2 => session.clone(),
            // As OPA does it.
            RegoVersion::V0 | RegoVersion::V0V1 => Options::new(RegoVersion::V1),
        };
        let mut imported = Keywords::NONE;
        for import in self.imports() {
            match import.words().as_slice() {
                ["rego", "v2"] if options.version != RegoVersion::V2 => options = Options::new(RegoVersion::V2),
                ["future", "keywords"] => imported = Keywords::ALL,
                ["future", "keywords", word] => {
                    if let Some(keyword) = Keyword::of(word.as_bytes()) {
                        imported = imported.with(keyword);
                    }
                }
                _ => {}
            }
        }
        Options { imported, ..options }
    }
}

/// A path below `data`, as Rego writes it behind `package`.
pub(super) fn name_of(path: &[String]) -> String {
    let mut text = path.get(1).cloned().unwrap_or_default();
    path.iter().skip(2).for_each(|part| write_part(part, &mut text));
    text
}

/// A path as Rego writes it.
pub(super) fn reference_of(path: &[String]) -> String {
    let mut text = path.first().cloned().unwrap_or_default();
    path.iter().skip(1).for_each(|part| write_part(part, &mut text));
    text
}

/// Whether one of two heads lies at or below the other.
pub(super) fn overlap(left: &[String], right: &[String]) -> bool {
    left.iter().zip(right).all(|(left, right)| left == right)
}

/// A string as a part of a head's ref.
pub(super) fn string_part(text: &str) -> String {
    quoted(text)
}

/// The names of wildcards that stand at several places: those of lines that were read apart may have the same.
fn shared_wildcards(module: &Module, items: &[Item], starts: &[u32]) -> HashMap<u32, String> {
    let mut places: Vec<u32> = module.wildcard_places();
    places.sort_unstable();
    let mut named: Vec<(u32, &str)> = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let Item::Rule(rule) = item else { continue };
        let (start, end) =
            (starts.get(place).copied().unwrap_or(0), starts.get(place + 1).copied().unwrap_or(u32::MAX));
        let own = places.iter().copied().filter(|at| (start..end).contains(at));
        named.extend(own.zip(rule.wildcards.iter().map(String::as_str)));
    }
    let mut count: HashMap<&str, usize> = HashMap::new();
    for (_, name) in &named {
        *count.entry(name).or_default() += 1;
    }
    let is_shared = |name: &str| count.get(name).is_some_and(|count| *count > 1);
    let shown = |name: &str| format!("_{}", name.trim_start_matches('$'));
    named.into_iter().filter(|(_, name)| is_shared(name)).map(|(at, name)| (at, shown(name))).collect()
}

/// Takes away the imports of a piece of a module.
fn forget_imports(module: &mut Module, piece: &Range<usize>) {
    let is_kept = |import: &Import| !piece.contains(&(import.location.text.offset as usize));
    let kept: Vec<bool> = module.imports.iter().map(is_kept).collect();
    let place = |old: usize| kept.iter().take(old).filter(|kept| **kept).count();
    module.statements = std::mem::take(&mut module.statements)
        .into_iter()
        .filter_map(|statement| match statement {
            Statement::Import(old) => kept.get(old).filter(|kept| **kept).map(|_| Statement::Import(place(old))),
            rule => Some(rule),
        })
        .collect();
    module.imports.retain(is_kept);
}
