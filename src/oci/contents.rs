//! What a manifest or index of any kind names, for those who move it whole.

use super::descriptor::null_as_default;
use super::{Descriptor, MANIFEST_LIMIT, ManifestError};
use serde::Deserialize;

/// The most manifests or blobs a document may name.
const NAMED_LIMIT: usize = 1000;

/// What a document names. The bytes it was read from stay the authority.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contents {
    /// Whether it is an index.
    pub is_index: bool,
    /// The manifests an index lists.
    pub manifests: Vec<Descriptor>,
    /// The configuration and the layers, or the blobs of an artifact manifest.
    pub blobs: Vec<Descriptor>,
    /// The manifest this one refers to.
    pub subject: Option<Descriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema_version: Option<u64>,
    media_type: Option<String>,
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    #[serde(default, deserialize_with = "null_as_default")]
    blobs: Vec<Descriptor>,
    #[serde(default)]
    subject: Option<Descriptor>,
}

impl Contents {
    /// Reads what a document names; `content_type` is what its sender called it.
    ///
    /// # Errors
    /// A document that is too large, of no known shape, ambiguous (CVE-2021-41190), or that calls itself something else.
    pub fn parse(bytes: &[u8], content_type: Option<&str>) -> Result<Self, ManifestError> {
        if bytes.len() as u64 > MANIFEST_LIMIT {
            return Err(ManifestError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ManifestError::Ambiguous("it is not UTF-8"))?;
        let document: Document = serde_json::from_str(text)?;
        if document.schema_version.is_some_and(|version| version != 2) {
            return Err(ManifestError::Ambiguous("schemaVersion is not 2"));
        }
        if let (Some(own), Some(sent)) = (&document.media_type, content_type)
            && own != sent
        {
            return Err(ManifestError::Ambiguous("it calls itself something else than its sender does"));
        }
        let is_index = document.manifests.is_some();
        if is_index && (document.layers.is_some() || document.config.is_some()) {
            return Err(ManifestError::Ambiguous("it is an index and a manifest at once"));
        }
        let blobs: Vec<Descriptor> =
            document.config.into_iter().chain(document.layers.unwrap_or_default()).chain(document.blobs).collect();
        let manifests = document.manifests.unwrap_or_default();
        if !is_index && blobs.is_empty() && document.schema_version.is_none() {
            return Err(ManifestError::Ambiguous("it names nothing"));
        }
        if blobs.len() + manifests.len() > NAMED_LIMIT {
            return Err(ManifestError::TooManyLayers(blobs.len() + manifests.len()));
        }
        Ok(Self { is_index, manifests, blobs, subject: document.subject })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::{Digest, media_types};

    #[test]
    fn images_indexes_and_artifacts_name_what_they_consist_of() {
        let digest = Digest::of(b"x");
        let one = format!(r#"{{"mediaType":"a/b","digest":"{digest}","size":1}}"#);
        let read = |text: &str| {
            Contents::parse(text.as_bytes(), None)
                .map(|contents| (contents.manifests.len(), contents.blobs.len(), contents.subject.is_some()))
                .map_err(|error| error.to_string())
        };
        assert_eq!(read(&format!(r#"{{"schemaVersion":2,"config":{one},"layers":[{one},{one}]}}"#)), Ok((0, 3, false)));
        assert_eq!(read(&format!(r#"{{"schemaVersion":2,"manifests":[{one}],"subject":{one}}}"#)), Ok((1, 0, true)));
        assert_eq!(read(&format!(r#"{{"mediaType":"x","blobs":[{one}],"subject":{one}}}"#)), Ok((0, 1, true)));
        for bad in ["{}", "[]", r#"{"schemaVersion":1,"fsLayers":[]}"#] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(read(&format!(r#"{{"schemaVersion":2,"manifests":[],"layers":[{one}]}}"#)).is_err());
        let named = format!(r#"{{"schemaVersion":2,"mediaType":"{}","config":{one}}}"#, media_types::MANIFEST);
        assert!(Contents::parse(named.as_bytes(), Some(media_types::MANIFEST)).is_ok());
        assert!(Contents::parse(named.as_bytes(), Some(media_types::INDEX)).is_err());
    }
}
