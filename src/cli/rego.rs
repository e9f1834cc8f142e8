//! The flags that say how Rego is read.

use crate::bundle;
use crate::ops::OpsError;
use crate::rego::syntax::{Options, RegoVersion};
use clap::{Args, ValueEnum};
use serde_json::Value;
use std::path::PathBuf;

/// The most bytes a capabilities file may have.
const LIMIT: u64 = 16 << 20;

/// How Rego is read.
#[derive(Debug, Args)]
pub struct RegoArgs {
    /// Version of Rego the modules are written in
    #[arg(long, value_enum, value_name = "VERSION", default_value = "rego.v1")]
    rego_version: RegoVersionArg,
    /// Capabilities of the OPA the modules are for
    #[arg(long, value_name = "FILE")]
    capabilities: Option<PathBuf>,
}

/// The versions of Rego by the names people type.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum RegoVersionArg {
    /// Since OPA 1.0
    #[value(name = "rego.v1")]
    V1,
    /// With `and`, `or` and `not { … }`
    #[value(name = "rego.v2")]
    V2,
    /// Valid before and since OPA 1.0
    #[value(name = "rego.v0v1")]
    V0V1,
    /// Before OPA 1.0
    #[value(name = "rego.v0")]
    V0,
}

/// How a version is read.
pub type Reading = Box<dyn Fn(RegoVersion) -> Options + Sync>;

impl RegoArgs {
    /// The version.
    pub(super) fn version(&self) -> RegoVersion {
        match self.rego_version {
            RegoVersionArg::V0 => RegoVersion::V0,
            RegoVersionArg::V0V1 => RegoVersion::V0V1,
            RegoVersionArg::V1 => RegoVersion::V1,
            RegoVersionArg::V2 => RegoVersion::V2,
        }
    }

    /// The version as bundles have it.
    pub(super) fn bundle_version(&self) -> bundle::RegoVersion {
        match self.rego_version {
            RegoVersionArg::V0 => bundle::RegoVersion::V0,
            RegoVersionArg::V0V1 => bundle::RegoVersion::V0V1,
            RegoVersionArg::V1 => bundle::RegoVersion::V1,
            RegoVersionArg::V2 => bundle::RegoVersion::V2,
        }
    }

    /// Whether a capabilities file was named.
    pub(super) fn has_capabilities(&self) -> bool {
        self.capabilities.is_some()
    }

    /// How a version is read: as OPA 1.22.2 reads it, or as the capabilities file allows.
    ///
    /// # Errors
    /// A file that cannot be read, or is no capabilities file.
    pub(super) fn reading(&self) -> Result<Reading, OpsError> {
        let Some(path) = &self.capabilities else { return Ok(Box::new(Options::new)) };
        let what = path.display().to_string();
        let text = read(path).map_err(|cause| OpsError::Read { what: what.clone(), cause })?;
        let wrong = |cause: &str| OpsError::Usage(format!("{what} is no capabilities file: {cause}"));
        let document: Value = serde_json::from_slice(&text).map_err(|cause| wrong(&cause.to_string()))?;
        if !document.get("builtins").is_some_and(Value::is_array) {
            return Err(wrong("it lists no \"builtins\""));
        }
        let list = |name: &str| -> Vec<String> {
            let values = document.get(name).and_then(Value::as_array).into_iter().flatten();
            values.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let (features, keywords) = (list("features"), list("future_keywords"));
        Ok(Box::new(move |version| {
            let names = (features.iter().map(String::as_str), keywords.iter().map(String::as_str));
            Options::new(version).with_capabilities(names.0, names.1)
        }))
    }
}

fn read(path: &std::path::Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut text = Vec::new();
    std::fs::File::open(path)?.take(LIMIT).read_to_end(&mut text)?;
    Ok(text)
}
