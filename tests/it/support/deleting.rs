//! Other people's registries, with deletion on or off.

use super::{Sandbox, find};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A registry that ends with the test.
pub struct Deleting {
    pub host: String,
    child: Child,
}

/// Starts `docker-registry`, `distribution` or `crane-registry`, which always deletes; `None` where it is not installed.
pub fn deleting(sandbox: &Sandbox, program: &str, on: bool) -> Option<Deleting> {
    let path = find(program)?;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = Command::new(path);
    if program == "crane-registry" {
        command.args(["-port", &port.to_string()]);
    } else {
        let data = sandbox.path("registry-data");
        let config = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\n  delete:\n    enabled: {on}\nhttp:\n  addr: 127.0.0.1:{port}\n",
            data.display()
        );
        command.arg("serve").arg(sandbox.write("deleting.yml", config));
    }
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let registry = Deleting { host: format!("127.0.0.1:{port}"), child };
    let deadline = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(&registry.host).is_err() {
        assert!(Instant::now() < deadline, "{program} does not come up");
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(registry)
}

impl Drop for Deleting {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
