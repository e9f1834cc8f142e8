//! The members of maps, doubled keys and merge keys included.

use super::decode::{Decoder, ERROR_LIMIT, Map};
use super::quote::quoted;
use super::value::Value;
use super::yaml::{Content, Failure, Node, Outcome};
use std::collections::{HashMap, HashSet};

/// How many members are gone through rather than looked up.
const FEW: usize = 16;

/// A map being filled.
pub(super) struct Members {
    pub text_keys: bool,
    pub entries: Vec<(Value, Value)>,
    /// Where each is, once they are many.
    places: HashMap<String, usize>,
}

impl Decoder<'_> {
    /// Whether no key of a map is told twice; else each pair of equal keys is an error.
    pub fn keys_are_unique(&mut self, pairs: &[(usize, usize)]) -> bool {
        let unique = if pairs.len() <= FEW { self.few_are_unique(pairs) } else { self.many_are_unique(pairs) };
        if unique {
            return true;
        }
        let mut groups: HashMap<(u8, &str), Vec<usize>> = HashMap::new();
        for (key, _) in pairs {
            if let Some(node) = self.document.node(*key) {
                groups.entry(node.identity()).or_default().push(node.line);
            }
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
                let name = quoted(node.identity().1);
                self.errors.push(format!("line {line}: mapping key {name} already defined at line {}", node.line));
            }
        }
        false
    }

    /// Whether no two of so few keys are equal that comparing each with each is the least work.
    fn few_are_unique(&self, pairs: &[(usize, usize)]) -> bool {
        let mut keys = pairs.iter().enumerate().map(|(place, (key, _))| (place, self.document.node(*key)));
        keys.all(|(place, node)| {
            let before = pairs.iter().take(place).map(|(key, _)| self.document.node(*key));
            node.is_some_and(|node| before.flatten().all(|other| other.identity() != node.identity()))
        })
    }

    fn many_are_unique(&self, pairs: &[(usize, usize)]) -> bool {
        let mut keys: Vec<_> =
            pairs.iter().filter_map(|(key, _)| self.document.node(*key)).map(Node::identity).collect();
        keys.sort_unstable();
        keys.array_windows().all(|[key, next]| key != next)
    }

    /// Adds the pairs of a map; what it merges comes last.
    pub fn fill(&mut self, pairs: &[(usize, usize)], members: &mut Members) -> Outcome<()> {
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
                members.set(key, value)?;
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
    pub fn merge(
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
}

impl Members {
    pub fn new(text_keys: bool) -> Self {
        Self { text_keys, entries: Vec::new(), places: HashMap::new() }
    }

    fn set(&mut self, key: Value, value: Value) -> Outcome<()> {
        // Only texts are equal as they are compared.
        let few = self.places.is_empty() && self.entries.len() < FEW && matches!(key, Value::Text(_));
        if few && self.entries.iter().all(|(known, _)| matches!(known, Value::Text(_)) && *known != key) {
            self.entries.push((key, value));
            return Ok(());
        }
        if self.places.is_empty() {
            for (place, (known, _)) in self.entries.iter().enumerate() {
                self.places.insert(identity(known)?, place);
            }
        }
        let identity = identity(&key)?;
        match self.places.get(&identity).and_then(|place| self.entries.get_mut(*place)) {
            Some(entry) => entry.1 = value,
            None => {
                self.places.insert(identity, self.entries.len());
                self.entries.push((key, value));
            }
        }
        Ok(())
    }

    pub fn into_map(self) -> Map {
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
pub(super) fn identity(key: &Value) -> Outcome<String> {
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
