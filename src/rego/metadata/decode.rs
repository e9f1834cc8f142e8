//! Values taken out of a YAML document as Go's reflection takes them.
//!
//! Faults are of two kinds: wrong types are collected and told together, anything else ends the reading at once.

use super::members::Members;
use super::value::{Time, Value};
use super::yaml::{Content, DEPTH_LIMIT, Document, Failure, Node, Outcome, Scalar, resolve, text_of, too_deep};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

/// How many wrong types are told.
pub(super) const ERROR_LIMIT: usize = 1000;

/// A map with keys that are text.
pub(super) type Map = BTreeMap<String, Value>;

/// Takes values out of a document.
pub(super) struct Decoder<'document> {
    pub document: &'document Document<'document>,
    pub errors: Vec<String>,
    visited: usize,
    visited_by_alias: usize,
    /// The aliases being followed.
    following: HashSet<usize>,
    depth: usize,
    /// The keys that maps yet to be merged may not set.
    pub merged: Option<HashSet<String>>,
}

impl<'document> Decoder<'document> {
    pub fn new(document: &'document Document<'document>) -> Self {
        Self {
            document,
            errors: Vec::new(),
            // The document itself counts too.
            visited: 1,
            visited_by_alias: 0,
            following: HashSet::new(),
            depth: 0,
            merged: None,
        }
    }

