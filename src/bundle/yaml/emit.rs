//! A YAML document written as JSON: aliases followed, merge keys merged, keys made text.

use super::scalar::{Scalar, float_key, float_text, resolve};
use super::tree::{Content, Document, Node};
use super::{YamlError, YamlFault};
use crate::bundle::json::{DEPTH_LIMIT, Duplicates, Json, Normalised, write_string};
use std::collections::BTreeMap;

/// What aliases may make of a text: this many times its size, and always [`EXPANSION_FREE`].
const EXPANSION_LIMIT: usize = 10;

/// Bytes of JSON that are never too many.
const EXPANSION_FREE: usize = 16 * 1024 * 1024;

/// Writes a document as normalised JSON.
pub(super) fn json(document: &Document, text_size: usize, depth: usize) -> Result<Normalised, YamlError> {
    let mut emitter = Emitter {
        document,
        output: Vec::with_capacity(text_size),
        output_limit: text_size.saturating_mul(EXPANSION_LIMIT).max(EXPANSION_FREE),
        following: Vec::new(),
        visited: 0,
        visited_by_alias: 0,
        path: Vec::new(),
        duplicates: Duplicates::default(),
    };
    match document.node(0) {
        Some(_) => emitter.value(0, depth)?,
        None => emitter.output.extend_from_slice(b"null"),
    }
    Ok(Normalised { json: Json::from_normalised(emitter.output), duplicates: emitter.duplicates })
}

struct Emitter<'document> {
    document: &'document Document,
    output: Vec<u8>,
    output_limit: usize,
    /// The aliases being followed, outermost first.
    following: Vec<usize>,
    visited: usize,
    visited_by_alias: usize,
    /// The way to the value being written.
    path: Vec<String>,
    duplicates: Duplicates,
}

/// The members of a map: for each key the node that is its value, and the alias that led there.
type Members = BTreeMap<String, Value>;

#[derive(Clone)]
struct Value {
    node: usize,
    /// Aliases followed on the way by merge keys.
    following: Vec<usize>,
}

