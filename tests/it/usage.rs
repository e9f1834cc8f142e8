//! What the program says to arguments it does not understand, and how flags may be written.

use super::support::Sandbox;

#[test]
fn no_command_is_a_call_for_help() {
    let run = Sandbox::new().run(&[]).exits(0);
    assert!(run.out.contains("Usage: policy") && run.err.is_empty(), "{run:?}");
}

#[test]
fn what_is_not_understood_ends_with_two() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["bogus"][..],
        &["images", "--bogus"],
        &["build"],
        &["build", "src", "--rego-version", "x"],
        &["build", "src", "-t", "acme/Bad:1"],
        &["build", "src", "--target", "x"],
        &["build", "src", "-a", "novalue"],
        &["tag", "a"],
        &["login", "-s", "localhost:1"],
        &["--config", "nowhere.yaml", "images"],
    ] {
        let run = sandbox.run(arguments).exits(2);
        assert!(run.out.is_empty() && !run.err.is_empty(), "{arguments:?}: {run:?}");
    }
}

#[test]
fn flags_are_written_as_in_the_go_cli() {
    let sandbox = Sandbox::new();
    sandbox
        .run(&[
            "--verbosity=0",
            "-k=false",
            "build",
            "src",
            "-t",
            "a/b:1",
            "--entrypoint=",
            "--optimize=0",
            "--verbosity=0",
        ])
        .quietly();
    sandbox.run(&["rm", "a/b:1", "--force=true", "–f"]).quietly();
    assert_eq!(sandbox.run(&["images"]).quietly().out, " REPOSITORY  TAG  IMAGE ID  CREATED  SIZE \n");
}

#[test]
fn dead_flags_say_that_they_are() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["images", "-s", "ghcr.io", "-e", "-o", "acme"]).exits(0);
    assert_eq!(run.err.lines().count(), 3, "{run:?}");
    let run = sandbox.run(&["build", "src", "--build-config-file", "x"]).exits(0);
    assert!(run.err.starts_with("note: --build-config-file has no effect"), "{run:?}");
}

#[test]
fn every_command_explains_itself() {
    let sandbox = Sandbox::new();
    for command in [
        "build", "images", "tag", "inspect", "save", "rm", "push", "pull", "login", "logout", "repl", "test",
        "version", "serve",
    ] {
        let run = sandbox.run(&[command, "--help"]).exits(0);
        assert!(run.out.contains("Usage: policy") && run.err.is_empty(), "{run:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(&["images"]);
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{output:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_a_failure() {
    let sandbox = Sandbox::new();
    sandbox.run(&["build", "src", "-t", "a/b:1"]).quietly();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = sandbox.command(&["save", "a/b:1", "-f", "-"]);
    let status = command.stdout(full).stderr(std::process::Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(1));
}
