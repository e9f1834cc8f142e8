//! Opens an image of the store for questions.

use super::language::read_as;
use super::{Chosen, OpsError};
use crate::bundle::archive::Limits;
use crate::bundle::{Bundle, RegoVersion};
use crate::eval::{Engine, EngineOptions};
use crate::oci::annotations;
use crate::store::{Image, Store};

/// Loads the bundle of an image.
///
/// # Errors
/// A damaged image, or a bundle that cannot be loaded.
pub fn open(store: &Store, source: &Chosen, image: &Image) -> Result<Engine, OpsError> {
    let bundle = bundle(store, source, image)?;
    let modules: Vec<_> = bundle
        .modules
        .iter()
        .map(|module| (module.path.trim_start_matches('/'), module.text.as_str(), read_as(module.rego_version)))
        .collect();
    Ok(Engine::read(&modules, bundle.data.as_str(), EngineOptions::default())?)
}

/// The bundle of an image.
///
/// # Errors
/// A damaged image, or a bundle that cannot be loaded.
pub fn bundle(store: &Store, source: &Chosen, image: &Image) -> Result<Bundle, OpsError> {
    let notes = image.manifest.as_ref().map_or(&source.entry.descriptor.annotations, |manifest| &manifest.annotations);
    let asked = notes
        .get(annotations::REGO_VERSION)
        .and_then(|version| version.parse::<RegoVersion>().ok())
        .unwrap_or(RegoVersion::V1);
    let content = store.open_blob(&image.bundle)?;
    let (bundle, _) = Bundle::read_some(content, &Limits::default(), asked, "", |_| true)?;
    Ok(bundle)
}
