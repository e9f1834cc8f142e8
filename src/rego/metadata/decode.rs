//! The fields of an annotation, taken out of a YAML document as Go's reflection takes them.
//!
//! Faults of two kinds: wrong types are collected and told together, anything else ends the reading at once.

use super::value::{Time, Value};
use super::yaml::{Content, DEPTH_LIMIT, Document, Failure, Node, Outcome, Scalar, resolve, text_of, too_deep};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How many wrong types are told.
const ERROR_LIMIT: usize = 1000;

/// A map with keys that are text.
pub(super) type Map = BTreeMap<String, Value>;

/// What a block says, field by field, before its values are looked at.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub scope: String,
    pub title: String,
    pub entrypoint: bool,
    pub description: String,
    pub organizations: Vec<String>,
    pub related_resources: Vec<Value>,
    pub authors: Vec<Value>,
    pub schemas: Vec<Map>,
    pub compile: Option<Map>,
    pub custom: Option<Map>,
    pub labels: Option<Map>,
}

const FIELDS: [&str; 11] = [
    "scope",
    "title",
    "entrypoint",
    "description",
    "organizations",
    "related_resources",
    "authors",
    "schemas",
    "compile",
    "custom",
    "labels",
];

/// Reads the fields of a block.
pub(super) fn fields(document: &Document) -> Outcome<Fields> {
    let mut decoder = Decoder {
        document,
        errors: Vec::new(),
        // The document itself counts too.
        visited: 1,
        visited_by_alias: 0,
        following: HashSet::new(),
        depth: 0,
        merged: None,
    };
    let mut fields = Fields::default();
    decoder.block(document.root, &mut fields)?;
    match decoder.errors.is_empty() {
        true => Ok(fields),
        false => Err(Failure(format!("unmarshal errors:\n  {}", decoder.errors.join("\n  ")))),
    }
}

struct Decoder<'document> {
    document: &'document Document,
    errors: Vec<String>,
    visited: usize,
    visited_by_alias: usize,
    /// The aliases being followed.
    following: HashSet<usize>,
    depth: usize,
    /// The keys that maps yet to be merged may not set.
    merged: Option<HashSet<String>>,
}

/// A map being filled.
struct Members {
    text_keys: bool,
    entries: Vec<(Value, Value)>,
    places: HashMap<String, usize>,
}

