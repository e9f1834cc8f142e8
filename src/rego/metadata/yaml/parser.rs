//! The tokens of a YAML text put together to a document, as libyaml does.

use super::cursor::Mark;
use super::failure::{Failure, Outcome};
use super::node::{Content, Document, Node};
use super::resolve::{plain_tag, short_tag};
use super::scanner::Scanner;
use super::token::{Token, TokenKind};
use super::{DEPTH_LIMIT, too_deep};
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
    depth: usize,
}

/// The tag and anchor before a node.
#[derive(Default)]
struct Properties {
    tag: Option<String>,
    anchor: Option<String>,
}

impl Parser {
    pub fn new(text: &str) -> Self {
        Self { scanner: Scanner::new(text), nodes: Vec::new(), anchors: HashMap::new(), handles: Vec::new(), depth: 0 }
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
                self.node(Place::Block)?
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
            _ => self.node(Place::Block),
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

    fn collection(
        &mut self,
        start: Mark,
        default: &'static str,
        content: Content,
        properties: Properties,
    ) -> Outcome<usize> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(too_deep());
        }
        let tag = match properties.tag {
            Some(tag) if tag != "!" => short_tag(&tag),
            _ => Cow::Borrowed(default),
        };
        Ok(self.add(start, tag, content, properties.anchor))
    }

    fn node(&mut self, place: Place) -> Outcome<usize> {
        let token = self.peek()?;
        let start = token.start;
        if let TokenKind::Alias(name) = &token.kind {
            let name = name.clone();
            self.scanner.advance();
            let Some(&target) = self.anchors.get(&name) else {
                return Err(Failure(format!("unknown anchor '{name}' referenced")));
            };
            return Ok(self.add(start, Cow::Borrowed(""), Content::Alias { name, target }, None));
        }
        let properties = self.properties(start)?;
        let token = self.peek()?;
        let here = token.start;
        match &token.kind {
            TokenKind::BlockEntry if place == Place::BlockValue => {
                let node = self.collection(start, "!!seq", Content::Sequence(Vec::new()), properties)?;
                self.loose_sequence(node)
            }
            TokenKind::Scalar { value, plain } => {
                let (value, plain) = (value.clone(), *plain);
                self.scanner.advance();
                Ok(self.scalar(start, value, plain, properties))
            }
            TokenKind::FlowSequenceStart => {
                let node = self.collection(start, "!!seq", Content::Sequence(Vec::new()), properties)?;
                self.flow_sequence(node)
            }
            TokenKind::FlowMappingStart => {
                let node = self.collection(start, "!!map", Content::Mapping(Vec::new()), properties)?;
                self.flow_mapping(node)
            }
            TokenKind::BlockSequenceStart if place != Place::Flow => {
                let node = self.collection(start, "!!seq", Content::Sequence(Vec::new()), properties)?;
                self.block_sequence(node)
            }
            TokenKind::BlockMappingStart if place != Place::Flow => {
                let node = self.collection(start, "!!map", Content::Mapping(Vec::new()), properties)?;
                self.block_mapping(node)
            }
            _ if properties.tag.is_some() || properties.anchor.is_some() => {
                Ok(self.scalar(start, String::new(), true, properties))
            }
            _ => Err(Failure::parsing(Some(start), here, "did not find expected node content")),
        }
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

    fn end_collection(&mut self, number: usize) -> usize {
        self.depth -= 1;
        number
    }

    fn push_item(&mut self, sequence: usize, item: usize) {
        if let Some(Node { content: Content::Sequence(items), .. }) = self.nodes.get_mut(sequence) {
            items.push(item);
        }
    }

    fn push_pair(&mut self, mapping: usize, key: usize, value: usize) {
        if let Some(Node { content: Content::Mapping(pairs), .. }) = self.nodes.get_mut(mapping) {
            pairs.push((key, value));
        }
    }

    /// Takes a token, and gives where it ends.
    fn pass(&mut self) -> Mark {
        self.scanner.advance().map(|token| token.end).unwrap_or_default()
    }

    fn block_sequence(&mut self, number: usize) -> Outcome<usize> {
        let start = self.peek()?.start;
        self.scanner.advance();
        loop {
            let token = self.peek()?;
            match token.kind {
                TokenKind::BlockEntry => {
                    let end = self.pass();
                    let item = match self.peek()?.kind {
                        TokenKind::BlockEntry | TokenKind::BlockEnd => self.empty(end),
                        _ => self.node(Place::Block)?,
                    };
                    self.push_item(number, item);
                }
                TokenKind::BlockEnd => {
                    self.scanner.advance();
                    return Ok(self.end_collection(number));
                }
                _ => {
                    return Err(Failure::parsing(Some(start), token.start, "did not find expected '-' indicator"));
                }
            }
        }
    }

    /// A list under a key that is not indented: it ends without a token of its own.
    fn loose_sequence(&mut self, number: usize) -> Outcome<usize> {
        while self.peek()?.kind == TokenKind::BlockEntry {
            let end = self.pass();
            let item = match self.peek()?.kind {
                TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => self.empty(end),
                _ => self.node(Place::Block)?,
            };
            self.push_item(number, item);
        }
        Ok(self.end_collection(number))
    }

    fn block_mapping(&mut self, number: usize) -> Outcome<usize> {
        let start = self.peek()?.start;
        self.scanner.advance();
        loop {
            let token = self.peek()?;
            match token.kind {
                TokenKind::Key => {
                    let key = self.block_part()?;
                    let token = self.peek()?;
                    let value = if token.kind == TokenKind::Value {
                        self.block_part()?
                    } else {
                        let mark = token.start;
                        self.empty(mark)
                    };
                    self.push_pair(number, key, value);
                }
                TokenKind::BlockEnd => {
                    self.scanner.advance();
                    return Ok(self.end_collection(number));
                }
                _ => return Err(Failure::parsing(Some(start), token.start, "did not find expected key")),
            }
        }
    }

    /// What stands behind `?` or `:`.
    fn block_part(&mut self) -> Outcome<usize> {
        let end = self.pass();
        match self.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => Ok(self.empty(end)),
            _ => self.node(Place::BlockValue),
        }
    }

    /// Goes to the next entry between brackets; `false` when there is none.
    fn flow_entry(&mut self, start: Mark, first: bool, end: &TokenKind, problem: &str) -> Outcome<bool> {
        let token = self.peek()?;
        if token.kind == *end {
            return Ok(false);
        }
        if !first {
            if token.kind != TokenKind::FlowEntry {
                return Err(Failure::parsing(Some(start), token.start, problem));
            }
            self.scanner.advance();
        }
        Ok(self.peek()?.kind != *end)
    }

    fn flow_sequence(&mut self, number: usize) -> Outcome<usize> {
        let start = self.peek()?.start;
        self.scanner.advance();
        let mut first = true;
        while self.flow_entry(start, first, &TokenKind::FlowSequenceEnd, "did not find expected ',' or ']'")? {
            first = false;
            let item = match self.peek()?.kind {
                TokenKind::Key => self.flow_pair()?,
                _ => self.node(Place::Flow)?,
            };
            self.push_item(number, item);
        }
        self.scanner.advance();
        Ok(self.end_collection(number))
    }

    /// `[key: value]`: a map of one pair without braces.
    fn flow_pair(&mut self) -> Outcome<usize> {
        let start = self.peek()?.start;
        let number = self.collection(start, "!!map", Content::Mapping(Vec::new()), Properties::default())?;
        self.scanner.advance();
        let key = match self.peek()?.kind {
            // The library takes one token too many here.
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                let end = self.pass();
                self.empty(end)
            }
            _ => self.node(Place::Flow)?,
        };
        let value = self.flow_value(&TokenKind::FlowSequenceEnd)?;
        self.peek()?;
        self.push_pair(number, key, value);
        Ok(self.end_collection(number))
    }

    fn flow_mapping(&mut self, number: usize) -> Outcome<usize> {
        let start = self.peek()?.start;
        self.scanner.advance();
        let mut first = true;
        while self.flow_entry(start, first, &TokenKind::FlowMappingEnd, "did not find expected ',' or '}'")? {
            first = false;
            let (key, value) = if self.peek()?.kind == TokenKind::Key {
                self.scanner.advance();
                let token = self.peek()?;
                let key = match token.kind {
                    TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                        let mark = token.start;
                        self.empty(mark)
                    }
                    _ => self.node(Place::Flow)?,
                };
                (key, self.flow_value(&TokenKind::FlowMappingEnd)?)
            } else {
                let key = self.node(Place::Flow)?;
                let mark = self.peek()?.start;
                (key, self.empty(mark))
            };
            self.push_pair(number, key, value);
        }
        self.scanner.advance();
        Ok(self.end_collection(number))
    }

    /// What stands behind a colon between brackets, if there is one.
    fn flow_value(&mut self, end: &TokenKind) -> Outcome<usize> {
        let token = self.peek()?;
        let mark = token.start;
        if token.kind == TokenKind::Value {
            self.scanner.advance();
            let next = &self.peek()?.kind;
            if *next != TokenKind::FlowEntry && next != end {
                return self.node(Place::Flow);
            }
        }
        Ok(self.empty(mark))
    }
}
