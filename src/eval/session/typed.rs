//! What is typed: its statements, and each alone.

use super::package::string_part;
use crate::rego::syntax::{
    Body, Import, List, Module, Package, Rule, RuleId, Span, TermId, TermKind, Typed, TypedKind, TypedStatement,
    Written,
};
use std::borrow::Cow;

/// The names of a path of names and strings, such as that of a package or an import.
pub(super) fn path(module: &Module, parts: &[TermId]) -> Vec<String> {
    let name = |part: &TermId| match module.term(*part).kind {
        TermKind::Var(text) | TermKind::String { value: text, .. } => Some(module.text(text).to_owned()),
        _ => None,
    };
    parts.iter().filter_map(name).collect()
}

pub(super) fn package_path(module: &Module, package: &Package) -> Vec<String> {
    path(module, module.terms(package.path))
}

pub(super) fn import_path(module: &Module, import: &Import) -> Vec<String> {
    match module.term(import.path).kind {
        TermKind::Ref(parts) => path(module, module.terms(parts)),
        _ => path(module, &[import.path]),
    }
}

/// A ref as OPA writes it.
pub(super) fn reference_text(module: &Module, reference: List<TermId>) -> String {
    let name = |text| Cow::Borrowed(module.text(text));
    Written::new(module.nodes(), &name).reference(module.terms(reference))
}

/// The parts of a ref, as Rego writes each.
pub(super) fn parts(module: &Module, reference: List<TermId>) -> Vec<String> {
    let name = |text| Cow::Borrowed(module.text(text));
    let written = Written::new(module.nodes(), &name);
    let part = |part: &TermId| match module.term(*part).kind {
        TermKind::String { value, .. } => string_part(module.text(value)),
        _ => written.term(*part),
    };
    module.terms(reference).iter().map(part).collect()
}

/// The text of a module with blanks in the places of all but some pieces of it, and of comments.
fn blanked(module: &Module, kept: &[Span]) -> String {
    // Annotations are not for what is typed.
    let has_metadata = module.comments.iter().any(|comment| module.span(comment.text).trim() == "METADATA");
    let comments = module.comments.iter().filter(|_| has_metadata).map(|comment| comment.location.text);
    let comments: Vec<Span> = comments.collect();
    let is_in = |spans: &[Span], at: u32| spans.iter().any(|span| span.offset <= at && at < span.end());
    let mut text = String::with_capacity(module.source.len());
    for (at, character) in module.source.char_indices() {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let is_kept = matches!(character, '\n' | '\t') || (is_in(kept, at) && !is_in(&comments, at));
        text.push(if is_kept { character } else { ' ' });
    }
    text.truncate(text.trim_end().len());
    text
}

/// The text of a statement alone, at its place.
pub(super) fn alone(typed: &Typed, statement: &TypedStatement) -> String {
    blanked(&typed.module, &[statement.span])
}

/// The text of a rule alone, at its place. A further body of a rule gets the head of that rule.
pub(super) fn rule_alone(typed: &Typed, place: usize) -> String {
    let module = &typed.module;
    let Some(statement) = typed.statements.get(place) else { return String::new() };
    let rule_of = |statement: &TypedStatement| match &statement.kind {
        TypedKind::Rule(rule) => module.rule(rule.rule).copied().map(|found| (statement.span, found)),
        _ => None,
    };
    let is_chained = rule_of(statement).is_some_and(|(_, rule)| rule.chained);
    let before = typed.statements.get(..place).unwrap_or_default();
    let first = before.iter().rev().filter_map(rule_of).find(|(_, rule)| !rule.chained);
    match first.filter(|_| is_chained) {
        None => alone(typed, statement),
        Some((span, rule)) => {
            let behind = rule.head.location.text.end().max(span.offset);
            let rest = module.source.get(behind as usize..).unwrap_or_default();
            let brace = u32::try_from(rest.find('{').unwrap_or_default()).unwrap_or_default();
            blanked(module, &[Span::between(span.offset, behind + brace), statement.span])
        }
    }
}

/// The rule of a number.
pub(super) fn rule(module: &Module, id: RuleId) -> Option<Rule> {
    module.rule(id).copied()
}

/// The left side of a query that is one `=`; none for another.
pub(super) fn left_of_equality(module: &Module, body: Body) -> Option<TermId> {
    use crate::rego::syntax::ExpressionKind;
    let [only] = module.body(body) else { return None };
    let ExpressionKind::Call(list) = module.expression(*only).kind else { return None };
    let [operator, left, _] = module.terms(list) else { return None };
    let name = match module.term(*operator).kind {
        TermKind::Ref(parts) => path(module, module.terms(parts)),
        _ => Vec::new(),
    };
    (name == ["eq"]).then_some(*left)
}

/// The names of the wildcards in a piece of a text, in their order.
pub(super) fn wildcards(module: &Module, span: Span) -> Vec<String> {
    let mut found: Vec<(u32, &str)> =
        module.wildcards().filter(|(at, _)| span.offset <= *at && *at < span.end()).collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(_, name)| name.to_owned()).collect()
}
