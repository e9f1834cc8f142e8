//! Bodies, and the expressions in them.

use super::{Parser, State};
use crate::rego::syntax::location::Location;
use crate::rego::syntax::options::{Keyword, RegoVersion};
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{Body, ExpressionId, ExpressionKind, List, TermKind, With};
use std::marker::PhantomData;

impl Parser<'_> {
    /// Expressions up to an end; at the top of a text they go on only behind semicolons.
    pub(super) fn query(&mut self, only_semicolons: bool, end: Token) -> Option<Body> {
        if self.is(end) {
            self.error_here("found empty body");
            return None;
        }
        let mark = self.expressions.len();
        while let Some(expression) = self.literal_expression_of_body() {
            self.expressions.push(expression);
            if self.is(Token::Semicolon) {
                self.scan();
                continue;
            }
            if self.is(end) || only_semicolons {
                return Some(self.body_since(mark));
            }
            if !self.state.newline {
                self.refuse_rest_of_line(end);
                break;
            }
        }
        self.expressions.truncate(mark);
        None
    }

    /// Tells that an expression goes on where it should end, unless something was told before.
    #[cold]
    fn refuse_rest_of_line(&mut self, end: Token) {
        if !self.has_errors() {
            self.hint_missing_infix_keyword();
            self.unexpected(format!("expected \\n or ; or {}", end.name()));
        }
    }

    /// One expression of a body.
    pub(super) fn literal_expression_of_body(&mut self) -> Option<ExpressionId> {
        let location = self.here();
        let expression = self.expression_unplaced()?;
        let location = self.extended(location);
        self.change(expression, |expression| expression.location = location);
        if let ExpressionKind::Not { body, explicit: false, .. } = self.nodes.expression(expression).kind {
            for inner in self.nodes.body(body).to_vec() {
                self.change(inner, |inner| inner.location = location);
            }
        }
        Some(expression)
    }

    fn expression_unplaced(&mut self) -> Option<ExpressionId> {
        if self.is(Token::LeftBrace)
            && self.has_logical_keywords()
            && let Some(result) = self.explicit_left_operand()
        {
            return result;
        }
        if self.is(Token::LeftParenthesis)
            && self.has_logical_keywords()
            && let Some(group) = self.logical_group(false, "")
        {
            let group = group?;
            return self.logical_tail(group);
        }
        if self.scan_ahead_reference() {
            return self.plain_expression(None);
        }
        let not = self.negation();
        if let Some(not) = not
            && self.not_bodies
            && self.is(Token::LeftBrace)
        {
            let operand = self.not_body(not)?;
            return self.logical_tail(operand);
        }
        match self.state.token {
            Token::Some | Token::Every if not.is_some() => self.refuse_negation(),
            Token::Some => self.some(),
            Token::Every => self.every(),
            _ => self.plain_expression(not),
        }
    }

    #[cold]
    fn refuse_negation(&mut self) -> Option<ExpressionId> {
        let word = self.state.token.name();
        self.unexpected(format!("illegal negation of '{word}'"));
        None
    }

    /// An expression that is a term, with what may follow it; `not` is the place of a `not` before it.
    fn plain_expression(&mut self, not: Option<Location>) -> Option<ExpressionId> {
        if let Some(not) = not
            && self.not_bodies
            && self.is(Token::LeftParenthesis)
            && let Some(group) = self.logical_group(true, "not ")
        {
            let operand = self.negated_operand(group?, not);
            return self.logical_tail(operand);
        }
        let start = self.state.start;
        // Nested bodies keep one each on the stack.
        let every = self.may_be_every().then(|| Box::new(self.state));
        let expression = self.term_expression()?;
        self.expression_behind(expression, start, not, every)
    }

    /// An expression whose term was read, from `start` on, with what may follow it.
    // Out of the frames of what is nested.
    #[inline(never)]
    fn expression_behind(
        &mut self,
        mut expression: ExpressionId,
        start: u32,
        not: Option<Location>,
        every: Option<Box<State>>,
    ) -> Option<ExpressionId> {
        let mut with_place = None;
        if self.is(Token::With) {
            with_place = Some(self.here());
            let with = self.with_modifiers()?;
            self.change(expression, |expression| expression.with = with);
        }
        if let Some(before) = every {
            self.hint_every(expression, *before);
        }
        match not {
            Some(not) if self.not_bodies => expression = self.implicit_not(expression, not),
            Some(_) => self.change(expression, |expression| expression.negated = true),
            None => {}
        }
        if !matches!(self.state.token, Token::And | Token::Or) {
            return Some(expression);
        }
        let operator = self.state.token.name();
        if let Some(place) = with_place {
            self.refuse_with_on_operand(place, operator);
            return None;
        }
        if !self.nodes.expression(expression).location.is_some() {
            let location = Location { at: start, text: super::Span::between(start, self.state.last_end) };
            self.change(expression, |expression| expression.location = location);
        }
        let location = self.nodes.expression(expression).location;
        if not.is_none() && self.source(location).starts_with(b"{") {
            if self.is_empty_object(expression) {
                self.error(location, "found empty body");
            } else {
                self.refuse_brace_led_operand(location, location, operator);
            }
            return None;
        }
        let body = self.body_of(expression);
        let chain = self.logical_chain(super::logical::Operand { body, explicit: false, location })?;
        self.attach_with(chain)
    }

    /// Whether a variable `every` may begin here.
    fn may_be_every(&self) -> bool {
        self.is(Token::Identifier)
            && matches!(self.options.version, RegoVersion::V0 | RegoVersion::V0V1)
            && self.literal() == b"every"
    }

    /// Hints at the import that makes `every x in xs { … }` more than a variable `every`.
    fn hint_every(&mut self, expression: ExpressionId, before: State) {
        let ExpressionKind::Term(term) = self.nodes.expression(expression).kind else { return };
        if !matches!(self.kind(term), TermKind::Var(name) if self.bytes(name) == b"every") {
            return;
        }
        let after = self.state;
        self.restore(before);
        let found = self.with_future_keywords(Self::every).is_some();
        self.restore(after);
        if found {
            self.hint("`import future.keywords.every` for `every x in xs { ... }` expressions");
        }
    }

    /// A term, or two with `=` or `:=` between them.
    pub(super) fn term_expression(&mut self) -> Option<ExpressionId> {
        let left = self.infix_call()?;
        if matches!(self.state.token, Token::Assign | Token::Unify) {
            let operator = self.operator();
            let right = self.infix_call()?;
            let list = self.list_of(&[operator, left, right]);
            return Some(self.new_expression(ExpressionKind::Call(list), Location::NONE));
        }
        let kind = match self.kind(left) {
            TermKind::Call(list) => ExpressionKind::Call(list),
            _ => ExpressionKind::Term(left),
        };
        Some(self.new_expression(kind, Location::NONE))
    }

    /// The `with` modifiers behind an expression; the first `with` is current.
    // Out of the frames of what is nested.
    #[inline(never)]
    pub(super) fn with_modifiers(&mut self) -> Option<List<With>> {
        let mut modifiers = Vec::new();
        while self.is(Token::With) {
            let location = self.here();
            self.scan();
            if !self.is(Token::Identifier) {
                self.unexpected("expected ident");
                return None;
            }
            let target = self.term()?;
            if !matches!(self.kind(target), TermKind::Ref(_) | TermKind::Var(_)) {
                self.unexpected("expected with target path");
            }
            if !self.is(Token::As) {
                self.unexpected("expected as keyword");
                return None;
            }
            self.scan();
            let value = self.infix_call()?;
            modifiers.push(With { target, value, location: self.extended(location) });
        }
        let start = super::next_number(&self.nodes.withs);
        self.nodes.withs.extend_from_slice(&modifiers);
        Some(List { start, length: super::next_number(&modifiers), of: PhantomData })
    }

    pub(super) fn attach_with(&mut self, expression: ExpressionId) -> Option<ExpressionId> {
        if self.is(Token::With) {
            let with = self.with_modifiers()?;
            self.change(expression, |expression| expression.with = with);
        }
        Some(expression)
    }

    pub(super) fn has_logical_keywords(&self) -> bool {
        self.state.active.contains(Keyword::And) || self.state.active.contains(Keyword::Or)
    }

    /// The text of a place.
    pub(super) fn source(&self, location: Location) -> &[u8] {
        self.lexer.slice(location.text.offset, location.text.end())
    }
}
