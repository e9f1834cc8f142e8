//! The flags that say which Rego modules are written in, and for which OPA.

use crate::bundle::RegoVersion;
use crate::ops::{Language, OpsError};
use crate::rego::capabilities::Capabilities;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// The most bytes a capabilities file may have.
const LIMIT: u64 = 16 << 20;

/// The language of modules.
#[derive(Debug, Args)]
pub struct RegoArgs {
    /// Version of Rego the modules are written in
    #[arg(long, value_enum, value_name = "VERSION", default_value = "rego.v1")]
    rego_version: RegoVersionArg,
    /// As --rego-version rego.v0
    #[arg(long, conflicts_with = "rego_version")]
    v0_compatible: bool,
    /// As --rego-version rego.v1
    #[arg(long, conflicts_with = "rego_version")]
    v1_compatible: bool,
    /// As --rego-version rego.v0v1
    #[arg(long = "v0-v1", alias = "rego-v1", conflicts_with = "rego_version")]
    both_versions: bool,
    /// Capabilities of the OPA the modules are for, as `opa capabilities` writes them [default: those of OPA 1.22.2]
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

impl RegoArgs {
    /// The version and the capabilities.
    ///
    /// # Errors
    /// A capabilities file that cannot be read, or is none.
    pub(super) fn language(&self) -> Result<Language, OpsError> {
        let capabilities = self.capabilities.as_deref().map(capabilities).transpose()?;
        Ok(Language { version: self.version(), capabilities })
    }

    /// The version; of several flags as OPA takes them.
    pub(super) fn version(&self) -> RegoVersion {
        match self.rego_version {
            _ if self.both_versions => RegoVersion::V0V1,
            _ if self.v0_compatible => RegoVersion::V0,
            _ if self.v1_compatible => RegoVersion::V1,
            RegoVersionArg::V0 => RegoVersion::V0,
            RegoVersionArg::V0V1 => RegoVersion::V0V1,
            RegoVersionArg::V1 => RegoVersion::V1,
            RegoVersionArg::V2 => RegoVersion::V2,
        }
    }
}

fn capabilities(path: &Path) -> Result<Capabilities, OpsError> {
    let file = path.display().to_string();
    let text = read(path).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::NotFound if names_a_version(&file) => OpsError::Usage(format!(
            "--capabilities takes a file, not a version: opa capabilities --version {file} > capabilities.json writes one"
        )),
        _ => OpsError::Read { what: file.clone(), cause },
    })?;
    Capabilities::read(&String::from_utf8_lossy(&text)).map_err(|cause| OpsError::Capabilities { file, cause })
}

/// Whether OPA could take a text for one of its versions.
fn names_a_version(text: &str) -> bool {
    let numbers = text.strip_prefix('v').unwrap_or_default();
    numbers.contains('.') && numbers.chars().all(|character| character.is_ascii_digit() || character == '.')
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut text = Vec::new();
    std::fs::File::open(path)?.take(LIMIT).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_told_from_a_file() {
        assert!(names_a_version("v0.22.0") && names_a_version("v1.5"));
        assert!(
            !names_a_version("v1.json")
                && !names_a_version("vault")
                && !names_a_version("1.2.3")
                && !names_a_version("v1")
        );
    }
}
