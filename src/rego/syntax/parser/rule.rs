//! Rules.

use super::{Parsed, Parser};
use crate::rego::syntax::location::Location;
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{Body, ExpressionKind, Head, List, Rule, RuleId, TermId, TermKind};
use std::collections::HashSet;

/// An `else` before it is known where the last one ends.
struct Otherwise {
    head: Head,
    /// None where no body is written.
    body: Option<Body>,
    /// Whether the body is an expression without braces.
    bare: bool,
    location: Location,
}

impl Parser<'_> {
    /// A rule with all its bodies, each a statement; none, perhaps without an error, where the text is none. What was
    /// added to the statements until then holds no more.
    pub(super) fn rules(&mut self, statements: &mut Vec<Parsed>) -> Option<()> {
        let location = self.here();
        self.scan_ahead_reference();
        let default = self.is(Token::Default);
        if default {
            self.scan();
            self.scan_ahead_reference();
        }
        if !self.is(Token::Identifier) {
            if default {
                self.refuse_keyword_as_rule_name(true);
            }
            return None;
        }
        let head = self.head(default)?;
        let mut rule =
            Rule { head, body: List::EMPTY, otherwise: None, default, chained: false, generated_body: false, location };
        if default {
            if !self.is_default_value(&rule) || !self.are_default_arguments(&rule) {
                return None;
            }
            rule.body = self.implicit_body(location);
            statements.push(Parsed::Rule(self.new_rule(rule)));
            return Some(());
        }
        self.settle_key(&mut rule.head)?;
        if !self.rule_body(&mut rule)? {
            statements.push(Parsed::Rule(self.new_rule(rule)));
            return Some(());
        }
        if self.is(Token::Else) && !self.scan_ahead_reference() {
            rule.otherwise = Some(self.otherwise_of(&rule.head)?);
        }
        rule.location = self.extended(location);
        statements.push(Parsed::Rule(self.new_rule(rule)));
        while self.is(Token::LeftBrace) {
            if rule.otherwise.is_some() {
                self.error_here("expected else keyword");
                return None;
            }
            statements.push(Parsed::Rule(self.further_body(&rule.head)?));
        }
        Some(())
    }

    /// What `p[x]` means: a set of `x`, or an entry with the key `x`.
    fn settle_key(&mut self, head: &mut Head) -> Option<()> {
        if head.reference.len() != 2 || head.has_contains {
            return Some(());
        }
        let part = self.nth(head.reference, 1)?;
        let name = match self.nth(head.reference, 0).map(|first| self.kind(first)) {
            Some(TermKind::Var(name)) => Some(name),
            _ => None,
        };
        if self.is(Token::If) {
            if head.arguments.is_empty() && (!self.is_ground(part) || matches!(self.kind(part), TermKind::Ref(_))) {
                head.key = Some(part);
            }
            if head.value.is_none() {
                head.generated_value = true;
                head.value = Some(self.new_term(TermKind::Boolean(true), head.location));
            } else {
                head.name = Some(name?);
            }
        } else if head.arguments.is_empty() {
            head.name = Some(name?);
            head.key = Some(part);
            if head.value.is_none() {
                head.reference.length = 1;
            }
        }
        Some(())
    }

    /// The first body of a rule; whether more may follow it.
    fn rule_body(&mut self, rule: &mut Rule) -> Option<bool> {
        if self.is(Token::If) {
            rule.head.has_if = true;
            self.scan();
            let before = self.state;
            let brace = self.is(Token::LeftBrace);
            if let Some(expression) = self.literal_expression_of_body() {
                let set = match self.nodes.expression(expression).kind {
                    ExpressionKind::Term(term) => brace && matches!(self.kind(term), TermKind::Set(_)),
                    _ => false,
                };
                if !set {
                    rule.body = self.body_of(expression);
                    return Some(true);
                }
            }
            if !brace {
                return None;
            }
            self.restore(before);
            rule.body = self.braced_body()?;
            return Some(true);
        }
        if self.is(Token::LeftBrace) {
            rule.body = self.braced_body()?;
            return Some(true);
        }
        if !rule.head.has_contains {
            return None;
        }
        rule.body = self.implicit_body(rule.location);
        rule.generated_body = true;
        rule.location = rule.head.location;
        Some(false)
    }

    /// `{ … }`, and on to what follows.
    fn braced_body(&mut self) -> Option<Body> {
        self.scan();
        let body = self.body(Token::RightBrace)?;
        self.scan();
        Some(body)
    }

    /// All `else` parts behind a rule's body; `else` is current.
    fn otherwise_of(&mut self, head: &Head) -> Option<RuleId> {
        if head.reference.len() > 1 && !self.is_ground_reference(head.reference) {
            self.error_here("else keyword cannot be used on rules with variables in head");
            return None;
        }
        if head.key.is_some() {
            self.error_here("else keyword cannot be used on multi-value rules");
            return None;
        }
        let mut all = Vec::new();
        loop {
            all.push(self.otherwise(head)?);
            if all.last().is_some_and(|last| last.body.is_none()) || !self.is(Token::Else) {
                break;
            }
        }
        let mut next = None;
        for part in all.into_iter().rev() {
            let location = self.extended(part.location);
            let body = match part.body {
                Some(body) => body,
                None => self.implicit_body(location),
            };
            if part.bare {
                self.move_body(body, location);
            }
            next = Some(self.new_rule(Rule {
                head: part.head,
                body,
                otherwise: next,
                default: false,
                chained: false,
                generated_body: part.body.is_none(),
                location,
            }));
        }
        next
    }

    fn otherwise(&mut self, head: &Head) -> Option<Otherwise> {
        let location = self.here();
        let mut head = Head { generated_value: false, has_if: false, has_contains: false, location, ..*head };
        head.arguments = self.with_new_wildcards(head.arguments);
        self.scan();
        match self.state.token {
            Token::LeftBrace | Token::If => {
                head.generated_value = true;
                head.value = Some(self.new_term(TermKind::Boolean(true), Location::NONE));
            }
            Token::Assign | Token::Unify => {
                head.assign = self.is(Token::Assign);
                self.scan();
                head.value = Some(self.infix_call()?);
                head.location = self.extended(location);
            }
            _ => {
                self.unexpected("expected else value term or rule body");
                return None;
            }
        }
        let mut part = Otherwise { head, body: None, bare: false, location };
        if self.is(Token::If) {
            part.head.has_if = true;
            self.scan();
        } else if !self.is(Token::LeftBrace) {
            return Some(part);
        }
        part.body = Some(match self.state.token {
            Token::LeftBrace => self.braced_body()?,
            Token::End => {
                self.unexpected("rule body expected");
                return None;
            }
            _ => {
                part.bare = true;
                let expression = self.literal_expression_of_body()?;
                self.body_of(expression)
            }
        });
        Some(part)
    }

    /// One more body of a rule; its brace is current.
    fn further_body(&mut self, head: &Head) -> Option<RuleId> {
        let location = self.here();
        let body = self.braced_body()?;
        let location = self.extended(location);
        let mut head = *head;
        head.arguments = self.with_new_wildcards(head.arguments);
        head.arguments = self.moved_list(head.arguments, location);
        head.key = head.key.map(|key| self.moved_term(key, location));
        head.value = head.value.map(|value| self.moved_term(value, location));
        head.location = location;
        Some(self.new_rule(Rule {
            head,
            body,
            otherwise: None,
            default: false,
            chained: true,
            generated_body: false,
            location,
        }))
    }

    /// Arguments whose wildcards are others.
    fn with_new_wildcards(&mut self, arguments: List<TermId>) -> List<TermId> {
        let wildcard =
            |parser: &Self, term: TermId| matches!(parser.kind(term), TermKind::Var(name) if parser.is_wildcard(name));
        let mut terms = self.nodes.terms(arguments).to_vec();
        if !terms.iter().any(|term| wildcard(self, *term)) {
            return arguments;
        }
        for term in &mut terms {
            if wildcard(self, *term) {
                let (name, place) = (self.wildcard(), self.place_of(*term));
                *term = self.new_term(TermKind::Var(name), place);
            }
        }
        self.list_of(&terms)
    }

    /// Whether the value of a default rule may be one.
    fn is_default_value(&mut self, rule: &Rule) -> bool {
        let Some(value) = rule.head.value else {
            self.error(rule.location, "illegal default rule (must have a value)");
            return false;
        };
        let mut names = Vec::new();
        self.find_references(value, &mut names);
        for name in &names {
            self.error(rule.location, format!("illegal default rule (value cannot contain {name})"));
        }
        names.is_empty()
    }

    fn are_default_arguments(&mut self, rule: &Rule) -> bool {
        let mut seen: HashSet<Vec<u8>> = HashSet::new();
        let mut valid = true;
        for argument in self.nodes.terms(rule.head.arguments).to_vec() {
            let kind = self.kind(argument);
            let what = match kind {
                TermKind::Var(name) if seen.insert(self.bytes(name).to_vec()) => continue,
                TermKind::Var(_) => format!("be repeated {}", self.written(argument)),
                _ => format!("contain {}", kind.name()),
            };
            self.error(rule.location, format!("illegal default rule (arguments cannot {what})"));
            valid = false;
        }
        valid
    }
}
