//! The move from one registry to another, as it was first told: by name, behind a proxy.

use super::support::{Authority, Registry, Run, Sandbox, TlsFront, Tunnel};
use std::process::Command;

/// `opcr.io` and `ghcr.io`, each closed to all but its own user, at the end of a proxy's tunnels.
struct World {
    tunnel: Tunnel,
    authority: String,
    _servers: [(Registry, TlsFront); 2],
}

impl World {
    fn start() -> Self {
        let authority = Authority::new();
        let servers = [("opcr.io", "old-user", "old-password"), ("ghcr.io", "new-user", "new-password")].map(
            |(name, user, password)| {
                let registry = Registry::closed(&[name], user, password);
                let front = TlsFront::start(&authority.server(&[name]), registry.address.to_string());
                (registry, front)
            },
        );
        let tunnel = Tunnel::start(&[("opcr.io:443", servers[0].1.address), ("ghcr.io:443", servers[1].1.address)]);
        Self { tunnel, authority: authority.pem(), _servers: servers }
    }

    /// A command that knows the proxy and the authority.
    fn reaches<'a>(&self, sandbox: &Sandbox, command: &'a mut Command) -> &'a mut Command {
        let file = sandbox.write("authority.pem", &self.authority);
        command.env("HTTPS_PROXY", self.tunnel.url()).env("POLICY_CA", file)
    }

    fn run(&self, sandbox: &Sandbox, arguments: &[&str]) -> Run {
        Run::of(self.reaches(sandbox, &mut sandbox.command(arguments)))
    }

    fn run_with(&self, sandbox: &Sandbox, arguments: &[&str], input: &str) -> Run {
        Run::with(self.reaches(sandbox, &mut sandbox.command(arguments)), input)
    }
}

/// Puts an image where people had theirs.
fn publish(world: &World, name: &str) -> String {
    let author = Sandbox::new();
    world
        .run_with(&author, &["login", "-s", "opcr.io", "-u", "old-user", "--password-stdin"], "old-password\n")
        .exits(0);
    author.run(&["build", "src", "-t", name]).quietly();
    world.run(&author, &["push", name]).exits(0).value("digest")
}

#[test]
fn the_four_lines_move_an_image_as_they_were_printed() {
    let world = World::start();
    let digest = publish(&world, "opcr.io/acme/hello:1.0.0");
    let sandbox = Sandbox::empty();
    let login = |host: &str, user: &str, password: &str| {
        let arguments = ["login", "-s", host, "-u", user, "-–password-stdin"];
        world.run_with(&sandbox, &arguments, &format!("{password}\n")).exits(0);
    };
    login("opcr.io", "old-user", "old-password");
    let pulled = world.run(&sandbox, &["pull", "opcr.io/acme/hello:1.0.0"]).exits(0);
    assert_eq!(pulled.value("digest"), digest);
    world.run(&sandbox, &["tag", "opcr.io/acme/hello:1.0.0", "ghcr.io/acme/hello:1.0.0"]).exits(0);
    login("ghcr.io", "new-user", "new-password");
    let pushed = world.run(&sandbox, &["push", "ghcr.io/acme/hello:1.0.0"]).exits(0);
    assert_eq!(pushed.value("digest"), digest);

    // Whoever comes after finds it at the new place, and nothing there without a credential.
    let other = Sandbox::empty();
    let refused = world.run(&other, &["pull", "ghcr.io/acme/hello:1.0.0"]).exits(4);
    assert!(refused.err.starts_with("error: ") && refused.err.contains("ghcr.io"), "{refused:?}");
    world.run_with(&other, &["login", "-s", "ghcr.io", "-u", "new-user", "--password-stdin"], "new-password").exits(0);
    let pulled = world.run(&other, &["pull", "ghcr.io/acme/hello:1.0.0"]).exits(0);
    assert_eq!(pulled.value("digest"), digest);

    // The proxy saw where they went, and nothing else.
    let asked = world.tunnel.asked();
    assert!(asked.iter().any(|head| head.starts_with("CONNECT opcr.io:443 ")));
    assert!(asked.iter().any(|head| head.starts_with("CONNECT ghcr.io:443 ")));
    for head in asked {
        let lower = head.to_ascii_lowercase();
        assert!(!lower.contains("authorization") && !lower.contains("password"), "{head}");
    }
}

#[test]
fn one_line_moves_the_whole_account() {
    let world = World::start();
    let names = ["opcr.io/acme/hello:1.0.0", "opcr.io/acme/hello:1.1.0", "opcr.io/acme/other:latest"];
    let digests = names.map(|name| publish(&world, name));
    let sandbox = Sandbox::empty();
    for (host, user, password) in [("opcr.io", "old-user", "old-password"), ("ghcr.io", "new-user", "new-password")] {
        world.run_with(&sandbox, &["login", "-s", host, "-u", user, "--password-stdin"], password).exits(0);
    }
    let run = world.run(&sandbox, &["migrate", "opcr.io/acme", "ghcr.io/acme"]).exits(0);
    for (name, digest) in names.iter().zip(&digests) {
        let moved = name.replace("opcr.io", "ghcr.io");
        assert!(run.out.contains(&moved), "{run:?}");
        assert_eq!(&world.run(&sandbox, &["pull", &moved]).exits(0).value("digest"), digest);
    }
}

#[test]
fn a_proxy_that_does_not_know_the_way_is_told() {
    let world = World::start();
    let sandbox = Sandbox::empty();
    let run = world.run(&sandbox, &["pull", "quay.example/acme/hello:1"]).exits(5);
    assert!(run.err.starts_with("error: ") && run.err.contains("proxy"), "{run:?}");
}

#[test]
fn an_authority_nobody_named_is_not_trusted() {
    let world = World::start();
    let sandbox = Sandbox::empty();
    let mut command = sandbox.command(&["pull", "opcr.io/acme/hello:1"]);
    let run = Run::of(command.env("HTTPS_PROXY", world.tunnel.url())).exits(5);
    assert!(run.err.contains("certificate"), "{run:?}");
    // The usual variable of OpenSSL's names one too.
    let file = sandbox.write("authority.pem", &world.authority);
    let mut command = sandbox.command(&["pull", "opcr.io/acme/hello:1"]);
    command.env("HTTPS_PROXY", world.tunnel.url()).env("SSL_CERT_FILE", file);
    let run = Run::of(&mut command).exits(4);
    assert!(run.err.contains("401"), "{run:?}");
}
