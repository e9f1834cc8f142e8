//! Several commands in a row, as people use them.

use super::support::{Registry, Run, Sandbox};
use std::process::Stdio;

#[test]
fn what_was_built_here_is_pushed_there_and_pulled_elsewhere() {
    let (sandbox, registry) = (Sandbox::new(), Registry::start());
    let built = sandbox.run(&["build", "src", "-t", "acme/hello:1.0.0"]).quietly().value("digest");
    let name = registry.name("acme/hello:1.0.0");
    let pushed = sandbox.run(&["push", &name]).exits(0);
    assert!(
        pushed.err.starts_with(&format!("note: {name} is not in the local store; taking docker.io/acme/hello:1.0.0"))
    );
    assert_eq!(
        pushed.out,
        format!("\nResolved ref [{name}].\ndigest: {built}\n\nPushed ref [{name}].\ndigest: {built}\n")
    );
    // The name it was pushed under is a name of it now.
    sandbox.run(&["push", &name, "-q"]).quietly();

    let other = Sandbox::new();
    let pulled = other.run(&["pull", &name]).quietly();
    assert_eq!(pulled.out, format!("\nPulling.\nref: {name}\n\nPulled ref [{name}].\ndigest: {built}\n"));
    other.run(&["save", "acme/hello:1.0.0", "-f", "theirs.tar.gz"]).exits(0);
    sandbox.run(&["save", "docker.io/acme/hello", "-f", "ours.tar.gz"]).exits(0);
    assert_eq!(other.read("theirs.tar.gz"), sandbox.read("ours.tar.gz"));
    let streamed = other.command(&["save", &name, "-f", "-"]).output().unwrap();
    assert_eq!(streamed.stdout, sandbox.read("ours.tar.gz"));
}

#[test]
fn an_image_is_moved_by_pull_tag_and_push() {
    let (sandbox, old, new) = (Sandbox::new(), Registry::start(), Registry::start());
    let (from, to) = (old.name("acme/hello:1"), new.name("acme/hello:1"));
    sandbox.run(&["build", "src", "-t", &from]).quietly();
    sandbox.run(&["push", &from]).quietly();
    let other = Sandbox::new();
    other.run(&["pull", &from]).quietly();
    other.run(&["tag", &from, &to]).quietly();
    let moved = other.run(&["push", &to, "-q", "--digestfile", "digest"]).quietly();
    assert_eq!(moved.out.trim_end().as_bytes(), other.read("digest"));
}

#[test]
fn an_image_built_before_is_tagged_under_a_new_default_domain() {
    let sandbox = Sandbox::new();
    sandbox.run(&["build", "src", "-t", "john/myapp:rbac"]).quietly();
    sandbox.write("store/default-domain.cfg", "ghcr.io");
    let run = sandbox.run(&["tag", "john/myapp:rbac", "ghcr.io/me/myapp:rbac"]).exits(0);
    assert!(run.err.contains("taking docker.io/john/myapp:rbac"), "{run:?}");
    assert!(sandbox.run(&["images"]).quietly().out.contains("ghcr.io/me/myapp"));
    // Never for rm: nothing that was not named is removed.
    sandbox.run(&["rm", "-f", "john/myapp:rbac"]).exits(1);
}

#[test]
fn a_name_that_several_images_could_have_is_not_guessed() {
    let sandbox = Sandbox::new();
    sandbox.run(&["build", "src", "-t", "a.example/x/y:1"]).quietly();
    sandbox.write("src/policies/more.rego", "package policies.more\n");
    sandbox.run(&["build", "src", "-t", "b.example/x/y:1"]).quietly();
    let run = sandbox.run(&["save", "x/y:1"]).exits(1);
    assert!(run.err.contains("a.example/x/y:1") && run.err.contains("b.example/x/y:1"), "{run:?}");
}

