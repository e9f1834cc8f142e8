//! A YAML document as a list of nodes, aliases not yet followed.

use super::repair::Repairs;
use super::scalar::{Scalar, resolve};
use super::{YamlError, YamlFault};
use crate::bundle::json::DEPTH_LIMIT;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use std::borrow::Cow;
use std::collections::HashMap;

/// The first document of a stream; node 0 is its root, and there is none when the stream is empty.
pub(super) struct Document {
    nodes: Vec<Node>,
}

/// One node of a document.
pub(super) struct Node {
    pub line: usize,
    pub tag: Tag,
    pub content: Content,
}

/// What a node holds; others are named by their number.
pub(super) enum Content {
    Scalar { value: String, plain: bool },
    Sequence(Vec<usize>),
    Mapping(Vec<(usize, usize)>),
    Alias(usize),
}

/// The tags that mean something to JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    None,
    Text,
    Boolean,
    Integer,
    Float,
    Null,
    Timestamp,
    Binary,
    Merge,
    Other,
}

impl Document {
    pub fn node(&self, number: usize) -> Option<&Node> {
        self.nodes.get(number)
    }

    /// Whether all keys of a map are text, merge keys aside.
    pub fn keys_are_text(&self, pairs: &[(usize, usize)]) -> bool {
        pairs.iter().all(|(key, _)| self.is_merge(*key) || self.is_text(*key))
    }

    /// Whether a node is a text, or an alias of one.
    fn is_text(&self, number: usize) -> bool {
        match self.node(number) {
            Some(Node { content: Content::Alias(target), .. }) => match self.node(*target) {
                Some(Node { content: Content::Alias(_), .. }) | None => false,
                Some(_) => self.is_text(*target),
            },
            Some(Node { content: Content::Scalar { value, plain }, tag: tag @ (Tag::None | Tag::Text), .. }) => {
                matches!(resolve(value, *plain, *tag), Ok(Scalar::Text(_)))
            }
            _ => false,
        }
    }

    /// Whether a key is `<<`.
    pub fn is_merge(&self, number: usize) -> bool {
        matches!(
            self.node(number),
            Some(Node { content: Content::Scalar { value, plain }, tag, .. })
                if value == "<<" && (*tag == Tag::Merge || (*tag == Tag::None && *plain))
        )
    }

    /// Whether a node is a map.
    pub fn is_mapping(&self, number: usize) -> bool {
        matches!(self.node(number), Some(Node { content: Content::Mapping(_), .. }))
    }
}

