//! Lists and maps: which node comes next in each kind of them.

use super::cursor::Mark;
use super::failure::{Failure, Outcome};
use super::parser::{Parser, Place, Properties};
use super::token::TokenKind;

/// A list or map that is still open.
pub(super) struct Open {
    pub number: usize,
    pub kind: Kind,
    pub start: Mark,
    /// Whether an entry was begun.
    pub begun: bool,
    /// Whether the entry has a `?`, written or found to be meant.
    pub keyed: bool,
    /// The key that waits for its value.
    pub key: Option<usize>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    BlockSequence,
    /// A list under a key that is not indented: it ends without a token of its own.
    LooseSequence,
    BlockMapping,
    FlowSequence,
    FlowMapping,
    /// `[key: value]`: a map of one pair without braces.
    FlowPair,
}

/// What became of the next node.
pub(super) enum Step {
    Done(usize),
    Opened(Open),
    /// There is none: the innermost list or map ends.
    Closed,
}

impl Parser {
    /// The next node of what is open.
    pub(super) fn next(&mut self, collection: &mut Open) -> Outcome<Step> {
        match collection.kind {
            Kind::BlockSequence => self.next_item(collection),
            Kind::LooseSequence => self.next_loose_item(),
            Kind::BlockMapping => self.next_of_block_mapping(collection),
            Kind::FlowSequence => self.next_of_flow_sequence(collection),
            Kind::FlowMapping => self.next_of_flow_mapping(collection),
            Kind::FlowPair => self.next_of_flow_pair(collection),
        }
    }

    fn close(&mut self) -> Outcome<Step> {
        self.scanner.advance();
        Ok(Step::Closed)
    }

    fn next_item(&mut self, collection: &Open) -> Outcome<Step> {
        let token = self.peek()?;
        match token.kind {
            TokenKind::BlockEntry => {
                let end = self.pass();
                match self.peek()?.kind {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => Ok(Step::Done(self.empty(end))),
                    _ => self.node(Place::Block),
                }
            }
            TokenKind::BlockEnd => self.close(),
            _ => Err(Failure::parsing(Some(collection.start), token.start, "did not find expected '-' indicator")),
        }
    }

    fn next_loose_item(&mut self) -> Outcome<Step> {
        if self.peek()?.kind != TokenKind::BlockEntry {
            return Ok(Step::Closed);
        }
        let end = self.pass();
        match self.peek()?.kind {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                Ok(Step::Done(self.empty(end)))
            }
            _ => self.node(Place::Block),
        }
    }

    fn next_of_block_mapping(&mut self, collection: &Open) -> Outcome<Step> {
        let token = self.peek()?;
        let start = token.start;
        match (&token.kind, collection.key) {
            (TokenKind::Key, None) | (TokenKind::Value, Some(_)) => {
                let end = self.pass();
                match self.peek()?.kind {
                    TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => Ok(Step::Done(self.empty(end))),
                    _ => self.node(Place::BlockValue),
                }
            }
            (_, Some(_)) => Ok(Step::Done(self.empty(start))),
            (TokenKind::BlockEnd, None) => self.close(),
            _ => Err(Failure::parsing(Some(collection.start), start, "did not find expected key")),
        }
    }

    /// Goes to the next entry between brackets; `false` when there is none.
    fn flow_entry(&mut self, collection: &mut Open, end: &TokenKind, problem: &str) -> Outcome<bool> {
        let token = self.peek()?;
        if token.kind == *end {
            return Ok(false);
        }
        if collection.begun {
            if token.kind != TokenKind::FlowEntry {
                return Err(Failure::parsing(Some(collection.start), token.start, problem));
            }
            self.scanner.advance();
        }
        collection.begun = true;
        Ok(self.peek()?.kind != *end)
    }

    fn next_of_flow_sequence(&mut self, collection: &mut Open) -> Outcome<Step> {
        if !self.flow_entry(collection, &TokenKind::FlowSequenceEnd, "did not find expected ',' or ']'")? {
            return self.close();
        }
        let token = self.peek()?;
        if token.kind != TokenKind::Key {
            return self.node(Place::Flow);
        }
        let start = token.start;
        self.scanner.advance();
        Ok(self.open(Kind::FlowPair, start, Properties::default()))
    }

    fn next_of_flow_pair(&mut self, collection: &mut Open) -> Outcome<Step> {
        if collection.key.is_some() {
            return self.flow_value(&TokenKind::FlowSequenceEnd);
        }
        let kind = &self.peek()?.kind;
        if collection.begun {
            return Ok(Step::Closed);
        }
        collection.begun = true;
        match kind {
            // The library takes one token too many here.
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                let end = self.pass();
                Ok(Step::Done(self.empty(end)))
            }
            _ => self.node(Place::Flow),
        }
    }

    fn next_of_flow_mapping(&mut self, collection: &mut Open) -> Outcome<Step> {
        if collection.key.is_some() {
            if collection.keyed {
                return self.flow_value(&TokenKind::FlowMappingEnd);
            }
            let start = self.peek()?.start;
            return Ok(Step::Done(self.empty(start)));
        }
        if !self.flow_entry(collection, &TokenKind::FlowMappingEnd, "did not find expected ',' or '}'")? {
            return self.close();
        }
        collection.keyed = self.peek()?.kind == TokenKind::Key;
        if collection.keyed {
            self.scanner.advance();
            let token = self.peek()?;
            if matches!(token.kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                let start = token.start;
                return Ok(Step::Done(self.empty(start)));
            }
        }
        self.node(Place::Flow)
    }

    /// What stands behind a colon between brackets, if there is one.
    fn flow_value(&mut self, end: &TokenKind) -> Outcome<Step> {
        let token = self.peek()?;
        let start = token.start;
        if token.kind == TokenKind::Value {
            self.scanner.advance();
            let next = &self.peek()?.kind;
            if *next != TokenKind::FlowEntry && next != end {
                return self.node(Place::Flow);
            }
        }
        Ok(Step::Done(self.empty(start)))
    }
}
