//! Words that are keywords where names are written.

use super::Printer;
use super::terms::Call;
use crate::rego::syntax::{RegoVersion, TermId, TermKind};

/// Words that no bare part of a ref is, whatever the version.
pub(super) const KEYWORDS: [&str; 17] = [
    "as", "and", "contains", "default", "else", "every", "false", "if", "import", "in", "not", "null", "or", "package",
    "some", "true", "with",
];

impl Printer<'_> {
    /// Whether what is written first is a ref that begins with a keyword, which only the first term of an expression may be:
    /// no parenthesis stands before it.
    pub(super) fn begins_with_keyword(&self, mut term: TermId) -> bool {
        let module = self.module;
        loop {
            term = match module.term(term).kind {
                TermKind::Ref(parts) => match module.terms(parts) {
                    [only] => *only,
                    [head, ..] => match module.term(*head).kind {
                        TermKind::Var(name) => return self.is_keyword(module.text(name)),
                        _ => *head,
                    },
                    [] => return false,
                },
                TermKind::Call(terms) => match (Call::of(module, module.terms(terms)), module.terms(terms).first()) {
                    (Call::Union(left, _) | Call::Infix { left, .. }, _) => left,
                    (Call::Membership { key, value, .. }, _) => key.unwrap_or(value),
                    (Call::Plain, Some(operator)) => *operator,
                    (Call::Plain, None) => return false,
                },
                _ => return false,
            };
        }
    }

    /// Whether a name is a keyword in the module; `contains` is a name too wherever a term stands.
    fn is_keyword(&self, name: &str) -> bool {
        let module = self.module;
        let is_of_v1 = matches!(name, "every" | "if" | "in");
        let has_it = match module.version {
            RegoVersion::V0 | RegoVersion::V0V1 => false,
            RegoVersion::V1 => is_of_v1,
            RegoVersion::V2 => true,
        };
        let is_imported = || {
            module.imports.iter().any(|import| {
                let TermKind::Ref(parts) = module.term(import.path).kind else { return false };
                let parts = module.terms(parts).iter().map(|part| match module.term(*part).kind {
                    TermKind::Var(text) | TermKind::String { value: text, .. } => module.text(text),
                    _ => "",
                });
                match parts.collect::<Vec<_>>()[..] {
                    ["future", "keywords"] | ["rego", "v2"] => true,
                    ["future", "keywords", keyword] => keyword == name,
                    ["rego", "v1"] => is_of_v1,
                    _ => false,
                }
            })
        };
        match name {
            "every" | "if" | "in" | "and" | "or" => has_it || is_imported(),
            "contains" => false,
            name => KEYWORDS.contains(&name),
        }
    }
}
