//! Which settings hold, from the environment, the configuration file and the defaults.

mod environment;
mod file;
mod patience;

pub use environment::Environment;
pub use file::ConfigFile;
pub use patience::{retries, seconds};

use std::path::{Path, PathBuf};
use std::time::Duration;

/// The settings of one run, before flags are laid over them.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where images, credentials and the default domain live.
    pub store_root: PathBuf,
    /// The registry of names that state none, if one was chosen.
    pub default_domain: Option<String>,
    /// Skip the verification of certificates.
    pub insecure: bool,
    /// Speak plain HTTP, if the settings say so.
    pub plaintext: Option<bool>,
    /// Files with further certificate authorities, PEM.
    pub certificate_authorities: Vec<PathBuf>,
    /// The file with the client's certificate, PEM.
    pub client_certificate: Option<PathBuf>,
    /// The file with the client certificate's key, PEM.
    pub client_key: Option<PathBuf>,
    /// How long a registry may stay silent, if the settings say so.
    pub timeout: Option<Duration>,
    /// How often a request is made again whose failure may pass, if the settings say so.
    pub retries: Option<u32>,
    /// Log as JSON.
    pub log_as_json: bool,
    /// 0 errors, 1 information, 2 debugging, 3 everything.
    pub verbosity: u8,
    /// Hosts that may be asked for tokens on behalf of any registry.
    pub realms: Vec<String>,
    /// Keep passwords in the system's keyring.
    pub keyring: bool,
    /// The address of GitHub's API, where it is not the public one.
    pub github_api: Option<String>,
    /// The host of GitHub's container registry, where it is not `ghcr.io`.
    pub github_registry: Option<String>,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {} cannot be read: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The file is not YAML, or has keys or values of another kind.
    #[error("the configuration file {}: {cause}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// A key of the file with a value that means nothing.
    #[error("the configuration file: {key}: {wanted}")]
    Value {
        /// The key.
        key: &'static str,
        /// What it may be.
        wanted: &'static str,
    },
    /// A variable with a value that means nothing.
    #[error("{variable}={value:?}: {wanted}")]
    Variable {
        /// Its name.
        variable: &'static str,
        /// Its value.
        value: String,
        /// What it may be.
        wanted: &'static str,
    },
    /// There is no home folder and no other place was named.
    #[error("there is no home folder: HOME is not set")]
    NoHome,
    /// The default domain cannot be kept.
    #[error("the default domain cannot be saved in {}: {cause}", path.display())]
    Save {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

/// The file in the store root that holds the default domain, as the Go CLI writes it.
const DEFAULT_DOMAIN_FILE: &str = "default-domain.cfg";

impl Config {
    /// Reads the settings. `file` is the one named by `--config`; without it `~/.policy/config.yaml` is read, else
    /// `~/.config/policy/config.yaml`, and it is no error when neither is there.
    ///
    /// The environment wins over the file. The default domain is `POLICY_DEFAULT_DOMAIN`, else the one `login` kept in
    /// the store root, else the file's.
    ///
    /// # Errors
    /// A file that cannot be read or understood, or a variable with a meaningless value.
    pub fn load(environment: &Environment, file: Option<&Path>) -> Result<Self, ConfigError> {
        let home = environment.path("HOME").or_else(|| environment.path("USERPROFILE"));
        let settings = match file {
            Some(path) => ConfigFile::read(path)?,
            None => match home.as_deref().and_then(default_file) {
                Some(path) => ConfigFile::read(&path)?,
                None => ConfigFile::default(),
            },
        };
        let store_root = environment
            .path("POLICY_FILE_STORE_ROOT")
            .or_else(|| settings.file_store_root.as_deref().map(|root| expand_home(root, home.as_deref())))
            .or_else(|| home.as_deref().map(|home| home.join(".policy")))
            .ok_or(ConfigError::NoHome)?;
        let default_domain = environment
            .text("POLICY_DEFAULT_DOMAIN")
            .or_else(|| kept_domain(&store_root))
            .or(settings.default_domain)
            .filter(|domain| !domain.is_empty());
        let certificate_authorities = match environment.text("POLICY_CA") {
            Some(list) => list.split(',').map(|path| PathBuf::from(path.trim())).collect(),
            None => settings.ca.into_iter().map(PathBuf::from).collect(),
        };
        let level = environment.text("POLICY_LOGGING_LOG_LEVEL").or(settings.logging.log_level);
        let timeout = match (environment.text("POLICY_HTTP_TIMEOUT"), settings.http.timeout) {
            (Some(text), _) => Some(seconds(&text).map_err(variable("POLICY_HTTP_TIMEOUT", &text))?),
            (None, Some(number)) => {
                let wrong = |wanted| ConfigError::Value { key: "http.timeout", wanted };
                Some(seconds(&number.to_string()).map_err(wrong)?)
            }
            (None, None) => None,
        };
        let again = match (environment.text("POLICY_HTTP_RETRIES"), settings.http.retries) {
            (Some(text), _) => Some(retries(&text).map_err(variable("POLICY_HTTP_RETRIES", &text))?),
            (None, Some(number)) => {
                let wrong = |wanted| ConfigError::Value { key: "http.retries", wanted };
                Some(retries(&number.to_string()).map_err(wrong)?)
            }
            (None, None) => None,
        };
        Ok(Self {
            store_root,
            default_domain,
            insecure: environment.flag("POLICY_INSECURE")?.or(settings.insecure).unwrap_or_default(),
            plaintext: environment.flag("POLICY_PLAINTEXT")?.or(settings.plaintext),
            certificate_authorities,
            client_certificate: environment.path("POLICY_CERT_FILE").or_else(|| settings.cert.map(PathBuf::from)),
            client_key: environment.path("POLICY_KEY_FILE").or_else(|| settings.key.map(PathBuf::from)),
            timeout,
            retries: again,
            log_as_json: environment.flag("POLICY_LOGGING_PROD")?.or(settings.logging.prod).unwrap_or_default(),
            verbosity: level.as_deref().map_or(0, verbosity_of),
            realms: settings.auth.realms,
            keyring: settings.auth.keyring.unwrap_or_default(),
            github_api: environment.text("POLICY_GITHUB_API_URL").or(settings.github.api),
            github_registry: settings.github.registry,
        })
    }

    /// Keeps a default domain for later runs, in the store root.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep_default_domain(&self, domain: &str) -> Result<(), ConfigError> {
        let path = self.store_root.join(DEFAULT_DOMAIN_FILE);
        crate::files::make_folders(&self.store_root, 0o700)
            .and_then(|()| crate::files::write(&path, domain.as_bytes(), crate::files::Access::Private))
            .map_err(|cause| ConfigError::Save { path, cause })
    }
}

