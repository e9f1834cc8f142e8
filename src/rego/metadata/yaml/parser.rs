//! The tokens of a YAML text put together to a document, as libyaml does.

use super::collection::{Kind, Open, Step};
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
pub(super) enum Place {
    Block,
    /// The value of a key, which may be a list that is not indented.
    BlockValue,
    Flow,
}

/// Puts tokens together.
pub(super) struct Parser {
    pub(super) scanner: Scanner,
    nodes: Vec<Node<'static>>,
    anchors: HashMap<String, usize>,
    handles: Vec<(String, String)>,
}

/// The tag and anchor before a node.
#[derive(Default)]
pub(super) struct Properties {
    tag: Option<String>,
    anchor: Option<String>,
}

impl Parser {
    pub fn new(text: &str) -> Self {
        Self { scanner: Scanner::new(text), nodes: Vec::new(), anchors: HashMap::new(), handles: Vec::new() }
    }

    /// The first document; none in a text without any.
    pub fn document(mut self) -> Outcome<Option<Document<'static>>> {
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

    /// Reads all documents.
    pub fn stream(mut self) -> Outcome<()> {
        self.peek()?;
        self.scanner.advance();
        let mut is_first = true;
        loop {
            while !is_first && self.peek()?.kind == TokenKind::DocumentEnd {
                self.scanner.advance();
            }
            match self.peek()?.kind {
                TokenKind::StreamEnd => return Ok(()),
                TokenKind::Version { .. } | TokenKind::TagDirective { .. } | TokenKind::DocumentStart => {
                    let _ = self.explicit_document()?;
                }
                _ if is_first => {
                    self.directives()?;
                    let _ = self.tree()?;
                }
                _ => {
                    let _ = self.explicit_document()?;
                }
            }
            self.handles.clear();
            self.anchors.clear();
            is_first = false;
        }
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

    pub(super) fn peek(&mut self) -> Outcome<&Token> {
        self.scanner.peek()
    }

    fn add(&mut self, start: Mark, tag: Cow<'static, str>, content: Content<'static>, anchor: Option<String>) -> usize {
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
        self.add(start, tag, Content::Scalar(Cow::Owned(value)), properties.anchor)
    }

    pub(super) fn empty(&mut self, mark: Mark) -> usize {
        self.scalar(mark, String::new(), true, Properties::default())
    }

    pub(super) fn open(&mut self, kind: Kind, start: Mark, properties: Properties) -> Step {
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

    pub(super) fn node(&mut self, place: Place) -> Outcome<Step> {
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
            TokenKind::Scalar { .. } => {
                let Some(Token { kind: TokenKind::Scalar { value, plain }, .. }) = self.scanner.advance() else {
                    return Ok(Step::Done(self.empty(start)));
                };
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
    pub(super) fn pass(&mut self) -> Mark {
        self.scanner.advance().map(|token| token.end).unwrap_or_default()
    }
}