#[test]
fn a_digest_prefix_works_wherever_a_name_does() {
    let sandbox = Sandbox::new();
    let digest = sandbox.run(&["build", "src", "-t", "a/b:1", "-q"]).quietly().out;
    let hex = digest.trim_end().strip_prefix("sha256:").unwrap();
    for id in [&hex[..4], &hex[..12], hex, digest.trim_end()] {
        assert_eq!(sandbox.run(&["inspect", id, "-q"]).quietly().out, digest, "{id}");
    }
    sandbox.run(&["tag", &hex[..8], "a/b:2"]).quietly();
    let run = sandbox.run(&["rm", "-f", &hex[..12]]).exits(1);
    assert!(run.err.contains("a/b:1") && run.err.contains("a/b:2"), "{run:?}");
    sandbox.run(&["rm", "-f", "a/b:1", "a/b:2"]).quietly();
    assert!(sandbox.store_state().iter().all(|(path, _)| !path.to_str().unwrap().contains("blobs/sha256")));
}

#[test]
fn a_question_before_rm_is_answered_by_the_end_of_input() {
    let sandbox = Sandbox::new();
    sandbox.run(&["build", "src", "-t", "a/b:1"]).quietly();
    let run = sandbox.run_with(&["rm", "a/b:1"], "n\n").exits(0);
    assert_eq!(run.out, "\nOperation canceled by user.\n");
    let run = sandbox.run(&["rm", "a/b:1"]).exits(0);
    assert_eq!(run.out, "\nRemoved reference.\nreference: docker.io/a/b:1\n");
}