impl<'document> Emitter<'document> {
    fn value(&mut self, number: usize, depth: usize) -> Result<(), YamlError> {
        let Some(node) = self.document.node(number) else { return Ok(()) };
        self.visit(node)?;
        match &node.content {
            Content::Scalar { value, plain } => {
                let scalar = resolve(value, *plain, node.tag).map_err(|fault| at(node, fault))?;
                self.scalar(node, &scalar)
            }
            Content::Alias(target) => {
                self.follow(number, node)?;
                self.value(*target, depth)?;
                self.following.pop();
                Ok(())
            }
            Content::Sequence(items) => {
                self.nest(node, depth)?;
                self.output.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.output.push(b',');
                    }
                    self.path.push(format!("[{index}]"));
                    self.value(*item, depth + 1)?;
                    self.path.pop();
                }
                self.output.push(b']');
                Ok(())
            }
            Content::Mapping(pairs) => {
                self.nest(node, depth)?;
                let keys_are_text = self.document.keys_are_text(pairs);
                let mut members = Members::new();
                self.collect(number, keys_are_text, false, &mut members)?;
                self.output.push(b'{');
                for (index, (key, value)) in members.into_iter().enumerate() {
                    if index > 0 {
                        self.output.push(b',');
                    }
                    write_string(&mut self.output, &key);
                    self.output.push(b':');
                    self.path.push(key);
                    let own = self.following.len();
                    self.following.extend(value.following);
                    self.value(value.node, depth + 1)?;
                    self.following.truncate(own);
                    self.path.pop();
                }
                self.output.push(b'}');
                Ok(())
            }
        }
    }

    fn scalar(&mut self, node: &Node, scalar: &Scalar) -> Result<(), YamlError> {
        match scalar {
            Scalar::Null => self.output.extend_from_slice(b"null"),
            Scalar::Boolean(boolean) => self.output.extend_from_slice(if *boolean { b"true" } else { b"false" }),
            Scalar::Integer(integer) => self.output.extend_from_slice(integer.to_string().as_bytes()),
            Scalar::Float(float) if float.is_nan() => return Err(at(node, YamlFault::NotANumber(".nan"))),
            Scalar::Float(f64::INFINITY) => return Err(at(node, YamlFault::NotANumber(".inf"))),
            Scalar::Float(f64::NEG_INFINITY) => return Err(at(node, YamlFault::NotANumber("-.inf"))),
            Scalar::Float(float) => self.output.extend_from_slice(float_text(*float).as_bytes()),
            Scalar::Text(text) | Scalar::Timestamp(text) => write_string(&mut self.output, text),
        }
        if self.output.len() > self.output_limit { Err(at(node, YamlFault::TooMuchAliasing)) } else { Ok(()) }
    }

    /// Adds the members of a map, and behind them those of the maps it merges, that are not there yet.
    fn collect(
        &mut self,
        number: usize,
        keys_are_text: bool,
        merging: bool,
        members: &mut Members,
    ) -> Result<(), YamlError> {
        let document = self.document;
        let Some(Node { content: Content::Mapping(pairs), .. }) = document.node(number) else { return Ok(()) };
        let mut own = Members::new();
        for (key, value) in pairs.iter().filter(|(key, _)| !document.is_merge(*key)) {
            let Some(name) = self.key(*key, keys_are_text)? else { continue };
            let value = Value { node: *value, following: self.following.clone() };
            if own.insert(name.clone(), value).is_some() && !merging {
                let place = place(&self.path, &name);
                self.duplicates.add(|| place);
            }
        }
        for (name, value) in own {
            members.entry(name).or_insert(value);
        }
        for (_, value) in pairs.iter().filter(|(key, _)| document.is_merge(*key)) {
            self.merge(*value, keys_are_text, members)?;
        }
        Ok(())
    }

    /// Adds what a merge key brings: a map, an alias of one, or a list of those.
    fn merge(&mut self, number: usize, keys_are_text: bool, members: &mut Members) -> Result<(), YamlError> {
        let Some(node) = self.document.node(number) else { return Ok(()) };
        if let Content::Sequence(items) = &node.content {
            for item in items {
                self.merge_map(*item, keys_are_text, members)?;
            }
            return Ok(());
        }
        self.merge_map(number, keys_are_text, members)
    }

    fn merge_map(&mut self, number: usize, keys_are_text: bool, members: &mut Members) -> Result<(), YamlError> {
        let Some(node) = self.document.node(number) else { return Ok(()) };
        self.visit(node)?;
        match &node.content {
            Content::Mapping(_) => self.collect(number, keys_are_text, true, members),
            Content::Alias(target) if self.document.is_mapping(*target) => {
                self.follow(number, node)?;
                self.collect(*target, keys_are_text, true, members)?;
                self.following.pop();
                Ok(())
            }
            _ => Err(at(node, YamlFault::BadMerge)),
        }
    }

    /// The text a key becomes. In a map all of whose keys are text, what is merged in keeps its keys as they were typed,
    /// and leaves out a null.
    fn key(&mut self, number: usize, keys_are_text: bool) -> Result<Option<String>, YamlError> {
        let Some(node) = self.document.node(number) else { return Ok(None) };
        self.visit(node)?;
        let (value, plain) = match &node.content {
            Content::Scalar { value, plain } => (value, *plain),
            Content::Alias(target) => {
                self.follow(number, node)?;
                let key = self.key(*target, keys_are_text);
                self.following.pop();
                return key;
            }
            Content::Sequence(_) | Content::Mapping(_) => return Err(at(node, YamlFault::CollectionKey)),
        };
        match resolve(value, plain, node.tag).map_err(|fault| at(node, fault))? {
            Scalar::Text(text) => Ok(Some(text)),
            Scalar::Null if keys_are_text => Ok(None),
            _ if keys_are_text => Ok(Some(value.clone())),
            Scalar::Null => Err(at(node, YamlFault::NullKey)),
            Scalar::Boolean(boolean) => Ok(Some(boolean.to_string())),
            Scalar::Integer(integer) => Ok(Some(integer.to_string())),
            Scalar::Float(float) => Ok(Some(float_key(float))),
            Scalar::Timestamp(_) => Err(at(node, YamlFault::TimestampKey)),
        }
    }

    fn follow(&mut self, number: usize, node: &Node) -> Result<(), YamlError> {
        if self.following.contains(&number) {
            return Err(at(node, YamlFault::SelfReference));
        }
        if self.following.len() >= DEPTH_LIMIT {
            return Err(at(node, YamlFault::TooDeep { limit: DEPTH_LIMIT }));
        }
        self.following.push(number);
        Ok(())
    }

    /// Counts a node; too many of them behind aliases are an error, by the library's own measure.
    fn visit(&mut self, node: &Node) -> Result<(), YamlError> {
        self.visited += 1;
        if !self.following.is_empty() {
            self.visited_by_alias += 1;
        }
        if self.visited_by_alias > 100 && self.visited > 1000 {
            #[allow(clippy::cast_precision_loss)] // a share need not be exact
            let (share, visited) = (self.visited_by_alias as f64 / self.visited as f64, self.visited as f64);
            let progress = ((visited - 400_000.0) / 3_600_000.0).clamp(0.0, 1.0);
            if share > 0.99 - 0.89 * progress {
                return Err(at(node, YamlFault::TooMuchAliasing));
            }
        }
        Ok(())
    }

    fn nest(&self, node: &Node, depth: usize) -> Result<(), YamlError> {
        if depth < DEPTH_LIMIT { Ok(()) } else { Err(at(node, YamlFault::TooDeep { limit: DEPTH_LIMIT })) }
    }
}

fn at(node: &Node, fault: YamlFault) -> YamlError {
    YamlError { line: node.line, fault }
}

fn place(path: &[String], name: &str) -> String {
    let mut text = String::new();
    for step in path.iter().map(String::as_str).chain([name]) {
        if !text.is_empty() && !step.starts_with('[') {
            text.push('.');
        }
        text.push_str(step);
    }
    text
}