/// The text behind bytes in UTF-8, or in UTF-16 with its byte order mark.
pub(super) fn characters(bytes: &[u8]) -> Result<Cow<'_, str>, YamlError> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)?),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)?),
        _ => Cow::Borrowed(std::str::from_utf8(bytes).map_err(|error| {
            let line = line_at(bytes, error.valid_up_to());
            YamlError { line, fault: YamlFault::NotUtf8 }
        })?),
    };
    match text.char_indices().find(|(_, character)| !is_allowed(*character)) {
        Some((offset, _)) => {
            Err(YamlError { line: line_at(text.as_bytes(), offset), fault: YamlFault::ControlCharacter })
        }
        None => Ok(text),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, YamlError> {
    let pairs = bytes.chunks(2).map(|pair| pair.try_into().map_or(0xd800, unit));
    char::decode_utf16(pairs).collect::<Result<_, _>>().map_err(|_| YamlError { line: 1, fault: YamlFault::NotUtf8 })
}

fn line_at(bytes: &[u8], offset: usize) -> usize {
    bytes.iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

/// A list or map that is still open.
enum Open {
    Sequence(usize),
    Mapping { node: usize, key: Option<usize> },
}

/// Reads the whole stream and keeps its first document.
pub(super) fn parse(text: &str, depth: usize) -> Result<Document, YamlError> {
    let mut text = Cow::Borrowed(text.trim_end_matches([' ', '\t']));
    let mut repairs = Repairs::default();
    let mut first_error = None;
    loop {
        match read(&text, depth) {
            Ok(builder) => return Ok(cut_off(builder, &text, depth)),
            Err(Failure::Fault(error)) => return Err(first_error.unwrap_or(error)),
            Err(Failure::Syntax(error)) => {
                let repaired = repairs.repair(&text, &error);
                let error =
                    YamlError { line: error.marker().line().max(1), fault: YamlFault::Syntax(error.info().to_owned()) };
                match repaired {
                    Some(repaired) => text = Cow::Owned(repaired),
                    None => return Err(first_error.unwrap_or(error)),
                }
                first_error.get_or_insert(error);
            }
        }
    }
}

/// Why a text was not read.
enum Failure {
    Syntax(ScanError),
    Fault(YamlError),
}

fn read(text: &str, depth: usize) -> Result<Builder, Failure> {
    let mut builder = Builder {
        document: Document { nodes: Vec::new() },
        open: Vec::new(),
        anchors: HashMap::new(),
        last_block: None,
    };
    let mut parser = Parser::new_from_str(text);
    let mut documents = 0;
    let mut nesting = depth;
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(Failure::Syntax)?;
        match event {
            Event::DocumentStart(_) => documents += 1,
            Event::SequenceStart(..) | Event::MappingStart(..) => nesting += 1,
            Event::SequenceEnd | Event::MappingEnd => nesting -= 1,
            _ => {}
        }
        if nesting > DEPTH_LIMIT {
            let fault = YamlFault::TooDeep { limit: DEPTH_LIMIT };
            return Err(Failure::Fault(YamlError { line: span.start.line(), fault }));
        }
        if documents == 1 {
            builder.take(event, span);
        }
    }
    Ok(builder)
}

/// A block of text that the end of the file cuts off has no newline in OPA's YAML; this parser gives it one.
fn cut_off(mut builder: Builder, text: &str, depth: usize) -> Document {
    // Stands where the text ends, to see whether a block reaches there.
    const MARK: char = '\u{e000}';
    let Some(last) = builder.last_block.filter(|_| !text.ends_with(['\n', '\r'])) else { return builder.document };
    let Ok(marked) = read(&format!("{text}{MARK}"), depth) else { return builder.document };
    if let Some(Node { content: Content::Scalar { value: marked, .. }, .. }) = marked.document.nodes.get(last)
        && let Some(whole) = marked.trim_end_matches('\n').strip_suffix(MARK)
        && let Some(Node { content: Content::Scalar { value, .. }, .. }) = builder.document.nodes.get_mut(last)
    {
        whole.clone_into(value);
    }
    builder.document
}

struct Builder {
    document: Document,
    open: Vec<Open>,
    /// The node behind each of the parser's anchor numbers.
    anchors: HashMap<usize, usize>,
    /// The last node, if it is a block of text.
    last_block: Option<usize>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) {
        let line = span.start.line();
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let content = Content::Scalar { value: value.into_owned(), plain: style == ScalarStyle::Plain };
                let node = self.add(Node { line, tag: tag_of(tag.as_deref()), content }, anchor);
                self.last_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded).then_some(node);
            }
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).copied().unwrap_or(usize::MAX);
                self.add(Node { line, tag: Tag::None, content: Content::Alias(target) }, 0);
            }
            Event::SequenceStart(anchor, tag) => {
                let tag = tag_of(tag.as_deref());
                let node = self.add(Node { line, tag, content: Content::Sequence(Vec::new()) }, anchor);
                self.open.push(Open::Sequence(node));
            }
            Event::MappingStart(anchor, tag) => {
                let tag = tag_of(tag.as_deref());
                let node = self.add(Node { line, tag, content: Content::Mapping(Vec::new()) }, anchor);
                self.open.push(Open::Mapping { node, key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
        }
    }

    /// Appends a node and hangs it into what is open.
    fn add(&mut self, node: Node, anchor: usize) -> usize {
        let number = self.document.nodes.len();
        self.document.nodes.push(node);
        if anchor > 0 {
            self.anchors.insert(anchor, number);
        }
        match self.open.last_mut() {
            Some(Open::Sequence(parent)) => {
                if let Some(Node { content: Content::Sequence(items), .. }) = self.document.nodes.get_mut(*parent) {
                    items.push(number);
                }
            }
            Some(Open::Mapping { node: parent, key }) => match key.take() {
                None => *key = Some(number),
                Some(key) => {
                    if let Some(Node { content: Content::Mapping(pairs), .. }) = self.document.nodes.get_mut(*parent) {
                        pairs.push((key, number));
                    }
                }
            },
            None => {}
        }
        number
    }
}

fn tag_of(tag: Option<&saphyr_parser::Tag>) -> Tag {
    let Some(tag) = tag else { return Tag::None };
    match format!("{}{}", tag.handle, tag.suffix).as_str() {
        "!" => Tag::None,
        "tag:yaml.org,2002:str" => Tag::Text,
        "tag:yaml.org,2002:bool" => Tag::Boolean,
        "tag:yaml.org,2002:int" => Tag::Integer,
        "tag:yaml.org,2002:float" => Tag::Float,
        "tag:yaml.org,2002:null" => Tag::Null,
        "tag:yaml.org,2002:timestamp" => Tag::Timestamp,
        "tag:yaml.org,2002:binary" => Tag::Binary,
        "tag:yaml.org,2002:merge" => Tag::Merge,
        _ => Tag::Other,
    }
}
