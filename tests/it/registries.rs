//! Real registries, each in each of its set-ups, taken through the life of an image.

use super::support::{Authority, Foreign, Run, Sandbox, Setup, TokenServer};

/// A registry and how it is spoken to.
struct Place {
    host: String,
    environment: Vec<(&'static str, String)>,
    flags: Vec<String>,
    closed: bool,
}

impl Place {
    fn open(host: String) -> Self {
        Self { host, environment: Vec::new(), flags: Vec::new(), closed: false }
    }

    fn name(&self, rest: &str) -> String {
        format!("{}/{rest}", self.host)
    }

    fn run(&self, sandbox: &Sandbox, arguments: &[&str]) -> Run {
        Run::of(sandbox.command(arguments).args(&self.flags).envs(self.environment.clone()))
    }

    fn run_with(&self, sandbox: &Sandbox, arguments: &[&str], input: &str) -> Run {
        Run::with(sandbox.command(arguments).args(&self.flags).envs(self.environment.clone()), input)
    }
}

/// Signs in, pushes, pulls, and is refused what it should be.
fn lives_through(place: &Place) {
    let sandbox = Sandbox::new();
    let name = place.name("acme/hello:1");
    let built = sandbox.run(&["build", "src", "-t", &name]).quietly().value("digest");
    if place.closed {
        let run = place.run(&sandbox, &["push", &name]).exits(4);
        assert!(run.err.contains("401 Unauthorized") && run.err.contains("policy login"), "{run:?}");
        let login = ["login", "-s", &place.host, "-u", "ann", "--password-stdin"];
        let run = place.run_with(&sandbox, &login, "wrong\n").exits(4);
        assert!(run.err.contains("refused the user name or password"), "{run:?}");
        place.run_with(&sandbox, &login, "secret\n").exits(0);
    }
    assert_eq!(place.run(&sandbox, &["push", &name]).exits(0).value("digest"), built);
    let second = place.name("acme/hello:2");
    sandbox.write("src/policies/more.rego", "package policies.more\n\nyes := true\n");
    sandbox.run(&["build", "src", "-t", &second]).quietly();
    let run = place.run(&sandbox, &["push", &second]).exits(0);

    let other = Sandbox::empty();
    if place.closed {
        let _ = place.run(&other, &["pull", &name]).exits(4);
        let login = ["login", "-s", &place.host, "-u", "ann", "--password-stdin"];
        place.run_with(&other, &login, "secret").exits(0);
    }
    assert_eq!(place.run(&other, &["pull", &second]).exits(0).value("digest"), run.value("digest"));
    let by_digest = place.name(&format!("acme/hello@{built}"));
    assert_eq!(place.run(&other, &["pull", &by_digest]).exits(0).value("digest"), built);
    let missing = place.run(&other, &["pull", &place.name("acme/hello:none")]).exits(1);
    assert!(missing.err.starts_with("error: ") && missing.err.contains(&place.host), "{missing:?}");
    // Within the registry, and by another name back to the same digest.
    let copied = place.name("other/copied:1");
    let run = place.run(&other, &["copy", &name, &copied, "-q"]).exits(0);
    assert_eq!(run.out.trim_end(), built);
    assert_eq!(place.run(&other, &["pull", &copied]).exits(0).value("digest"), built);
    for run in [run, missing] {
        assert!(!run.err.contains("secret") && !run.out.contains("secret"), "{run:?}");
    }
}

/// Both generations of distribution in every set-up.
fn distribution(program: &str) {
    let sandbox = Sandbox::empty();
    let start = |setup: Setup<'_>| Foreign::distribution(&sandbox, program, setup);
    let Some(open) = start(Setup::default()) else { return };
    lives_through(&Place::open(open.host.clone()));

    let Some(closed) = start(Setup { htpasswd: true, ..Setup::default() }) else { return };
    lives_through(&Place { closed: true, ..Place::open(closed.host.clone()) });

    let authority = Authority::new();
    let identity = authority.server(&["localhost"]);
    let trusting = vec![("POLICY_CA", sandbox.write("ca.pem", authority.pem()).display().to_string())];
    let over_tls = start(Setup { tls: Some(&identity), htpasswd: true, ..Setup::default() }).unwrap();
    lives_through(&Place { environment: trusting, closed: true, ..Place::open(over_tls.local()) });

    let pem = authority.pem();
    let known = start(Setup { tls: Some(&identity), clients: Some(&pem), ..Setup::default() }).unwrap();
    let client = authority.client("ann");
    let mut flags = vec!["--ca-file".to_owned(), sandbox.path("ca.pem").display().to_string()];
    let stranger = Place { flags: flags.clone(), ..Place::open(known.local()) };
    let run = stranger.run(&sandbox, &["pull", &stranger.name("acme/hello:1")]).exits(5);
    assert!(run.err.contains("client certificate"), "{run:?}");
    for (flag, name, text) in
        [("--cert-file", "client.pem", &client.certificate), ("--key-file", "client.key", &client.key)]
    {
        flags.extend([flag.to_owned(), sandbox.write(name, text).display().to_string()]);
    }
    lives_through(&Place { flags, ..Place::open(known.local()) });

    let tokens = TokenServer::start(300, None);
    let realm = tokens.realm("http", "127.0.0.1");
    let by_token = start(Setup { tokens: Some((&tokens, &realm)), ..Setup::default() }).unwrap();
    lives_through(&Place { closed: true, ..Place::open(by_token.host.clone()) });
    assert!(!tokens.issued().is_empty());
}

#[test]
fn docker_registry_2_in_every_set_up() {
    distribution("docker-registry");
}

#[test]
fn distribution_3_in_every_set_up() {
    distribution("distribution");
}

#[test]
fn the_registry_of_crane() {
    let Some(registry) = Foreign::crane() else { return };
    lives_through(&Place::open(registry.host.clone()));
}
