//! Bundles made one, with their Rego versions settled, by OPA's rules for the arguments of a build.

use super::data::{Clash, DataTree};
use super::error::BundleError;
use super::json::{Json, members};
use super::manifest::Manifest;
use super::rego_version::RegoVersion;
use super::{Bundle, name, package};
use bytes::Bytes;

impl Bundle {
    /// Makes one bundle of several, each with the name messages use for it.
    ///
    /// One bundle keeps its revision, metadata and version of Rego. Of several the roots and contents are put together,
    /// revision and metadata dropped, and the version of Rego is `version`. In both cases `file_rego_versions` then
    /// names each module that is of another version by its exact path.
    ///
    /// # Errors
    /// When their roots overlap or their data clash.
    pub fn merge(bundles: Vec<(String, Self)>, version: RegoVersion) -> Result<Self, BundleError> {
        let mut bundles = bundles;
        if bundles.len() == 1
            && let Some((_, mut bundle)) = bundles.pop()
        {
            let version = bundle.manifest.rego_version.and_then(RegoVersion::from_number).unwrap_or(version);
            bundle.settle_versions(version);
            return Ok(bundle);
        }
        let mut merged = Self { manifest: Manifest { roots: Vec::new(), ..Manifest::default() }, ..Self::default() };
        let mut data = DataTree::new();
        let labels: Vec<String> = bundles.iter().map(|(label, _)| label.clone()).collect();
        let mut packages = Vec::new();
        for (number, (label, bundle)) in bundles.into_iter().enumerate() {
            for root in &bundle.manifest.roots {
                let keys: Vec<String> =
                    if root.is_empty() { Vec::new() } else { root.split('/').map(str::to_owned).collect() };
                let Some(value) = value_at(&bundle.data, &keys) else { continue };
                let origin = u32::try_from(number).unwrap_or(u32::MAX);
                data.insert(&keys, value, origin).map_err(|Clash { path, origin }| BundleError::Clash {
                    file: label.clone(),
                    other: usize::try_from(origin)
                        .ok()
                        .and_then(|number| labels.get(number))
                        .cloned()
                        .unwrap_or_default(),
                    key: path.join("."),
                })?;
            }
            for module in &bundle.modules {
                packages.push((module.path.clone(), package::package_of(&module.text)));
            }
            merged.manifest.roots.extend(bundle.manifest.roots);
            merged.manifest.wasm.extend(bundle.manifest.wasm);
            merged.modules.extend(bundle.modules);
            merged.wasm.extend(bundle.wasm);
            merged.plans.extend(bundle.plans);
        }
        merged.data = data.finish();
        merged.signatures = Bytes::new();
        merged.settle_versions(version);
        merged.check(&packages)?;
        Ok(merged)
    }

    /// Puts a folder in front of the paths of all files: `/a.rego` under `src` is `/src/a.rego`.
    #[must_use]
    pub fn under(mut self, folder: &str) -> Self {
        let put = |path: &mut String| path.insert_str(0, &format!("/{folder}"));
        self.modules.iter_mut().for_each(|module| put(&mut module.path));
        self.wasm.iter_mut().chain(&mut self.plans).for_each(|file| put(&mut file.path));
        for resolver in &mut self.manifest.wasm {
            resolver.module = name::clean(resolver.module.as_bytes()).unwrap_or_default();
            put(&mut resolver.module);
        }
        self
    }

    fn settle_versions(&mut self, version: RegoVersion) {
        self.manifest.rego_version = Some(version.number());
        self.manifest.file_rego_versions = self
            .modules
            .iter()
            .map(|module| (module.path.clone(), module.rego_version.number()))
            .filter(|(_, number)| *number != version.number())
            .collect();
    }
}

/// The value at a path of keys.
fn value_at(data: &Json, keys: &[String]) -> Option<Json> {
    let Some((key, rest)) = keys.split_first() else { return Some(data.clone()) };
    let (_, value) = members(data)?.into_iter().find(|(name, _)| name == key)?;
    value_at(&value, rest)
}
