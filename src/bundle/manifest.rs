//! The `.manifest` of a bundle.

use super::json::{Json, members, normalise_first, write_string};
use super::package::written;
use super::{BundleError, Module, RegoVersion, glob};
use std::collections::BTreeMap;

/// What a bundle says of itself. Values of `wasm` and `metadata` are kept as they are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Manifest {
    /// A name for this state of the bundle; may be empty.
    pub revision: String,
    /// The paths below `data` that the bundle owns, without slashes at their ends; `[""]` is all of it.
    pub roots: Vec<String>,
    /// The compiled modules.
    pub wasm: Option<Json>,
    /// The version of Rego of modules that `file_rego_versions` does not name.
    pub rego_version: Option<i64>,
    /// Versions by name or pattern of modules.
    pub file_rego_versions: BTreeMap<String, i64>,
    /// Whatever the author wants to say.
    pub metadata: Option<Json>,
}

impl Manifest {
    /// Reads a manifest over this one: what it says replaces what was said. Text after the first value is passed over.
    pub(super) fn absorb(&mut self, path: &str, text: &[u8]) -> Result<(), BundleError> {
        let read = normalise_first(text).map_err(|cause| BundleError::Json { path: path.to_owned(), cause })?;
        let wrong = |cause: &str| BundleError::Manifest { path: path.to_owned(), cause: cause.to_owned() };
        if read.json.is_null() {
            return Ok(());
        }
        if !read.json.is_object() {
            return Err(wrong("a manifest is an object"));
        }
        for (key, value) in members(&read.json).unwrap_or_default() {
            if value.is_null() {
                continue;
            }
            match key.as_str() {
                "revision" => self.revision = typed(&value).ok_or_else(|| wrong("revision must be a string"))?,
                "roots" => {
                    let roots: Vec<String> = typed(&value).ok_or_else(|| wrong("roots must be a list of strings"))?;
                    self.roots = roots.iter().map(|root| root.trim_matches('/').to_owned()).collect();
                }
                "rego_version" => {
                    self.rego_version = Some(typed(&value).ok_or_else(|| wrong("rego_version must be a number"))?);
                }
                "file_rego_versions" => {
                    let versions: BTreeMap<String, i64> =
                        typed(&value).ok_or_else(|| wrong("file_rego_versions must map names to numbers"))?;
                    self.file_rego_versions.extend(versions);
                }
                "wasm" => self.wasm = Some(value),
                "metadata" => self.metadata = Some(value),
                _ => {}
            }
        }
        Ok(())
    }

    /// The text of `.manifest`, as OPA writes it.
    pub(super) fn text(&self) -> Vec<u8> {
        let mut text = b"{\"revision\":".to_vec();
        write_string(&mut text, &self.revision);
        text.extend_from_slice(b",\"roots\":[");
        for (place, root) in self.roots.iter().enumerate() {
            if place > 0 {
                text.push(b',');
            }
            write_string(&mut text, root);
        }
        text.push(b']');
        let mut field = |name: &str, value: &[u8]| {
            text.extend_from_slice(format!(",\"{name}\":").as_bytes());
            text.extend_from_slice(value);
        };
        if let Some(wasm) = &self.wasm {
            field("wasm", wasm.as_bytes());
        }
        if let Some(version) = self.rego_version {
            field("rego_version", version.to_string().as_bytes());
        }
        if !self.file_rego_versions.is_empty() {
            let mut versions = vec![b'{'];
            for (place, (name, version)) in self.file_rego_versions.iter().enumerate() {
                if place > 0 {
                    versions.push(b',');
                }
                write_string(&mut versions, name);
                versions.extend_from_slice(format!(":{version}").as_bytes());
            }
            versions.push(b'}');
            field("file_rego_versions", &versions);
        }
        if let Some(metadata) = &self.metadata {
            field("metadata", metadata.as_bytes());
        }
        text.extend_from_slice(b"}\n");
        text
    }

    /// The version a module of this name is read in.
    pub(super) fn rego_version_of(&self, path: &str) -> Option<RegoVersion> {
        let own = self.file_rego_versions.iter().find(|(pattern, _)| {
            let pattern = format!("/{}", pattern.trim_start_matches('/'));
            pattern == path || glob::matches(&pattern, path) == Some(true)
        });
        own.map(|(_, version)| *version).or(self.rego_version).and_then(RegoVersion::from_number)
    }

