//! The Go CLI's store, and what it prints.

use super::support::{Registry, Sandbox};
use std::path::Path;

/// A sandbox with the store the Go CLI v0.4 left.
fn go_store() -> Sandbox {
    let sandbox = Sandbox::new();
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/go-cli/store-v0.4.tar");
    let mut archive = tar::Archive::new(std::fs::File::open(archive).unwrap());
    archive.unpack(sandbox.path("store")).unwrap();
    sandbox
}

#[test]
fn its_store_is_listed() {
    let run = go_store().run(&["images"]).quietly();
    assert_eq!(
        run.out,
        " REPOSITORY                 TAG     IMAGE ID      CREATED               SIZE \n \
         127.0.0.1:5061/acme/hello  1.0.0   d1cd531c2a41  2026-11-23T18:44:27Z  270B \n \
         docker.io/acme/hello       1.0.0   d1cd531c2a41  2026-11-23T18:44:27Z  270B \n \
         docker.io/acme/o           1       8fefcb0ab232  2026-11-23T18:44:27Z  273B \n \
         docker.io/library/default  latest  092fe5626111  2026-11-23T18:44:27Z  265B \n"
    );
}

#[test]
fn its_images_are_inspected_saved_tagged_and_pushed() {
    let (sandbox, registry) = (go_store(), Registry::start());
    let run = sandbox.run(&["inspect", "acme/hello:1.0.0"]).quietly();
    assert!(run.out.starts_with(
        "\nmedia type: application/vnd.oci.image.manifest.v1+json\n\
         digest: sha256:d1cd531c2a413cb80f6c7df1403a5c96b9e26f2154070548bbeb931025cdfe49\nsize: 1012\n\nAnnotations\n \
         ANNOTATION                        VALUE                \n \
         org.example.team                  authz                \n"
    ));
    let run = sandbox.run(&["save", "acme/hello:1.0.0"]).quietly();
    assert_eq!(
        run.out,
        "\nResolved ref [docker.io/acme/hello:1.0.0].\n\
         digest: sha256:7b83acb0225777542b6d5fe78693c8510c224ce803e2c1dc093622508c975529\n"
    );
    let name = registry.name("acme/hello:1.0.0");
    sandbox.run(&["tag", "acme/hello:1.0.0", &name]).quietly();
    let digest = sandbox.run(&["push", &name]).quietly().value("digest");
    assert_eq!(digest, "sha256:d1cd531c2a413cb80f6c7df1403a5c96b9e26f2154070548bbeb931025cdfe49");
    let other = Sandbox::new();
    other.run(&["pull", &name]).quietly();
    let run = other.run_with(&["repl", &name], "data.policies.hello\n").quietly();
    assert!(run.out.contains("allowed"), "{run:?}");
}

/// Lines of output in which what differs from run to run is blotted out.
fn blotted(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| match line.split_once(": ") {
            Some((name @ ("digest" | "date" | "version" | "commit"), _)) => format!("{name}: …"),
            _ => line.trim_end().to_owned(),
        })
        .collect()
}

/// The recorded commands that succeed are run in their order; those whose lines differ are in docs/compatibility.md.
#[test]
fn its_transcript_reads_the_same() {
    let (sandbox, registry) = (Sandbox::new(), Registry::start());
    let transcript = include_str!("../data/go-cli/transcript.txt");
    let compatibility = include_str!("../../docs/compatibility.md");
    let mut compared = 0;
    for block in transcript.split("\n$ ").skip(1) {
        let mut lines = block.lines();
        let typed = lines.next().unwrap().replace("$REGISTRY", &registry.host);
        let wanted: Vec<&str> = lines.clone().filter_map(|line| line.strip_prefix("1|")).collect();
        let wanted: String =
            wanted.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n");
        let code = lines.find_map(|line| line.strip_prefix("exit ")).unwrap();
        let mut arguments: Vec<&str> = typed.split_whitespace().skip(1).collect();
        if typed.ends_with(" bad tag") {
            // It was quoted when it was typed.
            arguments.truncate(2);
            arguments.push("bad tag");
        }
        if code != "0" || wanted.contains("(usage text)") || arguments.is_empty() {
            let run = sandbox.run(&arguments);
            let listed = compatibility.contains(&format!("`{}`", typed.replace(&registry.host, "$REGISTRY")));
            assert!(run.code != 0 || listed || arguments.is_empty(), "{typed}: {run:?}");
            continue;
        }
        let run = sandbox.run(&arguments).exits(0);
        let table = |text: &str| text.contains(" IMAGE ID ") || text.contains(" ANNOTATION ");
        if !table(&wanted) {
            assert_eq!(blotted(&run.out), blotted(&wanted.replace("$REGISTRY", &registry.host)), "{typed}");
        }
        compared += 1;
    }
    assert_eq!(compared, 17);
}

#[test]
fn a_store_of_the_first_versions_is_read_and_pushed() {
    // Up to v0.1.51 the index named the layer itself, and a manifest was made by the push.
    let (sandbox, registry) = (Sandbox::new(), Registry::start());
    sandbox.run(&["build", "src", "-t", "a/b:1"]).quietly();
    sandbox.run(&["save", "a/b:1", "-f", "layer"]).quietly();
    let layer = sandbox.read("layer");
    let digest = policy::oci::Digest::of(&layer);
    let name = registry.name("old/image:1");
    sandbox.write(&format!("old/policies-root/blobs/sha256/{}", digest.hex()), &layer);
    sandbox.write("old/policies-root/oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    sandbox.write(
        "old/policies-root/index.json",
        format!(
            r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{digest}","size":{},"annotations":{{"org.opencontainers.image.ref.name":"{name}","org.opencontainers.image.created":"2022-01-01T00:00:00Z"}}}}]}}"#,
            layer.len()
        ),
    );
    let old = |arguments: &[&str]| {
        let mut command = sandbox.command(arguments);
        super::support::Run::of(command.env("POLICY_FILE_STORE_ROOT", sandbox.path("old")))
    };
    assert!(old(&["images"]).quietly().out.contains("old/image"));
    old(&["save", &name, "-f", "again"]).quietly();
    assert_eq!(sandbox.read("again"), layer);
    old(&["push", &name]).quietly();
    sandbox.run(&["pull", &name]).quietly();
    sandbox.run(&["save", &name, "-f", "pulled"]).quietly();
    assert_eq!(sandbox.read("pulled"), layer);
}
