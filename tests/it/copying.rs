//! Images from registry to registry: `copy` and `migrate`.

use super::support::{Foreign, Registry, Sandbox, Setup};
use policy::oci::{Descriptor, Digest, Reference, media_types};
use policy::registry::{Client, Credential, Distribution, Existing, Settings};
use std::sync::Arc;

/// Pushes an image of a module that differs by `number`, and gives its digest.
fn push(sandbox: &Sandbox, name: &str, number: usize) -> String {
    sandbox.write("src/policies/number.rego", format!("package policies.number\n\nvalue := {number}\n"));
    sandbox.run(&["build", "src", "-t", name]).quietly();
    sandbox.run(&["push", name, "-q"]).quietly().out.trim_end().to_owned()
}

fn client(host: &str) -> Client {
    Client::new(host, Credential::Anonymous, &Settings::default()).unwrap()
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn tags(host: &str, path: &str) -> Vec<String> {
    let repository = Reference::parse(&format!("{host}/{path}")).unwrap();
    let mut tags = wait(client(host).tags(&repository)).unwrap_or_default();
    tags.sort();
    tags
}

/// Stores a small manifest that refers to `subject`, or as a tag of its own.
fn attach(host: &str, path: &str, subject: Option<&str>, tag: Option<&str>) -> Digest {
    wait(async {
        let (client, repository) = (client(host), Reference::parse(&format!("{host}/{path}")).unwrap());
        let blob = Descriptor::new(media_types::EMPTY, Digest::of(b"{}"), 2);
        let source = || Ok(std::io::Cursor::new(b"{}"));
        client.put_blob(&repository, &blob, Existing::Skip, source, Arc::new(|_| {})).await.unwrap();
        let mut manifest = serde_json::json!({
            "schemaVersion": 2, "mediaType": media_types::MANIFEST, "artifactType": "application/x-note",
            "config": blob, "layers": [blob],
        });
        if let Some(subject) = subject {
            let digest: Digest = subject.parse().unwrap();
            let found = client.head_manifest(&repository.with_digest(digest)).await.unwrap().unwrap();
            manifest["subject"] = serde_json::to_value(found).unwrap();
        }
        let bytes = manifest.to_string().into_bytes();
        let digest = Digest::of(&bytes);
        let name = tag.map_or_else(|| repository.with_digest(digest.clone()), |tag| repository.with_tag(tag).unwrap());
        client.put_manifest(&name, media_types::MANIFEST, &bytes).await.unwrap();
        digest
    })
}

#[test]
fn an_image_is_copied_with_its_digest_and_without_the_store() {
    let (sandbox, old, new) = (Sandbox::new(), Registry::start(), Registry::start());
    let (from, to) = (old.name("acme/hello:1.0"), new.name("team/hello"));
    let digest = push(&sandbox, &from, 1);
    let before = sandbox.store_state();
    let copied = sandbox.run(&["copy", &from, &to]).quietly();
    assert_eq!(copied.out, format!("{from} -> {to}:1.0 {digest} copied\n"));
    let again = sandbox.run(&["copy", &from, &to]).quietly();
    assert_eq!(again.out, format!("{from} -> {to}:1.0 {digest} exists\n"));
    let by_digest = format!("{}@{digest}", new.name("team/hello"));
    let renamed = sandbox.run(&["copy", &by_digest, &new.name("other/hello:2"), "-q"]).quietly();
    assert_eq!(renamed.out, format!("{digest}\n"));
    assert_eq!(sandbox.store_state(), before);
    let other = Sandbox::new();
    other.run(&["pull", &new.name("other/hello:2")]).quietly();
    assert_eq!(other.run(&["inspect", &new.name("other/hello:2"), "-q"]).quietly().out, format!("{digest}\n"));
}

#[test]
fn tags_are_copied_by_pattern_and_others_left_alone() {
    let (sandbox, old, new) = (Sandbox::new(), Registry::start(), Registry::start());
    for (number, tag) in ["1.0", "1.1-rc1", "1.1", "2.0"].into_iter().enumerate() {
        push(&sandbox, &old.name(&format!("acme/hello:{tag}")), number);
    }
    let (from, to) = (old.name("acme/hello"), new.name("acme/hello"));
    let planned = sandbox.run(&["copy", &from, &to, "--tags", "1.*", "--exclude", "*-rc*", "--dry-run"]).quietly();
    assert_eq!(planned.out.matches("would copy").count(), 2);
    assert_eq!(tags(&new.host, "acme/hello"), [""; 0]);
    sandbox.run(&["copy", &from, &to, "--tags", "1.*", "--exclude", "*-rc*"]).quietly();
    assert_eq!(tags(&new.host, "acme/hello"), ["1.0", "1.1"]);
    let other = push(&sandbox, &new.name("acme/hello:2.0"), 77);
    let rest = sandbox.run(&["copy", "-A", &from, &to, "-n", "--format", "json"]).quietly();
    let items: Vec<serde_json::Value> = serde_json::from_str(&rest.out).unwrap();
    let mut status: Vec<(&str, &str)> = items
        .iter()
        .map(|item| (item["source"].as_str().unwrap().rsplit(':').next().unwrap(), item["status"].as_str().unwrap()))
        .collect();
    status.sort_unstable();
    assert_eq!(status, [("1.0", "exists"), ("1.1", "exists"), ("1.1-rc1", "copied"), ("2.0", "skipped")]);
    let there = Reference::parse(&new.name("acme/hello:2.0")).unwrap();
    let found = wait(client(&new.host).head_manifest(&there)).unwrap().unwrap();
    assert_eq!(found.digest.to_string(), other);
    sandbox.run(&["copy", "-A", &format!("{from}:1.0"), &to]).exits(2);
    sandbox.run(&["copy", &from, &to, "--tags", "[1"]).exits(2);
}

#[test]
fn what_refers_to_an_image_and_cosigns_tags_come_along() {
    let (sandbox, old, new) = (Sandbox::new(), Registry::start(), Registry::start());
    let from = old.name("acme/hello:1");
    let digest = push(&sandbox, &from, 1);
    let note = attach(&old.host, "acme/hello", Some(&digest), None);
    let upon = attach(&old.host, "acme/hello", Some(note.as_str()), None);
    let signature = format!("{}.sig", digest.replace(':', "-"));
    attach(&old.host, "acme/hello", None, Some(&signature));

    let bare = sandbox.run(&["copy", &from, &new.name("bare/hello"), "--no-referrers"]).quietly();
    assert!(bare.out.ends_with(" copied\n"), "{bare:?}");
    assert_eq!(tags(&new.host, "bare/hello"), ["1"]);

    let full = |host: &str, all: bool| {
        let target = format!("{host}/full/hello");
        let run = match all {
            true => sandbox.run(&["copy", "-A", &old.name("acme/hello"), &target]),
            false => sandbox.run(&["copy", &from, &target]),
        };
        assert!(run.exits(0).out.ends_with(" copied, 3 with it\n"));
        let again = sandbox.run(&["copy", &from, &target]).quietly();
        assert!(again.out.ends_with(" exists, 3 with it\n"), "{again:?}");
        let repository = Reference::parse(&target).unwrap();
        let referring = |subject: &str| {
            let subject = subject.parse().unwrap();
            let found = wait(client(host).referrers(&repository, &subject)).unwrap();
            found.into_iter().map(|found| found.digest).collect::<Vec<_>>()
        };
        assert_eq!(referring(&digest), [note.clone()]);
        assert_eq!(referring(note.as_str()), [upon.clone()]);
        assert!(tags(host, "full/hello").contains(&signature));
    };
    full(&new.host, false);
    full(&Registry::start().host, true);
    // A registry without a list of referrers gets the tag that stands for it.
    if let Some(docker) = Foreign::distribution(&sandbox, "docker-registry", Setup::default()) {
        full(&docker.host, true);
        assert!(tags(&docker.host, "full/hello").contains(&digest.replace(':', "-")));
    }
}

#[test]
fn a_failure_ends_a_copy_unless_it_is_to_keep_going() {
    let (sandbox, old, new) = (Sandbox::new(), Registry::start(), Registry::start());
    let from = old.name("acme/hello:1");
    push(&sandbox, &from, 1);
    let alone = sandbox.run(&["copy", &old.name("acme/nothing:1"), &new.name("x/y")]).exits(1);
    assert!(alone.err.starts_with("error: copy failed: ") && alone.out.is_empty(), "{alone:?}");
    let dead = "127.0.0.1:1/x/y";
    let run = sandbox.run(&["copy", &from, dead, &new.name("x/y"), "--keep-going", "-j", "1"]).exits(1);
    assert!(run.err.contains(&format!("error: {from} was not copied to {dead}:1: ")), "{run:?}");
    assert!(run.out.contains(&new.name("x/y:1")), "{run:?}");
    let run = sandbox.run(&["copy", &from, dead, &new.name("x/z"), "-j", "1"]).exits(1);
    assert!(run.err.contains("--keep-going") && run.out.is_empty(), "{run:?}");
}

#[test]
fn an_account_is_moved_and_a_second_run_finds_it_there() {
    let (sandbox, old, new) = (Sandbox::new(), Registry::start(), Registry::start());
    for (number, name) in ["acme/a:1", "acme/a:2", "acme/deep/b:1", "other/c:1"].into_iter().enumerate() {
        push(&sandbox, &old.name(name), number);
    }
    let (from, to) = (old.name("acme"), new.name("team"));
    let script = sandbox.run(&["migrate", &from, &to, "--script"]).quietly();
    let lines = |name: &str| {
        format!("policy pull {from}/{name}\npolicy tag {from}/{name} {to}/{name}\npolicy push {to}/{name}\n")
    };
    assert_eq!(script.out, format!("{}{}{}", lines("a:1"), lines("a:2"), lines("deep/b:1")));
    let first = sandbox.run(&["migrate", &from, &to]).quietly();
    assert!(first.out.contains("\n3 images: 3 copied; "), "{first:?}");
    assert_eq!(
        (tags(&new.host, "team/a"), tags(&new.host, "team/deep/b")),
        (vec!["1".into(), "2".into()], vec!["1".into()])
    );
    assert_eq!(tags(&new.host, "team/c"), [""; 0]);
    let second = sandbox.run(&["sync", &from, &to, "--format", "json"]).quietly();
    let second: serde_json::Value = serde_json::from_str(&second.out).unwrap();
    assert_eq!((&second["copied"], &second["exists"], &second["bytes"]), (&0.into(), &3.into(), &0.into()));
    // The name of one repository is an account with one repository.
    let one = sandbox.run(&["migrate", &old.name("acme/a"), &new.name("one/a")]).quietly();
    assert!(one.out.contains("\n2 images: 2 copied; "), "{one:?}");
}

#[test]
fn a_file_names_what_is_moved_and_what_fails_is_listed() {
    let (sandbox, old, new) = (Sandbox::new(), Registry::start(), Registry::start());
    for (number, name) in ["acme/a:1", "acme/a:2", "acme/b:1"].into_iter().enumerate() {
        push(&sandbox, &old.name(name), number);
    }
    let pair = format!("{} {}", old.name("acme/b"), new.name("elsewhere/b"));
    sandbox.write("list", format!("# what we keep\na:2\n{pair}\n"));
    sandbox.run(&["migrate", &old.name("acme"), &new.name("team"), "-f", "list"]).quietly();
    assert_eq!(tags(&new.host, "team/a"), ["2"]);
    assert_eq!(tags(&new.host, "elsewhere/b"), ["1"]);
    let run = sandbox.run_with(&["migrate", &old.name("acme"), &new.name("team"), "-f", "-"], "a:9\na:1\n").exits(1);
    assert!(run.out.ends_with(&format!("failed:\n  {}\n", old.name("acme/a:9"))), "{run:?}");
    assert!(run.out.contains("\n2 images: 1 copied, 1 failed; "), "{run:?}");
    let run = sandbox.run_with(&["migrate", "-f", "-"], "only-one\n").exits(2);
    assert!(run.err.contains("-:1: "), "{run:?}");
    sandbox.run(&["migrate", &old.name("acme")]).exits(2);
    sandbox.run(&["migrate"]).exits(2);
}

#[test]
fn a_store_of_bare_layers_is_moved_without_its_registry() {
    let (sandbox, new) = (Sandbox::new(), Registry::start());
    sandbox.run(&["build", "src", "-t", "opcr.io/acme/hello:1"]).quietly();
    let inspected = sandbox.run(&["inspect", "opcr.io/acme/hello:1", "--format", "json"]).quietly();
    let inspected: serde_json::Value = serde_json::from_str(&inspected.out).unwrap();
    // What the Go CLI up to v0.1.51 kept: the layer, and no manifest.
    let mut layer = inspected["layers"][0].clone();
    layer["annotations"]["org.opencontainers.image.ref.name"] = "opcr.io/acme/old:1".into();
    let index: serde_json::Value = serde_json::from_slice(&sandbox.read("store/policies-root/index.json")).unwrap();
    let mut index = index.clone();
    index["manifests"].as_array_mut().unwrap().push(layer);
    sandbox.write("store/policies-root/index.json", index.to_string());
    let before = sandbox.store_state();
    let moved = sandbox.run(&["migrate", "opcr.io/acme", &new.name("acme"), "--from-store"]).quietly();
    assert!(moved.out.contains("\n2 images: 2 copied; "), "{moved:?}");
    let again = sandbox.run(&["migrate", "opcr.io/acme", &new.name("acme"), "--from-store"]).quietly();
    assert!(again.out.contains("\n2 images: 2 there before; 0B sent"), "{again:?}");
    assert_eq!(sandbox.store_state(), before);
    let other = Sandbox::new();
    other.run(&["pull", &new.name("acme/old:1")]).quietly();
    other.run(&["save", &new.name("acme/old:1"), "-f", "old.tar.gz"]).exits(0);
    sandbox.run(&["save", "opcr.io/acme/hello:1", "-f", "new.tar.gz"]).exits(0);
    assert_eq!(other.read("old.tar.gz"), sandbox.read("new.tar.gz"));
}
