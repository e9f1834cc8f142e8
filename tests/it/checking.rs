//! `policy check` and the gate of `build`, beside OPA where it is installed.

use super::support::{Run, Sandbox, find};
use serde_json::Value;

fn errors(run: &Run) -> Vec<Value> {
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    answer["errors"].as_array().cloned().unwrap_or_default()
}

fn messages(run: &Run) -> Vec<String> {
    errors(run).iter().map(|error| error["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn all_is_well_without_a_word() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["check", "src"]).quietly().out, "");
    assert_eq!(sandbox.run(&["check", "src", "--format", "json"]).quietly().out, "{}\n");
    assert_eq!(sandbox.run(&["check", "--bundle", "src", "-S"]).quietly().out, "");
}

#[test]
fn the_flags_are_those_of_opa_check() {
    let sandbox = Sandbox::empty();
    sandbox.write("v0.rego", "package v0\n\nallow { input.admin }\n");
    sandbox.write("both.rego", "package both\n\nimport rego.v1\n\nallow if input.admin\n");
    sandbox.write("v1.rego", "package v1\n\nallow if input.admin\n");
    let code = |arguments: &[&str]| sandbox.run(&[&["check"], arguments].concat()).code;
    for flags in [&["--v0-compatible"][..], &["--rego-version", "rego.v0"], &["--v0-compatible", "--v1-compatible"]] {
        assert_eq!((code(&[flags, &["v0.rego"]].concat()), code(&[flags, &["v1.rego"]].concat())), (0, 1), "{flags:?}");
    }
    for flags in [&["--v0-v1"][..], &["--rego-v1"], &["--v0-v1", "--v0-compatible"]] {
        assert_eq!(
            (code(&[flags, &["both.rego"]].concat()), code(&[flags, &["v1.rego"]].concat())),
            (0, 1),
            "{flags:?}"
        );
    }
    assert_eq!((code(&["--v1-compatible", "v1.rego"]), code(&["v0.rego"])), (0, 1));
    assert_eq!(code(&["--v0-compatible", "--rego-version", "rego.v1", "v1.rego"]), 2);
    assert_eq!((code(&["nowhere.rego"]), code(&[]), code(&["v1.rego", "--schema", "x"])), (1, 2, 1));
    assert_eq!(code(&[".", "--ignore", "v0.rego,v1.rego,store"]), 0);
}

#[test]
fn the_number_of_errors_is_limited() {
    let sandbox = Sandbox::empty();
    let rules: String = (0..12).map(|number| format!("p{number} if x{number} == 1\n")).collect();
    sandbox.write("src/a.rego", format!("package a\n\n{rules}"));
    let told = |flags: &[&str]| {
        let run = sandbox.run(&[&["check", "src", "-f", "json"], flags].concat()).exits(1);
        let messages = messages(&run);
        (messages.len(), messages.last().unwrap() == "error limit reached")
    };
    assert_eq!(told(&[]), (11, true));
    assert_eq!(told(&["--max-errors", "3"]), (4, true));
    assert_eq!(told(&["-m", "0"]), (12, false));
    assert_eq!(told(&["--max-errors=-1"]), (12, false));
    let run = sandbox.run(&["check", "src"]).exits(1);
    assert!(run.err.starts_with("error: check failed: at least 10 errors\n"), "{run:?}");
}

#[test]
fn a_bundle_is_read_with_its_manifest() {
    let sandbox = Sandbox::empty();
    sandbox
        .write("src/.manifest", r#"{"roots": ["a", "b"], "rego_version": 0, "file_rego_versions": {"/b/*.rego": 1}}"#);
    sandbox.write("src/a/a.rego", "package a\n\nallow { input.admin }\n");
    sandbox.write("src/b/b.rego", "package b\n\nallow if input.admin\n");
    sandbox.run(&["check", "-b", "src"]).quietly();
    assert_eq!(sandbox.run(&["check", "src"]).code, 1);
    sandbox.write("src/b/c.rego", "package c\n");
    let run = sandbox.run(&["check", "-b", "src", "-f", "json"]).exits(1);
    let text = "bundle src: manifest roots [a b] do not permit 'package c' in module 'src/b/c.rego'";
    assert_eq!(messages(&run), [text]);
    std::fs::remove_file(sandbox.path("src/b/c.rego")).unwrap();
    sandbox.write("src/a/data.json", r#"{"allow": true}"#);
    let run = sandbox.run(&["check", "-b", "src", "-f", "json"]).exits(1);
    assert_eq!(messages(&run), ["conflicting rule for data path a/allow found"]);
    sandbox.run(&["build", "src", "-t", "a/b:1"]).exits(1);
}

#[test]
fn a_signed_bundle_and_an_archive_can_be_checked() {
    let sandbox = Sandbox::new();
    sandbox.run(&["build", "src", "-t", "a/b:1"]).quietly();
    sandbox.run(&["save", "a/b:1", "-f", "bundle.tar.gz"]).quietly();
    sandbox.run(&["check", "-b", "bundle.tar.gz"]).quietly();
    sandbox.write("src/.signatures.json", r#"{"signatures": ["x"]}"#);
    sandbox.run(&["check", "-b", "src"]).quietly();
    sandbox.run(&["build", "src", "-t", "a/b:1"]).exits(1);
}

#[test]
fn capabilities_say_what_is_known() {
    let sandbox = Sandbox::new();
    let with = |document: &str| {
        sandbox.write("capabilities.json", document);
        sandbox.run(&["check", "src", "--capabilities", "capabilities.json", "--format", "json"])
    };
    let known = r#"{"features": ["rego_v1"], "builtins": [{"name": "equal", "infix": "==", "decl": {"type": "function",
        "args": [{"type": "any"}, {"type": "any"}], "result": {"type": "boolean"}}}]}"#;
    assert_eq!(with(known).code, 0);
    assert_eq!(messages(&with(r#"{"features": ["rego_v1"]}"#)), ["undefined function equal"]);
    let without = "illegal capabilities: rego_v1 feature required for parsing v1 Rego";
    assert_eq!(messages(&with("{}")), [without]);
    assert_eq!(messages(&with("{} and more")), [without]);
    for text in ["x", "[]", r#"{"builtins": 1}"#, r#"{"builtins": [{"name": "f", "decl": {"type": "string"}}]}"#] {
        assert_eq!(with(text).code, 2, "{text}");
    }
}

#[test]
fn what_a_bundle_requires_is_known() {
    let sandbox = Sandbox::empty();
    let declared = r#"[{"name": "ds.user", "decl": {"type": "function", "args": [{"type": "any"}], "result": {"type": "string"}}}]"#;
    let required = |list: &str| format!(r#"{{"metadata": {{"required_builtins": {{"{list}": {declared}}}}}}}"#);
    sandbox.write("src/a.rego", "package a\n\np := lower(ds.user(input.id))\n");
    for list in ["builtin1", "builtin2", "builtin3", "builtin4", "builtin_dyn", "builtinDyn"] {
        sandbox.write("src/.manifest", required(list));
        sandbox.run(&["check", "-b", "src"]).quietly();
        sandbox.run(&["build", "src", "-t", "a/b:1"]).quietly();
    }
    let run = sandbox.run(&["check", "src", "-f", "json"]).exits(1);
    assert_eq!(messages(&run), ["undefined function ds.user"]);
    // Of several bundles each one's count, though the metadata of none is kept.
    sandbox.write("one/a.rego", "package a\n\np := lower(ds.user(input.id))\n");
    sandbox.write("one/.manifest", required("builtin1").replacen('{', r#"{"roots": ["a"], "#, 1));
    sandbox.write("two/.manifest", r#"{"roots": ["b"]}"#);
    sandbox.run(&["build", "one", "two", "-t", "a/b:1"]).quietly();
    sandbox.write("src/.manifest", r#"{"metadata": {"required_builtins": {"builtin1": 1}}}"#);
    let run = sandbox.run(&["build", "src", "-t", "a/b:1"]).exits(1);
    assert!(run.err.contains("required_builtins in the metadata of .manifest") && run.err.contains("hint:"), "{run:?}");
}

#[test]
fn a_refused_build_changes_no_name() {
    let sandbox = Sandbox::new();
    sandbox.run(&["build", "src", "-t", "a/b:1"]).quietly();
    let before = sandbox.store_state();
    sandbox.write("src/policies/more.rego", "package policies.more\n\nallow if input.age > limit\n");
    let run = sandbox.run(&["build", "src", "-t", "a/b:1", "--format", "json"]).exits(1);
    assert_eq!((messages(&run), run.err.as_str()), (vec!["var limit is unsafe".to_owned()], ""));
    assert_eq!(sandbox.store_state(), before);
}

#[test]
fn a_build_takes_calls_of_print_out_before_it_checks() {
    let sandbox = Sandbox::empty();
    sandbox.write("src/a.rego", "package a\n\np if {\n\tprint(nothing)\n\tinput.x\n}\n");
    let run = sandbox.run(&["check", "src", "-f", "json"]).exits(1);
    assert_eq!(messages(&run), ["var nothing is undeclared"]);
    sandbox.run(&["build", "src", "-t", "a/b:1"]).quietly();
}

#[test]
fn an_entrypoint_without_a_rule_is_a_warning() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["build", "src", "-e", "policies/hello/allowed,policies/nope"]).exits(0);
    assert_eq!(run.err, "warning: the entrypoint data.policies.nope names no rule\n");
}

/// Folders that show one rule of loading each, and whether their text says what `opa check` says, to the letter.
#[test]
fn opa_check_says_the_same() {
    let Some(opa) = find("opa") else { return };
    let sandbox = Sandbox::empty();
    for (name, text) in [
        (
            "a.rego",
            "package a\n\nimport data.b.helper\n\nlimit := 10\n\np if limit == \"10\"\n\nq if helper.nothing(1)\n",
        ),
        ("b.rego", "package b.helper\n\nok(x) := count(x)\n\nr := ok({1}, 2)\n"),
        (
            "c/c.rego",
            "package c\n\nuser := {\"name\": \"ann\", \"tags\": {\"a\"}}\n\np if user.nmae\n\nq if startswith(user.tags, 1)\n",
        ),
        ("c/d.rego", "package c\n\nuser contains 1\n\nr if s\n\ns if r\n"),
        ("e.rego", "package e\n\nimport data.a\n\nf(x, y) := x if { z := 1 }\n\np if any([true])\n"),
    ] {
        sandbox.write(&format!("src/{name}"), text);
    }
    let (mut said, mut asked) = (0, 0);
    let folders = [&["a.rego"][..], &["b.rego"], &["c/c.rego"], &["c"], &["e.rego"], &["a.rego", "b.rego"], &["."]];
    for paths in folders {
        for flags in [&[][..], &["--strict"], &["--max-errors", "2"], &["--bundle"], &["--v0-compatible"]] {
            if flags == ["--bundle"] && paths.iter().any(|path| path.ends_with(".rego")) {
                continue;
            }
            let arguments = [&["check", "--format", "json"], flags, paths].concat();
            let mut theirs = std::process::Command::new(&opa);
            let theirs = Run::of(theirs.args(&arguments).current_dir(sandbox.path("src")));
            let ours = Run::of(sandbox.command(&arguments).current_dir(sandbox.path("src")));
            let wanted: Value = serde_json::from_str(&theirs.err).unwrap_or_default();
            let wanted = wanted["errors"].as_array().cloned().unwrap_or_default();
            assert_eq!((ours.code, errors(&ours)), (theirs.code, wanted.clone()), "{arguments:?}");
            asked += 1;
            said += wanted.len();
        }
    }
    assert!(asked > 25 && said > 60, "{asked} {said}");
}
