//! `policy build`: what goes into an image, and what does not.

use super::support::Sandbox;
use std::fs;

/// The bundle's digest of the small policy of every sandbox. A change here is a change of the format: every OPA that
/// polls an unchanged policy would load it again.
const GOLDEN: &str = "sha256:41dece4b43f09280b63dd9abff6ca2c28636bb4c12eef226cb8fe7d0c3ffbf97";

fn layer(sandbox: &Sandbox, path: &str) -> String {
    let run = sandbox.run(&["build", path, "-t", "acme/hello:1", "--format", "json"]).exits(0);
    let built: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    built["bundle"]["digest"].as_str().unwrap().to_owned()
}

#[test]
fn a_build_prints_what_the_go_cli_prints() {
    let run = Sandbox::new().run(&["build", "src", "-t", "acme/hello:1.0.0"]).quietly();
    let digest = run.value("digest");
    assert_eq!(
        run.out,
        format!("\nCreated new image.\ndigest: {digest}\n\nTagging image.\nreference: docker.io/acme/hello:1.0.0\n")
    );
}

#[test]
fn the_same_files_give_the_golden_layer_wherever_and_whenever_they_lie() {
    let sandbox = Sandbox::new();
    assert_eq!(layer(&sandbox, "src"), GOLDEN);
    let absolute = sandbox.path("src").to_str().unwrap().to_owned();
    for path in ["./src", "src/", "src/../src", &absolute] {
        assert_eq!(layer(&sandbox, path), GOLDEN, "{path}");
    }
    // The other order of creation, another folder, other times, other permissions.
    sandbox.write("elsewhere/deep/policies/hello.rego", sandbox.read("src/policies/hello.rego"));
    sandbox.write("elsewhere/deep/.manifest", sandbox.read("src/.manifest"));
    let old = fs::File::options().write(true).open(sandbox.path("elsewhere/deep/.manifest")).unwrap();
    old.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000)).unwrap();
    assert_eq!(layer(&sandbox, "elsewhere/deep"), GOLDEN);
    let script = format!(
        "umask 077; cd src && TZ=Asia/Tokyo taskset -c 0 {} build . -t acme/hello:1 --format json",
        env!("CARGO_BIN_EXE_policy")
    );
    let home = sandbox.path("");
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .env("HOME", &home)
        .env("POLICY_FILE_STORE_ROOT", sandbox.path("store"))
        .current_dir(&home)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains(GOLDEN));
}

#[test]
fn an_image_depends_on_the_epoch_and_not_on_the_clock() {
    let sandbox = Sandbox::new();
    let first = sandbox.run(&["build", "src", "-t", "a/b:1", "-q"]).quietly().out;
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(sandbox.run(&["build", "src", "-t", "a/b:1", "-q"]).quietly().out, first);
    let mut other = sandbox.command(&["build", "src", "-t", "a/b:1", "-q"]);
    let other = other.env("SOURCE_DATE_EPOCH", "1700000001").output().unwrap();
    assert_ne!(String::from_utf8_lossy(&other.stdout), first);
    let mut bad = sandbox.command(&["build", "src", "-t", "a/b:1"]);
    assert_eq!(bad.env("SOURCE_DATE_EPOCH", "soon").output().unwrap().status.code(), Some(2));
}