#[test]
fn repl_pulls_what_is_absent_and_survives_a_bad_query() {
    let (sandbox, registry) = (Sandbox::new(), Registry::start());
    let name = registry.name("acme/hello:1");
    sandbox.run(&["build", "src", "-t", &name]).quietly();
    sandbox.run(&["push", &name]).quietly();
    let other = Sandbox::new();
    other.write("input.json", r#"{"role":"admin"}"#);
    let typed = "data.policies.hello.allowed\nnope.x\nx := input.role\nx\n1 +\n\n";
    let run = other.run_with(&["repl", &name, "-i", "input.json"], typed).exits(0);
    assert!(run.err.contains("pulling it"), "{run:?}");
    assert_eq!(
        run.out,
        "true\n1 error occurred: 1:1: rego_unsafe_var_error: var nope is unsafe\n\
         Rule 'x' defined in package repl. Type 'show' to see rules.\n\"admin\"\n\
         1 error occurred: 2:0: rego_parse_error: unexpected eof token\n\t1 +\n\t  ^\n"
    );
}

#[test]
fn fifty_processes_at_once_lose_no_name_though_some_are_killed() {
    let (sandbox, registry) = (Sandbox::new(), Registry::start());
    let pulled = registry.name("acme/pulled:1");
    sandbox.run(&["build", "src", "-t", "acme/base:1", "-t", &pulled]).quietly();
    sandbox.run(&["push", &pulled]).quietly();
    for round in 0..4u64 {
        let doomed: Vec<String> = (0..8).map(|number| format!("acme/doomed:r{round}n{number}")).collect();
        let names: Vec<&str> = doomed.iter().map(String::as_str).collect();
        sandbox.run(&[&["tag", "acme/base:1"], &names[..]].concat()).quietly();
        let mut children = Vec::new();
        for number in 0..50usize {
            let name = format!("acme/r{round}:n{number}");
            let (arguments, made, gone): (Vec<&str>, _, _) = match number % 6 {
                0 => (vec!["images"], None, None),
                1 => (vec!["build", "src", "-t", &name], Some(&name), None),
                2 => (vec!["pull", &pulled], Some(&pulled), None),
                3 => (vec!["rm", "-f", names[number / 6 % 8]], None, doomed.get(number / 6 % 8)),
                _ => (vec!["tag", "acme/base:1", &name], Some(&name), None),
            };
            let mut command = sandbox.command(&arguments);
            let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            children.push((number, child, made.cloned(), gone.cloned()));
        }
        if round > 0 {
            std::thread::sleep(std::time::Duration::from_millis(20 * round));
            for (_, child, ..) in children.iter_mut().filter(|(number, ..)| number % 7 == 3) {
                let _ = child.kill();
            }
        }
        let (mut made, mut gone) = (Vec::new(), Vec::new());
        for (number, child, makes, takes) in children {
            let killed = round > 0 && number % 7 == 3;
            let run = Run::from(child.wait_with_output().unwrap());
            assert!(run.code == 0 || killed, "{number}: {run:?}");
            if run.code == 0 {
                made.extend(makes);
                gone.extend(takes);
            }
        }
        let listed = sandbox.run(&["images", "-q"]).quietly().out;
        let has = |name: &str| listed.lines().any(|line| line.strip_prefix("docker.io/").unwrap_or(line) == name);
        assert!(made.len() > 20 && made.iter().all(|name| has(name)), "round {round}: {made:?} in {listed}");
        assert!(gone.iter().all(|name| !has(name)), "round {round}: {gone:?} in {listed}");
    }
    // What is named is whole.
    sandbox.run(&["save", "acme/base:1"]).quietly();
    sandbox.run(&["save", &pulled]).quietly();
}

#[test]
fn repl_takes_what_a_bundle_requires_for_undefined_and_says_so_once() {
    let sandbox = Sandbox::empty();
    let required = r#"{"roots":["p"],"metadata":{"required_builtins":{"builtin1":[
        {"name":"ds.object","decl":{"type":"function","args":[{"type":"any"}],"result":{"type":"any"}}}]}}}"#;
    sandbox.write("src/.manifest", required);
    sandbox.write("src/p.rego", "package p\n\nr := ds.object({\"a\": 1})\n\nq := 1 if not r\n");
    sandbox.run(&["build", "src", "-t", "a/b:1"]).quietly();
    for arguments in [&["repl", "a/b:1"][..], &["repl", "-b", "src"]] {
        let run = sandbox.run_with(arguments, "data.p\nds.object(1)\ndata.p.r\n").exits(0);
        assert_eq!(run.out, "{\n  \"q\": 1\n}\nundefined\nundefined\n");
        assert_eq!(run.err, "note: built-in functions that are required and not here are undefined: ds.object\n");
    }
}

#[test]
fn repl_says_that_it_does_not_look_at_signatures() {
    let sandbox = Sandbox::empty();
    sandbox.write("src/p.rego", "package p\n\nq := 1\n");
    sandbox.write("src/.signatures.json", r#"{"signatures": ["x"]}"#);
    let run = sandbox.run_with(&["repl", "-b", "src"], "data.p.q\n").exits(0);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("1\n", "note: src is signed; its signatures are not checked\n"));
}

#[test]
fn repl_reads_an_image_in_its_version_of_rego() {
    let sandbox = Sandbox::empty();
    sandbox.write("old/p.rego", "package p\n\nr { input.x }\n");
    sandbox.run(&["build", "old", "-t", "a/old:1", "--rego-version", "rego.v0"]).quietly();
    let typed = "data.p.r\npackage repl.input\nx := true\npackage repl\ndata.p.r\np { true }\n\n";
    let run = sandbox.run_with(&["repl", "a/old:1"], typed).quietly();
    assert!(run.out.starts_with("undefined\nRule 'x' defined in package repl.input."), "{run:?}");
    assert!(run.out.contains("\ntrue\n1 error occurred: 1:1: rego_parse_error: `if` keyword is required"), "{run:?}");
    let run = sandbox.run_with(&["repl", "a/old:1", "--v0-compatible"], "p { true }\np\n").quietly();
    assert_eq!(run.out, "Rule 'p' defined in package repl. Type 'show' to see rules.\ntrue\n");
}
