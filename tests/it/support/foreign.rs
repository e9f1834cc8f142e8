//! Registries of other people, running.

use super::certificates::Identity;
use super::peer::find;
use super::token_server::{ISSUER, SERVICE, TokenServer};
use super::{Run, Sandbox};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running registry; it ends with the test.
pub struct Foreign {
    /// Its address, by number.
    pub host: String,
    child: Child,
}

/// How a registry of the distribution kind is to be set up. The default is open to everybody over plain HTTP.
#[derive(Default, Clone, Copy)]
pub struct Setup<'a> {
    /// Wants `ann` with password `secret`.
    pub htpasswd: bool,
    /// Wants tokens from there.
    pub tokens: Option<(&'a TokenServer, &'a str)>,
    /// Speaks TLS with this certificate.
    pub tls: Option<&'a Identity>,
    /// Wants client certificates of this authority, PEM.
    pub clients: Option<&'a str>,
}

impl Foreign {
    /// A registry of the distribution kind: `docker-registry` (2.8.2) or `distribution` (3). Its data are in the sandbox.
    pub fn distribution(sandbox: &Sandbox, program: &str, setup: Setup<'_>) -> Option<Self> {
        let path = find(program)?;
        let port = free_port();
        let folder = format!("{program}-{port}");
        let file = |name: &str, text: &str| sandbox.write(&format!("{folder}/{name}"), text).display().to_string();
        let mut config = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\n  delete:\n    enabled: true\nhttp:\n  addr: 127.0.0.1:{port}\n",
            sandbox.path(&format!("{folder}/data")).display()
        );
        if let Some(identity) = setup.tls {
            let (certificate, key) = (file("tls.pem", &identity.certificate), file("tls.key", &identity.key));
            config.push_str(&format!("  tls:\n    certificate: {certificate}\n    key: {key}\n"));
            if let Some(authority) = setup.clients {
                config.push_str(&format!("    clientcas:\n      - {}\n", file("clients.pem", authority)));
            }
        }
        if setup.htpasswd {
            let users = file("htpasswd", &htpasswd(sandbox)?);
            config.push_str(&format!("auth:\n  htpasswd:\n    realm: test\n    path: {users}\n"));
        }
        if let Some((server, realm)) = setup.tokens {
            let bundle = file("tokens.pem", &server.certificate);
            config.push_str(&format!(
                "auth:\n  token:\n    realm: {realm}\n    service: {SERVICE}\n    issuer: {ISSUER}\n    rootcertbundle: {bundle}\n"
            ));
        }
        let config = file("registry.yml", &config);
        Self::start(Command::new(path).args(["serve", &config]).env("OTEL_TRACES_EXPORTER", "none"), port)
    }

    /// The registry of go-containerregistry, in memory.
    pub fn crane() -> Option<Self> {
        let path = find("crane-registry")?;
        let port = free_port();
        Self::start(Command::new(path).args(["-port", &port.to_string()]), port)
    }

    fn start(command: &mut Command, port: u16) -> Option<Self> {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut registry = Self { host: format!("127.0.0.1:{port}"), child };
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(&registry.host).is_err() {
            let ended = registry.child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "{command:?} does not come up: {ended:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(registry)
    }

    /// Its address by the name `localhost`, for which certificates are made.
    pub fn local(&self) -> String {
        self.host.replace("127.0.0.1", "localhost")
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn htpasswd(sandbox: &Sandbox) -> Option<String> {
    let path = find("htpasswd")?;
    let mut command = Command::new(path);
    command.args(["-Bbn", "-C", "4", "ann", "secret"]).current_dir(sandbox.path(""));
    Some(Run::of(&mut command).exits(0).out)
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
