//! What registries hold, listed and looked at.

use super::support::{Answer, Answering, Asked, Registry, Sandbox, push};

#[test]
fn repositories_and_their_tags_are_listed() {
    let (sandbox, registry) = (Sandbox::new(), Registry::start());
    let signature = format!("sha256-{}.sig", "a".repeat(64));
    push(&sandbox, &registry.name("acme/hello"), "1", &["2", "10", "1", &signature]);
    push(&sandbox, &registry.name("acme/other"), "1", &["x"]);
    push(&sandbox, &registry.name("elsewhere/gone"), "1", &["y"]);
    sandbox.run(&["rm", "-r", "-f", &registry.name("elsewhere/gone:y")]).quietly();
    let host = registry.host.as_str();
    let row = |name: &str, tag: &str| format!(" {host}/acme/{name}  {tag:<3}  -      \n");
    let head = format!(" {:<width$}  TAG  PUBLIC \n", "REPOSITORY", width = host.len() + "/acme/hello".len());
    let all = [head, row("hello", "1"), row("hello", "10"), row("hello", "2"), row("other", "x")].concat();
    for arguments in [
        &["remote", "images", "-s", host][..],
        &["images", "-r", "-s", host],
        &["images", "--remote", "-s", host, "-o", "acme"],
    ] {
        assert_eq!(sandbox.run(arguments).quietly().out, all, "{arguments:?}");
    }
    let empty = sandbox.run(&["remote", "images", "-s", host, "-e", "-o", "elsewhere"]).quietly();
    assert!(empty.out.ends_with(&format!(" {host}/elsewhere/gone  <no tags>  -      \n")), "{empty:?}");
    let one = sandbox.run(&["remote", "images", "acme/hello", "-s", host, "-q", "-a"]).quietly();
    let lines: Vec<String> = ["1", "10", "2", &signature].map(|tag| format!("{host}/acme/hello:{tag}")).to_vec();
    assert_eq!(one.out.lines().collect::<Vec<_>>(), lines);
    let one = sandbox.run(&["remote", "images", &registry.name("acme/other"), "--format", "json"]).quietly();
    assert_eq!(one.json(), serde_json::json!([{ "repository": registry.name("acme/other"), "tag": "x" }]));
    let tags = sandbox.run(&["remote", "tags", "acme/hello", "-s", host]).quietly();
    assert_eq!(tags.out, "1\n10\n2\n");
    let tags = sandbox.run(&["remote", "tags", &registry.name("acme/other"), "--format=json"]).quietly();
    assert_eq!(tags.json(), serde_json::json!({ "repository": registry.name("acme/other"), "tags": ["x"] }));
    // The local store has its own list and its own notes.
    let local = sandbox.run(&["images", "-s", host, "-e", "-o", "acme"]).exits(0);
    assert_eq!(local.err.lines().count(), 3, "{local:?}");
}

#[test]
fn names_that_make_no_sense_are_refused_before_anything_is_asked() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["remote"][..],
        &["remote", "bogus"],
        &["remote", "tags"],
        &["remote", "tags", "localhost:1/acme/hello:1"],
        &["remote", "tags", "localhost:1/acme/hello", "-s", "localhost:2"],
        &["remote", "images", "localhost:1/acme/hello", "-o", "acme"],
        &["remote", "images", "ACME/hello", "-s", "localhost:1"],
        &["images", "acme/hello"],
        &["remote", "set-public", "acme/hello", "perhaps"],
        &["rm", "--dry-run", "acme/hello"],
        &[
            "rm",
            "-r",
            "-f",
            "-a",
            "localhost:1/acme/hello@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        ],
    ] {
        let run = sandbox.run(arguments).exits(2);
        assert!(run.out.is_empty() && !run.err.is_empty(), "{arguments:?}: {run:?}");
    }
}

#[test]
fn a_registry_that_does_not_list_says_so_and_asks_for_a_name() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["remote", "images", "-s", "docker.io"]).exits(1);
    assert!(
        run.err.contains("docker.io does not list its repositories") && run.err.contains("name the repositories"),
        "{run:?}"
    );
    for (status, code) in [(401, 4), (403, 4), (404, 1), (405, 1), (501, 1), (400, 1)] {
        let body = r#"{"errors":[{"code":"UNSUPPORTED","message":"no list \u001b[31m"}]}"#;
        let registry = Answering::start(move |asked, _| {
            let status = if asked.target == "/v2/" { 200 } else { status };
            (status, Vec::new(), body.to_owned())
        });
        let run = sandbox.run(&["remote", "images", "-s", &registry.host]).exits(code);
        assert!(run.err.contains("does not list its repositories: "), "{run:?}");
        assert!(
            run.err.contains("hint: name the repositories: policy remote images ") && !run.err.contains('\u{1b}'),
            "{run:?}"
        );
    }
}

