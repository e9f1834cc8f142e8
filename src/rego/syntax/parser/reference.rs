//! Refs and calls: what follows a term without white space.

use super::Parser;
use crate::rego::syntax::location::Location;
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{List, TermId, TermKind};

impl Parser<'_> {
    /// The ref or call that begins with a head; the token behind the head is current, `start` is the head's last token.
    pub(super) fn reference(&mut self, head: TermId, start: u32) -> Option<TermId> {
        if !self.enter(1) {
            return None;
        }
        let mark = self.terms.len();
        let result = self.reference_parts(head, start, mark);
        self.terms.truncate(mark);
        self.leave(1);
        let (term, end) = result?;
        let location = Self::placed(self.place_of(head), start, end);
        self.set_place(term, location);
        Some(term)
    }

    fn reference_parts(&mut self, head: TermId, start: u32, mark: usize) -> Option<(TermId, u32)> {
        let location = self.place_of(head);
        let kind = self.kind(head);
        if matches!(
            kind,
            TermKind::Null
                | TermKind::Boolean(_)
                | TermKind::Number(_)
                | TermKind::String { .. }
                | TermKind::Ref(_)
                | TermKind::TemplateString { .. }
        ) {
            self.error(location, format!("illegal ref (head cannot be {})", kind.name()));
        }
        self.terms.push(head);
        let mut touches = true;
        loop {
            match self.state.token {
                Token::Dot if touches => {
                    self.scan_whitespace();
                    if !self.is(Token::Identifier) && !self.is_allowed_in_reference(self.state.token) {
                        self.unexpected("expected identifier");
                        return None;
                    }
                    let here = self.here();
                    let value = self.literal_text();
                    let part = self.new_term(TermKind::String { value, raw: false }, here);
                    self.terms.push(part);
                    touches = self.scan_touching();
                }
                Token::LeftParenthesis if touches => return self.reference_call(location, start, mark),
                Token::LeftBracket if touches => {
                    self.scan();
                    let part = self.infix_call()?;
                    if !self.is(Token::RightBracket) {
                        self.unexpected("expected [");
                        return None;
                    }
                    self.terms.push(part);
                    touches = self.scan_touching();
                }
                _ => {
                    let list = self.list_since(mark);
                    return Some((self.new_term(TermKind::Ref(list), location), self.state.last_end));
                }
            }
        }
    }

    fn reference_call(&mut self, location: Location, start: u32, mark: usize) -> Option<(TermId, u32)> {
        let list = self.list_since(mark);
        let place = Self::placed(location, start, self.state.start);
        let operator = self.new_term(TermKind::Ref(list), place);
        let (mut term, touches) = self.call_arguments(operator, start)?;
        if touches && matches!(self.state.token, Token::Dot | Token::LeftBracket) {
            term = self.reference(term, start)?;
        }
        Some((term, self.state.last_end))
    }

    /// A call with its arguments; `(` is current. Goes on behind it; whether what follows touches it.
    fn call_arguments(&mut self, operator: TermId, start: u32) -> Option<(TermId, bool)> {
        self.deeper(|parser| {
            let mark = parser.terms.len();
            parser.terms.push(operator);
            parser.scan();
            let empty = parser.is(Token::RightParenthesis);
            if !empty && !parser.term_list(Token::RightParenthesis) {
                parser.terms.truncate(mark);
                return None;
            }
            let end = parser.state.end;
            let touches = parser.scan_touching();
            let kind = if empty && parser.is_set_constructor(operator) {
                parser.terms.truncate(mark);
                TermKind::Set(List::EMPTY)
            } else {
                TermKind::Call(parser.list_since(mark))
            };
            let location = Self::placed(parser.place_of(operator), start, end);
            Some((parser.new_term(kind, location), touches))
        })
    }

    fn is_set_constructor(&self, operator: TermId) -> bool {
        match self.kind(operator) {
            TermKind::Ref(list) => match self.nodes.terms(list) {
                [head] => matches!(self.kind(*head), TermKind::Var(name) if self.bytes(name) == b"set"),
                _ => false,
            },
            _ => false,
        }
    }

    /// The name of an operator of one part.
    pub(in super::super) fn operator_of(&self, call: List<TermId>) -> Option<&[u8]> {
        let TermKind::Ref(parts) = self.kind(self.nth(call, 0)?) else { return None };
        let [head] = self.nodes.terms(parts) else { return None };
        match self.kind(*head) {
            TermKind::Var(name) => Some(self.bytes(name)),
            _ => None,
        }
    }
}
