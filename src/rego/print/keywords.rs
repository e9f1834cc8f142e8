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
    pub(super) fn is_bare_union(&mut self, left: TermId, right: TermId) -> bool {
        self.begins_with_keyword(left) || self.begins_with_keyword(right) || self.begins_with_bare_union(left)
    }

    /// Whether a term begins with such a union. What it begins with is looked at once, however long a chain it is.
    pub(super) fn begins_with_bare_union(&mut self, term: TermId) -> bool {
        let mut chain = Vec::new();
        let mut next = Some(term);
        let mut is_bare = false;
        while let Some(term) = next {
            if let Some(known) = self.bare_unions.get(&term) {
                is_bare = *known;
                break;
            }
            let own = match self.call_of(term) {
                Some(Call::Union(left, right)) => self.begins_with_keyword(left) || self.begins_with_keyword(right),
                Some(_) => false,
                None => break,
            };
            chain.push((term, own));
            next = self.first_of(term);
        }
        for (term, own) in chain.into_iter().rev() {
            is_bare |= own;
            let _ = self.bare_unions.insert(term, is_bare);
        }
        is_bare
    }

    /// Whether what is written first is a ref of several parts that begins with a keyword, or with the sign of one.
    pub(super) fn begins_with_keyword(&self, term: TermId) -> bool {
        let text = self.module.span(self.module.term(term).location.text);
        let end = text.find(|one: char| !one.is_alphanumeric() && one != '_').unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        let rest = if word.is_empty() { rest.trim_start_matches(['&', '|']) } else { rest };
        rest.len() < text.len() && rest.starts_with(['.', '[']) && self.is_keyword(word)
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