/// A registry of these repositories, whose tags are what `tags` says.
fn listing(repositories: &'static str, tags: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Answering {
    Answering::start(move |asked, _| match asked.target.as_str() {
        "/v2/" => (200, Vec::new(), "{}".to_owned()),
        "/v2/_catalog?n=1000" => (200, Vec::new(), format!(r#"{{"repositories":{repositories}}}"#)),
        _ => tags(asked),
    })
}

#[test]
fn hostile_names_are_shown_and_never_asked_for() {
    let sandbox = Sandbox::new();
    let registry = listing(r#"["../../v2/secret","a b","acme/hello","x?y","\u001b[31mred"]"#, |_| {
        (200, Vec::new(), r#"{"name":"acme/hello","tags":["1","../../x","\u001b]0;t\u0007","sha256-no"]}"#.to_owned())
    });
    let run = sandbox.run(&["remote", "images", "-s", &registry.host]).exits(0);
    assert!(run.err.starts_with("warning: the registry lists names that no reference can have (6)"), "{run:?}");
    assert!(
        run.out.contains(r"\u{1b}[31mred") && run.out.contains("<not a name>") && !run.out.contains('\u{1b}'),
        "{run:?}"
    );
    assert!(run.out.contains("../../x") && run.out.contains("sha256-no"), "{run:?}");
    let asked = registry.lines();
    assert_eq!(
        asked.iter().filter(|line| line.contains("/tags/list")).collect::<Vec<_>>(),
        ["GET /v2/acme/hello/tags/list?n=1000"]
    );
    let quiet = sandbox.run(&["remote", "images", "-s", &registry.host, "-q"]).exits(0);
    let lines = ["1", "sha256-no"].map(|tag| format!("{}/acme/hello:{tag}", registry.host));
    assert_eq!(quiet.out.lines().collect::<Vec<_>>(), lines);
}

#[test]
fn a_repository_that_vanished_is_empty_and_a_closed_one_is_told() {
    let sandbox = Sandbox::new();
    let registry = listing(r#"["acme/closed","acme/gone","acme/hello"]"#, |asked| {
        let refusal = |code: &str| format!(r#"{{"errors":[{{"code":"{code}"}}]}}"#);
        match asked.target.as_str() {
            "/v2/acme/closed/tags/list?n=1000" => (403, Vec::new(), refusal("DENIED")),
            "/v2/acme/gone/tags/list?n=1000" => (404, Vec::new(), refusal("NAME_UNKNOWN")),
            _ => (200, Vec::new(), r#"{"name":"acme/hello","tags":["1"]}"#.to_owned()),
        }
    });
    let run = sandbox.run(&["remote", "images", "-s", &registry.host, "-e", "-q"]).exits(1);
    assert_eq!(run.out, format!("{}/acme/hello:1\n", registry.host));
    assert!(run.err.contains("acme/closed was not listed") && run.err.contains("1 of 3 failed"), "{run:?}");
    assert!(!run.err.contains("gone"), "{run:?}");
}

#[test]
fn an_image_is_inspected_where_it_is() {
    let (sandbox, registry) = (Sandbox::new(), Registry::start());
    let name = registry.name("acme/hello:1");
    push(&sandbox, &registry.name("acme/hello"), "1", &["1"]);
    let local = sandbox.run(&["inspect", &name]).quietly();
    let store = sandbox.store_state();
    let other = Sandbox::empty();
    assert_eq!(other.run(&["remote", "inspect", &name]).quietly().out, local.out);
    let remote = other.run(&["remote", "inspect", &name, "--format", "json"]).quietly().json();
    let mut local = sandbox.run(&["inspect", &name, "--format", "json"]).quietly().json();
    assert_eq!(remote["referrers"], serde_json::json!([]));
    assert_eq!(remote["configuration"]["rootfs"]["type"], "layers");
    local["bundle"].as_object_mut().unwrap().remove("files");
    for member in ["reference", "digest", "mediaType", "size", "config", "layers", "annotations", "bundle"] {
        assert_eq!(remote[member], local[member], "{member}");
    }
    assert_eq!(
        other.run(&["remote", "inspect", "-q", &name]).quietly().out,
        format!("{}\n", local["digest"].as_str().unwrap())
    );
    let _ = other.run(&["remote", "inspect", &registry.name("acme/hello:2")]).exits(1);
    assert!(other.store_state().is_empty());
    assert_eq!(sandbox.store_state(), store);
}

#[test]
fn who_may_see_a_repository_is_set_on_web_pages() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["remote", "set-public", "localhost:1/acme/hello", "false"]).exits(1);
    assert!(run.err.contains("OCI registries have no request that changes who may see a repository"), "{run:?}");
    let run = sandbox.run(&["remote", "set-public", "acme/policies/hello", "-s", "ghcr.io"]).exits(1);
    for kind in ["users", "orgs"] {
        let page = format!("https://github.com/{kind}/acme/packages/container/policies%2Fhello/settings");
        assert!(run.err.contains(&page), "{run:?}");
    }
}
