//! Puts the files of a folder or archive together as a bundle.

use super::data::DataTree;
use super::json::{Json, normalise};
use super::manifest::Manifest;
use super::name::data_keys;
use super::{Bundle, BundleError, Extra, Kind, Module, RegoVersion, yaml};
use bytes::Bytes;

/// A bundle in the making.
#[derive(Debug, Default)]
pub struct Assembly {
    data: Option<DataTree>,
    /// The data files, in the order they came.
    data_files: Vec<String>,
    modules: Vec<Module>,
    extras: Vec<Extra>,
    manifest: Manifest,
    warnings: Vec<Warning>,
}

/// Something about a file that may not be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {count} {} more than once in one object, the last counts: {}", if *count == 1 { "key stands" } else { "keys stand" }, places.join(", "))]
pub struct Warning {
    /// The file.
    pub path: String,
    /// Where the first of the keys are.
    pub places: Vec<String>,
    /// How many keys there are.
    pub count: usize,
}

impl Assembly {
    /// Takes one file. Files that have no part in a bundle are passed over.
    ///
    /// # Errors
    /// A file that OPA would refuse.
    pub fn add(&mut self, path: &str, content: Bytes) -> Result<(), BundleError> {
        let unsupported = |what| Err(BundleError::Unsupported { path: path.to_owned(), what });
        match Kind::of(path) {
            None => Ok(()),
            Some(Kind::Module) => {
                let text = String::from_utf8(content.into()).map_err(|error| BundleError::NotUtf8 {
                    path: path.to_owned(),
                    offset: error.utf8_error().valid_up_to(),
                })?;
                self.modules.push(Module { path: path.to_owned(), text });
                Ok(())
            }
            Some(Kind::JsonData) => {
                let read =
                    normalise(&content, 0).map_err(|cause| BundleError::Json { path: path.to_owned(), cause })?;
                self.warn(path, read.duplicates.places, read.duplicates.count);
                self.add_data(path, read.json)
            }
            Some(Kind::YamlData) => {
                let read =
                    yaml::to_json(&content, 0).map_err(|cause| BundleError::Yaml { path: path.to_owned(), cause })?;
                self.warn(path, read.duplicates.places, read.duplicates.count);
                self.add_data(path, read.json)
            }
            Some(Kind::Manifest) => self.manifest.absorb(path, &content),
            Some(kind @ (Kind::Wasm | Kind::Plan | Kind::Signatures)) => {
                self.extras.push(Extra { path: path.to_owned(), kind, content });
                Ok(())
            }
            Some(Kind::Patch) => unsupported("delta bundles"),
            Some(Kind::ProtoPlan | Kind::ProtoManifest) => unsupported("protobuf files"),
        }
    }

    /// Ends with the bundle. `asked` is the version of Rego to write where the manifest names none; `revision` replaces the
    /// manifest's own.
    ///
    /// # Errors
    /// A manifest that the modules or the data contradict.
    pub fn finish(
        self,
        asked: Option<RegoVersion>,
        revision: Option<&str>,
    ) -> Result<(Bundle, Vec<Warning>), BundleError> {
        let mut manifest = self.manifest;
        if manifest.roots.is_empty() {
            manifest.roots.push(String::new());
        }
        if let Some(revision) = revision {
            manifest.revision = revision.to_owned();
        }
        if manifest.rego_version.is_none() {
            manifest.rego_version = asked.map(RegoVersion::number);
        }
        manifest.check_versions()?;
        manifest.check_overlap()?;
        let data = self.data.map_or_else(Json::empty_object, DataTree::finish);
        manifest.check_roots(&self.modules, &data)?;
        let own: std::collections::BTreeMap<String, i64> = self
            .modules
            .iter()
            .filter_map(|module| {
                let version = manifest.rego_version_of(&module.path)?.number();
                (Some(version) != manifest.rego_version).then(|| (module.path.clone(), version))
            })
            .collect();
        manifest.file_rego_versions = own;
        Ok((Bundle { manifest, data, modules: self.modules, extras: self.extras }, self.warnings))
    }

    fn warn(&mut self, path: &str, places: Vec<String>, count: usize) {
        if count > 0 {
            self.warnings.push(Warning { path: path.to_owned(), places, count });
        }
    }

    fn add_data(&mut self, path: &str, json: Json) -> Result<(), BundleError> {
        let keys = data_keys(path);
        if keys.is_empty() && !json.is_object() {
            return Err(BundleError::RootNotObject { path: path.to_owned(), found: json.kind() });
        }
        let origin = u32::try_from(self.data_files.len()).unwrap_or(u32::MAX);
        self.data_files.push(path.to_owned());
        let tree = self.data.get_or_insert_with(DataTree::new);
        tree.insert(&keys, json, origin).map_err(|clash| BundleError::Clash {
            path: path.to_owned(),
            key: if clash.path.is_empty() { "its root".to_owned() } else { clash.path.join(".") },
            other: usize::try_from(clash.origin)
                .ok()
                .and_then(|place| self.data_files.get(place).cloned())
                .unwrap_or_default(),
        })
    }
}
