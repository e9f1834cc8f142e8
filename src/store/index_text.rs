//! An index taken apart into the texts of its fields and entries.

use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The text of one entry: a part of the document it was read from, or one of its own.
#[derive(Clone)]
pub(super) struct Text {
    whole: Arc<String>,
    part: Range<usize>,
}

impl Text {
    pub(super) fn new(text: String) -> Self {
        let part = 0..text.len();
        Self { whole: Arc::new(text), part }
    }

    /// A value that was read from `whole`.
    fn within(whole: &Arc<String>, value: &RawValue) -> Self {
        let (value, address) = (value.get(), whole.as_ptr().addr());
        match value.as_ptr().addr().checked_sub(address) {
            Some(start) if whole.get(start..start + value.len()) == Some(value) => {
                Self { whole: Arc::clone(whole), part: start..start + value.len() }
            }
            _ => Self::new(value.to_owned()),
        }
    }

    pub(super) fn get(&self) -> &str {
        self.whole.get(self.part.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.get())
    }
}

/// The most entries an index may have.
const ENTRY_LIMIT: usize = 1_000_000;

/// The most other fields it may have.
const FIELD_LIMIT: usize = 1000;

type Parts<'a> = (Vec<(String, &'a RawValue)>, Option<Vec<&'a RawValue>>);

/// A document taken apart.
pub(super) struct Split {
    /// The fields in their order, without `manifests`.
    pub(super) fields: Vec<(String, Text)>,
    /// What `manifests` lists, if there is such a field.
    pub(super) entries: Option<Vec<Text>>,
}

/// Takes a document apart. Of two fields of one name the last holds, as in Go.
pub(super) fn split(text: String) -> Result<Split, serde_json::Error> {
    let whole = Arc::new(text);
    let mut deserializer = serde_json::Deserializer::from_str(&whole);
    let (fields, entries) = deserializer.deserialize_map(Fields)?;
    deserializer.end()?;
    Ok(Split {
        fields: fields.into_iter().map(|(name, value)| (name, Text::within(&whole, value))).collect(),
        entries: entries.map(|list| list.into_iter().map(|value| Text::within(&whole, value)).collect()),
    })
}

/// Reads an object field by field, each value as its own text: no depth of nesting costs stack.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Parts<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts<'de>, A::Error> {
        let mut fields: Vec<(String, &RawValue)> = Vec::new();
        let mut entries = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == "manifests" {
                entries = Some(map.next_value::<Entries>()?.0);
                continue;
            }
            let value = map.next_value()?;
            match fields.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known = value,
                None => fields.push((name, value)),
            }
            if fields.len() > FIELD_LIMIT {
                return Err(A::Error::custom(format_args!("more than {FIELD_LIMIT} fields")));
            }
        }
        Ok((fields, entries))
    }
}

/// The value of `manifests`: a list, or `null` for none, as Go writes it.
struct Entries<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryList).map(Self)
    }
}

struct EntryList;

impl<'de> Visitor<'de> for EntryList {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of manifests")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = list.next_element()? {
            if entries.len() == ENTRY_LIMIT {
                return Err(A::Error::custom(format_args!("more than {ENTRY_LIMIT} entries")));
            }
            entries.push(entry);
        }
        Ok(entries)
    }
}
