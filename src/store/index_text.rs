//! An index taken apart into the texts of its fields and entries.

use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// The most entries an index may have.
const ENTRY_LIMIT: usize = 1_000_000;

/// The most other fields it may have.
const FIELD_LIMIT: usize = 1000;

/// The fields in their order without `manifests`, and the entries that `manifests` lists.
pub(super) type Parts = (Vec<(String, Box<RawValue>)>, Option<Vec<Box<RawValue>>>);

/// Takes a document apart. Of two fields of one name the last holds, as in Go.
pub(super) fn split(bytes: &[u8]) -> Result<Parts, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let parts = deserializer.deserialize_map(Fields)?;
    deserializer.end()?;
    Ok(parts)
}

/// Reads an object field by field, each value as its own text: no depth of nesting costs stack.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Parts;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts, A::Error> {
        let mut fields: Vec<(String, Box<RawValue>)> = Vec::new();
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
struct Entries(Vec<Box<RawValue>>);

impl<'de> serde::Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryList).map(Self)
    }
}

struct EntryList;

impl<'de> Visitor<'de> for EntryList {
    type Value = Vec<Box<RawValue>>;

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
