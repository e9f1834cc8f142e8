//! The tokens of a YAML text put together to a document, as libyaml does.

use super::cursor::Mark;
use super::failure::{Failure, Outcome};
use super::node::{Content, Document, Node};
use super::resolve::{plain_tag, short_tag};
use super::scanner::Scanner;
use super::token::{Token, TokenKind};
use std::borrow::Cow;
use std::collections::HashMap;

/// Where a node stands, which decides what it can be.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Block,
    /// The value of a key, which may be a list that is not indented.
    BlockValue,
    Flow,
}

pub(super) struct Parser {
    scanner: Scanner,
    nodes: Vec<Node>,
    anchors: HashMap<String, usize>,
    handles: Vec<(String, String)>,
}

/// A list or map that is still open.
struct Open {
    number: usize,
    kind: Kind,
    start: Mark,
    /// Whether an entry was begun.
    begun: bool,
    /// Whether the entry has a `?`, written or found to be meant.
    keyed: bool,
    /// The key that waits for its value.
    key: Option<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
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
enum Step {
    Done(usize),
    Opened(Open),
    /// There is none: the innermost list or map ends.
    Closed,
}

/// The tag and anchor before a node.
#[derive(Default)]
struct Properties {
    tag: Option<String>,
    anchor: Option<String>,
}

impl Parser {
    pub fn new(text: &str) -> Self {
        Self { scanner: Scanner::new(text), nodes: Vec::new(), anchors: HashMap::new(), handles: Vec::new() }
    }

    /// The first document; none in a text without any.
    pub fn document(mut self) -> Outcome<Option<Document>> {
        self.peek()?;
        self.scanner.advance();
        let root = match self.peek()?.kind {
            TokenKind::StreamEnd => return Ok(None),
            TokenKind::Version { .. } | TokenKind::TagDirective { .. } | TokenKind::DocumentStart => {
                self.explicit_document()?
            }
            _ => {
                self.directives()?;
                self.tree()?
            }
        };
        // What stands right behind the document is looked at, and may not read.
        self.peek()?;
        Ok(Some(Document { nodes: self.nodes, root }))
    }

    fn explicit_document(&mut self) -> Outcome<usize> {
        self.directives()?;
        let token = self.peek()?;
        if token.kind != TokenKind::DocumentStart {
            return Err(Failure::parsing(None, token.start, "did not find expected <document start>"));
        }
        self.scanner.advance();
        let token = self.peek()?;
        match token.kind {
            TokenKind::Version { .. }
            | TokenKind::TagDirective { .. }
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                let start = token.start;
                Ok(self.empty(start))
            }
            _ => self.tree(),
        }
    }

    fn directives(&mut self) -> Outcome<()> {
        let mut version_seen = false;
        loop {
            let token = self.peek()?;
            let start = token.start;
            let problem = match &token.kind {
                TokenKind::Version { .. } if version_seen => "found duplicate %YAML directive",
                TokenKind::Version { major: 1, minor: 1 } => {
                    version_seen = true;
                    ""
                }
                TokenKind::Version { .. } => "found incompatible YAML document",
                TokenKind::TagDirective { handle, prefix } => {
                    let pair = (handle.clone(), prefix.clone());
                    if self.handles.iter().any(|(known, _)| *known == pair.0) {
                        "found duplicate %TAG directive"
                    } else {
                        self.handles.push(pair);
                        ""
                    }
                }
                _ => break,
            };
            if !problem.is_empty() {
                return Err(Failure::parsing(None, start, problem));
            }
            self.scanner.advance();
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if !self.handles.iter().any(|(known, _)| known == handle) {
                self.handles.push((handle.to_owned(), prefix.to_owned()));
            }
        }
        Ok(())
    }

    fn peek(&mut self) -> Outcome<&Token> {
        self.scanner.peek()
    }

