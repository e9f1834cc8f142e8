//! What is deleted from registries, and nothing that was not named.

use super::support::{Answer, Answering, Asked, Registry, Run, Sandbox, deleting, find, push};
use std::process::Command;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// The tags of a repository.
fn tags(sandbox: &Sandbox, repository: &str) -> Vec<String> {
    let run = sandbox.run(&["remote", "tags", "-a", repository]).quietly();
    run.out.lines().map(str::to_owned).collect()
}

#[test]
fn nothing_is_deleted_without_a_terminal_and_without_force() {
    let (sandbox, registry) = (Sandbox::new(), Registry::start());
    push(&sandbox, &registry.name("acme/hello"), "1", &["1"]);
    let name = registry.name("acme/hello:1");
    for arguments in [&["rm", "-r", &name][..], &["rm", "-r", "-a", &name], &["remote", "rm", &name]] {
        for input in ["", "y\n", "\n"] {
            let run = sandbox.run_with(arguments, input).exits(2);
            assert!(run.out.is_empty() && run.err.contains("-f (--force)"), "{run:?}");
        }
    }
    assert_eq!(tags(&sandbox, &registry.name("acme/hello")), ["1"]);
}

/// Runs on a terminal of its own, on which something is typed.
fn on_a_terminal(sandbox: &Sandbox, arguments: &[&str], typed: &str) -> Option<String> {
    let script = find("script")?;
    let binary = env!("CARGO_BIN_EXE_policy");
    let line = format!("{binary} {}", arguments.join(" "));
    let mut command = Command::new(script);
    command.args(["-qec", &line, "/dev/null"]).env_clear().env("HOME", sandbox.path("")).env("TERM", "dumb");
    command.env("PATH", "/usr/bin:/bin").env("POLICY_FILE_STORE_ROOT", sandbox.path("store"));
    let mut child = command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Some(String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n"))
}

#[test]
fn the_question_names_what_goes() {
    let (sandbox, registry) = (Sandbox::new(), Registry::start());
    let repository = registry.name("acme/hello");
    let digest = push(&sandbox, &repository, "1", &["1", "2"]);
    let name = registry.name("acme/hello:1");
    let Some(seen) = on_a_terminal(&sandbox, &["rm", "-r", &name], "n\n") else { return };
    assert!(seen.contains(&format!("\nAre you sure?\nreference: {name}\n> [bool] [Y/n]: ")), "{seen}");
    assert!(seen.contains("Operation canceled by user."), "{seen}");
    let seen = on_a_terminal(&sandbox, &["rm", "-r", "-a", &name], "n\n").unwrap();
    assert!(seen.contains(&format!("\nreference: {repository}\nthe whole repository: 2 tags\n> [bool]")), "{seen}");
    let image = format!("{repository}@{digest}");
    let seen = on_a_terminal(&sandbox, &["rm", "-r", "--with-siblings", &image], "n\n").unwrap();
    assert!(seen.contains(&format!("reference: {image}\nalso deletes: 1\nalso deletes: 2\n> [bool]")), "{seen}");
    // The end of input is no answer.
    let seen = on_a_terminal(&sandbox, &["rm", "-r", &name], "\u{4}").unwrap();
    assert!(seen.contains("Operation canceled by user."), "{seen}");
    assert_eq!(tags(&sandbox, &repository), ["1", "2"]);
    let seen = on_a_terminal(&sandbox, &["rm", "-r", &name], "y\n").unwrap();
    assert!(seen.contains(&format!("Removing tag.\nref: {name}\n\nOK.\n")), "{seen}");
    assert_eq!(tags(&sandbox, &repository), ["2"]);
}

#[test]
fn a_tag_goes_alone_where_the_registry_can_do_that() {
    for program in ["own", "distribution", "crane-registry"] {
        let sandbox = Sandbox::new();
        let (own, foreign);
        let host = if program == "own" {
            own = Registry::start();
            &own.host
        } else {
            let Some(started) = deleting(&sandbox, program, true) else { continue };
            foreign = started;
            &foreign.host
        };
        let repository = format!("{host}/acme/hello");
        push(&sandbox, &repository, "1", &["1", "1.0", "latest"]);
        let run = sandbox.run(&["rm", "-r", "-f", &format!("{repository}:1")]).quietly();
        assert_eq!(run.out, format!("Removing tag.\nref: {repository}:1\n\nOK.\n"), "{program}");
        assert_eq!(tags(&sandbox, &repository), ["1.0", "latest"], "{program}");
        let run = sandbox.run(&["remote", "rm", "-f", &format!("{repository}:1.0"), "--format", "json"]).quietly();
        let wanted = serde_json::json!({ "reference": format!("{repository}:1.0"), "remote": true, "untagged": true, "deleted": [], "siblings": [] });
        assert_eq!(run.json(), wanted, "{program}");
        let run = sandbox.run(&["rm", "-r", "-f", &format!("{repository}:1.0")]).exits(1);
        assert!(run.err.contains("is not in the registry") && run.out.is_empty(), "{run:?}");
        // The image is still there for whoever names it otherwise.
        sandbox.run(&["pull", &format!("{repository}:latest")]).quietly();
    }
}

#[test]
fn an_image_is_deleted_for_a_tag_only_if_no_other_tag_names_it() {
    let sandbox = Sandbox::new();
    let Some(registry) = deleting(&sandbox, "docker-registry", true) else { return };
    let repository = format!("{}/acme/hello", registry.host);
    let digest = push(&sandbox, &repository, "1", &["1", "2", "3"]);
    let alone = push(&sandbox, &repository, "2", &["alone"]);
    let run = sandbox.run(&["rm", "-r", "-f", &format!("{repository}:1")]).exits(1);
    assert!(run.err.contains("was not deleted") && run.err.contains("it is also 2, 3: "), "{run:?}");
    assert!(run.err.contains("DIGEST_INVALID") && run.err.contains("hint: --with-siblings"), "{run:?}");
    assert_eq!(tags(&sandbox, &repository), ["1", "2", "3", "alone"]);
    let run = sandbox.run(&["rm", "-r", "-f", &format!("{repository}:alone"), "--format=json"]).quietly();
    assert_eq!(run.json()["deleted"], serde_json::json!([alone]));
    let run = sandbox.run(&["rm", "-r", "-f", "--dry-run", &format!("{repository}:2")]).quietly();
    let would =
        format!("\nWould remove tag.\nref: {repository}:2\ndigest: {digest}\nalso known as: 1\nalso known as: 3\n");
    assert_eq!(run.out, would);
    assert_eq!(tags(&sandbox, &repository), ["1", "2", "3"]);
    let run = sandbox.run(&["rm", "-r", "-f", "--with-siblings", &format!("{repository}:2")]).quietly();
    assert_eq!(run.out, format!("Removing tag.\nref: {repository}:2\nalso deleted: 1\nalso deleted: 3\n\nOK.\n"));
    assert!(tags(&sandbox, &repository).is_empty());
}

#[test]
fn an_image_named_by_its_digest_takes_its_tags_along_only_if_told_to() {
    for program in ["own", "docker-registry", "distribution", "crane-registry"] {
        let sandbox = Sandbox::new();
        let (own, foreign);
        let host = if program == "own" {
            own = Registry::start();
            &own.host
        } else {
            let Some(started) = deleting(&sandbox, program, true) else { continue };
            foreign = started;
            &foreign.host
        };
        let repository = format!("{host}/acme/hello");
        let digest = push(&sandbox, &repository, "1", &["1", "2"]);
        push(&sandbox, &repository, "2", &["other"]);
        let image = format!("{repository}@{digest}");
        for more in [&[][..], &["--dry-run"]] {
            let run = sandbox.run(&[&["rm", "-r", "-f", &image], more].concat()).exits(1);
            assert!(run.err.contains("it is also 1, 2"), "{program}: {run:?}");
        }
        assert_eq!(tags(&sandbox, &repository), ["1", "2", "other"], "{program}");
        let run = sandbox.run(&["rm", "-r", "-f", "--with-siblings", &image]).quietly();
        assert_eq!(run.out, format!("Removing image.\nref: {image}\nalso deleted: 1\nalso deleted: 2\n\nOK.\n"));
        assert_eq!(tags(&sandbox, &repository), ["other"], "{program}");
        let _ = sandbox.run(&["pull", &image]).exits(1);
    }
}

#[test]
fn an_image_that_an_index_holds_is_not_taken_from_it() {
    let (sandbox, registry) = (Sandbox::new(), Registry::start());
    let Some(oras) = find("oras") else { return };
    let repository = registry.name("acme/hello");
    let digest = push(&sandbox, &repository, "1", &["1"]);
    let arguments = ["manifest", "index", "create", "--plain-http", &format!("{repository}:all"), &digest];
    let _ = Run::of(Command::new(oras).args(arguments).env("HOME", sandbox.path(""))).exits(0);
    sandbox.run(&["rm", "-r", "-f", &format!("{repository}:1")]).quietly();
    let run = sandbox.run(&["rm", "-r", "-f", &format!("{repository}@{digest}")]).exits(1);
    assert!(run.err.contains("it is also all"), "{run:?}");
    sandbox.run(&["pull", &format!("{repository}@{digest}")]).quietly();
    sandbox.run(&["rm", "-r", "-f", "-a", &repository]).quietly();
    assert!(tags_or_none(&sandbox, &repository).is_empty());
}

/// The tags of a repository, which may be gone with its last image.
fn tags_or_none(sandbox: &Sandbox, repository: &str) -> Vec<String> {
    let run = sandbox.run(&["remote", "tags", "-a", repository]);
    assert!(run.code == 0 || run.err.contains("not found"), "{run:?}");
    run.out.lines().map(str::to_owned).collect()
}

#[test]
fn a_whole_repository_goes_with_every_tag() {
    let signature = format!("sha256-{}.sig", "b".repeat(64));
    for program in ["own", "docker-registry", "distribution", "crane-registry"] {
        let sandbox = Sandbox::new();
        let (own, foreign);
        let host = if program == "own" {
            own = Registry::start();
            &own.host
        } else {
            let Some(started) = deleting(&sandbox, program, true) else { continue };
            foreign = started;
            &foreign.host
        };
        let repository = format!("{host}/acme/hello");
        push(&sandbox, &repository, "1", &["1", "2"]);
        push(&sandbox, &repository, "2", &["x"]);
        push(&sandbox, &repository, "3", &[&signature]);
        push(&sandbox, &format!("{host}/acme/hello-too"), "1", &["1"]);
        let run = sandbox.run(&["rm", "-r", "-a", "--dry-run", &format!("{repository}:1")]).quietly();
        let lines = format!(
            "\nWould remove policy definition.\ndefinition: acme/hello\ntag: 1\ntag: 2\ntag: {signature}\ntag: x\n"
        );
        assert_eq!(run.out, lines, "{program}");
        assert_eq!(tags(&sandbox, &repository).len(), 4, "{program}");
        let run = sandbox.run(&["rm", "-r", "-f", "-a", &format!("{repository}:1")]).quietly();
        assert_eq!(run.out, "\nRemoving policy definition.\ndefinition: acme/hello\n\nOK.\n", "{program}");
        assert!(tags_or_none(&sandbox, &repository).is_empty(), "{program}");
        assert_eq!(tags(&sandbox, &format!("{host}/acme/hello-too")), ["1"], "{program}");
        let run = sandbox.run(&["rm", "-r", "-f", "-a", &repository]).exits(1);
        assert!(run.err.contains("has no tags: there is nothing to delete"), "{program}: {run:?}");
    }
}

#[test]
fn a_registry_that_deletes_nothing_is_explained() {
    for program in ["docker-registry", "distribution"] {
        let sandbox = Sandbox::new();
        let Some(registry) = deleting(&sandbox, program, false) else { continue };
        let repository = format!("{}/acme/hello", registry.host);
        let digest = push(&sandbox, &repository, "1", &["1", "2"]);
        push(&sandbox, &repository, "2", &["alone"]);
        for arguments in [
            vec!["rm", "-r", "-f", "REPOSITORY:alone"],
            vec!["rm", "-r", "-f", "-a", "REPOSITORY"],
            vec!["rm", "-r", "-f", "--with-siblings", "REPOSITORY:1"],
            vec!["rm", "-r", "-f", "--with-siblings", "REPOSITORY@DIGEST"],
        ] {
            let arguments: Vec<String> = arguments
                .iter()
                .map(|word| word.replace("REPOSITORY", &repository).replace("DIGEST", &digest))
                .collect();
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let run = sandbox.run(&arguments).exits(1);
            assert!(run.out.is_empty() && run.err.contains("deletes no images: "), "{program}: {run:?}");
            assert!(run.err.contains("405 Method Not Allowed (UNSUPPORTED"), "{program}: {run:?}");
            assert!(run.err.contains("REGISTRY_STORAGE_DELETE_ENABLED=true"), "{program}: {run:?}");
        }
        let run = sandbox.run(&["rm", "-r", "-f", &format!("{repository}:1")]).exits(1);
        assert!(run.err.contains("it is also 2") && run.err.contains("if deletion is off"), "{program}: {run:?}");
        assert_eq!(tags(&sandbox, &repository), ["1", "2", "alone"], "{program}");
    }
}

/// A registry with `acme/hello:1`, and what it says to requests about it.
fn holding(script: impl Fn(&Asked, usize) -> Option<Answer> + Send + Sync + 'static) -> Answering {
    Answering::start(move |asked, before| {
        script(asked, before).unwrap_or_else(|| match asked.target.as_str() {
            "/v2/" => (200, Vec::new(), "{}".to_owned()),
            "/v2/acme/hello/tags/list?n=1000" => (200, Vec::new(), r#"{"name":"acme/hello","tags":["1"]}"#.to_owned()),
            _ if asked.method == "DELETE" => (202, Vec::new(), String::new()),
            _ => found('a'),
        })
    })
}

fn found(hex: char) -> Answer {
    let digest = format!("docker-content-digest: sha256:{}", hex.to_string().repeat(64));
    (200, vec![digest, format!("content-type: {MANIFEST}"), "content-length: 100".to_owned()], String::new())
}

fn deletions(registry: &Answering) -> Vec<String> {
    registry.lines().into_iter().filter(|line| line.starts_with("DELETE")).collect()
}

#[test]
fn a_tag_that_has_moved_meanwhile_is_left_alone() {
    let sandbox = Sandbox::new();
    for late in [1, 2, 3] {
        // A registry that deletes by digest alone.
        let registry = holding(move |asked, before| match asked.method.as_str() {
            "DELETE" if asked.target.ends_with("/1") => Some((400, Vec::new(), String::new())),
            "HEAD" if before >= late => Some(found('b')),
            _ => None,
        });
        let run = sandbox.run(&["rm", "-r", "-f", &format!("{}/acme/hello:1", registry.host)]).exits(1);
        assert!(run.err.contains("it meant sha256:aaaa") && run.err.contains("and now means sha256:bbbb"), "{run:?}");
        assert!(!deletions(&registry).iter().any(|line| line.contains("sha256:")), "{late}: {:?}", registry.lines());
    }
}

#[test]
fn a_registry_that_says_it_has_deleted_and_has_not_is_found_out() {
    let sandbox = Sandbox::new();
    let registry = holding(|_, _| None);
    let name = format!("{}/acme/hello:1", registry.host);
    for arguments in [&["rm", "-r", "-f", &name][..], &["rm", "-r", "-f", "-a", &name]] {
        let run = sandbox.run(arguments).exits(1);
        assert!(run.out.is_empty() && run.err.contains("acme/hello still has 1"), "{run:?}");
    }
}

#[test]
fn refusals_end_with_their_code_and_delete_nothing_else() {
    let sandbox = Sandbox::new();
    for (status, code) in [(401, 4), (403, 4), (409, 1), (429, 5), (503, 5)] {
        let registry = holding(move |asked, _| {
            (asked.method == "DELETE").then(|| (status, vec!["retry-after: 999".to_owned()], String::new()))
        });
        let run = sandbox.run(&["rm", "-r", "-f", &format!("{}/acme/hello:1", registry.host)]).exits(code);
        assert!(run.out.is_empty(), "{run:?}");
        assert_eq!(deletions(&registry), ["DELETE /v2/acme/hello/manifests/1"], "{status}");
    }
}

#[test]
fn a_tag_that_is_no_tag_may_be_a_sibling() {
    let sandbox = Sandbox::new();
    let registry = holding(|asked, _| match (asked.method.as_str(), asked.target.as_str()) {
        (_, "/v2/acme/hello/tags/list?n=1000") => {
            Some((200, Vec::new(), r#"{"name":"acme/hello","tags":["1","../x"]}"#.to_owned()))
        }
        ("DELETE", target) if target.ends_with("/1") => Some((405, Vec::new(), String::new())),
        _ => None,
    });
    let run = sandbox.run(&["rm", "-r", "-f", &format!("{}/acme/hello:1", registry.host)]).exits(1);
    assert!(run.err.contains("it is also ../x"), "{run:?}");
    assert_eq!(deletions(&registry).len(), 1);
    assert!(!registry.lines().iter().any(|line| line.contains("..")), "{:?}", registry.lines());
}
