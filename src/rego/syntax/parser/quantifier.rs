//! `some` and `every`.

use super::Parser;
use crate::rego::syntax::options::RegoVersion;
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{ExpressionId, ExpressionKind, TermKind};

impl Parser<'_> {
    /// `some x, y` or `some x in xs`; `some` is current.
    // Out of the frames of what is nested.
    #[inline(never)]
    pub(super) fn some(&mut self) -> Option<ExpressionId> {
        let location = self.here();
        let before = self.state;
        self.scan();
        if let Some(term) = self.infix_call()
            && let TermKind::Call(list) = self.kind(term)
        {
            match self.is_membership(term) {
                Some((_, length)) if list.len() == length => {}
                Some(_) => {
                    self.unexpected("illegal domain");
                    return None;
                }
                None => {
                    self.unexpected("expected `x in xs` or `x, y in xs` expression");
                    return None;
                }
            }
            let symbols = self.list_of(&[term]);
            let expression = self.new_expression(ExpressionKind::Some { symbols, location }, location);
            return self.attach_with(expression);
        }
        self.restore(before);
        if matches!(self.options.version, RegoVersion::V0 | RegoVersion::V0V1) {
            self.scan();
            let term = self.with_future_keywords(Self::infix_call);
            self.restore(before);
            if term.is_some_and(|term| self.is_membership(term).is_some()) {
                self.hint("`import future.keywords.in` for `some x in xs` expressions");
            }
        }
        let mark = self.terms.len();
        loop {
            self.scan();
            if !self.is(Token::Identifier) {
                self.unexpected("expected var");
                self.terms.truncate(mark);
                return None;
            }
            let variable = self.variable();
            self.terms.push(variable);
            self.scan();
            if !self.is(Token::Comma) {
                break;
            }
        }
        let symbols = self.list_since(mark);
        Some(self.new_expression(ExpressionKind::Some { symbols, location }, location))
    }

    /// `every k, v in xs { … }`; `every` is current.
    // Out of the frames of what is nested.
    #[inline(never)]
    pub(super) fn every(&mut self) -> Option<ExpressionId> {
        let location = self.here();
        self.scan();
        let term = self.infix_call()?;
        let Some((list, length)) = self.is_membership(term) else {
            self.unexpected("expected `x[, y] in xs { ... }` expression");
            return None;
        };
        if list.len() != length {
            self.unexpected("illegal domain");
            return None;
        }
        let (key, value, domain) = match *self.nodes.terms(list) {
            [_, value, domain] => (None, value, domain),
            [_, key, value, domain] => (Some(key), value, domain),
            _ => return None,
        };
        if key.is_some_and(|key| !matches!(self.kind(key), TermKind::Var(_))) {
            self.unexpected("expected key to be a variable");
            return None;
        }
        if !matches!(self.kind(value), TermKind::Var(_)) {
            self.unexpected("expected value to be a variable");
            return None;
        }
        if !self.is(Token::LeftBrace) {
            self.unexpected("missing body");
            return None;
        }
        self.scan();
        let body = self.body(Token::RightBrace)?;
        self.scan();
        let kind = ExpressionKind::Every { key, value, domain, body, location };
        let expression = self.new_expression(kind, location);
        self.attach_with(expression)
    }
}