    /// Versions that OPA does not know are refused.
    pub(super) fn check_versions(&self) -> Result<(), BundleError> {
        let unknown = self
            .rego_version
            .iter()
            .chain(self.file_rego_versions.values())
            .find(|version| RegoVersion::from_number(**version).is_none());
        unknown.map_or(Ok(()), |version| Err(BundleError::RegoVersion(*version)))
    }

    /// No root may hold another.
    pub(super) fn check_overlap(&self) -> Result<(), BundleError> {
        for (place, one) in self.roots.iter().enumerate() {
            for other in self.roots.iter().skip(place + 1) {
                if holds(one, other) || holds(other, one) {
                    return Err(BundleError::OverlappedRoots(one.clone(), other.clone()));
                }
            }
        }
        Ok(())
    }

    /// Packages and data must stand below the roots.
    pub(super) fn check_roots(&self, modules: &[Module], data: &Json) -> Result<(), BundleError> {
        if self.roots.iter().any(String::is_empty) {
            return Ok(());
        }
        for module in modules {
            if let Some(package) = super::package::package_of(&module.text) {
                let path = package.join("/");
                if !self.roots.iter().any(|root| holds(root, &path)) {
                    return Err(BundleError::PackageOutsideRoots {
                        roots: self.roots.clone(),
                        package: written(&package),
                        path: module.path.clone(),
                    });
                }
            }
        }
        self.check_data(data, "")
    }

    /// Objects on the way to a root may hold nothing else.
    fn check_data(&self, data: &Json, place: &str) -> Result<(), BundleError> {
        for (key, value) in members(data).unwrap_or_default() {
            let path = if place.is_empty() { key } else { format!("{place}/{key}") };
            if self.roots.iter().any(|root| holds(root, &path)) {
                continue;
            }
            let leads_to_root = self.roots.iter().any(|root| holds(&path, root));
            if !leads_to_root || !value.is_object() {
                return Err(BundleError::DataOutsideRoots { roots: self.roots.clone(), path });
            }
            self.check_data(&value, &path)?;
        }
        Ok(())
    }
}

/// Whether a root is a path or stands above it.
fn holds(root: &str, path: &str) -> bool {
    root.is_empty() || path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn typed<T: serde::de::DeserializeOwned>(value: &Json) -> Option<T> {
    serde_json::from_slice(value.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> Manifest {
        let mut manifest = Manifest::default();
        manifest.absorb("/.manifest", text.as_bytes()).unwrap();
        manifest
    }

    #[test]
    fn a_manifest_is_written_as_opa_writes_it() {
        let read = manifest(
            r#"{"metadata":{"b":1.50,"a":"<"},"roots":["/x/"],"revision":"r","rego_version":1,"what":1} rest"#,
        );
        assert_eq!(
            String::from_utf8(read.text()).unwrap(),
            "{\"revision\":\"r\",\"roots\":[\"x\"],\"rego_version\":1,\"metadata\":{\"a\":\"\\u003c\",\"b\":1.50}}\n"
        );
    }

    #[test]
    fn roots_that_hold_one_another_are_refused() {
        let overlap = |text| manifest(text).check_overlap().map_err(|error| error.to_string());
        assert_eq!(
            overlap(r#"{"roots":["foo","foo/bar"]}"#),
            Err("manifest has overlapped roots: 'foo' and 'foo/bar'".to_owned())
        );
        assert_eq!(overlap(r#"{"roots":["foo","foobar"]}"#), Ok(()));
    }

    #[test]
    fn versions_are_found_by_name_and_pattern() {
        let read = manifest(r#"{"rego_version":1,"file_rego_versions":{"/a.rego":0,"v0/*":0}}"#);
        assert_eq!(read.rego_version_of("/a.rego"), Some(RegoVersion::V0));
        assert_eq!(read.rego_version_of("/v0/x/b.rego"), Some(RegoVersion::V0));
        assert_eq!(read.rego_version_of("/b.rego"), Some(RegoVersion::V1));
    }
}
