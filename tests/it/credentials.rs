//! Which credential is used, where it is kept, and that no secret is ever shown.

use super::support::{Echo, Registry, Request, Run, Sandbox};
use std::fs;
use std::path::Path;

/// A password with characters that are written otherwise in addresses, in base64 and in JSON.
const CANARY: &str = "C4n/ry+s3cret=7%x";

/// In base64: of itself, behind `ann:`, and behind `bob:`.
const CANARY_BASE64: [&str; 3] =
    ["QzRuL3J5K3MzY3JldD03JXg", "YW5uOkM0bi9yeStzM2NyZXQ9NyV4", "Ym9iOkM0bi9yeStzM2NyZXQ9NyV4"];

const BASIC: &str = "www-authenticate: Basic realm=x";

/// The header of a user with the password `p`.
fn basic(user: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:p")))
}

/// A registry that tells in an error message who asked.
fn who() -> Echo {
    Echo::start(|request| match request.header("authorization") {
        Some(_) => (403, Vec::new(), "{}".to_owned()),
        None => (401, vec![BASIC.to_owned()], String::new()),
    })
}

fn auths(registry: &str, user: &str) -> String {
    format!(r#"{{"auths":{{"{registry}":{{"username":"{user}","password":"p"}}}}}}"#)
}

/// The last credential a registry was shown.
fn shown(registry: &Echo) -> Option<String> {
    registry.seen().iter().rev().find_map(|request| request.header("authorization").map(str::to_owned))
}

#[test]
fn the_first_place_that_has_a_credential_counts() {
    let registry = who();
    let host = registry.host.as_str();
    let sandbox = Sandbox::new();
    sandbox.write("xdg/containers/auth.json", auths(&format!("{host}/acme"), "containers"));
    let name = format!("{host}/acme/hello:1");
    let runtime = sandbox.path("xdg").display().to_string();
    let auth_file = sandbox.path("auth.json").display().to_string();
    let text = auths(host, "text");
    let mut variables = vec![("XDG_RUNTIME_DIR", runtime.as_str()), ("REGISTRY_AUTH_FILE", &auth_file)];
    let mut arguments = vec!["pull", name.as_str()];
    let pull = |arguments: &[&str], variables: &[(&str, &str)]| {
        let run = Run::of(sandbox.command(arguments).envs(variables.iter().copied())).exits(4);
        (shown(&registry), run.err)
    };
    let is = |(seen, err): (Option<String>, String), user: &str, origin: &str| {
        assert_eq!(seen, Some(basic(user)), "{user}: {err}");
        assert!(err.contains(&format!("(user {user}, from {origin})")), "{err}");
    };
    is(pull(&arguments, &variables), "containers", "~/xdg/containers/auth.json");
    sandbox.write(".docker/config.json", auths(host, "docker"));
    is(pull(&arguments, &variables), "docker", "~/.docker/config.json");
    sandbox.write("auth.json", auths(host, "file"));
    is(pull(&arguments, &variables), "file", "~/auth.json");
    sandbox.write("store/config.json", auths(host, "own"));
    is(pull(&arguments, &variables), "own", "~/store/config.json");
    variables.push(("DOCKER_AUTH_CONFIG", &text));
    is(pull(&arguments, &variables), "text", "DOCKER_AUTH_CONFIG");
    let server = [("POLICY_REGISTRY_SERVER", host), ("POLICY_REGISTRY_USERNAME", "variable")];
    variables.extend(server);
    variables.push(("POLICY_REGISTRY_PASSWORD", "p"));
    is(pull(&arguments, &variables), "variable", "POLICY_REGISTRY_PASSWORD");
    arguments.extend(["--username", "flag", "--password", "p"]);
    is(pull(&arguments, &variables), "flag", "--password");
}

#[test]
fn an_access_token_is_sent_as_it_is() {
    let registry = who();
    let sandbox = Sandbox::new();
    let name = format!("{}/acme/hello:1", registry.host);
    let variables = [("POLICY_REGISTRY_SERVER", registry.host.as_str()), ("POLICY_REGISTRY_TOKEN", "abcd")];
    let run = Run::of(sandbox.command(&["pull", &name]).envs(variables)).exits(4);
    assert_eq!(shown(&registry).as_deref(), Some("Bearer abcd"));
    assert!(run.err.contains("(an access token, from POLICY_REGISTRY_TOKEN)"), "{run:?}");
    // Not for any other registry.
    let other = who();
    let name = format!("{}/acme/hello:1", other.host);
    let _ = Run::of(sandbox.command(&["pull", &name]).envs(variables)).exits(4);
    assert_eq!(shown(&other), None);
}

#[test]
fn a_place_that_cannot_be_read_never_makes_anybody_anonymous() {
    let registry = Registry::start();
    let sandbox = Sandbox::new();
    let name = registry.name("acme/hello:1");
    sandbox.run(&["build", "src", "-t", &name]).quietly();
    sandbox.run(&["push", &name]).quietly();
    let pull = |variables: &[(&str, &str)], code: i32, words: &str| {
        let run = Run::of(sandbox.command(&["pull", &name]).envs(variables.iter().copied())).exits(code);
        assert!(run.err.contains(words), "{run:?}");
    };
    pull(&[("DOCKER_AUTH_CONFIG", "{")], 1, "DOCKER_AUTH_CONFIG cannot be understood");
    pull(&[("DOCKER_AUTH_CONFIG", r#"{"credsStore":"absent"}"#)], 1, "docker-credential-absent");
    pull(&[("POLICY_REGISTRY_TOKEN", "abcd")], 2, "without POLICY_REGISTRY_SERVER");
    pull(&[("REGISTRY_AUTH_FILE", "/")], 1, "is a folder");
    sandbox.write(".docker/config.json", b"\xff");
    pull(&[], 1, "~/.docker/config.json cannot be understood: it is not UTF-8 text");
    sandbox.write(".docker/config.json", format!(r#"{{"auths":{{"{}":7}}}}"#, registry.host));
    pull(&[], 1, "is not an object");
    sandbox.write(".docker/config.json", format!(r#"{{"auths":{{"{}":{{}}}}}}"#, registry.host));
    sandbox.run(&["pull", &name]).quietly();
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_warned_of_once() {
    use std::os::unix::fs::PermissionsExt;
    let registry = Registry::start();
    let sandbox = Sandbox::new();
    let names = [registry.name("acme/hello:1"), registry.name("acme/hello:2")];
    sandbox.run(&["build", "src", "-t", &names[0], "-t", &names[1]]).quietly();
    let file = sandbox.write(".docker/config.json", auths(&registry.host, "ann"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let run = sandbox.run(&["push", &names[0], &names[1]]).exits(0);
    assert_eq!(
        run.err.matches("~/.docker/config.json holds credentials, and others can read it").count(),
        1,
        "{run:?}"
    );
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    sandbox.run(&["push", &names[0], &names[1]]).quietly();
}

#[test]
fn sign_in_flags_are_for_one_registry() {
    let sandbox = Sandbox::new();
    let (one, other) = (who(), who());
    let names = [&one, &other].map(|registry| format!("{}/acme/hello:1", registry.host));
    let flags = ["--username", "ann", "--password-stdin"];
    let run = sandbox.run_with(&[&["pull", &names[0], &names[1]], &flags[..]].concat(), "p\n").exits(2);
    assert!(run.err.contains(&one.host) && run.err.contains(&other.host), "{run:?}");
    assert!(one.seen().is_empty() && other.seen().is_empty());
    for bad in [
        &["pull", &names[0], "--password-stdin"][..],
        &["pull", &names[0], "--username", "ann"],
        &["pull", &names[0], "--username", "a:b", "--password", "p"],
        &["pull", &names[0], "--username", "ann", "--password", ""],
        &["pull", &names[0], "--timeout", "0"],
        &["pull", &names[0], "--retries", "-1"],
        &["pull", &names[0], "--key-file", "key.pem"],
        &["pull", &names[0], "--ca-file", "nowhere.pem"],
    ] {
        let _ = sandbox.run(bad).exits(2);
    }
    for (name, value) in [("POLICY_HTTP_TIMEOUT", "soon"), ("POLICY_HTTP_RETRIES", "1.5")] {
        let run = Run::of(sandbox.command(&["images"]).env(name, value)).exits(2);
        assert!(run.err.contains(name), "{run:?}");
    }
    assert!(one.seen().is_empty());
}

#[test]
fn a_registry_is_asked_again_as_often_as_was_said() {
    let sandbox = Sandbox::new();
    let registry = Echo::start(|_| (503, vec!["retry-after: 0".to_owned()], String::new()));
    let name = format!("{}/acme/hello:1", registry.host);
    let asked = || registry.seen().iter().filter(|request| request.line.contains("/manifests/")).count();
    let _ = sandbox.run(&["pull", &name, "--retries", "2"]).exits(5);
    assert_eq!(asked(), 3);
    let _ = Run::of(sandbox.command(&["pull", &name]).env("POLICY_HTTP_RETRIES", "0")).exits(5);
    assert_eq!(asked(), 4);
    sandbox.write("c.yaml", "http: {retries: 1, timeout: 0.5}\n");
    let _ = sandbox.run(&["pull", &name, "-c", "c.yaml"]).exits(5);
    assert_eq!(asked(), 6);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let name = format!("{}/acme/hello:1", silent.local_addr().unwrap());
    let since = std::time::Instant::now();
    let run = sandbox.run(&["pull", &name, "--timeout", "0.2", "--retries", "0"]).exits(5);
    assert!(since.elapsed().as_secs() < 5 && run.err.contains("--timeout SECONDS"), "{run:?}");
}

/// A registry that lets ann in with the password `p`.
fn secured() -> Echo {
    Echo::start(|request| match request.header("authorization") {
        Some(header) if header == basic("ann") => match request.line.split(' ').next().unwrap() {
            "POST" => (202, vec!["location: /v2/x/blobs/uploads/1".to_owned()], String::new()),
            "DELETE" => (204, Vec::new(), String::new()),
            _ => (200, Vec::new(), r#"{"tags":[]}"#.to_owned()),
        },
        Some(_) => (401, vec![BASIC.to_owned()], r#"{"errors":[{"code":"UNAUTHORIZED"}]}"#.to_owned()),
        None => (401, vec![BASIC.to_owned()], String::new()),
    })
}

#[test]
fn login_keeps_only_what_the_registry_takes_and_logout_tells_what_is_left() {
    let registry = secured();
    let host = registry.host.as_str();
    let sandbox = Sandbox::new();
    let login = |more: &[&str], password: &str| {
        sandbox.run_with(&[&["login", host, "-u", "ann", "--password-stdin"], more].concat(), password)
    };
    let _ = login(&[], "wrong\n").exits(4);
    assert!(!sandbox.path("store/config.json").exists());
    let run = login(&[], "p\n").exits(0);
    assert!(run.err.contains("the password is kept unencrypted in ~/store/config.json"), "{run:?}");
    let _ = login(&[], "wrong\n").exits(4);
    let _ = sandbox.run(&["auth", "check", host]).exits(0);
    sandbox.write(".docker/config.json", r#"{"psFormat":"x"}"#);
    let run = login(&["--docker"], "p\n").exits(0);
    assert!(run.err.contains("~/.docker/config.json"), "{run:?}");
    assert!(String::from_utf8(sandbox.read(".docker/config.json")).unwrap().contains("psFormat"));
    let run = sandbox.run(&["logout", &format!("https://{host}/v2/")]).exits(0);
    assert_eq!(run.out, format!("\nLogging out.\nserver: {host}\n\nOK.\n"));
    assert!(run.err.contains("was erased from ~/store/config.json"), "{run:?}");
    assert!(run.err.contains("is left, and will be used: ~/.docker/config.json"), "{run:?}");
    let run = sandbox.run(&["logout", "--all", "--docker", "--format", "json"]).exits(0);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((json[0]["server"].as_str(), json[0]["removed"].as_bool()), (Some(host), Some(true)));
    let run = sandbox.run(&["auth", "check", host]).exits(4);
    assert!(run.out.contains("credential: none"), "{run:?}");
    // Where there is no keyring, the file has to do, and that is said.
    let run = login(&["--keyring"], "p\n").exits(0);
    assert!(run.err.contains("keyring cannot be used") && run.err.contains("unencrypted"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn login_goes_to_the_helper_that_is_named_and_its_failure_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let registry = secured();
    let sandbox = Sandbox::new();
    let script = "#!/bin/sh\nhere=\"${0%/*}\"; case $1 in store) cat > \"$here/kept\";; erase) rm \"$here/kept\";; \
        list) echo '{\"'$HOST'\":\"ann\"}';; \
        get) cat \"$here/kept\" 2>/dev/null || { echo 'credentials not found in native keychain'; exit 1; };; esac\n";
    let helper = sandbox.path("bin/docker-credential-fake");
    // Written by another process: a file this one has just written may still be open in a child it forks.
    sandbox.write("script", script);
    fs::create_dir_all(sandbox.path("bin")).unwrap();
    assert!(std::process::Command::new("cp").arg(sandbox.path("script")).arg(&helper).status().unwrap().success());
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    sandbox.write("store/config.json", r#"{"credsStore":"fake"}"#);
    let path = format!("{}:/usr/bin:/bin", sandbox.path("bin").display());
    let run = |arguments: &[&str]| Run::of(sandbox.command(arguments).env("PATH", &path).env("HOST", &registry.host));
    let done = run(&["login", &registry.host, "-u", "ann", "-p", "p"]).exits(0);
    assert!(done.err.contains("kept by docker-credential-fake (named in ~/store/config.json)"), "{done:?}");
    assert!(!String::from_utf8(sandbox.read("store/config.json")).unwrap().contains("\"auth\""));
    let checked = run(&["auth", "check", &registry.host]).exits(0);
    assert!(checked.out.contains("from: docker-credential-fake (named in ~/store/config.json)"), "{checked:?}");
    let listed = run(&["auth", "list"]).quietly();
    assert!(listed.out.contains(&registry.host) && listed.out.contains("ann"), "{listed:?}");
    let out = run(&["logout", &registry.host]).exits(0);
    assert!(out.err.contains("was erased from docker-credential-fake"), "{out:?}");
    let _ = run(&["auth", "check", &registry.host]).exits(4);
    let without = Run::of(sandbox.command(&["auth", "check", &registry.host]).env("PATH", "/usr/bin")).exits(1);
    assert!(without.err.contains("docker-credential-fake (named in ~/store/config.json) failed"), "{without:?}");
    let listed = Run::of(sandbox.command(&["auth", "list"]).env("PATH", "/usr/bin")).exits(0);
    assert!(listed.err.starts_with("warning: "), "{listed:?}");
}

#[test]
fn auth_check_tells_who_would_ask_and_whether_that_is_enough() {
    let registry = secured();
    let sandbox = Sandbox::new();
    sandbox.write(".docker/config.json", auths(&registry.host, "ann"));
    let repository = format!("{}/acme/authz", registry.host);
    let run = sandbox.run(&["auth", "check", &repository, "--push", "--format", "json"]).exits(0);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((json["ok"].as_bool(), json["username"].as_str()), (Some(true), Some("ann")));
    assert_eq!(json["source"], "~/.docker/config.json");
    assert!(registry.seen().iter().any(|request| request.line == "DELETE /v2/x/blobs/uploads/1"));
    sandbox.write(".docker/config.json", auths(&registry.host, "bob"));
    let run = sandbox.run(&["auth", "check", &repository]).exits(4);
    assert!(run.out.contains("user: bob") && run.err.contains("(user bob, from ~/.docker/config.json)"), "{run:?}");
    drop(registry);
    let _ = sandbox.run(&["auth", "check", "localhost:1"]).exits(5);
    let _ = sandbox.run(&["auth", "check", "localhost:1/A b"]).exits(2);
    let listed = sandbox.run(&["auth", "list", "--format", "json"]).exits(0);
    let json: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
    let row = serde_json::json!({
        "registry": json[0]["registry"], "username": "bob", "kind": "password", "source": "~/.docker/config.json",
    });
    assert_eq!(json, serde_json::json!([row]));
}

/// That neither the canary nor anything it can be read from was shown.
fn no_canary(run: &Run, what: &str) {
    let said = format!("{}\n{}", run.out, run.err).to_lowercase();
    let percent = "C4n%2Fry%2Bs3cret%3D7%25x";
    for form in [CANARY, percent, "s3cret"].into_iter().chain(CANARY_BASE64) {
        assert!(!said.contains(&form.to_lowercase()), "{what}: {form} in {run:?}");
    }
}

/// Says back everything it hears, with a status of its own.
fn parrot(status: u16) -> Echo {
    Echo::start(move |request: &Request| {
        let heard = format!("{} {} {}", request.line, request.head.replace("\r\n", " "), request.body);
        let credential = request.header("authorization").or(request.header("proxy-authorization")).unwrap_or_default();
        let body = serde_json::json!({ "errors": [{ "code": "DENIED", "message": heard }] }).to_string();
        if credential.is_empty() {
            return (401, vec![BASIC.to_owned()], body);
        }
        let secret = credential.rsplit(' ').next().unwrap().trim_end_matches('=');
        let scheme = if status == 302 { "ftp" } else { "http" };
        let place = format!("location: {scheme}://{secret}.invalid/{secret}");
        (status, vec![BASIC.to_owned(), place, "retry-after: 0".to_owned()], body)
    })
}

#[test]
fn no_secret_is_shown_even_by_a_registry_that_repeats_it() {
    use base64::Engine as _;
    let base64 = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
    for status in [302, 307, 401, 403, 429, 500] {
        let registry = parrot(status);
        let host = registry.host.as_str();
        let sandbox = Sandbox::new();
        let name = format!("{host}/acme/hello:1");
        sandbox.run(&["build", "src", "-t", &name]).quietly();
        let entry = |fields: &str| format!(r#"{{"auths":{{"{host}":{{{fields}}}}}}}"#);
        let auth = entry(&format!(r#""auth":"{}""#, base64(format!("ann:{CANARY}"))));
        let tokens = entry(&format!(r#""registrytoken":"{CANARY}""#));
        let identity = entry(&format!(r#""identitytoken":"{CANARY}""#));
        let server = ("POLICY_REGISTRY_SERVER", host);
        // What it is called, the flags, the variables.
        type Source<'a> = (&'a str, Vec<&'a str>, Vec<(&'a str, &'a str)>);
        let sources: [Source<'_>; 6] = [
            ("flags", vec!["--username", "ann", "--password", CANARY], Vec::new()),
            (
                "variables",
                vec![],
                vec![server, ("POLICY_REGISTRY_USERNAME", "ann"), ("POLICY_REGISTRY_PASSWORD", CANARY)],
            ),
            ("token", vec![], vec![server, ("POLICY_REGISTRY_TOKEN", CANARY)]),
            ("auth", vec![], vec![("DOCKER_AUTH_CONFIG", &auth)]),
            ("registry token", vec![], vec![("DOCKER_AUTH_CONFIG", &tokens)]),
            ("identity token", vec![], vec![("DOCKER_AUTH_CONFIG", &identity)]),
        ];
        for (source, flags, variables) in &sources {
            let mut commands = vec![vec!["push", name.as_str()], vec!["pull", &name]];
            if flags.is_empty() {
                commands.extend([vec!["auth", "check", host], vec!["auth", "list"]]);
            }
            for arguments in commands {
                let all = [&arguments[..], flags, &["-vvv", "--retries", "0"]].concat();
                let run = Run::of(sandbox.command(&all).envs(variables.iter().copied()));
                no_canary(&run, &format!("{status} {source} {arguments:?}"));
                assert!(arguments.contains(&"list") || run.code != 0, "{run:?}");
            }
        }
        let login = ["login", host, "-u", "ann", "--password-stdin", "-vvv", "--retries", "0"];
        no_canary(&sandbox.run_with(&login, CANARY), "login");
        let login = ["login", host, "--identity-token-stdin", "-vvv", "--retries", "0"];
        no_canary(&sandbox.run_with(&login, CANARY), "login with an identity token");
        assert!(registry.seen().iter().any(|request| request.head.contains(CANARY_BASE64[1])), "it was never sent");
        let proxy = format!("http://bob:C4n%2Fry+s3cret%3D7%25x@{host}");
        let through = ["pull", "registry.example/acme/hello:1", "--plaintext", "-vvv", "--retries", "0"];
        let run = Run::of(sandbox.command(&through).env("http_proxy", &proxy));
        no_canary(&run, "proxy");
        assert!(registry.seen().iter().any(|request| request.head.contains(CANARY_BASE64[2])), "{run:?}");
        let tls = ["pull", "registry.example/acme/hello:1", "-vvv", "--retries", "0"];
        no_canary(&Run::of(sandbox.command(&tls).env("https_proxy", &proxy)), "proxy with TLS");
    }
}

#[test]
fn a_token_server_that_repeats_what_it_was_given_gives_nothing_away() {
    let tokens = parrot(403);
    let realm = format!("http://{}/token", tokens.host);
    let registry =
        Echo::start(move |_| (401, vec![format!("www-authenticate: Bearer realm=\"{realm}\"")], String::new()));
    let sandbox = Sandbox::new();
    let name = format!("{}/acme/hello:1", registry.host);
    for entry in [format!(r#""username":"ann","password":"{CANARY}""#), format!(r#""identitytoken":"{CANARY}""#)] {
        let text = format!(r#"{{"auths":{{"{}":{{{entry}}}}}}}"#, registry.host);
        let run = Run::of(sandbox.command(&["pull", &name, "-vvv"]).env("DOCKER_AUTH_CONFIG", text));
        no_canary(&run, &entry);
        assert_eq!(run.code, 4, "{run:?}");
    }
    assert!(tokens.seen().iter().any(|request| request.body.contains("refresh_token=C4n%2Fry%2Bs3cret")));
}

#[cfg(unix)]
#[test]
fn what_a_failing_helper_says_is_shown_without_harm() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    let script = sandbox.write("script", "#!/bin/sh\nprintf 'no\\033[31m agent\\n' >&2\nexit 1\n");
    let helper = sandbox.path("docker-credential-fake");
    assert!(std::process::Command::new("cp").arg(script).arg(&helper).status().unwrap().success());
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    sandbox.write(".docker/config.json", r#"{"credHelpers":{"localhost:1":"fake"}}"#);
    let folder: &Path = helper.parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let run = Run::of(sandbox.command(&["auth", "check", "localhost:1"]).env("PATH", path)).exits(1);
    assert!(run.err.contains("no\\u{1b}[31m agent") && !run.err.contains('\u{1b}'), "{run:?}");
}
