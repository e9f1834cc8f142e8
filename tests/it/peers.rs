//! Other people's programs read what this one writes, and the reverse.

use super::support::{Foreign, Registry, Run, Sandbox, Setup, find};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn peer(sandbox: &Sandbox, program: &str, arguments: &[&str]) -> Option<Run> {
    let path = find(program)?;
    let mut command = Command::new(path);
    command.args(arguments).current_dir(sandbox.path("")).env("HOME", sandbox.path("")).stdin(Stdio::null());
    Some(Run::of(&mut command))
}

#[test]
fn opa_evaluates_a_saved_bundle() {
    let sandbox = Sandbox::new();
    sandbox.write("src/policies/data.yaml", "limit: 3\n");
    sandbox.write("input.json", r#"{"role":"admin"}"#);
    sandbox.run(&["build", "src", "-t", "a/b:1"]).quietly();
    sandbox.run(&["save", "a/b:1"]).quietly();
    let query = "[data.policies.hello.allowed, data.policies.limit]";
    let arguments = ["eval", "-b", "bundle.tar.gz", "-i", "input.json", "-f", "raw", query];
    if let Some(run) = peer(&sandbox, "opa", &arguments) {
        assert_eq!(run.quietly().out.trim_end(), "[true,3]");
    }
}

#[test]
fn oras_and_crane_read_a_pushed_image() {
    let (sandbox, registry) = (Sandbox::new(), Registry::start());
    let name = registry.name("acme/hello:1");
    sandbox.run(&["build", "src", "-t", &name]).quietly();
    sandbox.run(&["push", &name]).quietly();
    sandbox.run(&["save", &name, "-f", "saved.tar.gz"]).quietly();
    if let Some(run) = peer(&sandbox, "oras", &["pull", "--plain-http", "-o", "pulled", &name]) {
        let _ = run.exits(0);
        let files: Vec<_> =
            std::fs::read_dir(sandbox.path("pulled")).unwrap().flatten().map(|f| f.file_name()).collect();
        assert_eq!(files, ["bundle.tar.gz"]);
        assert_eq!(sandbox.read("pulled/bundle.tar.gz"), sandbox.read("saved.tar.gz"));
    }
    if let Some(run) = peer(&sandbox, "crane", &["validate", "--insecure", "--remote", &name]) {
        let _ = run.exits(0);
    }
}

#[test]
fn an_image_of_oras_is_pulled() {
    let (sandbox, registry) = (Sandbox::new(), Registry::start());
    sandbox.run(&["build", "src", "-t", "a/b:1"]).quietly();
    sandbox.run(&["save", "a/b:1"]).quietly();
    let name = registry.name("acme/oras:1");
    let layer = "bundle.tar.gz:application/vnd.oci.image.layer.v1.tar+gzip";
    if let Some(run) = peer(&sandbox, "oras", &["push", "--plain-http", &name, layer]) {
        let _ = run.exits(0);
        sandbox.run(&["pull", &name]).quietly();
        sandbox.run(&["save", &name, "-f", "again.tar.gz"]).quietly();
        assert_eq!(sandbox.read("again.tar.gz"), sandbox.read("bundle.tar.gz"));
    }
}

#[test]
fn docker_registry_takes_and_gives_images_with_and_without_a_password() {
    for secured in [false, true] {
        let sandbox = Sandbox::new();
        let setup = Setup { htpasswd: secured, ..Setup::default() };
        let Some(registry) = Foreign::distribution(&sandbox, "docker-registry", setup) else { return };
        let name = format!("{}/acme/hello:1", registry.host);
        sandbox.run(&["build", "src", "-t", "acme/hello:1"]).quietly();
        if secured {
            let run = sandbox.run(&["push", &name]).exits(4);
            assert!(run.err.contains("401 Unauthorized") && run.err.contains("policy login"), "{run:?}");
            let login = ["login", "-s", &registry.host, "-u", "ann", "-–password-stdin"];
            let run = sandbox.run_with(&login, "wrong\n").exits(4);
            assert!(run.err.contains("refused the user name or password"), "{run:?}");
            let run = sandbox.run_with(&login, "secret\n").exits(0);
            assert_eq!(run.out, format!("\nLogging in.\nserver: {}\nuser: ann\n\nOK.\n", registry.host));
            assert!(!run.err.contains("secret"), "{run:?}");
        }
        let pushed = sandbox.run(&["push", &name]).exits(0).value("digest");
        let mut command = sandbox.command(&["pull", &name]);
        let other = sandbox.path("other");
        std::fs::create_dir_all(&other).unwrap();
        if secured {
            std::fs::copy(sandbox.path("store/config.json"), other.join("config.json")).unwrap();
        }
        let pulled = Run::of(command.env("POLICY_FILE_STORE_ROOT", &other)).quietly();
        assert_eq!(pulled.value("digest"), pushed);
        let run = sandbox.run(&["logout", "-s", &registry.host]).exits(0);
        if secured {
            assert!(run.err.contains("erased from") && run.err.contains("config.json"), "{run:?}");
            let _ = sandbox.run(&["pull", &name]).exits(4);
        }
    }
}

#[test]
fn opa_activates_an_image_from_both_registries() {
    let Some(opa) = find("opa") else { return };
    let sandbox = Sandbox::new();
    let own = Registry::start();
    let Some(foreign) = Foreign::distribution(&sandbox, "docker-registry", Setup::default()) else { return };
    for host in [&own.host, &foreign.host] {
        let name = format!("{host}/acme/hello:1");
        sandbox.run(&["build", "src", "-t", &name]).quietly();
        sandbox.run(&["push", &name]).quietly();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let mut server = Command::new(&opa)
            .args(["run", "-s", "--disable-telemetry", "--addr", &address, "--log-level", "error"])
            .args(["--set", &format!("services.r.url=http://{host}"), "--set", "services.r.type=oci"])
            .args(["--set", "bundles.b.service=r", "--set", &format!("bundles.b.resource={name}")])
            .current_dir(sandbox.path(""))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        let answer = loop {
            let answer = ask(&address, r#"{"input":{"role":"admin"}}"#);
            if answer.contains("result") || Instant::now() > deadline {
                break answer;
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        let _ = server.kill();
        let _ = server.wait();
        assert!(answer.contains(r#"{"result":true}"#), "{host}: {answer}");
    }
}

fn ask(address: &str, body: &str) -> String {
    let Ok(mut stream) = std::net::TcpStream::connect(address) else { return String::new() };
    let request = format!(
        "POST /v1/data/policies/hello/allowed HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut answer = String::new();
    let _ = stream.write_all(request.as_bytes());
    let _ = std::io::Read::read_to_string(&mut stream, &mut answer);
    answer
}
