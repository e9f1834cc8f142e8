//! Terms as text.

use super::keywords::KEYWORDS;
use super::{Binding, Printer, Work};
use crate::rego::syntax::{ExpressionKind, List, Module, Part, Span, Term, TermId, TermKind};
use std::fmt::Write as _;

/// The infix operators: the built-in, its sign, how tightly it binds.
pub(super) const INFIX: [(&str, &str, Binding); 12] = [
    ("equal", " == ", Binding::Relation),
    ("neq", " != ", Binding::Relation),
    ("lt", " < ", Binding::Relation),
    ("gt", " > ", Binding::Relation),
    ("lte", " <= ", Binding::Relation),
    ("gte", " >= ", Binding::Relation),
    ("and", " & ", Binding::Intersection),
    ("plus", " + ", Binding::Sum),
    ("minus", " - ", Binding::Sum),
    ("mul", " * ", Binding::Product),
    ("div", " / ", Binding::Product),
    ("rem", " % ", Binding::Product),
];

/// A call as it is written.
pub(super) enum Call {
    /// `key, value in domain`, `value in domain`
    Membership { key: Option<TermId>, value: TermId, domain: TermId },
    /// `left | right`, which always gets parentheses: in braces it would read as a comprehension.
    Union(TermId, TermId),
    /// `left sign right`
    Infix { left: TermId, sign: &'static str, right: TermId, binding: Binding },
    /// `name(arguments)`
    Plain,
}

impl Call {
    pub(super) fn of(module: &Module, terms: &[TermId]) -> Self {
        let Some((operator, arguments)) = terms.split_first() else { return Self::Plain };
        match (operator_name(module, *operator), arguments) {
            (Some((None, name)), [left, right]) => {
                if name == "or" {
                    return Self::Union(*left, *right);
                }
                match INFIX.iter().find(|(known, ..)| *known == name) {
                    Some((_, sign, binding)) => Self::Infix { left: *left, sign, right: *right, binding: *binding },
                    None => Self::Plain,
                }
            }
            (Some((Some("internal"), "member_2")), [value, domain]) if is_sign(module, *operator) => {
                Self::Membership { key: None, value: *value, domain: *domain }
            }
            (Some((Some("internal"), "member_3")), [key, value, domain]) if is_sign(module, *operator) => {
                Self::Membership { key: Some(*key), value: *value, domain: *domain }
            }
            _ => Self::Plain,
        }
    }
}

/// Whether an operator is written `in`: the call by its name may stand where `in` is no keyword.
fn is_sign(module: &Module, operator: TermId) -> bool {
    module.span(module.term(operator).location.text) == "in"
}

/// The name of an operator of one part, or of two.
pub(super) fn operator_name(module: &Module, operator: TermId) -> Option<(Option<&str>, &str)> {
    let var = |id: &TermId| match module.term(*id).kind {
        TermKind::Var(name) => Some(module.text(name)),
        _ => None,
    };
    match module.term(operator).kind {
        TermKind::Var(name) => Some((None, module.text(name))),
        TermKind::Ref(parts) => match module.terms(parts) {
            [only] => Some((None, var(only)?)),
            [first, second] => match module.term(*second).kind {
                TermKind::String { value, .. } => Some((Some(var(first)?), module.text(value))),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

impl<'a> Printer<'a> {
    pub(super) fn term(&mut self, id: TermId, least: Binding) {
        let module = self.module;
        let Term { kind, location } = module.term(id);
        let span = location.text;
        match kind {
            TermKind::Null => self.out.push_str("null"),
            TermKind::Boolean(value) => self.out.push_str(if value { "true" } else { "false" }),
            TermKind::Number(text) => self.out.push_str(module.text(text)),
            TermKind::String { value, raw: true } => self.raw(module.text(value)),
            TermKind::String { value, raw: false } => self.string(module.text(value)),
            TermKind::Var(name) => self.variable(module.text(name)),
            TermKind::Ref(parts) => self.reference(parts),
            TermKind::Call(terms) => self.call(id, terms, least, span),
            TermKind::Array(members) => self.bracketed("[", module.terms(members), 1, "]", span),
            TermKind::Set(members) if members.is_empty() => self.out.push_str("set()"),
            TermKind::Set(members) => self.bracketed("{", module.terms(members), 1, "}", span),
            TermKind::Object(members) => self.bracketed("{", module.terms(members), 2, "}", span),
            TermKind::ArrayComprehension { term, body } => self.comprehension("[", &[term], body, "]", span),
            TermKind::SetComprehension { term, body } => self.comprehension("{", &[term], body, "}", span),
            TermKind::ObjectComprehension { entry, body } => {
                self.comprehension("{", &module.nodes().entry(entry), body, "}", span);
            }
            TermKind::TemplateString { raw, parts } => self.template(raw, parts),
        }
    }

    /// A term where a comma, colon or bar would end it.
    pub(super) fn inside(&self, term: TermId) -> Work<'a> {
        Work::Term(term, Binding::Relation)
    }

    pub(super) fn variable(&mut self, name: &str) {
        self.out.push_str(match name {
            _ if name.starts_with('$') => "_",
            // The sign passes for a keyword, and so for the head of a ref, but has no text.
            "" => "|",
            _ => name,
        });
    }

    /// A head, then its parts.
    pub(super) fn reference(&mut self, parts: List<TermId>) {
        let module = self.module;
        let Some((head, rest)) = module.terms(parts).split_first() else { return };
        let mut works = vec![Work::Term(*head, Binding::Whole)];
        for part in rest {
            self.part(*part, &mut works);
        }
        self.then(&works);
    }

    /// A part of a ref: a name behind a dot, or a term in brackets. A keyword stands behind a dot where it was written so:
    /// `or["if"]` behind a body would read as an operand of `or`.
    fn part(&self, part: TermId, works: &mut Vec<Work<'a>>) {
        let module = self.module;
        let Term { kind, location } = module.term(part);
        if let TermKind::String { value, .. } = kind
            && (is_name(module.text(value)) || module.span(location.text) == module.text(value))
        {
            works.extend([Work::Word("."), Work::Word(module.text(value))]);
        } else {
            works.extend([Work::Word("["), Work::Term(part, Binding::Membership), Work::Word("]")]);
        }
    }

    /// The path of a package: `data` is not written.
    pub(super) fn path(&mut self, path: List<TermId>) {
        let module = self.module;
        let mut works = Vec::new();
        for (place, part) in module.terms(path).iter().skip(1).enumerate() {
            match module.term(*part).kind {
                TermKind::String { value, .. } if place == 0 => self.variable(module.text(value)),
                _ => self.part(*part, &mut works),
            }
        }
        self.then(&works);
        self.run();
    }

    fn call(&mut self, id: TermId, terms: List<TermId>, least: Binding, span: Span) {
        let module = self.module;
        let (works, binding, least) = match Call::of(module, module.terms(terms)) {
            Call::Union(left, right) => (self.union(left, right), Binding::Whole, least),
            Call::Infix { left, sign, right, binding } => (infix(left, sign, right, binding).to_vec(), binding, least),
            Call::Membership { key, value, domain } => {
                // With a key its comma would end whatever it stands in.
                let least = if key.is_some() { Binding::Whole } else { least };
                (membership(key, value, domain), Binding::Membership, least)
            }
            Call::Plain => return self.plain_call(terms, span),
        };
        // No parenthesis stands before a keyword.
        let least = if binding < least && self.begins_with_keyword(id) { binding } else { least };
        self.enclosed(works, binding, least);
    }

    /// `left | right`, in parentheses where they can stand: in braces it would read as a comprehension.
    pub(super) fn union(&mut self, left: TermId, right: TermId) -> Vec<Work<'a>> {
        let mut works = bare_union(left, right).to_vec();
        if !self.is_bare_union(left, right) {
            works.insert(0, Work::Word("("));
            works.push(Work::Word(")"));
        }
        works
    }

    fn enclosed(&mut self, works: Vec<Work<'a>>, binding: Binding, least: Binding) {
        if binding < least {
            self.out.push('(');
            self.work.push(Work::Word(")"));
        }
        self.then(&works);
    }

    /// A call with its arguments in parentheses.
    pub(super) fn plain_call(&mut self, terms: List<TermId>, span: Span) {
        let Some((operator, arguments)) = self.module.terms(terms).split_first() else { return };
        self.bracketed("(", arguments, 1, ")", span);
        if self.is_plain_call(*operator) {
            self.then(&[Work::Word("("), Work::Term(*operator, Binding::Whole), Work::Word(")")]);
        } else {
            self.work.push(Work::Term(*operator, Binding::Whole));
        }
    }

    /// Whether an operator is a call and no more: another pair of parentheses behind it would not be read.
    fn is_plain_call(&self, operator: TermId) -> bool {
        let module = self.module;
        let TermKind::Ref(parts) = module.term(operator).kind else { return false };
        let [only] = module.terms(parts) else { return false };
        match module.term(*only).kind {
            TermKind::Call(terms) => matches!(Call::of(module, module.terms(terms)), Call::Plain),
            _ => false,
        }
    }

    pub(super) fn separated(&self, terms: &[TermId], works: &mut Vec<Work<'a>>) {
        for (place, term) in terms.iter().enumerate() {
            if place > 0 {
                works.push(Work::Word(", "));
            }
            works.push(self.inside(*term));
        }
    }

    fn template(&mut self, raw: bool, parts: List<Part>) {
        let module = self.module;
        self.out.push_str(if raw { "$`" } else { "$\"" });
        let mut works: Vec<Work<'a>> = Vec::new();
        let mut after_text = false;
        for part in module.parts(parts) {
            let text = match part {
                Part::Term(id) => match module.term(*id).kind {
                    // Two texts in a row would be one.
                    TermKind::String { value, .. } if !after_text => Some(module.text(value)),
                    _ => None,
                },
                Part::Expression(_) => None,
            };
            after_text = text.is_some();
            match (text, part) {
                (Some(text), _) => works.push(Work::Piece(text, raw)),
                (None, Part::Expression(id)) => {
                    works.push(Work::Word("{"));
                    let expression = module.expression(*id);
                    if matches!(expression.kind, ExpressionKind::Term(term) if is_constant(module.term(term).kind)) {
                        // Without a comment before it the constant would be no expression.
                        works.push(Work::NewLine(expression.location.text.offset));
                    }
                    works.extend([Work::Expression(*id), Work::Word("}")]);
                }
                (None, Part::Term(id)) => {
                    works.extend([Work::Word("{"), Work::Term(*id, Binding::Relation), Work::Word("}")]);
                }
            }
        }
        works.push(Work::Word(if raw { "`" } else { "\"" }));
        self.then(&works);
    }

    /// A piece of a template string.
    pub(super) fn piece(&mut self, text: &str, raw: bool) {
        for (place, plain) in text.split('{').enumerate() {
            if place > 0 {
                self.out.push_str("\\{");
            }
            if raw { self.out.push_str(plain) } else { self.escaped(plain) }
        }
    }

    fn raw(&mut self, text: &str) {
        if text.contains('`') {
            return self.string(text);
        }
        self.out.push('`');
        self.out.push_str(text);
        self.out.push('`');
    }

    pub(super) fn string(&mut self, text: &str) {
        self.out.push('"');
        self.escaped(text);
        self.out.push('"');
    }

    fn escaped(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                control if control.is_control() || control == '\u{feff}' || control == '\u{a0}' => {
                    // Into a string, writing never fails.
                    let _ = write!(self.out, "\\u{:04x}", u32::from(control));
                }
                other => self.out.push(other),
            }
        }
    }
}

pub(super) fn infix<'a>(left: TermId, sign: &'static str, right: TermId, binding: Binding) -> [Work<'a>; 3] {
    let above = match binding {
        Binding::Membership => Binding::Relation,
        Binding::Relation => Binding::Intersection,
        Binding::Intersection => Binding::Sum,
        Binding::Sum => Binding::Product,
        Binding::Product | Binding::Whole => Binding::Whole,
    };
    [Work::Term(left, binding), Work::Word(sign), Work::Term(right, above)]
}

/// `left | right` without parentheses.
pub(super) fn bare_union<'a>(left: TermId, right: TermId) -> [Work<'a>; 3] {
    [Work::Term(left, Binding::Intersection), Work::Word(" | "), Work::Term(right, Binding::Intersection)]
}

pub(super) fn membership<'a>(key: Option<TermId>, value: TermId, domain: TermId) -> Vec<Work<'a>> {
    let mut works = Vec::with_capacity(5);
    if let Some(key) = key {
        works.extend([Work::Term(key, Binding::Relation), Work::Word(", ")]);
    }
    works.extend([Work::Term(value, Binding::Relation), Work::Word(" in "), Work::Term(domain, Binding::Relation)]);
    works
}

fn is_constant(kind: TermKind) -> bool {
    matches!(kind, TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. })
}

/// Whether a string can stand behind a dot.
fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !KEYWORDS.contains(&text)
}