    /// Counts a node and follows it where it is an alias; `read` gets what is behind.
    pub fn enter<T>(
        &mut self,
        number: usize,
        read: impl FnOnce(&mut Self, &'document Node<'document>) -> Outcome<T>,
    ) -> Outcome<Option<T>> {
        let Some(mut node) = self.document.node(number) else { return Ok(None) };
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(too_deep());
        }
        self.count()?;
        let mut alias = false;
        if let Content::Alias { name, target } = &node.content {
            if !self.following.insert(number) {
                return Err(Failure(format!("anchor '{name}' value contains itself")));
            }
            alias = true;
            let Some(behind) = self.document.node(*target) else { return Ok(None) };
            node = behind;
            self.count()?;
        }
        let result = read(self, node)?;
        if alias {
            self.following.remove(&number);
        }
        self.depth -= 1;
        Ok(Some(result))
    }

    /// Too many nodes behind aliases are an error, by the library's own measure.
    fn count(&mut self) -> Outcome<()> {
        self.visited += 1;
        if !self.following.is_empty() {
            self.visited_by_alias += 1;
        }
        if self.visited_by_alias > 100 && self.visited > 1000 {
            #[allow(clippy::cast_precision_loss)] // a share need not be exact
            let (share, visited) = (self.visited_by_alias as f64 / self.visited as f64, self.visited as f64);
            let progress = ((visited - 400_000.0) / 3_600_000.0).clamp(0.0, 1.0);
            if share > 0.99 - 0.89 * progress {
                return Err(Failure("document contains excessive aliasing".to_owned()));
            }
        }
        Ok(())
    }

    pub fn error(&mut self, text: impl FnOnce() -> String) {
        if self.errors.len() < ERROR_LIMIT {
            self.errors.push(text());
        }
    }

    pub fn wrong_type(&mut self, node: &Node<'_>, wanted: &str) {
        let value = match &node.content {
            Content::Scalar(value) => value.as_ref(),
            _ => "",
        };
        let value = match value.as_bytes() {
            // The tag says that there is nothing to show, so the library shows all of it.
            _ if node.tag == "!!seq" || node.tag == "!!map" => value.to_owned(),
            bytes if bytes.len() > 10 => format!(" `{}...`", text_of(bytes.get(..7).unwrap_or_default())),
            _ => format!(" `{value}`"),
        };
        let (line, tag) = (node.line, &node.tag);
        self.error(|| format!("line {line}: cannot unmarshal {tag}{value} into {wanted}"));
    }

    /// The meaning of a scalar that has no place where it stands, unless it is null.
    pub fn misplaced(&mut self, node: &Node<'_>, value: &str, wanted: &str) -> Outcome<()> {
        if resolve(value, &node.tag)? != Scalar::Null {
            self.wrong_type(node, wanted);
        }
        Ok(())
    }

    pub fn text(&mut self, number: usize) -> Outcome<Option<String>> {
        Ok(self.characters(number)?.map(Cow::into_owned))
    }

    /// The same without a copy, where the document has it.
    pub fn characters(&mut self, number: usize) -> Outcome<Option<Cow<'document, str>>> {
        let found = self.enter(number, |decoder, node| match &node.content {
            Content::Scalar(value) if node.tag == "!!str" => Ok(Some(Cow::Borrowed(&**value))),
            Content::Scalar(value) => Ok(match resolve(value, &node.tag)? {
                Scalar::Null => None,
                Scalar::Text(text) => Some(Cow::Owned(text)),
                _ => Some(Cow::Borrowed(&**value)),
            }),
            Content::Mapping(pairs) => {
                if decoder.keys_are_unique(pairs) {
                    decoder.wrong_type(node, "string");
                }
                Ok(None)
            }
            _ => {
                decoder.wrong_type(node, "string");
                Ok(None)
            }
        })?;
        Ok(found.flatten())
    }

    pub fn boolean(&mut self, number: usize) -> Outcome<Option<bool>> {
        let found = self.enter(number, |decoder, node| {
            match &node.content {
                Content::Scalar(value) => match resolve(value, &node.tag)? {
                    Scalar::Null => return Ok(None),
                    Scalar::Boolean(boolean) => return Ok(Some(boolean)),
                    Scalar::Text(text) => match text.as_str() {
                        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Ok(Some(true)),
                        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Ok(Some(false)),
                        _ => {}
                    },
                    _ => {}
                },
                Content::Mapping(pairs) if !decoder.keys_are_unique(pairs) => return Ok(None),
                _ => {}
            }
            decoder.wrong_type(node, "bool");
            Ok(None)
        })?;
        Ok(found.flatten())
    }

    /// A list; items that read as nothing are left out.
    pub fn list<T>(
        &mut self,
        number: usize,
        wanted: &str,
        item: impl Fn(&mut Self, usize) -> Outcome<Option<T>>,
    ) -> Outcome<Vec<T>> {
        let found = self.enter(number, |decoder, node| {
            let mut list = Vec::new();
            match &node.content {
                Content::Sequence(items) => {
                    for number in items {
                        list.extend(item(decoder, *number)?);
                    }
                }
                Content::Scalar(value) => decoder.misplaced(node, value, wanted)?,
                Content::Mapping(pairs) => {
                    if decoder.keys_are_unique(pairs) {
                        decoder.wrong_type(node, wanted);
                    }
                }
                Content::Alias { .. } => {}
            }
            Ok(list)
        })?;
        Ok(found.unwrap_or_default())
    }

    pub fn map(&mut self, number: usize) -> Outcome<Option<Map>> {
        const WANTED: &str = "map[string]interface {}";
        let found = self.enter(number, |decoder, node| match &node.content {
            Content::Mapping(pairs) => {
                if !decoder.keys_are_unique(pairs) {
                    return Ok(None);
                }
                let mut members = Members::new(true);
                decoder.fill(pairs, &mut members)?;
                Ok(Some(members.into_map()))
            }
            Content::Scalar(value) => {
                decoder.misplaced(node, value, WANTED)?;
                Ok(None)
            }
            _ => {
                decoder.wrong_type(node, WANTED);
                Ok(None)
            }
        })?;
        Ok(found.flatten())
    }

    pub fn map_item(&mut self, number: usize) -> Outcome<Option<Map>> {
        // A null is a map of nothing here.
        let null = self.short_tag(number) == Some("!!null");
        let map = self.map(number)?;
        Ok(if null { Some(Map::new()) } else { map })
    }

    pub fn short_tag(&self, number: usize) -> Option<&str> {
        let node = self.document.node(number)?;
        match &node.content {
            Content::Alias { target, .. } => self.document.node(*target).map(|node| node.tag.as_ref()),
            _ => Some(node.tag.as_ref()),
        }
    }

    /// Any value; `None` for a map with doubled keys.
    pub fn value(&mut self, number: usize) -> Outcome<Option<Value>> {
        let found = self.enter(number, |decoder, node| match &node.content {
            Content::Scalar(value) => Ok(Some(match resolve(value, &node.tag)? {
                Scalar::Null => Value::Null,
                Scalar::Boolean(boolean) => Value::Boolean(boolean),
                Scalar::Integer(integer) => Value::Integer(integer),
                Scalar::Float(float) => Value::Float(float),
                Scalar::Time(time) => Value::Time(Time(time)),
                Scalar::Text(text) => Value::Text(text),
            })),
            Content::Sequence(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.extend(decoder.value(*item)?);
                }
                Ok(Some(Value::List(list)))
            }
            Content::Mapping(pairs) => {
                if !decoder.keys_are_unique(pairs) {
                    return Ok(None);
                }
                let text_keys =
                    pairs.iter().all(|(key, _)| matches!(decoder.short_tag(*key), Some("!!str" | "!!merge")));
                let mut members = Members::new(text_keys);
                decoder.fill(pairs, &mut members)?;
                Ok(Some(if text_keys { Value::Map(members.into_map()) } else { Value::MixedMap(members.entries) }))
            }
            Content::Alias { .. } => Ok(None),
        })?;
        Ok(found.flatten())
    }
}