fn variable<'a>(variable: &'static str, value: &'a str) -> impl Fn(&'static str) -> ConfigError + 'a {
    move |wanted| ConfigError::Variable { variable, value: value.to_owned(), wanted }
}

fn default_file(home: &Path) -> Option<PathBuf> {
    [home.join(".policy/config.yaml"), home.join(".config/policy/config.yaml")].into_iter().find(|path| path.is_file())
}

fn kept_domain(store_root: &Path) -> Option<String> {
    let text = std::fs::read_to_string(store_root.join(DEFAULT_DOMAIN_FILE)).ok()?;
    Some(text.trim().to_owned()).filter(|domain| !domain.is_empty())
}

fn expand_home(path: &str, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~/").or_else(|| path.strip_prefix("$HOME/")), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn verbosity_of(level: &str) -> u8 {
    match level.to_ascii_lowercase().as_str() {
        "info" => 1,
        "debug" => 2,
        "trace" => 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_wins_over_what_login_kept_and_that_over_the_file() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join(".policy");
        std::fs::create_dir_all(&root).unwrap();
        std::fs::write(root.join("config.yaml"), "default_domain: file.example\nca: [a.pem]\n").unwrap();
        let at_home = |more: &[(&str, &str)]| {
            let mut variables = vec![("HOME", home.path().to_str().unwrap())];
            variables.extend(more);
            Config::load(&Environment::of(&variables), None).unwrap()
        };
        assert_eq!(at_home(&[]).default_domain.as_deref(), Some("file.example"));
        assert_eq!(at_home(&[]).certificate_authorities, [PathBuf::from("a.pem")]);
        at_home(&[]).keep_default_domain("kept.example").unwrap();
        assert_eq!(at_home(&[]).default_domain.as_deref(), Some("kept.example"));
        let chosen = at_home(&[("POLICY_DEFAULT_DOMAIN", "chosen.example")]);
        assert_eq!(chosen.default_domain.as_deref(), Some("chosen.example"));
    }

    #[test]
    fn an_unknown_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.yaml");
        std::fs::write(&path, "default_domian: x\n").unwrap();
        let environment = Environment::of(&[("HOME", "/nowhere")]);
        let error = Config::load(&environment, Some(&path)).unwrap_err().to_string();
        assert!(error.contains("default_domian"), "{error}");
    }

    #[test]
    fn without_a_home_the_store_root_must_be_named() {
        assert!(matches!(Config::load(&Environment::of(&[]), None), Err(ConfigError::NoHome)));
        let named = Environment::of(&[("POLICY_FILE_STORE_ROOT", "/store")]);
        assert_eq!(Config::load(&named, None).unwrap().store_root, Path::new("/store"));
    }
}
