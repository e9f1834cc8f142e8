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
    /// Whether a union must stand without parentheses. A ref that begins with a keyword is a term only where an expression
    /// begins, as that of a comprehension may that turns out to be none: `{a | if.b,}`.
    pub(super) fn is_bare_union(&self, left: TermId, right: TermId) -> bool {
        self.begins_with_keyword(left) || self.begins_with_keyword(right) || self.begins_with_bare_union(left)
    }

    /// Whether a term begins with such a union.
    pub(super) fn begins_with_bare_union(&self, mut term: TermId) -> bool {
        while let Some(call) = self.call_of(term) {
            match (call, self.first_of(term)) {
                (Call::Union(left, right), _) if self.begins_with_keyword(left) || self.begins_with_keyword(right) => {
                    return true;
                }
                (_, Some(first)) => term = first,
                (_, None) => return false,
            }
        }
        false
    }

    /// Whether what is written first is a ref that begins with a keyword.
    pub(super) fn begins_with_keyword(&self, mut term: TermId) -> bool {
        let module = self.module;
        loop {
            if let TermKind::Ref(parts) = module.term(term).kind
                && let [head, _, ..] = module.terms(parts)
                && let TermKind::Var(name) = module.term(*head).kind
            {
                return self.is_keyword(module.text(name));
            }
            match self.first_of(term) {
                Some(first) => term = first,
                None => return false,
            }
        }
    }

    fn call_of(&self, term: TermId) -> Option<Call> {
        match self.module.term(term).kind {
            TermKind::Call(terms) => Some(Call::of(self.module, self.module.terms(terms))),
            _ => None,
        }
    }

    /// What a ref or a call begins with.
    fn first_of(&self, term: TermId) -> Option<TermId> {
        let module = self.module;
        let parts = match module.term(term).kind {
            TermKind::Ref(parts) | TermKind::Call(parts) => module.terms(parts),
            _ => return None,
        };
        match self.call_of(term) {
            Some(Call::Union(left, _) | Call::Infix { left, .. }) => Some(left),
            Some(Call::Membership { key, value, .. }) => Some(key.unwrap_or(value)),
            Some(Call::Plain) | None => parts.first().copied(),
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
            // The sign of `and`, `or` in Rego 2, which has no text.
            "" => true,
            name => KEYWORDS.contains(&name),
        }
    }
}
