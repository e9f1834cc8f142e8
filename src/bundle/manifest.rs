//! The manifest of a bundle, as it is written.

use super::error::BundleError;
use super::glob;
use super::json::{Json, write_string};
use super::rego_version::RegoVersion;
use std::collections::BTreeMap;

/// What `.manifest` says. The default is a bundle without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The revision; empty for none.
    pub revision: String,
    /// The paths below `data` that the bundle owns, without slashes around them; `""` is all of it.
    pub roots: Vec<String>,
    /// The wasm modules.
    pub wasm: Vec<WasmResolver>,
    /// The version of Rego of all modules, as a number.
    pub rego_version: Option<i64>,
    /// The versions of some modules, by path or pattern.
    pub file_rego_versions: BTreeMap<String, i64>,
    /// An object of whatever people wrote; none when there is no or an empty one.
    pub metadata: Option<Json>,
}

/// Which wasm module answers an entrypoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WasmResolver {
    /// The entrypoint, with slashes.
    pub entrypoint: String,
    /// The path of the module in the bundle.
    pub module: String,
    /// Annotations of the entrypoint, as they were written; none when there are none.
    pub annotations: Option<Json>,
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            revision: String::new(),
            roots: vec![String::new()],
            wasm: Vec::new(),
            rego_version: None,
            file_rego_versions: BTreeMap::new(),
            metadata: None,
        }
    }
}

impl Manifest {
    /// Whether it says nothing, so that a bundle is written without one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The version of Rego of the module at `path`: by the first pattern that matches, in the order of the patterns, else
    /// the bundle's, else `default`.
    ///
    /// # Errors
    /// When the manifest has a pattern that does not read or names a version that is none.
    pub fn rego_version_of(&self, path: &str, default: RegoVersion) -> Result<RegoVersion, BundleError> {
        let mut found = None;
        for (pattern, number) in &self.file_rego_versions {
            let matches =
                glob::matches(pattern, path).ok_or_else(|| BundleError::BadPattern { pattern: pattern.clone() })?;
            if matches && found.is_none() {
                found = Some((*number, Some(pattern.clone())));
            }
        }
        match found.or(self.rego_version.map(|number| (number, None))) {
            Some((number, file)) => {
                RegoVersion::from_number(number).ok_or(BundleError::UnknownRegoVersion { number, file })
            }
            None => Ok(default),
        }
    }

    /// Checks that every version it names is one.
    pub(super) fn check_versions(&self) -> Result<(), BundleError> {
        let of_files = self.file_rego_versions.iter().map(|(file, number)| (*number, Some(file.clone())));
        for (number, file) in self.rego_version.map(|number| (number, None)).into_iter().chain(of_files) {
            if RegoVersion::from_number(number).is_none() {
                return Err(BundleError::UnknownRegoVersion { number, file });
            }
        }
        Ok(())
    }

    /// The text of `.manifest`, byte for byte as OPA writes it, with its newline.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = Vec::new();
        text.extend_from_slice(b"{\"revision\":");
        write_string(&mut text, &self.revision);
        text.extend_from_slice(b",\"roots\":[");
        for (index, root) in self.roots.iter().enumerate() {
            comma(&mut text, index);
            write_string(&mut text, root);
        }
        text.push(b']');
        if !self.wasm.is_empty() {
            text.extend_from_slice(b",\"wasm\":[");
            for (index, resolver) in self.wasm.iter().enumerate() {
                comma(&mut text, index);
                resolver.write(&mut text);
            }
            text.push(b']');
        }
        if let Some(number) = self.rego_version {
            text.extend_from_slice(format!(",\"rego_version\":{number}").as_bytes());
        }
        if !self.file_rego_versions.is_empty() {
            text.extend_from_slice(b",\"file_rego_versions\":{");
            for (index, (path, number)) in self.file_rego_versions.iter().enumerate() {
                comma(&mut text, index);
                write_string(&mut text, path);
                text.extend_from_slice(format!(":{number}").as_bytes());
            }
            text.push(b'}');
        }
        if let Some(metadata) = &self.metadata {
            text.extend_from_slice(b",\"metadata\":");
            text.extend_from_slice(metadata.as_bytes());
        }
        text.extend_from_slice(b"}\n");
        text
    }
}

impl WasmResolver {
    fn write(&self, text: &mut Vec<u8>) {
        text.push(b'{');
        let mut fields = 0;
        for (name, value) in [("entrypoint", &self.entrypoint), ("module", &self.module)] {
            if !value.is_empty() {
                comma(text, fields);
                fields += 1;
                write_string(text, name);
                text.push(b':');
                write_string(text, value);
            }
        }
        if let Some(annotations) = &self.annotations {
            comma(text, fields);
            text.extend_from_slice(b"\"annotations\":");
            text.extend_from_slice(annotations.as_bytes());
        }
        text.push(b'}');
    }
}

fn comma(text: &mut Vec<u8>, index: usize) {
    if index > 0 {
        text.push(b',');
    }
}