impl<'document> Decoder<'document> {
    /// Counts a node and follows it where it is an alias; `read` gets what is behind.
    fn enter<T>(
        &mut self,
        number: usize,
        read: impl FnOnce(&mut Self, &'document Node) -> Outcome<T>,
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

    fn error(&mut self, text: impl FnOnce() -> String) {
        if self.errors.len() < ERROR_LIMIT {
            self.errors.push(text());
        }
    }

    fn wrong_type(&mut self, node: &Node, wanted: &str) {
        let value = match &node.content {
            _ if node.tag == "!!seq" || node.tag == "!!map" => String::new(),
            Content::Scalar(value) => match value.as_bytes() {
                bytes if bytes.len() > 10 => {
                    format!(" `{}...`", text_of(bytes.get(..7).unwrap_or_default()))
                }
                _ => format!(" `{value}`"),
            },
            _ => " ``".to_owned(),
        };
        let (line, tag) = (node.line, &node.tag);
        self.error(|| format!("line {line}: cannot unmarshal {tag}{value} into {wanted}"));
    }

    /// The meaning of a scalar that has no place where it stands, unless it is null.
    fn misplaced(&mut self, node: &Node, value: &str, wanted: &str) -> Outcome<()> {
        if resolve(value, &node.tag)? != Scalar::Null {
            self.wrong_type(node, wanted);
        }
        Ok(())
    }

    fn text(&mut self, number: usize) -> Outcome<Option<String>> {
        let found = self.enter(number, |decoder, node| match &node.content {
            Content::Scalar(value) => Ok(match resolve(value, &node.tag)? {
                Scalar::Null => None,
                Scalar::Text(text) => Some(text),
                _ => Some(value.clone()),
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

    fn boolean(&mut self, number: usize) -> Outcome<Option<bool>> {
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
    fn list<T>(
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

    fn map(&mut self, number: usize) -> Outcome<Option<Map>> {
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

    fn map_item(&mut self, number: usize) -> Outcome<Option<Map>> {
        // A null is a map of nothing here.
        let null = self.short_tag(number) == Some("!!null");
        let map = self.map(number)?;
        Ok(if null { Some(Map::new()) } else { map })
    }

    fn short_tag(&self, number: usize) -> Option<&str> {
        let node = self.document.node(number)?;
        match &node.content {
            Content::Alias { target, .. } => self.document.node(*target).map(|node| node.tag.as_ref()),
            _ => Some(node.tag.as_ref()),
        }
    }

    /// Any value; `None` for a map with doubled keys.
    fn value(&mut self, number: usize) -> Outcome<Option<Value>> {
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

    /// Whether no key of a map is told twice; else each pair of equal keys is an error.
    fn keys_are_unique(&mut self, pairs: &[(usize, usize)]) -> bool {
        let mut groups: HashMap<(u8, &str), Vec<usize>> = HashMap::new();
        for (key, _) in pairs {
            if let Some(node) = self.document.node(*key) {
                groups.entry(node.identity()).or_default().push(node.line);
            }
        }
        if groups.len() == pairs.len() {
            return true;
        }
        let mut passed: HashMap<(u8, &str), usize> = HashMap::new();
        for (key, _) in pairs {
            let Some(node) = self.document.node(*key) else { continue };
            let place = passed.entry(node.identity()).or_insert(0);
            *place += 1;
            for line in groups.get(&node.identity()).into_iter().flatten().skip(*place) {
                if self.errors.len() >= ERROR_LIMIT {
                    return false;
                }
                let name = super::value::quoted(node.identity().1);
                self.errors.push(format!("line {line}: mapping key {name} already defined at line {}", node.line));
            }
        }
        false
    }

    /// Adds the pairs of a map; what it merges comes last.
    fn fill(&mut self, pairs: &[(usize, usize)], members: &mut Members) -> Outcome<()> {
        let mut merged = self.merged.take();
        let mut merge = None;
        for (key_number, number) in pairs {
            if self.document.node(*key_number).is_some_and(Node::is_merge) {
                merge = Some(*number);
                continue;
            }
            let key =
                if members.text_keys { self.text(*key_number)?.map(Value::Text) } else { self.value(*key_number)? };
            let Some(key) = key else { continue };
            if let Some(merged) = &mut merged
                && !merged.insert(identity(&key)?)
            {
                continue;
            }
            if matches!(key, Value::List(_) | Value::Map(_) | Value::MixedMap(_)) {
                return Err(Failure(format!("invalid map key: {}", key.go_syntax())));
            }
            if let Some(value) = self.value(*number)? {
                members.set(identity(&key)?, key, value);
            }
        }
        self.merged = merged;
        match merge {
            Some(merge) => self.merge(pairs, merge, |decoder, number| {
                decoder.enter(number, |decoder, node| {
                    if let Content::Mapping(pairs) = &node.content
                        && decoder.keys_are_unique(pairs)
                    {
                        decoder.fill(pairs, members)?;
                    }
                    Ok(())
                })?;
                Ok(())
            }),
            None => Ok(()),
        }
    }

    /// Reads what stands behind a merge key: a map, an alias of one, or a list of those.
    fn merge(
        &mut self,
        pairs: &[(usize, usize)],
        number: usize,
        mut read: impl FnMut(&mut Self, usize) -> Outcome<()>,
    ) -> Outcome<()> {
        let outermost = self.merged.is_none();
        if outermost {
            let mut own = HashSet::new();
            for (key, _) in pairs {
                if let Some(key) = self.value(*key)? {
                    own.insert(identity(&key)?);
                }
            }
            self.merged = Some(own);
        }
        match self.document.node(number).map(|node| &node.content) {
            Some(Content::Sequence(items)) => {
                for item in items {
                    self.wants_map(*item)?;
                    read(self, *item)?;
                }
            }
            _ => {
                self.wants_map(number)?;
                read(self, number)?;
            }
        }
        if outermost {
            self.merged = None;
        }
        Ok(())
    }

    fn wants_map(&self, number: usize) -> Outcome<()> {
        let is_map =
            |number: usize| matches!(self.document.node(number), Some(Node { content: Content::Mapping(_), .. }));
        match self.document.node(number).map(|node| &node.content) {
            Some(Content::Alias { target, .. }) if is_map(*target) => Ok(()),
            _ if is_map(number) => Ok(()),
            _ => Err(Failure("map merge requires map or sequence of maps as the value".to_owned())),
        }
    }

    /// The whole block.
    fn block(&mut self, number: usize, fields: &mut Fields) -> Outcome<()> {
        const WANTED: &str = "ast.rawAnnotation";
        self.enter(number, |decoder, node| match &node.content {
            Content::Mapping(pairs) => {
                if decoder.keys_are_unique(pairs) {
                    decoder.block_fields(pairs, fields)?;
                }
                Ok(())
            }
            Content::Scalar(value) => decoder.misplaced(node, value, WANTED),
            _ => {
                decoder.wrong_type(node, WANTED);
                Ok(())
            }
        })?;
        Ok(())
    }

    fn block_fields(&mut self, pairs: &[(usize, usize)], fields: &mut Fields) -> Outcome<()> {
        let mut merged = self.merged.take();
        let mut merge = None;
        let mut done = HashSet::new();
        for (key, number) in pairs {
            let Some(node) = self.document.node(*key) else { continue };
            if node.is_merge() {
                merge = Some(*number);
                continue;
            }
            let Some(name) = self.text(*key)? else { continue };
            if let Some(merged) = &mut merged
                && !merged.insert(identity(&Value::Text(name.clone()))?)
            {
                continue;
            }
            let Some(name) = FIELDS.into_iter().find(|field| *field == name) else { continue };
            if !done.insert(name) {
                let line = node.line;
                self.error(|| format!("line {line}: field {name} already set in type ast.rawAnnotation"));
                continue;
            }
            self.field(name, *number, fields)?;
        }
        self.merged = merged;
        match merge {
            Some(merge) => self.merge(pairs, merge, |decoder, number| decoder.block(number, fields)),
            None => Ok(()),
        }
    }

    fn field(&mut self, name: &str, number: usize, fields: &mut Fields) -> Outcome<()> {
        match name {
            "scope" => fields.scope = self.text(number)?.unwrap_or_default(),
            "title" => fields.title = self.text(number)?.unwrap_or_default(),
            "entrypoint" => fields.entrypoint = self.boolean(number)?.unwrap_or_default(),
            "description" => fields.description = self.text(number)?.unwrap_or_default(),
            "organizations" => fields.organizations = self.list(number, "[]string", Self::text)?,
            "related_resources" => fields.related_resources = self.list(number, "[]interface {}", Self::value)?,
            "authors" => fields.authors = self.list(number, "[]interface {}", Self::value)?,
            "schemas" => fields.schemas = self.list(number, "[]map[string]interface {}", Self::map_item)?,
            "compile" => fields.compile = self.map(number)?,
            "custom" => fields.custom = self.map(number)?,
            _ => fields.labels = self.map(number)?,
        }
        Ok(())
    }
}

impl Members {
    fn new(text_keys: bool) -> Self {
        Self { text_keys, entries: Vec::new(), places: HashMap::new() }
    }

    fn set(&mut self, identity: String, key: Value, value: Value) {
        match self.places.get(&identity).and_then(|place| self.entries.get_mut(*place)) {
            Some(entry) => entry.1 = value,
            None => {
                self.places.insert(identity, self.entries.len());
                self.entries.push((key, value));
            }
        }
    }

    fn into_map(self) -> Map {
        self.entries
            .into_iter()
            .filter_map(|(key, value)| match key {
                Value::Text(key) => Some((key, value)),
                _ => None,
            })
            .collect()
    }
}

/// What tells a key from others of its map.
fn identity(key: &Value) -> Outcome<String> {
    Ok(match key {
        Value::Text(text) => format!("s{text}"),
        Value::Time(time) => format!("t{}", time.0.json()),
        Value::Null => "n".to_owned(),
        Value::Boolean(boolean) => format!("b{boolean}"),
        Value::Integer(integer) => format!("i{integer}"),
        Value::Float(float) => format!("f{float}"),
        Value::List(_) | Value::Map(_) | Value::MixedMap(_) => {
            return Err(Failure(format!("runtime error: hash of unhashable type {}", key.type_name())));
        }
    })
}
