//! What every command has at hand: the settings with the flags laid over them, and the printer.

use super::places::{docker_config, places};
use super::sign_in::{SignIn, SignInArgs};
use super::tree::GlobalArgs;
use crate::config::{Config, Environment};
use crate::keychain::{Keychain, Place};
use crate::oci::DEFAULT_DOMAIN;
use crate::ops::remote::Side;
use crate::ops::{OpsError, Remote, Shown, Warn};
use crate::registry::{GitHubPlace, Proxies, Settings};
use crate::store::Store;
use crate::ui::Ui;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

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
    global: GlobalArgs,
    /// Whether it was said that certificates are not verified.
    warned: AtomicBool,
    /// Shows what is wrong with a credential, once in a run.
    warn: Warn,
}

impl Context {
    pub(super) fn new(ui: Ui, config: Config, environment: Environment, global: &GlobalArgs) -> Self {
        let insecure = global.insecure || config.insecure;
        let plaintext = global.plaintext.or(config.plaintext);
        let shown = ui.clone();
        let warn = Warn::new(move |text| shown.warn(text));
        let (global, warned) = (global.clone(), AtomicBool::new(false));
        Self { ui, config, environment, insecure, plaintext, global, warned, warn }
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
        Remote::new(self.settings(&SignIn::default()), self.keychain(), self.warn.clone())
    }

    /// The same with a command's sign-in flags laid over it. `registries` are those the command names: a credential that
    /// was given by a flag is for one alone.
    pub(super) fn remote_with<'a>(
        &self,
        sign_in: &SignIn,
        registries: impl IntoIterator<Item = &'a str>,
    ) -> Result<Remote, OpsError> {
        let mut keychain = self.keychain();
        if let Some((login, origin)) = &sign_in.login {
            let registries: BTreeSet<&str> = registries.into_iter().collect();
            let mut registries = registries.into_iter();
            match (registries.next(), registries.next()) {
                (Some(registry), None) => {
                    let (registry, login, origin) = (registry.to_owned(), login.clone(), origin.clone());
                    keychain.places.insert(0, Place::Given { registry, login, origin });
                }
                (Some(one), Some(other)) => {
                    let what = format!("the sign-in flags are for one registry, but {one} and {other} are named");
                    return Err(OpsError::Usage(what));
                }
                // Nothing that was named can be read, which the command tells itself.
                (None, _) => {}
            }
        }
        Ok(Remote::new(self.settings(sign_in), keychain, self.warn.clone()))
    }

    fn settings(&self, sign_in: &SignIn) -> Settings {
        let insecure = self.insecure || sign_in.insecure;
        if insecure && !self.warned.swap(true, Ordering::Relaxed) {
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
        let (config, global, usual) = (&self.config, &self.global, Settings::default());
        let (certificate, key) = client_certificate([
            (sign_in.cert_file.as_ref(), sign_in.key_file.as_ref()),
            (global.cert_file.as_ref(), global.key_file.as_ref()),
            (config.client_certificate.as_ref(), config.client_key.as_ref()),
        ]);
        let timeout = global.timeout.or(config.timeout);
        Settings {
            plaintext: sign_in.plaintext.or(self.plaintext),
            insecure,
            ca_files: [&config.certificate_authorities[..], &global.ca_file, &sign_in.ca_files].concat(),
            client_certificate: certificate.cloned(),
            client_key: key.cloned(),
            proxies,
            trusted_realms: config.realms.clone(),
            connect_timeout: timeout.map_or(usual.connect_timeout, |timeout| usual.connect_timeout.min(timeout)),
            idle_timeout: timeout.unwrap_or(usual.idle_timeout),
            tries: global.retries.or(config.retries).map_or(usual.tries, |retries| retries + 1),
            ..usual
        }
    }

    fn keychain(&self) -> Keychain {
        let environment = &self.environment;
        let home = environment.path("HOME").or_else(|| environment.path("USERPROFILE"));
        Keychain {
            places: places(environment, home.as_deref()),
            store_root: self.config.store_root.clone(),
            docker_config: docker_config(environment, home.as_deref()),
            helper_path: environment.path("PATH").map(Into::into),
            home,
        }
    }

    /// How registries are asked what they hold, with a command's sign-in flags laid over it, as in
    /// [`Context::remote_with`].
    pub(super) fn side<'a>(
        &self,
        sign_in: &SignInArgs,
        registries: impl IntoIterator<Item = &'a str>,
    ) -> Result<Side, OpsError> {
        Ok(self.side_of(self.remote_with(&sign_in.read(self)?, registries)?))
    }

    /// The same for registries that are reached as `remote` says.
    pub(super) fn side_of(&self, remote: Remote) -> Side {
        let public = GitHubPlace::default();
        let github = GitHubPlace {
            api: self.config.github_api.clone().unwrap_or(public.api),
            registry: self.config.github_registry.clone().unwrap_or(public.registry),
        };
        Side::new(remote, github)
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

    /// Whether results are to be one JSON document.
    pub(super) fn wants_json(&self) -> bool {
        !self.ui.look().quiet && self.ui.look().format == crate::ui::Format::Json
    }

    /// A display of an image's bytes on their way.
    pub(super) fn shown(&self, name: &str, total: u64) -> Shown {
        let bar = self.ui.bytes(name, total);
        let same = bar.clone();
        Shown::new(move |bytes| bar.at(bytes), move || same.finish())
    }
}

/// The first certificate that is named, and its key: a key goes with the certificate of its own place, or with one of a
/// place further on where its own names none.
fn client_certificate<'a>(
    places: [(Option<&'a PathBuf>, Option<&'a PathBuf>); 3],
) -> (Option<&'a PathBuf>, Option<&'a PathBuf>) {
    let Some(found) = places.iter().position(|(certificate, _)| certificate.is_some()) else {
        return (None, places.iter().find_map(|(_, key)| *key));
    };
    let upto = places.iter().take(found + 1);
    (places.iter().find_map(|(certificate, _)| *certificate), upto.clone().find_map(|(_, key)| *key))
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
