//! `not`.

use super::Parser;
use super::logical::Operand;
use crate::rego::syntax::builtins::is_infix;
use crate::rego::syntax::lexer::replaced;
use crate::rego::syntax::location::{Location, Span};
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{ExpressionId, ExpressionKind, TermId, TermKind};

impl Parser<'_> {
    /// Passes a `not` that is no part of a ref; its place.
    pub(super) fn negation(&mut self) -> Option<Location> {
        if !self.is(Token::Not) || self.is_touched_by(&[Token::Dot, Token::LeftBracket]) {
            return None;
        }
        let location = self.here();
        self.scan();
        Some(location)
    }

    /// `not { … }`; the brace is current.
    // Out of the frames of what is nested.
    #[inline(never)]
    pub(super) fn not_body(&mut self, not: Location) -> Option<Operand> {
        let brace = self.here();
        let before = self.state;
        self.scan();
        let empty = self.is(Token::RightBrace);
        let Some(body) = self.body(Token::RightBrace) else {
            if !empty {
                self.explain_value_in_braces(before, brace);
            }
            return None;
        };
        self.scan();
        if self.is_ambiguous_union(body) {
            self.refuse_ambiguous_union(brace, body, "not ");
            return None;
        }
        Some(self.negated_operand(Operand { body, explicit: true, location: brace }, not))
    }

    /// The braces were no body: tells so if they hold a value, and leaves the error of the body otherwise.
    fn explain_value_in_braces(&mut self, before: super::State, brace: Location) {
        let failed = self.state;
        self.restore(before);
        let Some(term) = self.infix_call() else { return self.restore(failed) };
        let operand = self.text(Span::between(brace.at, self.state.last_end));
        let kind = self.brace_led(term).name();
        self.hint(format!("write `not ({operand})` to negate the value, or `not {{{operand}}}` for a body holding it"));
        self.error(brace, format!("`{{...}}` in an operand position must contain expression(s), got: {kind}"));
    }

    /// The value that a leading brace opens.
    fn brace_led(&self, mut term: TermId) -> TermKind {
        loop {
            let kind = self.kind(term);
            let TermKind::Call(list) = kind else { return kind };
            let name = self.nth(list, 0).map(|operator| self.written(operator)).unwrap_or_default();
            match self.nth(list, 1) {
                Some(left) if is_infix(&name, list.len() - 1) => term = left,
                _ => return kind,
            }
        }
    }

    /// `not` before an operand.
    pub(super) fn negated_operand(&mut self, operand: Operand, not: Location) -> Operand {
        let location = self.extended(not);
        let kind = ExpressionKind::Not { body: operand.body, explicit: operand.explicit, location };
        let expression = self.new_expression(kind, location);
        Operand { body: self.body_of(expression), explicit: false, location }
    }

    /// `not` before a single expression; `with` moves outside.
    pub(super) fn implicit_not(&mut self, inner: ExpressionId, not: Location) -> ExpressionId {
        let with = self.nodes.expression(inner).with;
        self.change(inner, |inner| inner.with = crate::rego::syntax::tree::List::EMPTY);
        let body = self.body_of(inner);
        let location = self.extended(not);
        let expression = self.new_expression(ExpressionKind::Not { body, explicit: false, location }, location);
        self.change(expression, |expression| expression.with = with);
        expression
    }

    /// A piece of the source as text.
    pub(super) fn text(&self, span: Span) -> String {
        replaced(self.lexer.slice(span.offset, span.end()))
    }
}
