//! An image index (image-spec, image-index.md): the names of an OCI layout, or the platforms of an image.

use super::descriptor::null_as_default;
use super::{Descriptor, media_types};
use serde::{Deserialize, Serialize};

/// A list of manifests. Fields this tool does not know are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// Always 2.
    pub schema_version: u64,
    /// Usually [`media_types::INDEX`]; absent in old stores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The entries, in the order of the document.
    #[serde(default, deserialize_with = "null_as_default")]
    pub manifests: Vec<Descriptor>,
    /// Whatever else the document said.
    #[serde(flatten)]
    pub other: serde_json::Map<String, serde_json::Value>,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            schema_version: 2,
            media_type: Some(media_types::INDEX.to_owned()),
            manifests: Vec::new(),
            other: serde_json::Map::new(),
        }
    }
}