    fn add(&mut self, start: Mark, tag: Cow<'static, str>, content: Content, anchor: Option<String>) -> usize {
        let number = self.nodes.len();
        self.nodes.push(Node { line: start.line + 1, tag, content });
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, number);
        }
        number
    }

    fn scalar(&mut self, start: Mark, value: String, plain: bool, properties: Properties) -> usize {
        let tag = match properties.tag {
            Some(tag) if tag != "!" => short_tag(&tag),
            _ if !plain => Cow::Borrowed("!!str"),
            _ if value == "<<" => Cow::Borrowed("!!merge"),
            _ => Cow::Borrowed(plain_tag(&value)),
        };
        self.add(start, tag, Content::Scalar(value), properties.anchor)
    }

    fn empty(&mut self, mark: Mark) -> usize {
        self.scalar(mark, String::new(), true, Properties::default())
    }

    fn open(&mut self, kind: Kind, start: Mark, properties: Properties) -> Step {
        let (default, content) = match kind {
            Kind::BlockSequence | Kind::LooseSequence | Kind::FlowSequence => ("!!seq", Content::Sequence(Vec::new())),
            Kind::BlockMapping | Kind::FlowMapping | Kind::FlowPair => ("!!map", Content::Mapping(Vec::new())),
        };
        let tag = match properties.tag {
            Some(tag) if tag != "!" => short_tag(&tag),
            _ => Cow::Borrowed(default),
        };
        let number = self.add(start, tag, content, properties.anchor);
        Step::Opened(Open { number, kind, start, begun: false, keyed: false, key: None })
    }

    /// A node with all that is in it.
    fn tree(&mut self) -> Outcome<usize> {
        let mut open: Vec<Open> = Vec::new();
        let mut step = self.node(Place::Block)?;
        loop {
            let done = match step {
                Step::Done(number) => Some(number),
                Step::Opened(collection) => {
                    open.push(collection);
                    None
                }
                Step::Closed => open.pop().map(|collection| collection.number),
            };
            let Some(innermost) = open.last_mut() else { return Ok(done.unwrap_or_default()) };
            if let Some(number) = done {
                self.give(innermost, number);
            }
            step = self.next(innermost)?;
        }
    }

    /// Puts a node into the list or map it belongs to.
    fn give(&mut self, collection: &mut Open, number: usize) {
        match self.nodes.get_mut(collection.number).map(|node| &mut node.content) {
            Some(Content::Sequence(items)) => items.push(number),
            Some(Content::Mapping(pairs)) => match collection.key.take() {
                Some(key) => pairs.push((key, number)),
                None => collection.key = Some(number),
            },
            _ => {}
        }
    }

    fn node(&mut self, place: Place) -> Outcome<Step> {
        let token = self.peek()?;
        let start = token.start;
        if let TokenKind::Alias(name) = &token.kind {
            let name = name.clone();
            self.scanner.advance();
            let Some(&target) = self.anchors.get(&name) else {
                return Err(Failure(format!("unknown anchor '{name}' referenced")));
            };
            return Ok(Step::Done(self.add(start, Cow::Borrowed(""), Content::Alias { name, target }, None)));
        }
        let properties = self.properties(start)?;
        let token = self.peek()?;
        let here = token.start;
        let kind = match &token.kind {
            TokenKind::Scalar { value, plain } => {
                let (value, plain) = (value.clone(), *plain);
                self.scanner.advance();
                return Ok(Step::Done(self.scalar(start, value, plain, properties)));
            }
            TokenKind::BlockEntry if place == Place::BlockValue => Kind::LooseSequence,
            TokenKind::FlowSequenceStart => Kind::FlowSequence,
            TokenKind::FlowMappingStart => Kind::FlowMapping,
            TokenKind::BlockSequenceStart if place != Place::Flow => Kind::BlockSequence,
            TokenKind::BlockMappingStart if place != Place::Flow => Kind::BlockMapping,
            _ if properties.tag.is_some() || properties.anchor.is_some() => {
                return Ok(Step::Done(self.scalar(start, String::new(), true, properties)));
            }
            _ => return Err(Failure::parsing(Some(start), here, "did not find expected node content")),
        };
        let mut step = self.open(kind, start, properties);
        if let Step::Opened(collection) = &mut step
            && kind != Kind::LooseSequence
        {
            // Errors inside name the bracket, not the tag or anchor before it.
            collection.start = here;
            self.scanner.advance();
        }
        Ok(step)
    }

    /// A tag and an anchor, in either order.
    fn properties(&mut self, start: Mark) -> Outcome<Properties> {
        let (mut anchor, mut tag) = (None, None);
        loop {
            let token = self.peek()?;
            match &token.kind {
                TokenKind::Anchor(name) if anchor.is_none() => anchor = Some(name.clone()),
                TokenKind::Tag { handle, suffix } if tag.is_none() => {
                    tag = Some((handle.clone(), suffix.clone(), token.start));
                }
                _ => break,
            }
            self.scanner.advance();
        }
        let tag = match tag {
            None => None,
            Some((handle, suffix, _)) if handle.is_empty() => Some(suffix),
            Some((handle, suffix, mark)) => match self.handles.iter().find(|(known, _)| *known == handle) {
                Some((_, prefix)) => Some(format!("{prefix}{suffix}")),
                None => return Err(Failure::parsing(Some(start), mark, "found undefined tag handle")),
            },
        };
        Ok(Properties { tag: tag.filter(|tag| !tag.is_empty()), anchor })
    }

    /// Takes a token, and gives where it ends.
    fn pass(&mut self) -> Mark {
        self.scanner.advance().map(|token| token.end).unwrap_or_default()
    }

    /// The next node of what is open.
    fn next(&mut self, collection: &mut Open) -> Outcome<Step> {
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
