//! A content descriptor (image-spec, descriptor.md).

use super::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Names a blob or manifest: its type, digest and size in bytes. Fields this tool does not know are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What the content is.
    pub media_type: String,
    /// What the content hashes to.
    pub digest: Digest,
    /// The length of the content in bytes.
    pub size: u64,
    /// Notes about the content, sorted by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "null_as_default")]
    pub annotations: BTreeMap<String, String>,
    /// Whatever else the document said.
    #[serde(flatten)]
    pub other: serde_json::Map<String, serde_json::Value>,
}

impl Descriptor {
    /// A descriptor without annotations.
    #[must_use]
    pub fn new(media_type: &str, digest: Digest, size: u64) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest,
            size,
            annotations: BTreeMap::new(),
            other: serde_json::Map::new(),
        }
    }
}

/// Reads JSON `null` as the empty value, as Go does.
pub(super) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
