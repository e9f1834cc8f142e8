//! Which Rego modules are written in, and for which OPA.

use super::OpsError;
use crate::bundle::json::Json;
use crate::bundle::{self, Bundle};
use crate::rego::capabilities::Capabilities;
use crate::rego::check::{CheckOptions, DataPaths};
use crate::rego::syntax::{Options, RegoVersion};
use std::borrow::Cow;

/// Which Rego modules are written in, and for which OPA.
#[derive(Debug, Clone)]
pub struct Language {
    /// The version of modules of which nothing else tells it.
    pub version: bundle::RegoVersion,
    /// What the OPA knows; none for OPA 1.22.2.
    pub capabilities: Option<Capabilities>,
}

impl Language {
    /// How a version is read.
    pub(super) fn reading(&self, version: RegoVersion) -> Options {
        let options = Options::new(version);
        match &self.capabilities {
            None => options,
            Some(known) => {
                let (features, keywords) = (known.features.iter(), known.future_keywords.iter());
                options.with_capabilities(features.map(String::as_str), keywords.map(String::as_str))
            }
        }
    }

    /// How programs are checked that have no data and require nothing.
    pub(super) fn checking(&self) -> CheckOptions {
        let capabilities = match &self.capabilities {
            None => Cow::Borrowed(Capabilities::current()),
            Some(known) => Cow::Owned(known.clone()),
        };
        CheckOptions { capabilities, ..CheckOptions::default() }
    }

    /// How a bundle is checked: beside its own data, and with the built-in functions it requires. `metadata` is that of
    /// the manifests it was made of.
    ///
    /// # Errors
    /// Metadata that require built-in functions in a form that does not read.
    pub(super) fn checking_bundle(&self, bundle: &Bundle, metadata: &[Json]) -> Result<CheckOptions, OpsError> {
        let mut options = self.checking();
        for metadata in metadata {
            // Most manifests require nothing, and what OPA knows is not copied for them.
            if metadata.as_str().contains("required_builtins") {
                options.capabilities.to_mut().require(metadata.as_str()).map_err(OpsError::RequiredBuiltins)?;
            }
        }
        let paths = bundle.data.paths();
        options.data = Some(DataPaths::new(move |path| paths.has(path)));
        Ok(options)
    }
}

/// The version of Rego of a module of a bundle.
pub(super) fn read_as(version: bundle::RegoVersion) -> RegoVersion {
    match version {
        bundle::RegoVersion::V0 => RegoVersion::V0,
        bundle::RegoVersion::V0V1 => RegoVersion::V0V1,
        bundle::RegoVersion::V1 => RegoVersion::V1,
        bundle::RegoVersion::V2 => RegoVersion::V2,
    }
}
