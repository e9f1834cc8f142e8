//! Several bundles as one.

use super::data::DataTree;
use super::json::Json;
use super::{Bundle, BundleError, Manifest, RegoVersion};

/// Merges bundles as OPA does: the roots of all, the data of all; revisions and metadata are dropped. The modules of each
/// get the name given with it in front, such as `/authz`.
///
/// # Errors
/// Roots that hold one another, or data that does.
pub fn merge(
    bundles: Vec<(String, Bundle)>,
    asked: RegoVersion,
    revision: Option<&str>,
) -> Result<Bundle, BundleError> {
    let mut manifest = Manifest {
        revision: revision.unwrap_or_default().to_owned(),
        rego_version: Some(asked.number()),
        ..Manifest::default()
    };
    let (mut tree, mut modules, mut extras) = (DataTree::new(), Vec::new(), Vec::new());
    for (_, bundle) in &bundles {
        manifest.roots.extend(bundle.manifest.roots.iter().cloned());
    }
    manifest.check_overlap()?;
    let names: Vec<String> = bundles.iter().map(|(name, _)| name.clone()).collect();
    for (place, (name, bundle)) in bundles.into_iter().enumerate() {
        let origin = u32::try_from(place).unwrap_or(u32::MAX);
        tree.insert(&[], bundle.data.clone(), origin).map_err(|clash| BundleError::Clash {
            path: name.clone(),
            key: clash.path.join("."),
            other: usize::try_from(clash.origin).ok().and_then(|place| names.get(place).cloned()).unwrap_or_default(),
        })?;
        for module in &bundle.modules {
            let path = format!("{name}{}", module.path);
            let version = bundle.rego_version_of(module).map(RegoVersion::number);
            if let Some(version) = version.filter(|version| *version != asked.number()) {
                manifest.file_rego_versions.insert(path.clone(), version);
            }
            modules.push(super::Module { path, text: module.text.clone() });
        }
        extras.extend(
            bundle.extras.into_iter().map(|extra| super::Extra { path: format!("{name}{}", extra.path), ..extra }),
        );
    }
    let data = match tree.finish() {
        data if data.is_object() => data,
        _ => Json::empty_object(),
    };
    Ok(Bundle { manifest, data, modules, extras })
}
