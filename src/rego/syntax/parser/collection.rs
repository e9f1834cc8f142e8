//! Arrays, sets, objects and comprehensions.

use super::Parser;
use super::infix::BeforeTerm;
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{List, TermId, TermKind};

/// The note where neither a comma nor the end of a list follows.
const fn expected_comma_or(end: Token) -> &'static str {
    match end {
        Token::RightParenthesis => "expected \",\" or \")\"",
        Token::RightBracket => "expected \",\" or \"]\"",
        _ => "expected \",\" or \"}\"",
    }
}

impl Parser<'_> {
    /// Terms with commas between them, put aside up to an end, which stays current; whether they were all read.
    pub(super) fn term_list(&mut self, end: Token) -> bool {
        if self.is(end) {
            return true;
        }
        let Some(first) = self.infix_call_in_list() else { return false };
        self.rest_of_terms(first, end)
    }

    /// The same behind the first term.
    fn rest_of_terms(&mut self, mut last: TermId, end: Token) -> bool {
        loop {
            self.terms.push(last);
            if self.is(end) {
                return true;
            }
            if !self.is(Token::Comma) {
                self.unexpected(expected_comma_or(end));
                return false;
            }
            self.scan();
            if self.is(end) {
                return true;
            }
            match self.infix_call_in_list() {
                Some(term) => last = term,
                None => return false,
            }
        }
    }

    /// The list that a term begins.
    fn rest_of_list(&mut self, first: TermId, end: Token) -> Option<List<TermId>> {
        let mark = self.terms.len();
        if self.rest_of_terms(first, end) {
            return Some(self.list_since(mark));
        }
        self.terms.truncate(mark);
        None
    }

    /// Reads something of brackets, one step deeper, and places it from the first bracket through the last.
    fn bracketed(&mut self, read: impl FnOnce(&mut Self) -> Option<TermKind>) -> Option<TermId> {
        let location = self.here();
        let kind = self.deeper(|parser| {
            parser.scan();
            read(parser)
        })?;
        let location = Self::placed(location, location.at, self.state.end);
        Some(self.new_term(kind, location))
    }

    /// Passes a comma behind the opening bracket; whether there was none, so that a comprehension may follow.
    fn no_leading_comma(&mut self) -> bool {
        let comma = self.is(Token::Comma);
        if comma {
            self.scan();
        }
        !comma
    }

    pub(super) fn array(&mut self) -> Option<TermId> {
        self.bracketed(|parser| {
            if parser.is(Token::RightBracket) {
                return Some(TermKind::Array(List::EMPTY));
            }
            let comprehension = parser.no_leading_comma();
            let before = parser.before_term();
            // A single term, so that `[a | b]` is a comprehension.
            let head = parser.term()?;
            match parser.state.token {
                Token::RightBracket | Token::Comma => {}
                Token::Bar if comprehension => return parser.array_comprehension(head, before),
                _ => return parser.array_of_infix(head, before),
            }
            parser.rest_of_list(head, Token::RightBracket).map(TermKind::Array)
        })
    }

    /// An array behind the term that its first member begins with.
    fn array_of_infix(&mut self, head: TermId, before: BeforeTerm) -> Option<TermKind> {
        let head = self.infix_call_behind(head, before)?;
        self.rest_of_list(head, Token::RightBracket).map(TermKind::Array)
    }

    /// An array comprehension, or an array of a union; `|` is current.
    fn array_comprehension(&mut self, head: TermId, before: BeforeTerm) -> Option<TermKind> {
        let behind = self.state;
        self.scan();
        if let Some(body) = self.body(Token::RightBracket) {
            return Some(TermKind::ArrayComprehension { term: head, body });
        }
        if !self.is(Token::Comma) {
            return None;
        }
        self.restore(behind);
        self.array_of_infix(head, before)
    }

    pub(super) fn set_or_object(&mut self) -> Option<TermId> {
        self.bracketed(|parser| {
            if parser.is(Token::RightBrace) {
                return Some(TermKind::Object(List::EMPTY));
            }
            let comprehension = parser.no_leading_comma();
            let before = parser.before_term();
            let head = parser.term()?;
            match parser.state.token {
                Token::Bar if comprehension => parser.set_comprehension(head, before),
                Token::RightBrace | Token::Comma => parser.set(head),
                Token::Colon => parser.object(head, comprehension),
                _ => parser.set_or_object_of_infix(head, before, comprehension),
            }
        })
    }

    /// A set or object behind the term that its first member or key begins with.
    fn set_or_object_of_infix(&mut self, head: TermId, before: BeforeTerm, comprehension: bool) -> Option<TermKind> {
        let head = self.infix_call_behind(head, before)?;
        match self.state.token {
            Token::RightBrace | Token::Comma => self.set(head),
            Token::Colon => self.object(head, comprehension),
            _ => {
                self.unexpected("non-terminated set");
                None
            }
        }
    }

    /// A set behind its first member.
    fn set(&mut self, head: TermId) -> Option<TermKind> {
        self.deeper(|parser| parser.rest_of_list(head, Token::RightBrace).map(TermKind::Set))
    }

    /// A set comprehension, or a set of a union; `|` is current.
    fn set_comprehension(&mut self, head: TermId, before: BeforeTerm) -> Option<TermKind> {
        self.deeper(|parser| {
            let behind = parser.state;
            parser.scan();
            if let Some(body) = parser.body(Token::RightBrace) {
                return Some(TermKind::SetComprehension { term: head, body });
            }
            if !parser.is(Token::Comma) {
                return None;
            }
            parser.restore(behind);
            let head = parser.infix_call_behind(head, before)?;
            parser.rest_of_list(head, Token::RightBrace).map(TermKind::Set)
        })
    }

    /// An object or object comprehension; the colon behind its first key is current.
    fn object(&mut self, key: TermId, comprehension: bool) -> Option<TermKind> {
        self.deeper(|parser| {
            parser.scan();
            let before = parser.before_term();
            let value = parser.term()?;
            match parser.state.token {
                Token::RightBrace | Token::Comma if comprehension => parser.object_rest(key, value, true),
                Token::Bar if comprehension => parser.object_comprehension(key, value, before),
                _ => parser.object_of_infix(key, value, before),
            }
        })
    }

    /// An object comprehension, or an object of a union; `|` is current.
    fn object_comprehension(&mut self, key: TermId, value: TermId, before: BeforeTerm) -> Option<TermKind> {
        let behind = self.state;
        if let Some(object) = self.object_rest(key, value, true) {
            return Some(object);
        }
        self.restore(behind);
        self.object_of_infix(key, value, before)
    }

    /// An object behind the term that its first value begins with.
    fn object_of_infix(&mut self, key: TermId, value: TermId, before: BeforeTerm) -> Option<TermKind> {
        let value = self.infix_call_behind(value, before)?;
        if matches!(self.state.token, Token::RightBrace | Token::Comma) {
            return self.object_rest(key, value, false);
        }
        self.unexpected("non-terminated object");
        None
    }

    fn object_rest(&mut self, key: TermId, value: TermId, comprehension: bool) -> Option<TermKind> {
        self.deeper(|parser| match parser.state.token {
            Token::RightBrace => Some(TermKind::Object(parser.list_of(&[key, value]))),
            Token::Bar if comprehension => {
                parser.scan();
                let body = parser.body(Token::RightBrace)?;
                let entry = parser.nodes.add_entry(key, value);
                Some(TermKind::ObjectComprehension { entry, body })
            }
            Token::Bar => {
                parser.unexpected("non-terminated object");
                None
            }
            Token::Comma => {
                parser.scan();
                let mark = parser.terms.len();
                parser.terms.extend([key, value]);
                if parser.pair_list() {
                    return Some(TermKind::Object(parser.list_since(mark)));
                }
                parser.terms.truncate(mark);
                None
            }
            _ => None,
        })
    }

    /// Keys and values, put aside up to the closing brace, which stays current; whether they were all read.
    fn pair_list(&mut self) -> bool {
        if self.is(Token::RightBrace) {
            return true;
        }
        loop {
            let Some(key) = self.infix_call_in_list() else { return false };
            if !self.is(Token::Colon) {
                self.unexpected("expected \":\"");
                return false;
            }
            self.scan();
            let Some(value) = self.infix_call_in_list() else { return false };
            self.terms.extend([key, value]);
            if self.is(Token::RightBrace) {
                return true;
            }
            if !self.is(Token::Comma) {
                self.unexpected(expected_comma_or(Token::RightBrace));
                return false;
            }
            self.scan();
            if self.is(Token::RightBrace) {
                return true;
            }
        }
    }
}

impl TermKind {
    /// OPA's name for the kind.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "boolean",
            Self::Number(_) => "number",
            Self::String { .. } => "string",
            Self::Var(_) => "var",
            Self::Ref(_) => "ref",
            Self::Call(_) => "call",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
            Self::Set(_) => "set",
            Self::ArrayComprehension { .. } => "arraycomprehension",
            Self::SetComprehension { .. } => "setcomprehension",
            Self::ObjectComprehension { .. } => "objectcomprehension",
            Self::TemplateString { .. } => "templatestring",
        }
    }
}
