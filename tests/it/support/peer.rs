//! Other people's programs, where they are installed.

use super::Sandbox;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program on `PATH`. Where it is absent the test skips, and says so; under `POLICY_REQUIRE_PEERS=1` it fails instead.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file());
    if found.is_none() {
        assert!(std::env::var_os("POLICY_REQUIRE_PEERS").is_none(), "{program} is not installed");
        eprintln!("SKIPPED: {program} is not installed (tests/peers/install.sh)");
    }
    found
}

/// A running docker-registry of Debian.
pub struct DockerRegistry {
    pub host: String,
    child: Child,
}

/// Starts docker-registry with its data in the sandbox, with a user `ann` of password `secret` if `htpasswd` names the
/// password file.
pub fn docker_registry(sandbox: &Sandbox, htpasswd: Option<&std::path::Path>) -> Option<DockerRegistry> {
    let program = find("docker-registry")?;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let data = sandbox.path("registry-data");
    let mut config = format!(
        "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\n  delete:\n    enabled: true\nhttp:\n  addr: 127.0.0.1:{port}\n",
        data.display()
    );
    if let Some(file) = htpasswd {
        config.push_str(&format!("auth:\n  htpasswd:\n    realm: test\n    path: {}\n", file.display()));
    }
    let config = sandbox.write("registry.yml", config);
    let child =
        Command::new(program).arg("serve").arg(config).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let registry = DockerRegistry { host: format!("127.0.0.1:{port}"), child };
    let deadline = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(&registry.host).is_err() {
        assert!(Instant::now() < deadline, "docker-registry does not come up");
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(registry)
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
