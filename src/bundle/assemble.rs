//! Files put together into a bundle, in their order, with OPA's checks.

use super::content::{Content, Read};
use super::data::{Clash, DataTree};
use super::error::BundleError;
use super::manifest::Manifest;
use super::rego_version::RegoVersion;
use super::{Bundle, File, Module, name, package, roots};
use bytes::Bytes;

/// A bundle being put together.
#[derive(Debug)]
pub struct Assembly {
    data: DataTree,
    /// The data files so far, as messages name them.
    data_files: Vec<String>,
    manifest: Option<(String, Manifest)>,
    signatures: Option<(String, Bytes)>,
    modules: Vec<(FileName, String)>,
    wasm: Vec<File>,
    plans: Vec<File>,
    duplicates: Vec<Repeated>,
}

/// A file by its three names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// Its clean path in the bundle.
    pub path: String,
    /// Its path as `file_rego_versions` sees it: in an archive the name as it is written there.
    pub matched: String,
    /// What messages call it.
    pub shown: String,
}

/// Keys that stand more than once in one object of a file; the last one counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {count} {} more than once in one object, the last counts: {}", if *count == 1 { "key stands" } else { "keys stand" }, places.join(", "))]
pub struct Repeated {
    /// The file.
    pub file: String,
    /// The places of the first ones.
    pub places: Vec<String>,
    /// How many there are in all.
    pub count: usize,
}

impl Default for Assembly {
    fn default() -> Self {
        Self {
            data: DataTree::new(),
            data_files: Vec::new(),
            manifest: None,
            signatures: None,
            modules: Vec::new(),
            wasm: Vec::new(),
            plans: Vec::new(),
            duplicates: Vec::new(),
        }
    }
}

impl Assembly {
    /// Adds the next file and what it holds.
    ///
    /// # Errors
    /// When it does not go together with the files before it.
    pub fn add(&mut self, name: FileName, read: Read) -> Result<(), BundleError> {
        if read.duplicates.count > 0 {
            let (places, count) = (read.duplicates.places, read.duplicates.count);
            self.duplicates.push(Repeated { file: name.shown.clone(), places, count });
        }
        let FileName { path, shown: file, .. } = name.clone();
        match read.content {
            Content::Module(text) => self.modules.push((name, text)),
            Content::Data(json) => self.add_data(name, json)?,
            Content::Manifest(manifest) => {
                if let Some((first, _)) = self.manifest.take() {
                    return Err(BundleError::SeveralManifests { first, second: file });
                }
                self.manifest = Some((file, *manifest));
            }
            Content::Signatures(bytes) => {
                if let Some((first, _)) = self.signatures.take() {
                    return Err(BundleError::SeveralSignatures { first, second: file });
                }
                self.signatures = Some((file, bytes));
            }
            Content::Wasm(bytes) => self.wasm.push(File { path, bytes }),
            Content::Plan(bytes) => self.plans.push(File { path, bytes }),
            Content::Unsupported(what) => return Err(BundleError::Unsupported { file, what }),
            Content::Nothing => {}
        }
        Ok(())
    }

    fn add_data(&mut self, name: FileName, json: super::json::Json) -> Result<(), BundleError> {
        let FileName { path, shown: file, .. } = name;
        let keys = name::data_keys(&path);
        if keys.is_empty() && !json.is_object() {
            return Err(BundleError::RootNotObject { file, found: json.kind() });
        }
        let number = u32::try_from(self.data_files.len()).unwrap_or(u32::MAX);
        self.data.insert(&keys, json, number).map_err(|Clash { path, origin }| BundleError::Clash {
            file: file.clone(),
            other: usize::try_from(origin)
                .ok()
                .and_then(|number| self.data_files.get(number))
                .cloned()
                .unwrap_or_default(),
            key: path.join("."),
        })?;
        self.data_files.push(file);
        Ok(())
    }

    /// The bundle, and the keys its files repeat. Modules whose version the manifest does not tell are of `default`.
    ///
    /// # Errors
    /// When the manifest does not fit the files.
    pub fn finish(self, default: RegoVersion) -> Result<(Bundle, Vec<Repeated>), BundleError> {
        let mut manifest = self.manifest.map(|(_, manifest)| manifest).unwrap_or_default();
        let mut modules = Vec::with_capacity(self.modules.len());
        let mut packages = Vec::with_capacity(self.modules.len());
        for (name, text) in self.modules {
            let rego_version = manifest.rego_version_of(&name.matched, default)?;
            packages.push((name.shown, package::package_of(&text)));
            modules.push(Module { path: name.path, text, rego_version });
        }
        for root in &mut manifest.roots {
            *root = root.trim_matches('/').to_owned();
        }
        let bundle = Bundle {
            manifest,
            data: self.data.finish(),
            modules,
            wasm: self.wasm,
            signatures: self.signatures.map(|(_, bytes)| bytes).unwrap_or_default(),
            plans: self.plans,
        };
        bundle.check(&packages)?;
        Ok((bundle, self.duplicates))
    }
}

impl Bundle {
    /// Holds everything against the roots. `packages` has the file and the package of each module.
    pub(super) fn check(&self, packages: &[(String, Option<Vec<String>>)]) -> Result<(), BundleError> {
        let roots = &self.manifest.roots;
        let all_roots = || roots.join(" ");
        for (index, one) in roots.iter().enumerate() {
            if let Some(other) = roots.iter().skip(index + 1).find(|other| roots::overlap(one, other)) {
                return Err(BundleError::OverlappingRoots { one: one.clone(), other: other.clone() });
            }
        }
        self.manifest.check_versions()?;
        for (file, keys) in packages {
            if let Some(keys) = keys.as_ref().filter(|keys| !roots::permit(roots, keys)) {
                let package = package::written(keys);
                return Err(BundleError::PackageOutsideRoots { roots: all_roots(), package, file: file.clone() });
            }
        }
        let mut seen = Vec::new();
        for resolver in &self.manifest.wasm {
            let (module, entrypoint) = (resolver.module.clone(), resolver.entrypoint.clone());
            let clean = name::clean(module.as_bytes()).unwrap_or_default();
            if !self.wasm.iter().any(|file| file.path == clean) {
                return Err(BundleError::WasmMissing { module });
            }
            if !roots::permit(roots, &entrypoint.split('/').collect::<Vec<_>>()) {
                return Err(BundleError::WasmOutsideRoots { roots: all_roots(), entrypoint, module });
            }
            if seen.contains(&entrypoint) {
                return Err(BundleError::WasmTwice { entrypoint });
            }
            seen.push(entrypoint);
        }
        match roots::data_outside(roots, &self.data) {
            Some(path) => Err(BundleError::DataOutsideRoots { roots: all_roots(), path }),
            None => Ok(()),
        }
    }
}
