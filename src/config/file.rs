//! The configuration file: YAML, with the keys of the Go CLI.

use super::ConfigError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The most bytes a configuration file may have.
const LIMIT: u64 = 1 << 20;

/// What a configuration file may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConfigFile {
    /// Where images and credentials live.
    pub file_store_root: Option<String>,
    /// The registry of names that state none.
    pub default_domain: Option<String>,
    /// How to log.
    pub logging: Logging,
    /// Files with further certificate authorities, PEM.
    pub ca: Vec<String>,
    /// The file with the client's certificate, PEM.
    pub cert: Option<String>,
    /// The file with the client certificate's key, PEM.
    pub key: Option<String>,
    /// Skip the verification of certificates.
    pub insecure: Option<bool>,
    /// Speak plain HTTP.
    pub plaintext: Option<bool>,
    /// The names of CI secrets by server, for the CI templates.
    pub token_defaults: BTreeMap<String, String>,
    /// Rules for signing in.
    pub auth: Auth,
    /// How patient to be with registries.
    pub http: Http,
    /// Where the GitHub of a container registry is.
    pub github: GitHub,
}

/// How patient to be with registries.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Seconds for which a registry may stay silent.
    pub timeout: Option<f64>,
    /// How often a request is made again whose failure may pass.
    pub retries: Option<u32>,
}

/// How to log.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Logging {
    /// As JSON.
    pub prod: Option<bool>,
    /// `error`, `info`, `debug` or `trace`.
    pub log_level: Option<String>,
    /// Of the Go CLI's gRPC client; without meaning here.
    pub grpc_log_level: Option<String>,
}

/// Rules for signing in.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// Hosts that may be asked for tokens on behalf of any registry.
    pub realms: Vec<String>,
    /// Keep passwords in the system's keyring.
    pub keyring: Option<bool>,
}

/// Where the GitHub of a container registry is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GitHub {
    /// The address of its API.
    pub api: Option<String>,
    /// The host of its container registry.
    pub registry: Option<String>,
}

impl ConfigFile {
    /// Reads a file; an empty one says nothing.
    ///
    /// # Errors
    /// A file that cannot be read, is no YAML, or has a key or value this program does not know.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        use std::io::Read;
        let read = |cause| ConfigError::Read { path: path.to_owned(), cause };
        let mut text = String::new();
        let file = std::fs::File::open(path).map_err(read)?;
        file.take(LIMIT).read_to_string(&mut text).map_err(read)?;
        let parse = |cause: String| ConfigError::Parse { path: path.to_owned(), cause };
        let read = crate::bundle::yaml::to_json(text.as_bytes(), 0).map_err(|cause| parse(cause.to_string()))?;
        let json = read.json.as_str();
        if json.trim() == "null" {
            return Ok(Self::default());
        }
        serde_json::from_str(json).map_err(|cause| parse(strip_position(&cause.to_string())))
    }
}

/// Drops serde_json's position, which counts in the converted text and not in the author's.
fn strip_position(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(text, _)| text).to_owned()
}
