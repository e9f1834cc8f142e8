//! What every command has at hand: the settings with the flags laid over them, and the printer.

use super::failure;
use super::tree::GlobalArgs;
use crate::config::{Config, Environment};
use crate::keychain::Keychain;
use crate::oci::DEFAULT_DOMAIN;
use crate::ops::remote::Side;
use crate::ops::{OpsError, Remote, Shown};
use crate::registry::{GitHubPlace, Proxies, Settings};
use crate::store::Store;
use crate::ui::{Report, Ui};

/// Which streams are terminals.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Standard error.
    pub stderr: bool,
}

/// At hand for every command.
#[derive(Debug)]
pub struct Context {
    /// The printer.
    pub ui: Ui,
    /// The settings.
    pub config: Config,
    /// The environment the run started with.
    pub environment: Environment,
    insecure: bool,
    plaintext: Option<bool>,
}

impl Context {
    pub(super) fn new(ui: Ui, config: Config, environment: Environment, global: &GlobalArgs) -> Self {
        let insecure = global.insecure || config.insecure;
        let plaintext = global.plaintext.or(config.plaintext);
        Self { ui, config, environment, insecure, plaintext }
    }

    /// The registry of names that state none.
    pub(super) fn default_domain(&self) -> &str {
        self.config.default_domain.as_deref().unwrap_or(DEFAULT_DOMAIN)
    }

    pub(super) fn store(&self) -> Store {
        Store::open(&self.config.store_root)
    }

    /// How registries are reached, and with which credentials.
    pub(super) fn remote(&self) -> Remote {
        if self.insecure {
            self.ui.warn("the certificates of registries are not verified");
        }
        let environment = &self.environment;
        let text = |lower: &str, upper: &str| environment.text(lower).or_else(|| environment.text(upper));
        let proxies = Proxies {
            // A CGI server turns a request's Proxy header into HTTP_PROXY.
            http: environment
                .text("http_proxy")
                .or_else(|| environment.text("HTTP_PROXY").filter(|_| !environment.is_set("REQUEST_METHOD"))),
            https: text("https_proxy", "HTTPS_PROXY"),
            all: text("all_proxy", "ALL_PROXY"),
            no_proxy: text("no_proxy", "NO_PROXY"),
        };
        let settings = Settings {
            plaintext: self.plaintext,
            insecure: self.insecure,
            ca_files: self.config.certificate_authorities.clone(),
            proxies,
            trusted_realms: self.config.realms.clone(),
            ..Settings::default()
        };
        let home = environment.path("HOME").or_else(|| environment.path("USERPROFILE"));
        let docker = environment.path("DOCKER_CONFIG").or_else(|| home.map(|home| home.join(".docker")));
        let keychain = Keychain {
            store_root: self.config.store_root.clone(),
            docker_config: docker.map(|folder| folder.join("config.json")),
            helper_path: environment.path("PATH").map(Into::into),
        };
        Remote { settings, keychain }
    }

    /// How registries are asked what they hold.
    pub(super) fn side(&self) -> Side {
        let public = GitHubPlace::default();
        let github = GitHubPlace {
            api: self.config.github_api.clone().unwrap_or(public.api),
            registry: self.config.github_registry.clone().unwrap_or(public.registry),
        };
        Side { remote: self.remote(), github }
    }

    /// What runs network code: one thread, and others for the disk.
    pub(super) fn runtime(&self) -> Result<tokio::runtime::Runtime, OpsError> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|cause| OpsError::Read { what: "the network".to_owned(), cause })
    }

    /// Runs a deed to its end, or until somebody interrupts it; what it had begun is then undone.
    pub(super) fn wait<T>(
        &self,
        runtime: &tokio::runtime::Runtime,
        deed: impl Future<Output = Result<T, OpsError>>,
    ) -> Result<T, OpsError> {
        runtime.block_on(async {
            tokio::select! {
                outcome = deed => outcome,
                signal = interrupted() => Err(OpsError::Interrupted(signal)),
            }
        })
    }

    /// A display of an image's bytes on their way.
    pub(super) fn shown(&self, name: &str, total: u64) -> Shown {
        let bar = self.ui.bytes(name, total);
        let same = bar.clone();
        Shown::new(move |bytes| bar.at(bytes), move || same.finish())
    }

    /// Does something for each of several things, and goes on after a failure, which is told at once. The outcome of a
    /// single thing is its own; of several, that some failed.
    pub(super) fn each<T: Report>(
        &self,
        what: &str,
        things: &[String],
        mut deed: impl FnMut(&str) -> Result<T, OpsError>,
    ) -> Result<(), OpsError> {
        if let [thing] = things {
            self.ui.report(&deed(thing)?)?;
            return Ok(());
        }
        let mut outcomes = Vec::new();
        let mut failed = 0;
        for thing in things {
            match deed(thing) {
                Ok(outcome) => {
                    self.ui.report_item(&outcome)?;
                    outcomes.push(outcome);
                }
                Err(error @ (OpsError::Interrupted(_) | OpsError::OutputClosed)) => return Err(error),
                Err(error) => {
                    failed += 1;
                    failure::tell(&self.ui, Some(&format!("{thing} was not {what}")), &error);
                }
            }
        }
        if !self.ui.look().quiet && self.ui.look().format == crate::ui::Format::Json {
            let outcomes: Vec<&dyn Report> = outcomes.iter().map(|outcome| outcome as &dyn Report).collect();
            self.ui.reports(&outcomes, true)?;
        }
        if failed == 0 { Ok(()) } else { Err(OpsError::Some { failed, asked: things.len() }) }
    }
}

/// Ends when the program is asked to stop, with the number of the signal.
pub(super) async fn interrupted() -> u8 {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return 15,
                _ = tokio::signal::ctrl_c() => return 2,
            }
        }
    }
    let _ = tokio::signal::ctrl_c().await;
    2
}