#[test]
fn droppings_stay_out_and_tests_go_in() {
    let sandbox = Sandbox::new();
    for (name, text) in [
        ("src/.git/hook.rego", "package git"),
        ("src/policies/hello.rego~", "package old"),
        ("src/policies/.#hello.rego", "package lock"),
        ("src/policies/hello_test.rego", "package policies.hello_test\n"),
        ("src/README.md", "# read me"),
    ] {
        sandbox.write(name, text);
    }
    sandbox.run(&["build", "src", "-t", "a/b:1"]).quietly();
    let run = sandbox.run(&["inspect", "a/b:1", "--format", "json"]).quietly();
    let image: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let files: Vec<&str> =
        image["bundle"]["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(files, ["/data.json", "/policies/hello.rego", "/policies/hello_test.rego", "/.manifest"]);
    sandbox.run(&["build", "src", "-t", "a/b:1", "--ignore", "*_test.rego,x"]).quietly();
    let run = sandbox.run(&["inspect", "a/b:1", "--files"]).quietly();
    assert!(!run.out.contains("_test.rego"), "{run:?}");
}

#[test]
fn annotations_names_and_revision_are_kept() {
    let sandbox = Sandbox::new();
    let arguments = [
        "build",
        "src",
        "-t",
        "a/b:1",
        "-t",
        "ghcr.io/a/b:2",
        "-a",
        "org.example.team=authz;org.example.x=a=b",
        "-r",
        "abc",
    ];
    let run = sandbox.run(&[&arguments[..], &["--format", "json"]].concat()).quietly();
    let built: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(built["tags"], serde_json::json!(["docker.io/a/b:1", "ghcr.io/a/b:2"]));
    assert_eq!(built["annotations"]["org.example.x"], "a=b");
    assert_eq!(built["annotations"]["org.opencontainers.image.revision"], "abc");
    assert_eq!(built["annotations"]["org.opencontainers.image.created"], "2023-11-14T22:13:20Z");
    assert_eq!((&built["revision"], &built["roots"]), (&"abc".into(), &serde_json::json!(["policies"])));
}

#[test]
fn several_paths_and_a_bundle_become_one() {
    let sandbox = Sandbox::new();
    sandbox.write("more/.manifest", r#"{"roots":["more"]}"#);
    sandbox.write("more/more/data.yaml", "limit: 1_000\n");
    sandbox.run(&["build", "more", "-t", "a/more:1"]).quietly();
    sandbox.run(&["save", "a/more:1", "-f", "more.tar.gz"]).quietly();
    sandbox.run(&["build", "src", "more.tar.gz", "-t", "a/all:1"]).quietly();
    let run = sandbox.run(&["inspect", "a/all:1", "--files"]).quietly();
    assert!(run.out.contains("/src/policies/hello.rego"), "{run:?}");
    let run = sandbox.run_with(&["repl", "a/all:1"], "data.more.limit\n").quietly();
    assert_eq!(run.out, "1000\n");
    sandbox.write("third/x.rego", "package x\n");
    sandbox.write("fourth/y.rego", "package y\n");
    let run = sandbox.run(&["build", "third", "fourth"]).exits(1);
    assert!(run.err.contains("manifest has overlapped roots: '' and ''") && run.err.contains("hint:"), "{run:?}");
}

#[test]
fn optimisation_wants_an_entrypoint_that_exists() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["build", "src", "-O", "1"]).exits(1);
    assert!(run.err.contains("bundle optimizations require at least one entrypoint"), "{run:?}");
    let run = sandbox.run(&["build", "src", "-O", "1", "-e", "policies/nope"]).exits(1);
    assert!(run.err.contains("undefined entrypoint data.policies.nope"), "{run:?}");
    let run = sandbox.run(&["build", "src", "-O", "1", "-e", "policies/hello/allowed"]).exits(0);
    assert!(run.err.starts_with("note: ") && run.out.contains("digest: "), "{run:?}");
}

#[test]
fn the_manifest_says_which_rego_each_module_is() {
    let sandbox = Sandbox::empty();
    let build = || sandbox.run(&["build", "src", "-t", "acme/versions:1"]);
    sandbox.write("src/old.rego", "package old\n\np[x] { x := 1 }\n");
    assert!(build().exits(1).err.contains("`if` keyword is required before rule body"));
    sandbox.write("src/.manifest", r#"{"rego_version":0}"#);
    build().exits(0);
    sandbox.write("src/new.rego", "package new\n\np contains x if x := 1\n");
    build().exits(1);
    sandbox.write("src/.manifest", r#"{"rego_version":0,"file_rego_versions":{"/new.rego":1}}"#);
    build().exits(0);
    sandbox.write("src/next.rego", "package next\n\np if not { input.x; input.y }\n");
    build().exits(1);
    sandbox.write("src/.manifest", r#"{"rego_version":2,"file_rego_versions":{"/*w.rego":1,"/old.rego":0}}"#);
    build().exits(0);
}
