//! Single terms.

use super::{Known, Parser};
use crate::rego::syntax::location::{Location, Span};
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{TermId, TermKind, Text};

impl Parser<'_> {
    /// A term, with the parts of a ref and the arguments of a call behind it.
    pub(super) fn term(&mut self) -> Option<TermId> {
        self.deeper(Self::term_once)
    }

    fn term_once(&mut self) -> Option<TermId> {
        let (start, token) = (self.state.start, self.state.token);
        if self.known.last().is_some_and(|last| last.start >= start)
            && let Ok(place) = self.known.binary_search_by_key(&start, |known| known.start)
            && let Some(known) = self.known.get(place)
            // What was read in a failed attempt is read again, which matters only where it is taken for something else.
            && (known.token == token || !self.attempts.failed(known.attempt))
        {
            self.state = known.after;
            return known.term;
        }
        let term = self.term_anew();
        // A single token is soon read again.
        if term.is_some_and(|term| self.is_single_token(term)) {
            return term;
        }
        self.know(start, token, term);
        term
    }

    // Out of the frames of what is nested.
    #[inline(never)]
    fn know(&mut self, start: u32, token: Token, term: Option<TermId>) {
        while self.known.last().is_some_and(|last| last.start >= start) {
            self.known.pop();
        }
        self.known.push(Known { start, token, attempt: self.attempts.current(), term, after: self.state });
    }

    pub(super) fn whole_term(&mut self) -> Option<TermId> {
        self.scan_ahead_logical_call();
        let minus = self.here();
        if self.is(Token::Minus) && self.passes_minus_of_variable() {
            return self.negative_variable(minus);
        }
        let head = self.bare_term()?;
        self.finish_term(head)
    }

    /// A variable, with what may follow it, behind a minus.
    #[inline(never)]
    fn negative_variable(&mut self, minus: Location) -> Option<TermId> {
        let variable = self.variable();
        let operand = self.finish_term(variable)?;
        Some(self.negative(minus, operand))
    }

    /// A term without what may follow it. Its last token stays current.
    fn bare_term(&mut self) -> Option<TermId> {
        let here = self.here();
        match self.state.token {
            Token::Null => Some(self.new_term(TermKind::Null, here)),
            Token::True => Some(self.new_term(TermKind::Boolean(true), here)),
            Token::False => Some(self.new_term(TermKind::Boolean(false), here)),
            Token::Minus | Token::Dot | Token::Number => self.number(),
            Token::String => self.string(),
            Token::TemplatePart | Token::TemplateEnd => self.template_string(false),
            Token::RawTemplatePart | Token::RawTemplateEnd => self.template_string(true),
            Token::Identifier | Token::Contains => Some(self.variable()),
            Token::LeftBracket => self.array(),
            Token::LeftBrace => self.set_or_object(),
            Token::LeftParenthesis => self.parenthesized(),
            _ => {
                self.unexpected_token();
                None
            }
        }
    }

    /// Passes a minus that stands before a variable; whether it does.
    // Out of the frames of what is nested.
    #[inline(never)]
    fn passes_minus_of_variable(&mut self) -> bool {
        let before = self.state;
        self.scan();
        let found = matches!(self.state.token, Token::Identifier | Token::Contains);
        if !found {
            self.restore(before);
        }
        found
    }

    fn is_single_token(&self, term: TermId) -> bool {
        matches!(
            self.kind(term),
            TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. } | TermKind::Var(_)
        )
    }

    fn parenthesized(&mut self) -> Option<TermId> {
        let start = self.state.start;
        self.scan();
        let term = self.infix_call()?;
        if !self.is(Token::RightParenthesis) {
            self.error_here("non-terminated expression");
            return None;
        }
        let text = Span::between(start, self.state.end);
        let location = self.place_of(term);
        self.set_place(term, Location { at: location.at, text });
        // `input` and `data` share their place with the ref they make.
        if let TermKind::Ref(parts) = self.kind(term)
            && let [head] = self.nodes.terms(parts)
            && self.place_of(*head) == location
        {
            self.set_place(*head, Location { at: location.at, text });
        }
        Some(term)
    }

    /// The current token as a variable.
    pub(super) fn variable(&mut self) -> TermId {
        let here = self.here();
        if self.literal() == b"_" {
            let name = self.wildcard();
            return self.new_term(TermKind::Var(name), here);
        }
        self.new_term(TermKind::Var(self.literal_text()), here)
    }

    fn negative(&mut self, minus: Location, operand: TermId) -> TermId {
        let zero = self.names.zero;
        let name = self.operator_name(Token::Minus);
        let variable = self.new_term(TermKind::Var(name), Location::NONE);
        let list = self.list_of(&[variable]);
        let operator = self.new_term(TermKind::Ref(list), Location::NONE);
        let zero = self.new_term(TermKind::Number(zero), minus);
        let list = self.list_of(&[operator, zero, operand]);
        let location = self.extended(minus);
        self.new_term(TermKind::Call(list), location)
    }

    /// What may follow a term: its last token is current.
    fn finish_term(&mut self, head: TermId) -> Option<TermId> {
        let start = self.state.start;
        if self.scan_touching() && matches!(self.state.token, Token::LeftParenthesis | Token::Dot | Token::LeftBracket)
        {
            return self.reference(head, start);
        }
        Some(self.rooted(head))
    }

    /// `input` and `data` alone are refs.
    pub(super) fn rooted(&mut self, head: TermId) -> TermId {
        match self.kind(head) {
            TermKind::Var(name) if self.is_root(name) => {
                let location = self.place_of(head);
                let list = self.list_of(&[head]);
                self.new_term(TermKind::Ref(list), location)
            }
            _ => head,
        }
    }

    pub(super) fn is_root(&self, name: Text) -> bool {
        matches!(self.bytes(name), b"input" | b"data")
    }

    /// Whether a keyword may be part of a ref.
    pub(super) fn is_allowed_in_reference(&self, token: Token) -> bool {
        use crate::rego::syntax::options::{Keywords, RegoVersion};
        if !self.options.keywords_in_refs() {
            return false;
        }
        if token.is_reserved() {
            return true;
        }
        let own = match self.options.version {
            RegoVersion::V0 => Keywords::NONE,
            RegoVersion::V0V1 | RegoVersion::V1 => Keywords::OF_V1,
            RegoVersion::V2 => Keywords::ALL,
        };
        token.keyword_of_name().is_some_and(|keyword| own.union(self.state.active).contains(keyword))
    }

    /// Takes a keyword that begins a ref for an identifier; whether it did.
    pub(super) fn scan_ahead_reference(&mut self) -> bool {
        let found = !self.is(Token::Identifier)
            && self.is_touched_by(&[Token::Dot, Token::LeftBracket])
            && self.is_allowed_in_reference(self.state.token);
        if found {
            self.state.token = Token::Identifier;
        }
        found
    }

    /// Whether one of these tokens, `.`, `[` or `(`, stands right behind this one.
    pub(super) fn is_touched_by(&mut self, tokens: &[Token]) -> bool {
        matches!(self.lexer.byte(self.state.end), Some(b'.' | b'[' | b'(')) && self.is_next(tokens)
    }

    // Out of the frames of what is nested.
    #[inline(never)]
    fn is_next(&mut self, tokens: &[Token]) -> bool {
        let before = self.state;
        self.scan_whitespace();
        let token = self.state.token;
        self.restore(before);
        tokens.contains(&token)
    }

    /// Takes `and(`, `or(` for calls where a term has to stand.
    fn scan_ahead_logical_call(&mut self) {
        if matches!(self.state.token, Token::And | Token::Or) && self.is_touched_by(&[Token::LeftParenthesis]) {
            self.state.token = Token::Identifier;
        }
    }
}
