//! Opens an image of the store for questions.

use super::{Chosen, OpsError, build::modules};
use crate::bundle::archive::Limits;
use crate::bundle::{Bundle, RegoVersion};
use crate::eval::Session;
use crate::oci::annotations;
use crate::store::{Image, Store};

/// Loads the bundle of an image.
///
/// # Errors
/// A damaged image, or a bundle that cannot be loaded.
pub fn open(store: &Store, source: &Chosen, image: &Image) -> Result<Session, OpsError> {
    let notes = image.manifest.as_ref().map_or(&source.entry.descriptor.annotations, |manifest| &manifest.annotations);
    let asked = notes
        .get(annotations::REGO_VERSION)
        .and_then(|version| version.parse::<RegoVersion>().ok())
        .unwrap_or(RegoVersion::V1);
    let content = store.open_blob(&image.bundle)?;
    let (bundle, _) = Bundle::read_some(content, &Limits::default(), asked, "", |_| true)?;
    Ok(Session::load(&modules(&bundle), bundle.data.as_str())?)
}
