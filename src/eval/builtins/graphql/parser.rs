//! Tokens of GraphQL, one after the other; what is not expected is told as gqlparser does.

use crate::eval::Value;

use super::lexer::{Kind, Place, Token, tokens};
use super::node;

/// The deepest that selections, values and types may nest.
const DEEPEST: usize = 200;

/// An error and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) place: Place,
}

pub(super) type Parsed<T> = Result<T, Fault>;

/// Reads the tokens of a text.
pub(super) struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Parser {
    pub(super) fn new(text: &str) -> Self {
        Self { tokens: tokens(text), next: 0, depth: 0 }
    }

    pub(super) fn peek(&self) -> Token {
        let token = self.tokens.get(self.next).or_else(|| self.tokens.last()).cloned();
        let end = Token { kind: Kind::End, text: String::new(), place: Place::default(), comments: Vec::new() };
        token.unwrap_or(end)
    }

    pub(super) fn take(&mut self) -> Token {
        let token = self.peek();
        self.next += 1;
        token
    }

    pub(super) fn is_at(&self, mark: &str) -> bool {
        matches!(self.peek().kind, Kind::Mark(found) if found == mark)
    }

    pub(super) fn is_at_word(&self, word: &str) -> bool {
        let token = self.peek();
        token.kind == Kind::Name && token.text == word
    }

    /// The comments before the next token.
    pub(super) fn comments(&self) -> Value {
        node::comments(&self.peek().comments)
    }

    pub(super) fn fault<T>(&self, token: &Token, message: String) -> Parsed<T> {
        Err(Fault { message, place: token.place })
    }

    pub(super) fn unexpected<T>(&self, token: &Token) -> Parsed<T> {
        self.fault(token, format!("Unexpected {}", token.shown()))
    }

    pub(super) fn unexpected_next<T>(&self) -> Parsed<T> {
        self.unexpected(&self.peek())
    }

    pub(super) fn expect(&mut self, mark: &'static str) -> Parsed<Token> {
        self.expect_kind(Kind::Mark(mark))
    }

    fn expect_kind(&mut self, kind: Kind) -> Parsed<Token> {
        let token = self.peek();
        if token.kind == kind {
            return Ok(self.take());
        }
        self.fault(&token, format!("Expected {}, found {}", kind.shown(), token.kind.shown()))
    }

    pub(super) fn name_token(&mut self) -> Parsed<Token> {
        self.expect_kind(Kind::Name)
    }

    pub(super) fn name(&mut self) -> Parsed<Value> {
        Ok(self.name_token()?.text.into())
    }

    pub(super) fn keyword(&mut self, word: &str) -> Parsed<()> {
        let token = self.peek();
        if !self.is_at_word(word) {
            return self.fault(&token, format!("Expected \"{word}\", found {}", token.shown()));
        }
        self.take();
        Ok(())
    }

    pub(super) fn skip(&mut self, mark: &str) -> bool {
        let found = self.is_at(mark);
        self.next += usize::from(found);
        found
    }

    /// What stands between two marks, at least one thing, where the first is there; and the comments before the second.
    pub(super) fn some(
        &mut self,
        open: &str,
        close: &str,
        one: fn(&mut Self) -> Parsed<Value>,
    ) -> Parsed<(Value, Value)> {
        if !self.skip(open) {
            return Ok((Value::Null, Value::Null));
        }
        if self.is_at(close) {
            let message = format!("expected at least one definition, found {close}");
            return self.fault(&self.peek(), message);
        }
        self.many(close, one)
    }

    /// What stands before a mark, and the comments before it.
    fn many(&mut self, close: &str, one: fn(&mut Self) -> Parsed<Value>) -> Parsed<(Value, Value)> {
        let mut items = Vec::new();
        while !self.is_at(close) {
            items.push(self.deeper(one)?);
        }
        let comments = self.comments();
        self.take();
        Ok((items.into(), comments))
    }

    fn deeper(&mut self, one: fn(&mut Self) -> Parsed<Value>) -> Parsed<Value> {
        if self.depth >= DEEPEST {
            return self.fault(&self.peek(), "the document nests too deeply".to_owned());
        }
        self.depth += 1;
        let read = one(self);
        self.depth -= 1;
        read
    }

    pub(super) fn variable(&mut self) -> Parsed<Value> {
        self.expect("$")?;
        self.name()
    }

    pub(super) fn constant(&mut self) -> Parsed<Value> {
        self.value(true)
    }

    fn any_value(&mut self) -> Parsed<Value> {
        self.value(false)
    }

    /// A value; a constant holds no variable.
    fn value(&mut self, is_constant: bool) -> Parsed<Value> {
        let token = self.peek();
        let comments = self.comments();
        let (kind, raw, children, comments): (u64, Value, Value, Value) = match token.kind {
            Kind::Mark("[") => {
                self.take();
                let one: fn(&mut Self) -> Parsed<Value> =
                    if is_constant { |parser| parser.item(true) } else { |parser| parser.item(false) };
                (8, "".into(), self.many("]", one)?.0, comments)
            }
            Kind::Mark("{") => {
                self.take();
                let one: fn(&mut Self) -> Parsed<Value> =
                    if is_constant { |parser| parser.member(true) } else { |parser| parser.member(false) };
                (9, "".into(), self.many("}", one)?.0, comments)
            }
            Kind::Mark("$") if !is_constant => (0, self.variable()?, Value::Null, Value::Null),
            Kind::Int | Kind::Float | Kind::Text | Kind::Block | Kind::Name => {
                self.take();
                let kind = match (token.kind, token.text.as_str()) {
                    (Kind::Int, _) => 1,
                    (Kind::Float, _) => 2,
                    (Kind::Text, _) => 3,
                    (Kind::Block, _) => 4,
                    (_, "true" | "false") => 5,
                    (_, "null") => 6,
                    _ => 7,
                };
                (kind, token.text.as_str().into(), Value::Null, Value::Null)
            }
            _ => return self.unexpected(&token),
        };
        let fields = [
            ("Kind", kind.into()),
            ("Raw", raw),
            ("Children", children),
            ("Comment", comments),
            ("ExpectedTypeHasDefault", false.into()),
        ];
        Ok(node::node(token.place, fields))
    }

    fn item(&mut self, is_constant: bool) -> Parsed<Value> {
        let place = self.peek().place;
        Ok(node::node(place, [("Name", "".into()), ("Value", self.value(is_constant)?)]))
    }

    fn member(&mut self, is_constant: bool) -> Parsed<Value> {
        self.named_value(if is_constant { Self::constant } else { Self::any_value })
    }

    fn named_value(&mut self, value: fn(&mut Self) -> Parsed<Value>) -> Parsed<Value> {
        let (place, comment) = (self.peek().place, self.comments());
        let name = self.name()?;
        self.expect(":")?;
        Ok(node::node(place, [("Name", name), ("Value", value(self)?), ("Comment", comment)]))
    }

    pub(super) fn arguments(&mut self, is_constant: bool) -> Parsed<Value> {
        let one: fn(&mut Self) -> Parsed<Value> = if is_constant {
            |parser| parser.named_value(Self::constant)
        } else {
            |parser| parser.named_value(Self::any_value)
        };
        Ok(self.some("(", ")", one)?.0)
    }

    pub(super) fn directives(&mut self, is_constant: bool) -> Parsed<Value> {
        let mut directives = Vec::new();
        while self.skip("@") {
            let place = self.peek().place;
            let name = self.name()?;
            let arguments = self.arguments(is_constant)?;
            let fields = [("Name", name), ("Arguments", arguments), ("Location", "".into())];
            directives.push(node::node(place, fields));
        }
        Ok(directives.into())
    }

    /// A type: a name or a list, and whether it may be null.
    pub(super) fn kind(&mut self) -> Parsed<Value> {
        let (name, element, place) = if self.skip("[") {
            let place = self.peek().place;
            let element = self.deeper(Self::kind)?;
            self.expect("]")?;
            (Value::from(""), element, place)
        } else {
            let place = self.peek().place;
            (self.name()?, Value::Null, place)
        };
        let is_required = self.skip("!");
        Ok(node::node(place, [("NamedType", name), ("Elem", element), ("NonNull", is_required.into())]))
    }
}
